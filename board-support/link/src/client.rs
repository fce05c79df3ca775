//! The gateway's side of the line: greets, asks, repeats, keeps the line alive. Octets and time in, octets and events out.

use heapless::Deque;

use crate::frame::{Deframer, Encoded, Frame, encode};
use crate::message::{Answer, Command, FromSupervisor, Greeting, Identity, Notice};
use crate::version::{GREETING, Versions};

#[cfg(test)]
mod tests;

/// Between two hellos without reply.
const HELLO_MS: u64 = 500;
/// Between two hellos after a refusal: only another firmware would answer otherwise.
const REFUSED_MS: u64 = 30_000;
/// Between two sendings of a command.
const RETRY_MS: u64 = 250;
/// Sendings of a command before the line counts as down: three seconds, as erasing a slot may take one.
const TRIES: u8 = 12;
/// Time without an answer after which the client asks whether anybody is there. Notices don't count: both sides have to hear.
const KEEP_ALIVE_MS: u64 = 2_000;
/// Events that wait to be fetched. When there are more, the newest are dropped and counted.
const MAX_WAITING: usize = 16;

/// What a [`Client`] has to tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Incoming {
    /// Hello was exchanged; commands may be sent.
    Up {
        /// The version agreed.
        version: u8,
        /// Who answers.
        identity: Identity,
    },
    /// The supervisor speaks no version of ours.
    Refused {
        /// What it speaks.
        theirs: Versions,
    },
    /// Nobody answers any more. The client greets again by itself. A command without answer may or may not have been
    /// carried out.
    Down,
    /// The answer to the command sent last.
    Answer(Answer),
    /// Said unasked.
    Notice(Notice),
}

/// Why a command was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SendError {
    /// There is no supervisor on the line (yet).
    NotUp,
    /// The command before it has no answer yet.
    Busy,
}

/// What went wrong on the line, counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LineCounts {
    /// Pieces between zeros that were no whole frame.
    pub damaged: u32,
    /// Whole frames that nothing could be made of: another version, unknown, not asked for.
    pub unexpected: u32,
    /// Commands that were sent again.
    pub retries: u32,
    /// Events that nobody fetched in time.
    pub dropped: u32,
}

#[derive(Debug)]
enum State {
    Greeting { next_ms: u64 },
    Up { version: u8, answered_ms: u64, pending: Option<Pending> },
}

#[derive(Debug)]
struct Pending {
    command: Command,
    number: u16,
    /// The client's own question whether anybody is there: its answer is nobody's business.
    keep_alive: bool,
    tries: u8,
    next_ms: u64,
}

/// One supervisor, seen from the gateway.
///
/// The order of calls is: [`received`](Self::received) what came, fetch all [`incoming`](Self::incoming), send what there is to
/// send, then [`transmit`](Self::transmit) until it has nothing more; again at [`next_ms`](Self::next_ms) or when octets come.
#[derive(Debug)]
pub struct Client {
    versions: Versions,
    /// Numbers of hellos and commands. It goes on over a loss of the line, so that late answers fit nothing.
    number: u16,
    deframer: Deframer,
    state: State,
    incoming: Deque<Incoming, MAX_WAITING>,
    counts: LineCounts,
}

impl Client {
    /// A client that greets at once. `first` is the number of its first frame: best one that the run before did not use.
    #[must_use]
    pub fn new(versions: Versions, first: u16) -> Self {
        Self {
            versions,
            number: first,
            deframer: Deframer::default(),
            state: State::Greeting { next_ms: 0 },
            incoming: Deque::new(),
            counts: LineCounts::default(),
        }
    }

    /// Takes what came over the line.
    pub fn received(&mut self, now_ms: u64, octets: &[u8]) {
        for &octet in octets {
            match self.deframer.push(octet) {
                None => {}
                Some(Ok(frame)) => self.frame(now_ms, &frame),
                Some(Err(_)) => self.counts.damaged = self.counts.damaged.saturating_add(1),
            }
        }
    }

    /// What happened, oldest first.
    pub fn incoming(&mut self) -> Option<Incoming> {
        self.incoming.pop_front()
    }

    /// Takes a command; [`transmit`](Self::transmit) sends it, and again until it is answered.
    ///
    /// # Errors
    /// There is nobody to send it to, or another one has no answer yet.
    pub fn send(&mut self, command: Command) -> Result<(), SendError> {
        let State::Up { pending, .. } = &mut self.state else { return Err(SendError::NotUp) };
        match pending {
            // Nobody waits for the client's own question: what is asked now answers it as well.
            Some(busy) if !busy.keep_alive => return Err(SendError::Busy),
            _ => {}
        }
        self.number = self.number.wrapping_add(1);
        *pending = Some(Pending { command, number: self.number, keep_alive: false, tries: 0, next_ms: 0 });
        Ok(())
    }

    /// What is to be sent now. Call it until it gives nothing.
    pub fn transmit(&mut self, now_ms: u64) -> Option<Encoded> {
        match &mut self.state {
            State::Greeting { next_ms } if *next_ms <= now_ms => {
                *next_ms = now_ms + HELLO_MS;
                self.number = self.number.wrapping_add(1);
                encode(GREETING, self.number, &Greeting::Hello(self.versions))
            }
            State::Greeting { .. } => None,
            State::Up { version, answered_ms, pending } => {
                if pending.is_none() && *answered_ms + KEEP_ALIVE_MS <= now_ms {
                    self.number = self.number.wrapping_add(1);
                    let number = self.number;
                    *pending = Some(Pending {
                        command: Command::KeepAlive,
                        number,
                        keep_alive: true,
                        tries: 0,
                        next_ms: 0,
                    });
                }
                let waiting = pending.as_mut().filter(|waiting| waiting.next_ms <= now_ms)?;
                if waiting.tries >= TRIES {
                    self.down(now_ms);
                    return self.transmit(now_ms);
                }
                if waiting.tries > 0 {
                    self.counts.retries = self.counts.retries.saturating_add(1);
                }
                waiting.tries += 1;
                waiting.next_ms = now_ms + RETRY_MS;
                encode(*version, waiting.number, &waiting.command)
            }
        }
    }

    /// When [`transmit`](Self::transmit) wants to be called next, if nothing happens before.
    #[must_use]
    pub fn next_ms(&self) -> u64 {
        match &self.state {
            State::Greeting { next_ms } => *next_ms,
            State::Up { pending: Some(pending), .. } => pending.next_ms,
            State::Up { answered_ms, .. } => *answered_ms + KEEP_ALIVE_MS,
        }
    }

    /// Whether commands may be sent.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(self.state, State::Up { .. })
    }

    /// What went wrong so far.
    #[must_use]
    pub fn counts(&self) -> LineCounts {
        self.counts
    }

    fn frame(&mut self, now_ms: u64, frame: &Frame) {
        if frame.version == GREETING {
            return match frame.message() {
                Some(greeting) => self.greeted(now_ms, frame.number, greeting),
                None => self.unexpected(),
            };
        }
        let State::Up { version, answered_ms, pending } = &mut self.state else { return self.unexpected() };
        if *version != frame.version {
            return self.unexpected();
        }
        match frame.message() {
            Some(FromSupervisor::Notice(notice)) => self.push(Incoming::Notice(notice)),
            Some(FromSupervisor::Answer(answer)) => {
                *answered_ms = now_ms;
                match pending.take_if(|pending| pending.number == frame.number && pending.tries > 0) {
                    Some(Pending { keep_alive: true, .. }) => {}
                    Some(_) => self.push(Incoming::Answer(answer)),
                    // The second answer to a command that was sent twice.
                    None => self.unexpected(),
                }
            }
            None => self.unexpected(),
        }
    }

    fn greeted(&mut self, now_ms: u64, number: u16, greeting: Greeting) {
        match (greeting, &mut self.state) {
            (Greeting::Welcome { version, identity }, State::Greeting { .. })
                if number == self.number
                    && self.versions.common(Versions { min: version, max: version }).is_some() =>
            {
                self.state = State::Up { version, answered_ms: now_ms, pending: None };
                self.push(Incoming::Up { version, identity });
            }
            (Greeting::Sorry(theirs), State::Greeting { next_ms }) if number == self.number => {
                *next_ms = now_ms + REFUSED_MS;
                self.push(Incoming::Refused { theirs });
            }
            (Greeting::HelloFirst, State::Up { .. }) => self.down(now_ms),
            _ => self.unexpected(),
        }
    }

    fn down(&mut self, now_ms: u64) {
        self.state = State::Greeting { next_ms: now_ms };
        self.push(Incoming::Down);
    }

    fn unexpected(&mut self) {
        self.counts.unexpected = self.counts.unexpected.saturating_add(1);
    }

    fn push(&mut self, event: Incoming) {
        if self.incoming.push_back(event).is_err() {
            self.counts.dropped = self.counts.dropped.saturating_add(1);
        }
    }
}
