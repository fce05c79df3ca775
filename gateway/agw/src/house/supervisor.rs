//! The supervisor microcontroller, seen from the board's thread: asked how it is, told that the gateway makes progress, and heard
//! when it wants the box to halt.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::time::Duration;

use pumice_board::{power, serial};
use pumice_link::{Answer, Client, Command, Incoming, LadderStep, Notice, RailState, Thresholds, Versions};

#[cfg(test)]
mod tests;

/// How often it is asked, and told of progress.
const EVERY: Duration = Duration::from_secs(1);

/// How often a line that is not there is looked for.
const REOPEN_EVERY: Duration = Duration::from_secs(10);

/// How long the supervisor waits after a halt before it cuts the power.
const HALT_SECONDS: u16 = 45;

/// How far below the gateway's own threshold the supervisor has its own, millivolts: for a gateway that does not halt the box
/// itself any more. And how long the box has then.
const LAST_RESORT: u32 = 300;
const GRACE_SECONDS: u16 = 60;

/// Events of a supervisor's black box that a start of the gateway still tells of.
const LAST_EVENTS: u32 = 16;

/// Commands that may wait. More are dropped: the next look asks again.
const WAITING: usize = 8;

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// How the battery is.
    Battery {
        /// Its voltage.
        millivolts: u32,
        /// Whether it is being charged.
        charging: bool,
        /// Whether the cell has power.
        cell_on: bool,
    },
    /// The power goes in so many seconds.
    Halt {
        /// What is left.
        seconds: u16,
    },
    /// It sees no progress: the gateway is to start anew.
    Nudge,
}

/// The line to it.
#[derive(Debug)]
pub(crate) struct Line {
    path: PathBuf,
    baud: u32,
    port: Option<File>,
    reopen_at: Duration,
    talk: Talk,
}

impl Line {
    /// `battery` is what the board says of its battery: the supervisor is to keep to the same.
    pub(crate) fn new(path: PathBuf, baud: u32, battery: Option<&power::Thresholds>) -> Self {
        let thresholds = battery.and_then(for_supervisor);
        Self { path, baud, port: None, reopen_at: Duration::ZERO, talk: Talk::new(thresholds) }
    }

    /// Whether it answers.
    pub(crate) fn is_up(&self) -> bool {
        self.port.is_some() && self.talk.client.is_up()
    }

    /// Wants the cell on or off; whether there is anybody to do it.
    pub(crate) fn power_cell(&mut self, on: bool) -> bool {
        self.is_up() && self.talk.want(Command::CellPower(on))
    }

    /// Says that the box halts, before anything else.
    pub(crate) fn halting(&mut self) {
        self.talk.waiting.push_front(Command::HaltNotice { seconds: HALT_SECONDS });
        self.talk.halt = Halt::Wanted;
    }

    /// Whether it knows all that it must know before the gateway ends; nobody who is not there must know anything.
    pub(crate) fn is_told(&self) -> bool {
        !self.is_up() || matches!(self.talk.halt, Halt::No | Halt::Told)
    }

    /// Reads and writes what there is, without waiting. `progress` says whether the gateway makes progress.
    pub(crate) fn poll(&mut self, now: Duration, progress: bool) -> Vec<Said> {
        if self.port.is_none() {
            if now < self.reopen_at {
                return Vec::new();
            }
            self.reopen_at = now + REOPEN_EVERY;
            match serial::open(&self.path, self.baud) {
                Ok(port) => self.port = Some(port),
                Err(error) => {
                    tracing::debug!(%error, path = %self.path.display(), "the supervisor's line is not there");
                    return Vec::new();
                }
            }
        }
        let Some(port) = &mut self.port else { return Vec::new() };
        let mut octets = [0; 256];
        let outcome = match serial::read_some(port, &mut octets) {
            Ok(count) => {
                self.talk.hear(now, octets.get(..count).unwrap_or_default());
                Ok(())
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(()),
            Err(error) => Err(error),
        };
        let said = self.talk.said();
        let written = outcome.and_then(|()| {
            self.talk.speak(now, progress).into_iter().try_for_each(|frame| port.write_all(&frame))
        });
        if let Err(error) = written {
            tracing::warn!(%error, "the line to the supervisor is gone; it is looked for again");
            self.port = None;
        }
        said
    }
}

/// A board's thresholds as the supervisor keeps them; nothing if they are none that a supervisor takes.
fn for_supervisor(battery: &power::Thresholds) -> Option<Thresholds> {
    let (step, above) = (battery.step(), battery.hysteresis_mv());
    let millivolts = |value: u32| u16::try_from(value).ok();
    let thresholds = Thresholds {
        cell_off_mv: millivolts(step.drop_cell)?,
        cell_on_mv: millivolts(step.drop_cell.saturating_add(above))?,
        board_off_mv: millivolts(step.halt.saturating_sub(LAST_RESORT))?,
        board_on_mv: millivolts(step.halt.saturating_add(above))?,
        hold_s: u16::try_from(battery.hold().as_secs()).ok()?,
        grace_s: GRACE_SECONDS,
    };
    let sane = thresholds.are_sane();
    if !sane {
        tracing::warn!(
            ?thresholds,
            "the supervisor keeps its own thresholds: the board's are none that it takes"
        );
    }
    sane.then_some(thresholds)
}

/// How far it is told that the box halts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Halt {
    No,
    Wanted,
    Sent,
    Told,
}

/// The conversation, without the line.
#[derive(Debug)]
struct Talk {
    halt: Halt,
    client: Client,
    /// What it is told whenever it begins to answer.
    thresholds: Option<Thresholds>,
    waiting: VecDeque<Command>,
    ask_at: Duration,
    token: u32,
    /// The number of the first event of its black box that was not read.
    read: Option<u32>,
}

impl Talk {
    fn new(thresholds: Option<Thresholds>) -> Self {
        let mut first = [0; 2];
        // Without randomness it begins where the run before began, and the supervisor's first answer sets it right.
        let _ = getrandom::fill(&mut first);
        Self {
            client: Client::new(Versions::OURS, u16::from_le_bytes(first)),
            thresholds,
            halt: Halt::No,
            waiting: VecDeque::with_capacity(WAITING),
            ask_at: Duration::ZERO,
            token: 0,
            read: None,
        }
    }

    /// Whether there was room for it.
    fn want(&mut self, command: Command) -> bool {
        let room = self.waiting.len() < WAITING;
        if room {
            self.waiting.push_back(command);
        }
        room
    }

    fn hear(&mut self, now: Duration, octets: &[u8]) {
        self.client.received(millis(now), octets);
    }

    fn said(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        while let Some(incoming) = self.client.incoming() {
            match incoming {
                Incoming::Up { version, identity } => {
                    tracing::info!(version, ?identity, "the supervisor answers");
                    if let Some(thresholds) = self.thresholds {
                        self.want(Command::SetThresholds(thresholds));
                    }
                }
                Incoming::Refused { theirs } => {
                    tracing::error!(
                        ?theirs,
                        "the supervisor's firmware speaks no version of ours: update it"
                    );
                }
                Incoming::Down => tracing::warn!("the supervisor does not answer any more"),
                Incoming::Answer(Answer::Status(status)) => {
                    // What it did while nobody listened is why a box was dark: the last of it goes into the log.
                    // A black box that was lost counts from the start again.
                    let next = status.next_event;
                    let from = self.read.filter(|read| *read <= next);
                    let from = from.unwrap_or_else(|| next.saturating_sub(LAST_EVENTS));
                    self.read = Some(from);
                    if next > from {
                        self.want(Command::ReadBlackBox { from });
                    }
                    if status.step != LadderStep::Watching {
                        tracing::debug!(step = ?status.step, "the supervisor's watchdog");
                    }
                    if status.sensors {
                        said.push(Said::Battery {
                            millivolts: status.battery_mv.into(),
                            charging: status.battery_ma > 0,
                            cell_on: status.rails.cell == RailState::On,
                        });
                    }
                }
                Incoming::Answer(Answer::Refused(refusal)) => {
                    tracing::warn!(?refusal, "the supervisor refuses");
                }
                // One command is under way at a time.
                Incoming::Answer(Answer::Done) if self.halt == Halt::Sent => self.halt = Halt::Told,
                Incoming::Answer(Answer::Events { next, records, .. }) => {
                    let before = self.read.unwrap_or(0);
                    for record in records.iter().filter(|record| record.number >= before) {
                        let (start, seconds) = (record.start, record.at_s);
                        tracing::info!(start, seconds, "the supervisor noted: {:?}", record.event);
                    }
                    let last = records.last().map(|record| record.number.saturating_add(1));
                    self.read = Some(last.unwrap_or(next));
                }
                Incoming::Answer(Answer::Done | Answer::Update(_)) => {}
                Incoming::Notice(Notice::RequestShutdown { seconds, .. }) => {
                    said.push(Said::Halt { seconds })
                }
                Incoming::Notice(Notice::Nudge { .. }) => said.push(Said::Nudge),
            }
        }
        said
    }

    /// The frames that are due.
    fn speak(&mut self, now: Duration, progress: bool) -> Vec<Vec<u8>> {
        if now >= self.ask_at && self.client.is_up() {
            self.ask_at = now + EVERY;
            self.want(Command::Status);
            if progress {
                // A token that does not change feeds nobody.
                self.token = self.token.wrapping_add(1);
            }
            let token = self.token;
            self.want(Command::Feed { token });
        }
        let mut frames = Vec::new();
        loop {
            if let Some(command) = self.waiting.front()
                && self.client.send(command.clone()).is_ok()
                && matches!(self.waiting.pop_front(), Some(Command::HaltNotice { .. }))
            {
                self.halt = Halt::Sent;
            }
            let Some(frame) = self.client.transmit(millis(now)) else { return frames };
            frames.push(frame.to_vec());
        }
    }
}

fn millis(now: Duration) -> u64 {
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
