//! The core is exact from its inputs, times and choices. So what 600 phones do is recorded once, with the simulated radio
//! network in the loop, and replayed as often as wanted without it: only the core is measured.

use core::ops::Range;
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use pumice_core::choose::{Choices, Entropy};
use pumice_core::{AssociationId, Core, Effect, Input, Ticket};
use pumice_model::change::DurableState;
use pumice_model::time::Instant;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::ran::{RanInput, RanOutput};

use crate::BenchError;
use crate::procedure::Procedure;
use crate::village::{self, Village};

/// Phones that begin at the same time, so that their messages mix.
const TOGETHER: usize = 16;
/// The time between two groups of them.
const PACE: Duration = Duration::from_millis(5);

const STREAMS: u16 = 32;
const ASSOCIATION: AssociationId = AssociationId(1);

/// A core as the recording began with.
pub(crate) fn fresh_core(state: DurableState) -> Result<Core, BenchError> {
    let config = village::config()?;
    let entropy = Seeded(Arc::new(Mutex::new(fastrand::Rng::with_seed(1))));
    let choices = Choices::new(entropy, &config.box_identity);
    Ok(Core::new(config, state, choices))
}

/// What happened, and what the core did.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) inputs: Vec<Recorded>,
    /// What the core did at its start, then for each input.
    pub(crate) at_start: Vec<Effect>,
    pub(crate) effects: Vec<Vec<Effect>>,
    /// S1 Setup comes before the first.
    pub(crate) phases: Vec<Phase>,
}

/// An input and its time.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) at: Instant,
    pub(crate) what: What,
}

/// An input that owns its octets.
#[derive(Debug)]
pub(crate) enum What {
    AssociationUp,
    Deadline,
    S1ap { stream: u16, octets: Vec<u8> },
    Stored { through: Ticket },
}

/// A procedure of all phones.
#[derive(Debug)]
pub(crate) struct Phase {
    pub(crate) procedure: Procedure,
    pub(crate) inputs: Range<usize>,
    pub(crate) counts: Counts,
}

/// S1AP messages.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) received: u32,
    pub(crate) sent: u32,
}

impl Recorded {
    pub(crate) fn input(&self) -> Input<'_> {
        match &self.what {
            What::AssociationUp => Input::AssociationUp {
                association: ASSOCIATION,
                peer: ([127, 0, 1, 1], 36412).into(),
                outbound_streams: STREAMS,
            },
            What::Deadline => Input::Deadline,
            What::S1ap { stream, octets } => {
                Input::S1ap { association: ASSOCIATION, stream: *stream, octets }
            }
            What::Stored { through } => Input::Stored { through: *through, result: Ok(()) },
        }
    }
}

impl Recording {
    /// Records [`Procedure::DAY`] of all phones.
    pub(crate) fn make() -> Result<Self, BenchError> {
        let mut recorder = Recorder::start()?;
        for procedure in Procedure::DAY {
            recorder.perform(procedure)?;
        }
        Ok(recorder.recording)
    }

    /// Of all phases together.
    pub(crate) fn counts(&self) -> Counts {
        self.phases.iter().fold(Counts::default(), |sum, phase| sum.plus(phase.counts))
    }
}

impl Counts {
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self { received: self.received + other.received, sent: self.sent + other.sent }
    }

    pub(crate) const fn since(self, earlier: Self) -> Self {
        Self { received: self.received - earlier.received, sent: self.sent - earlier.sent }
    }
}

struct Recorder {
    now: Instant,
    village: Village,
    core: Core,
    recording: Recording,
    uplink: VecDeque<(u16, Vec<u8>)>,
    /// What was persisted last and is not yet stored.
    unstored: Option<Ticket>,
}

impl Recorder {
    fn start() -> Result<Self, BenchError> {
        let recording =
            Recording { inputs: Vec::new(), at_start: Vec::new(), effects: Vec::new(), phases: Vec::new() };
        let mut recorder = Self {
            now: Instant::ZERO,
            village: Village::new()?,
            core: fresh_core(village::provisioned()?)?,
            recording,
            uplink: VecDeque::new(),
            unstored: None,
        };
        let mut effects = Vec::new();
        recorder.core.start(recorder.now, &mut effects);
        recorder.carry_out(&effects);
        recorder.recording.at_start = effects;
        recorder.give(What::AssociationUp);
        let enb = recorder.village.enb;
        recorder.tell(RanInput::AssociationUp { enb, streams: STREAMS });
        recorder.settle();
        Ok(recorder)
    }

    fn perform(&mut self, procedure: Procedure) -> Result<(), BenchError> {
        let first = self.recording.inputs.len();
        let phones = self.village.phones.clone();
        for together in phones.chunks(TOGETHER) {
            self.now = self.now + PACE;
            for phone in together {
                self.begin(procedure, *phone);
            }
            self.settle();
        }
        let done = phones.iter().filter(|phone| procedure.is_done(&self.village.ran, **phone)).count();
        if done < phones.len() {
            return Err(BenchError::PhonesLeft { procedure, done, wanted: phones.len() });
        }
        let inputs = first..self.recording.inputs.len();
        let counts = self.count(&inputs);
        self.recording.phases.push(Phase { procedure, inputs, counts });
        Ok(())
    }

    fn begin(&mut self, procedure: Procedure, phone: PhoneId) {
        let mut out = Vec::new();
        procedure.begin(self.now, &mut self.village.ran, (self.village.enb, phone), &mut out);
        self.collect(out);
    }

    /// Lets messages go to and fro until there are none.
    fn settle(&mut self) {
        loop {
            if let Some((stream, octets)) = self.uplink.pop_front() {
                self.give(What::S1ap { stream, octets });
            } else if let Some(through) = self.unstored.take() {
                self.give(What::Stored { through });
            } else if self.core.next_deadline().is_some_and(|at| at <= self.now) {
                self.give(What::Deadline);
            } else if self.village.ran.next_deadline().is_some_and(|at| at <= self.now) {
                self.tell(RanInput::Tick);
            } else {
                return;
            }
        }
    }

    fn give(&mut self, what: What) {
        let recorded = Recorded { at: self.now, what };
        let mut effects = Vec::new();
        self.core.handle(self.now, recorded.input(), &mut effects);
        self.recording.inputs.push(recorded);
        self.carry_out(&effects);
        self.recording.effects.push(effects);
    }

    fn carry_out(&mut self, effects: &[Effect]) {
        let enb = self.village.enb;
        for effect in effects {
            match effect {
                Effect::Persist { ticket, .. } => self.unstored = Some(*ticket),
                Effect::Send { stream, octets, .. } => {
                    self.tell(RanInput::S1ap { enb, stream: *stream, octets: octets.clone() });
                }
                Effect::Abort(_) | Effect::Answer { .. } | Effect::Program(_) | Effect::Publish(_) => {}
            }
        }
    }

    fn tell(&mut self, input: RanInput) {
        let mut out = Vec::new();
        self.village.ran.handle(self.now, input, &mut out);
        self.collect(out);
    }

    fn collect(&mut self, out: Vec<RanOutput>) {
        for output in out {
            if let RanOutput::S1ap { stream, octets, .. } = output {
                self.uplink.push_back((stream, octets));
            }
        }
    }

    fn count(&self, inputs: &Range<usize>) -> Counts {
        let mut counts = Counts::default();
        let given = self.recording.inputs.iter().zip(&self.recording.effects);
        for (recorded, effects) in given.skip(inputs.start) {
            counts.received += u32::from(matches!(recorded.what, What::S1ap { .. }));
            for effect in effects {
                counts.sent += u32::from(matches!(effect, Effect::Send { .. }));
            }
        }
        counts
    }
}

#[derive(Debug, Clone)]
struct Seeded(Arc<Mutex<fastrand::Rng>>);

impl Entropy for Seeded {
    fn fill(&mut self, octets: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(octets);
    }
}
