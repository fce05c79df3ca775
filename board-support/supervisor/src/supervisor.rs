//! The parts joined: one struct, one entry.

use pumice_link::{
    Answer, Command, Event, Identity, MAX_HALT_S, Refusal, Slot, Status, UpdateState, Versions,
};

use crate::effect::{Effect, Effects, Held, Outside};
use crate::measure::{Battery, Measurements, Sample};
use crate::power::Power;
use crate::retained::{Mark, Retained, SlotMemory};
use crate::session::{Request, Session};
use crate::update::{Flash, Header, Update};
use crate::watchdog::{Ladder, Verdict};

/// From the answer to the restart that it announces: the answer has to go out, and to be repeated if it got lost.
const RESTART_MS: u64 = 1_000;
/// An image on trial must be greeted within this time while the board is on.
const TRIAL_MS: u64 = 300_000;

/// What happens to the supervisor.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Octets came over the link.
    Received(&'a [u8]),
    /// The sensors were read.
    Sample(Sample),
    /// Time went on.
    Tick,
}

/// The supervisor.
#[derive(Debug)]
pub struct Supervisor<'m, F> {
    retained: Retained<'m>,
    flash: F,
    identity: Identity,
    session: Session,
    measurements: Measurements,
    power: Power,
    ladder: Ladder,
    update: Update,
    sensors_lost: bool,
    /// A hello without a common version was recorded; not again before one with.
    refused: bool,
    trial: Held,
    restart_ms: Option<u64>,
}

impl<'m, F: Flash> Supervisor<'m, F> {
    /// Starts, as image `firmware` out of `slot`, and puts the rails back as they were.
    pub fn start(
        now_ms: u64,
        mut retained: Retained<'m>,
        flash: F,
        slot: Slot,
        firmware: u32,
        effects: &mut dyn Effects,
    ) -> Self {
        let state = &mut retained.state;
        if let (Slot::Update, Some(cause)) = (slot, state.handed_over.take()) {
            retained.cause = cause;
        }
        state.starts = state.starts.wrapping_add(1);
        let identity = Identity { firmware, slot, starts: state.starts };
        retained.black_box.set_start(u16::try_from(state.starts & 0xffff).unwrap_or(0));
        let mut out = Outside { now_ms, black_box: &mut retained.black_box, effects };
        let power = Power::restore(state.power, &mut out);
        out.apply(Effect::ResetLine(false));
        out.record(Event::Started { cause: retained.cause, slot });
        let ladder = Ladder::new(now_ms, &state.watchdog);
        retained.save();
        Self {
            retained,
            flash,
            identity,
            session: Session::default(),
            measurements: Measurements::default(),
            power,
            ladder,
            update: Update::default(),
            sensors_lost: false,
            refused: false,
            trial: Held::default(),
            restart_ms: None,
        }
    }

    /// Takes one input, and decides all that is due.
    pub fn handle(&mut self, now_ms: u64, input: Input<'_>, effects: &mut dyn Effects) {
        match input {
            Input::Received(octets) => {
                for &octet in octets {
                    match self.session.push(now_ms, octet, effects) {
                        None => {}
                        Some(Request::Hello(number, theirs)) => self.hello(now_ms, number, theirs, effects),
                        Some(Request::Command(number, command)) => {
                            let answer = self.command(now_ms, command, effects);
                            self.session.answer(number, answer, effects);
                        }
                    }
                }
            }
            Input::Sample(sample) => self.measurements.push(now_ms, sample),
            Input::Tick => {}
        }
        self.run(now_ms, effects);
        self.retained.state.power = self.power.memory(now_ms);
        self.retained.save();
    }

    fn run(&mut self, now_ms: u64, effects: &mut dyn Effects) {
        let battery = self.measurements.battery(now_ms);
        let was_on = self.power.board_is_on();
        let state = &mut self.retained.state;
        let mut out = Outside { now_ms, black_box: &mut self.retained.black_box, effects };
        if self.session.lost(now_ms) {
            out.record(Event::LinkLost);
        }
        if self.sensors_lost != (battery == Battery::Lost) {
            self.sensors_lost = !self.sensors_lost;
            out.record(if self.sensors_lost { Event::SensorsLost } else { Event::SensorsBack });
        }
        if let Some(notice) = self.power.tick(battery, state, &mut out) {
            self.session.say(notice, out.effects);
        }
        self.ladder.release(&mut out);
        if self.power.board_is_on() {
            if !was_on {
                self.ladder = Ladder::new(now_ms, &state.watchdog);
            }
            match self.ladder.tick(&mut state.ladder, &state.watchdog, &mut out) {
                Verdict::Patience => {}
                Verdict::Say(notice) => self.session.say(notice, out.effects),
                Verdict::Cycle { off_s } => self.power.cycle(off_s, &state.thresholds, &mut out),
            }
        }
        // A board that is off greets nobody: its image has to wait, not to fail.
        let unproven = self.power.board_is_on() && self.on_trial().is_some();
        if self.trial.check(now_ms, unproven, TRIAL_MS) && self.restart_ms.is_none() {
            self.restart_ms = Some(now_ms);
        }
        if self.restart_ms.is_some_and(|at| at <= now_ms) {
            self.restart_ms = None;
            self.retained.state.power = self.power.memory(now_ms);
            self.retained.save();
            self.retained.leave(Mark::Restart);
            effects.apply(Effect::Restart);
        }
    }

    fn on_trial(&self) -> Option<u32> {
        match (self.identity.slot, self.retained.state.slot) {
            (Slot::Update, SlotMemory::Trial { version, .. }) => Some(version),
            _ => None,
        }
    }

    fn hello(&mut self, now_ms: u64, number: u16, theirs: Versions, effects: &mut dyn Effects) {
        let was_up = self.session.is_up();
        let agreed = self.session.greeted(now_ms, number, theirs, self.identity, effects);
        let trial = self.on_trial();
        let mut out = Outside { now_ms, black_box: &mut self.retained.black_box, effects };
        match agreed {
            Some(version) => {
                if !was_up {
                    out.record(Event::LinkUp { version });
                }
                self.refused = false;
                if let Some(version) = trial {
                    self.retained.state.slot = SlotMemory::Good { version, failures: 0 };
                    out.record(Event::UpdateGood { version });
                } else if let SlotMemory::Good { failures, .. } = &mut self.retained.state.slot {
                    *failures = 0;
                }
            }
            None if !self.refused => {
                self.refused = true;
                out.record(Event::LinkRefused);
            }
            None => {}
        }
    }

    fn command(&mut self, now_ms: u64, command: Command, effects: &mut dyn Effects) -> Answer {
        let state = &mut self.retained.state;
        let mut out = Outside { now_ms, black_box: &mut self.retained.black_box, effects };
        match command {
            Command::KeepAlive => Answer::Done,
            Command::Status => Answer::Status(self.status(now_ms)),
            Command::SetThresholds(wanted) => set(&mut state.thresholds, wanted, wanted.are_sane(), &mut out),
            Command::SetSchedule(wanted) => set(&mut state.schedule, wanted, wanted.is_sane(), &mut out),
            Command::SetWatchdog(wanted) => {
                let changed = state.watchdog != wanted;
                let answer = set(&mut state.watchdog, wanted, wanted.is_sane(), &mut out);
                if changed && answer == Answer::Done {
                    self.ladder.settle(now_ms, &state.ladder, &state.watchdog);
                }
                answer
            }
            Command::CellPower(wanted) => set(&mut state.cell_wanted, wanted, true, &mut out),
            Command::HaltNotice { seconds } => {
                if !(1..=MAX_HALT_S).contains(&seconds) {
                    return Answer::Refused(Refusal::OutOfRange);
                }
                self.power.noticed(seconds, &mut out);
                Answer::Done
            }
            Command::Feed { token } => {
                self.ladder.feed(now_ms, token, &mut state.ladder, &state.watchdog);
                Answer::Done
            }
            Command::ReadBlackBox { from } => Answer::Events {
                next: out.black_box.next(),
                oldest: out.black_box.oldest(),
                records: out.black_box.read(from),
            },
            Command::UpdateBegin { .. } | Command::UpdateChunk { .. }
                if self.identity.slot == Slot::Update =>
            {
                Answer::Refused(Refusal::SlotInUse)
            }
            Command::UpdateBegin { size, crc, version } => {
                self.restart_ms = None;
                let header = Header { version, size, crc };
                self.update.begin(header, &mut self.flash, &mut state.slot, &mut out)
            }
            Command::UpdateChunk { offset, bytes } => self.update.chunk(offset, &bytes, &mut self.flash),
            Command::UpdateFinish => match self.update.finish(&mut self.flash, &mut state.slot, &mut out) {
                Ok(version) => {
                    self.restart_ms = Some(now_ms + RESTART_MS);
                    Answer::Update(UpdateState::Ready { version })
                }
                Err(refusal) => Answer::Refused(refusal),
            },
            Command::UpdateState => Answer::Update(self.update_state()),
            Command::UpdateRevert => {
                if let SlotMemory::Trial { version, .. } | SlotMemory::Good { version, .. } = state.slot {
                    state.slot = SlotMemory::Failed { version };
                    out.record(Event::FellBack { version });
                    if self.identity.slot == Slot::Update {
                        self.restart_ms = Some(now_ms + RESTART_MS);
                    }
                }
                Answer::Update(self.update_state())
            }
        }
    }

    fn update_state(&self) -> UpdateState {
        match self.on_trial() {
            Some(version) => UpdateState::Trial { version },
            None => self.update.state(self.retained.state.slot),
        }
    }

    fn status(&self, now_ms: u64) -> Status {
        let sample = self.measurements.filtered();
        let state = &self.retained.state;
        Status {
            uptime_s: u32::try_from(now_ms / 1_000).unwrap_or(u32::MAX),
            reset_cause: self.retained.cause,
            sensors: matches!(self.measurements.battery(now_ms), Battery::Mv(_)),
            battery_mv: sample.battery_mv,
            battery_ma: sample.battery_ma,
            solar_mv: sample.solar_mv,
            solar_ma: sample.solar_ma,
            temperature_dc: sample.temperature_dc,
            rails: self.power.rails(state.cell_wanted),
            step: state.ladder.step,
            watchdog: state.ladder.counts,
            next_event: self.retained.black_box.next(),
            damaged: self.session.damaged,
        }
    }
}

/// Takes a setting if it is sane. The same again is no event: a gateway may send all of them at each start.
fn set<T: PartialEq>(current: &mut T, wanted: T, sane: bool, out: &mut Outside<'_, '_>) -> Answer {
    if !sane {
        return Answer::Refused(Refusal::OutOfRange);
    }
    if *current != wanted {
        *current = wanted;
        out.record(Event::SettingsChanged);
    }
    Answer::Done
}
