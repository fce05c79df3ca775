//! The supervisor's side of the line: takes frames apart, knows what was answered already.

use pumice_link::{
    Answer, Command, Deframer, Encoded, Frame, FromSupervisor, GREETING, Greeting, Identity, Notice, Refusal,
    Versions, encode,
};

use crate::effect::Effect;
use crate::effect::Effects;

/// Silence after which the gateway counts as gone.
const LOST_MS: u64 = 10_000;

/// What a frame asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// A hello, with its number.
    Hello(u16, Versions),
    /// A command that was not carried out yet, with its number.
    Command(u16, Command),
}

/// The conversation with one gateway.
#[derive(Debug, Default)]
pub(crate) struct Session {
    deframer: Deframer,
    up: Option<Up>,
    notices: u16,
    pub(crate) damaged: u16,
}

#[derive(Debug)]
struct Up {
    version: u8,
    heard_ms: u64,
    /// The last answer, for a command that comes again.
    last: Option<(u16, Encoded)>,
}

impl Session {
    /// Takes one octet. What can be answered without knowing more is answered here.
    pub(crate) fn push(&mut self, now_ms: u64, octet: u8, effects: &mut dyn Effects) -> Option<Request> {
        let Ok(frame) = self.deframer.push(octet)? else {
            self.damaged = self.damaged.saturating_add(1);
            return None;
        };
        if frame.version == GREETING {
            // The supervisor's own greetings would be an echo.
            return match frame.message()? {
                Greeting::Hello(versions) => Some(Request::Hello(frame.number, versions)),
                Greeting::Welcome { .. } | Greeting::Sorry(_) | Greeting::HelloFirst => None,
            };
        }
        self.command(now_ms, &frame, effects)
    }

    fn command(&mut self, now_ms: u64, frame: &Frame, effects: &mut dyn Effects) -> Option<Request> {
        let Some(up) = self.up.as_mut().filter(|up| up.version == frame.version) else {
            greet(frame.number, Greeting::HelloFirst, effects);
            return None;
        };
        up.heard_ms = now_ms;
        if let Some((_, answer)) = up.last.as_ref().filter(|(number, _)| *number == frame.number) {
            effects.apply(Effect::Send(answer));
            return None;
        }
        match frame.message() {
            Some(command) => Some(Request::Command(frame.number, command)),
            None => {
                self.answer(frame.number, Answer::Refused(Refusal::NotUnderstood), effects);
                None
            }
        }
    }

    /// Replies to a hello. `true`: a version was agreed.
    pub(crate) fn greeted(
        &mut self,
        now_ms: u64,
        number: u16,
        theirs: Versions,
        identity: Identity,
        effects: &mut dyn Effects,
    ) -> Option<u8> {
        let version = Versions::OURS.common(theirs);
        // Whoever was there before has been replaced.
        self.up = version.map(|version| Up { version, heard_ms: now_ms, last: None });
        let reply = match version {
            Some(version) => Greeting::Welcome { version, identity },
            None => Greeting::Sorry(Versions::OURS),
        };
        greet(number, reply, effects);
        version
    }

    pub(crate) fn answer(&mut self, number: u16, answer: Answer, effects: &mut dyn Effects) {
        let Some(up) = &mut self.up else { return };
        if let Some(encoded) = encode(up.version, number, &FromSupervisor::Answer(answer)) {
            effects.apply(Effect::Send(&encoded));
            up.last = Some((number, encoded));
        }
    }

    pub(crate) fn say(&mut self, notice: Notice, effects: &mut dyn Effects) {
        let Some(up) = &self.up else { return };
        self.notices = self.notices.wrapping_add(1);
        if let Some(encoded) = encode(up.version, self.notices, &FromSupervisor::Notice(notice)) {
            effects.apply(Effect::Send(&encoded));
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.up.is_some()
    }

    /// Whether the gateway has just been lost.
    pub(crate) fn lost(&mut self, now_ms: u64) -> bool {
        self.up.take_if(|up| now_ms - up.heard_ms >= LOST_MS).is_some()
    }
}

fn greet(number: u16, greeting: Greeting, effects: &mut dyn Effects) {
    if let Some(encoded) = encode(GREETING, number, &greeting) {
        effects.apply(Effect::Send(&encoded));
    }
}
