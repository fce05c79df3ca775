//! What was sent and waits for a second look: a file whose dry run is being read, a change that is being previewed. It stays here and
//! the page holds a ticket for it, so that nothing has to be sent twice, keys least of all.

use core::time::Duration;
use std::sync::Arc;

use axum::body::Bytes;
use pumice_model::settings::Values;
use pumice_model::subscriber::Subscriber;
use pumice_model::time::Stamp;
use zeroize::Zeroizing;

use super::token::{hex, random};

#[cfg(test)]
mod tests;

/// Tickets at one time. One more takes the place of the oldest.
const TICKETS: usize = 4;

/// How long one is good.
const GOOD: Duration = Duration::from_secs(15 * 60);

/// How long one is good for what is large.
const LARGE_GOOD: Duration = Duration::from_secs(5 * 60);

/// What waits.
#[derive(Debug)]
pub(crate) enum Held {
    /// Subscribers of a file. Their keys are wiped when this is dropped.
    Subscribers(Vec<Subscriber>),
    /// Settings.
    Settings(Values),
    /// A backup that was made, to be fetched.
    Backup(Bytes),
    /// A bundle of diagnostics, to be fetched.
    Diagnostics(Bytes),
    /// A backup that is to be put back, and its key.
    Restore { backup: Arc<Vec<u8>>, key: Zeroizing<String> },
}

/// What waits, by ticket.
#[derive(Debug, Default)]
pub(crate) struct Tickets(Vec<Ticket>);

#[derive(Debug)]
struct Ticket {
    number: String,
    /// SHA-256 of the session's token: a ticket is good for who got it.
    holder: [u8; 32],
    since: Stamp,
    held: Held,
}

impl Tickets {
    /// Keeps something; nothing if the system has no randomness.
    pub(crate) fn keep(&mut self, held: Held, holder: [u8; 32], now: Stamp) -> Option<String> {
        self.expire(now);
        // Who looks at another change has given up the one before. Of all that is large one is here, whoever it is for: a box has not
        // the memory for two.
        if held.is_large() {
            self.drop_large();
        }
        self.0.retain(|ticket| ticket.holder != holder || ticket.held.is_large() || held.is_large());
        if self.0.len() >= TICKETS {
            self.0.remove(0);
        }
        let number = hex(&random()?);
        self.0.push(Ticket { number: number.clone(), holder, since: now, held });
        Some(number)
    }

    /// Gives it out, once.
    pub(crate) fn take(&mut self, number: &str, holder: [u8; 32], now: Stamp) -> Option<Held> {
        self.expire(now);
        let at = self.0.iter().position(|ticket| ticket.number == number && ticket.holder == holder)?;
        Some(self.0.remove(at).held)
    }

    /// The backup that was made here last.
    pub(crate) fn backup(&mut self, holder: [u8; 32], now: Stamp) -> Option<Bytes> {
        self.expire(now);
        self.0.iter().filter(|ticket| ticket.holder == holder).find_map(|ticket| match &ticket.held {
            Held::Backup(octets) => Some(octets.clone()),
            _ => None,
        })
    }

    /// The bundle that was made here last.
    pub(crate) fn diagnostics(&mut self, holder: [u8; 32], now: Stamp) -> Option<Bytes> {
        self.expire(now);
        self.0.iter().filter(|ticket| ticket.holder == holder).find_map(|ticket| match &ticket.held {
            Held::Diagnostics(octets) => Some(octets.clone()),
            _ => None,
        })
    }

    /// Forgets what is large.
    pub(crate) fn drop_large(&mut self) {
        self.0.retain(|ticket| !ticket.held.is_large());
    }

    /// Forgets what has waited too long.
    pub(crate) fn expire(&mut self, now: Stamp) {
        let waited = |since: Stamp| Duration::from_millis(now.at_millis.saturating_sub(since.at_millis));
        self.0.retain(|ticket| waited(ticket.since) < ticket.held.good());
    }
}

impl Held {
    const fn is_large(&self) -> bool {
        !matches!(self, Self::Settings(_))
    }

    /// How long it may wait.
    pub(crate) const fn good(&self) -> Duration {
        if self.is_large() { LARGE_GOOD } else { GOOD }
    }
}
