//! What is noted of a deed. Texts that a client chose are cut to what a record holds; none of them is a key.

use core::net::IpAddr;

use pumice_model::people::{Actor, AuditEntry, Outcome};
use pumice_model::time::Stamp;

/// What somebody does, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deed {
    /// A word with a dot, as `subscriber.add`.
    pub(crate) action: &'static str,
    /// An IMSI, a key, a name.
    pub(crate) subject: String,
}

impl Deed {
    pub(crate) fn new(action: &'static str, subject: impl ToString) -> Self {
        Self { action, subject: subject.to_string() }
    }

    pub(crate) fn entry(
        &self,
        at: Stamp,
        actor: Actor,
        address: Option<IpAddr>,
        outcome: Outcome,
    ) -> AuditEntry {
        AuditEntry { at, actor, address, action: cut(self.action), subject: cut(&self.subject), outcome }
    }
}

/// As much of a text as fits, without what controls a terminal.
pub(crate) fn cut<const N: usize>(text: &str) -> heapless::String<N> {
    let mut kept = heapless::String::new();
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if kept.push(letter).is_err() {
            break;
        }
    }
    kept
}
