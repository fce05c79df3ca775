//! The recording again, with the store: the shell's own order of persisting and sending, a database in a file, and the
//! thread that commits. Inputs come as fast as the core takes them.

use core::time::Duration;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc;
use std::time::Instant;

use pumice_bench::measure::Percentiles;
use pumice_core::{Core, Effect, Input, Ticket};
use pumice_model::change::Change;
use pumice_model::time::Instant as CoreInstant;
use pumice_store::{FileSealer, Notice, Options, Statistics, Store, StoreThread, SubmitError, ThreadOptions};

use crate::BenchError;
use crate::batch::{Batches, Outgoing};
use crate::clock::{process_time, thread_time};
use crate::procedure::Procedure;
use crate::record::{Counts, Recording, What, fresh_core};
use crate::village;

/// The shell's bounds of a batch.
const BATCH_INPUTS: usize = 64;

/// How often: of the runs, the median one by the time of the core's thread.
const ROUNDS: usize = 5;

/// What core and store take together.
#[derive(Debug)]
pub(crate) struct StoredTimes {
    pub(crate) attaches: Taken,
    pub(crate) all: Taken,
    /// How long messages were kept for a commit, and how many were.
    pub(crate) kept: Percentiles,
    pub(crate) kept_count: usize,
    pub(crate) statistics: Statistics,
}

/// What some phases have taken.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taken {
    pub(crate) counts: Counts,
    /// Until the last message was free to go and the disk had all.
    pub(crate) wall: Duration,
    /// The processor time of the thread of the core, and of both threads.
    pub(crate) core_thread: Duration,
    pub(crate) both_threads: Duration,
}

/// Replays all phases in databases in this folder, every sync taking `sync_delay` longer.
pub(crate) fn with_store(
    recording: &Recording,
    folder: &Path,
    sync_delay: Duration,
) -> Result<StoredTimes, BenchError> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let home = tempfile::tempdir_in(folder).map_err(BenchError::io("making a folder"))?;
        rounds.push(once(recording, home.path(), sync_delay)?);
    }
    rounds.sort_by_key(|round| round.all.core_thread);
    let middle = rounds.len() / 2;
    rounds.into_iter().nth(middle).ok_or(BenchError::StoreStopped)
}

fn once(recording: &Recording, home: &Path, sync_delay: Duration) -> Result<StoredTimes, BenchError> {
    let mut replay = Replay::start(recording, home, sync_delay)?;
    let first = recording.phases.first().map_or(0, |phase| phase.inputs.start);
    replay.give(0..first)?;
    replay.finish()?;
    replay.kept.clear();

    let (mut attaches, mut all) = (Taken::default(), Taken::default());
    for phase in &recording.phases {
        let (wall, thread, process) = (Instant::now(), thread_time()?, process_time()?);
        for at in phase.inputs.clone().step_by(BATCH_INPUTS) {
            replay.give(at..phase.inputs.end.min(at + BATCH_INPUTS))?;
        }
        replay.finish()?;
        let taken = Taken {
            counts: phase.counts,
            wall: wall.elapsed(),
            core_thread: thread_time()?.saturating_sub(thread),
            both_threads: process_time()?.saturating_sub(process),
        };
        all.add(taken);
        if phase.procedure == Procedure::Attach {
            attaches.add(taken);
        }
    }
    let statistics = replay.thread.statistics();
    replay.thread.stop();
    let kept_count = replay.kept.len();
    Ok(StoredTimes { attaches, all, kept: Percentiles::of(replay.kept), kept_count, statistics })
}

impl Taken {
    fn add(&mut self, other: Self) {
        self.counts = self.counts.plus(other.counts);
        self.wall += other.wall;
        self.core_thread += other.core_thread;
        self.both_threads += other.both_threads;
    }
}

struct Replay<'a> {
    recording: &'a Recording,
    /// The messages that the core sent when it was recorded, from the first that did not go yet.
    expected: Box<dyn Iterator<Item = &'a Effect> + 'a>,
    core: Core,
    effects: Vec<Effect>,
    batches: Batches,
    thread: StoreThread,
    notices: mpsc::Receiver<Notice>,
    now: CoreInstant,
    input: usize,
    /// When the messages that wait came to wait; and how long those waited that did.
    waiting: VecDeque<Instant>,
    kept: Vec<Duration>,
}

impl<'a> Replay<'a> {
    fn start(recording: &'a Recording, folder: &Path, sync_delay: Duration) -> Result<Self, BenchError> {
        let mut state = village::provisioned()?;
        let sealer = FileSealer::new(&[0x5a; 32]);
        let mut opened =
            Store::open(&folder.join("pumice.db"), Options { sync_delay, ..Options::new(sealer) })?;
        let subscribers: Vec<Change> = state
            .subscribers
            .iter()
            .map(|subscriber| Change::PutSubscriber(Box::new(subscriber.clone())))
            .collect();
        opened.store.commit(&subscribers)?;
        // As the recording began: what a new database says of ceilings is the same.
        state.seq_ceiling = opened.state.seq_ceiling;
        state.m_tmsi_ceiling = opened.state.m_tmsi_ceiling;

        let (notify, notices) = mpsc::channel();
        let notify = Box::new(move |notice| {
            // Nobody wants to know once the bench has ended.
            let _ = notify.send(notice);
        });
        let thread = StoreThread::start(opened.store, ThreadOptions::default(), notify)
            .map_err(BenchError::io("starting the store's thread"))?;
        let all = recording.at_start.iter().chain(recording.effects.iter().flatten());
        let expected = all.filter(|effect| matches!(effect, Effect::Send { .. }));
        let mut replay = Self {
            recording,
            expected: Box::new(expected),
            core: fresh_core(state)?,
            effects: Vec::new(),
            batches: Batches::default(),
            thread,
            notices,
            now: CoreInstant::ZERO,
            input: 0,
            waiting: VecDeque::new(),
            kept: Vec::new(),
        };
        replay.core.start(replay.now, &mut replay.effects);
        replay.carry_out()?;
        Ok(replay)
    }

    /// A batch.
    fn give(&mut self, inputs: core::ops::Range<usize>) -> Result<(), BenchError> {
        while let Ok(notice) = self.notices.try_recv() {
            self.hear(notice)?;
        }
        while self.batches.is_full() {
            self.wait()?;
            self.carry_out()?;
        }
        self.input = inputs.end;
        for recorded in self.recording.inputs.get(inputs).unwrap_or_default() {
            self.now = recorded.at;
            // The disk speaks for itself here.
            if !matches!(recorded.what, What::Stored { .. }) {
                self.core.handle(recorded.at, recorded.input(), &mut self.effects);
            }
        }
        self.carry_out()
    }

    /// Until the disk has all.
    fn finish(&mut self) -> Result<(), BenchError> {
        while !self.batches.is_settled() || self.batches.waiting() > 0 {
            self.wait()?;
            self.carry_out()?;
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), BenchError> {
        let notice = self.notices.recv().map_err(|_| BenchError::StoreStopped)?;
        self.hear(notice)
    }

    fn hear(&mut self, notice: Notice) -> Result<(), BenchError> {
        let Notice::Done { ticket, result } = notice else { return Ok(()) };
        let through = Ticket(ticket);
        result.map_err(|error| BenchError::StoreFailed(through, error.to_string()))?;
        self.batches.answered(through);
        self.core.handle(self.now, Input::Stored { through, result: Ok(()) }, &mut self.effects);
        Ok(())
    }

    fn carry_out(&mut self) -> Result<(), BenchError> {
        let before = self.batches.waiting();
        // The user plane has its own bench.
        drop(self.batches.take(&mut self.effects));
        let queued = self.batches.waiting() - before;
        let now = Instant::now();
        self.waiting.extend(core::iter::repeat_n(now, queued));
        if let Some((through, changes)) = self.batches.commit() {
            match self.thread.submit(through.0, changes) {
                Ok(()) => {}
                Err(SubmitError::Full(changes)) => self.batches.commit_refused(changes),
                Err(_) => return Err(BenchError::StoreStopped),
            }
        }
        while let Some(outgoing) = self.batches.next_outgoing() {
            let since = self.waiting.pop_front().unwrap_or(now);
            if since < now {
                self.kept.push(since.elapsed());
            }
            self.compare(&outgoing)?;
        }
        Ok(())
    }

    /// Neither the store nor its delay changes what is sent, octet by octet.
    fn compare(&mut self, outgoing: &Outgoing) -> Result<(), BenchError> {
        let same = match (self.expected.next(), outgoing) {
            (
                Some(Effect::Send { association, stream, octets }),
                Outgoing::Send { association: to, stream: on, octets: sent },
            ) => association == to && stream == on && octets == sent,
            _ => false,
        };
        if same { Ok(()) } else { Err(BenchError::Differs { input: self.input }) }
    }
}
