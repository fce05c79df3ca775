//! The association and S1 Setup (TS 36.413 8.7.3).

use core::time::Duration;

use pumice_wire::s1ap::{Cause, Message, S1SetupFailure, S1SetupRequest, S1SetupResponse, TimeToWait};

use super::{Enb, EnbOutput};

/// How far S1 Setup has come.
#[derive(Debug, Clone, PartialEq)]
pub enum S1State {
    /// There is no association.
    Down,
    /// There is one, and nothing was asked yet.
    Up,
    /// S1 Setup was asked for.
    Requested,
    /// The MME serves this cell.
    Ready(S1SetupResponse),
    /// The MME does not.
    Refused(S1SetupFailure),
}

impl S1State {
    /// Whether phones are served.
    pub const fn is_ready(&self) -> bool {
        matches!(self, Self::Ready(_))
    }

    /// Why the MME does not serve this cell.
    pub const fn refusal(&self) -> Option<Cause> {
        match self {
            Self::Refused(failure) => Some(failure.cause),
            _ => None,
        }
    }
}

impl Enb {
    pub(super) fn association_up(&mut self, streams: u16, out: &mut Vec<EnbOutput>) {
        self.streams = streams.max(1);
        self.s1 = S1State::Up;
        if self.config.sets_up && !self.scripted {
            self.request_setup(out);
        }
    }

    pub(super) fn association_down(&mut self, out: &mut Vec<EnbOutput>) {
        self.s1 = S1State::Down;
        self.setup_timer = None;
        self.drop_all(out);
    }

    pub(super) fn request_setup(&mut self, out: &mut Vec<EnbOutput>) {
        if self.s1 == S1State::Down {
            return;
        }
        // S1 Setup erases what both sides know of phones (8.7.3.1).
        self.drop_all(out);
        self.s1 = S1State::Requested;
        self.setup_timer = Some(self.now + self.config.setup_retry);
        let request = S1SetupRequest {
            enb: self.config.id,
            name: self.config.name.clone(),
            supported_tas: self.config.supported_tas.clone(),
            default_paging_drx: self.config.default_paging_drx,
        };
        self.send(0, &Message::S1SetupRequest(request), out);
    }

    pub(super) fn setup_done(&mut self, response: S1SetupResponse) {
        self.setup_timer = None;
        self.s1 = S1State::Ready(response);
    }

    pub(super) fn setup_failed(&mut self, failure: S1SetupFailure) {
        let wait = failure.time_to_wait.map_or(self.config.setup_retry, span);
        self.setup_timer = Some(self.now + wait);
        self.s1 = S1State::Refused(failure);
    }
}

const fn span(time: TimeToWait) -> Duration {
    Duration::from_secs(match time {
        TimeToWait::V1 => 1,
        TimeToWait::V2 => 2,
        TimeToWait::V5 => 5,
        TimeToWait::V10 => 10,
        TimeToWait::V20 => 20,
        TimeToWait::V60 => 60,
    })
}
