//! What passes between cells and gateway, as octets, and what can be understood of it.

use core::fmt;

use pumice_core::AssociationId;
use pumice_model::time::Instant;
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::ran::EnbIndex;
use pumice_wire::nas::{self, EmmMessage, Plain, SecurityHeader};
use pumice_wire::s1ap::{self, Message};

/// A message.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When the sender sent it.
    pub at: Instant,
    /// The cell.
    pub cell: EnbIndex,
    /// The association, as the gateway calls it.
    pub association: AssociationId,
    /// Uplink is to the gateway.
    pub direction: Direction,
    /// On which stream.
    pub stream: u16,
    /// The S1AP message.
    pub octets: Vec<u8>,
    /// Whose connection it belongs to, if that is known.
    pub phone: Option<PhoneId>,
    /// The NAS message in it.
    pub nas: Option<TracedNas>,
}

/// A NAS message.
#[derive(Debug, Clone)]
pub struct TracedNas {
    /// As it was sent.
    pub octets: Vec<u8>,
    /// How it is protected; the service request, which has a protection of its own, has none here.
    pub header: Option<SecurityHeader>,
    /// Without protection, where that could be undone.
    pub plain: Option<Vec<u8>>,
    /// Its NAS COUNT, where a key has verified it.
    pub count: Option<u32>,
}

impl Entry {
    /// The message, if it is one.
    pub fn s1ap(&self) -> Option<Message<'_>> {
        s1ap::decode(&self.octets).ok().map(|decoded| decoded.message)
    }

    /// The plain NAS message in it.
    pub fn plain(&self) -> Option<Plain<'_>> {
        nas::decode(self.nas.as_ref()?.plain.as_deref()?).ok()
    }

    /// The EMM message in it.
    pub fn emm(&self) -> Option<EmmMessage<'_>> {
        match self.plain()? {
            Plain::Emm(message) => Some(message),
            Plain::Esm(_) => None,
        }
    }

    /// The name of the S1AP message.
    pub fn s1ap_name(&self) -> &'static str {
        self.s1ap().map_or("?", |message| message.name())
    }

    /// The name of the NAS message in it.
    pub fn nas_name(&self) -> Option<&'static str> {
        let nas = self.nas.as_ref()?;
        match self.plain() {
            Some(plain) => Some(plain.name()),
            None if nas.octets.first().is_some_and(|first| first >> 4 == 12) => Some("Service request"),
            None => Some("?"),
        }
    }

    /// The message in short: `<` from the gateway, `>` to it, the NAS message where a transport carries nothing else of
    /// interest, the S1AP message otherwise, both where both matter.
    pub fn short(&self) -> String {
        let arrow = match self.direction {
            Direction::Uplink => '>',
            Direction::Downlink => '<',
        };
        let name = self.s1ap_name();
        match self.nas_name() {
            None => format!("{arrow} {name}"),
            Some(nas)
                if matches!(name, "InitialUEMessage" | "UplinkNASTransport" | "DownlinkNASTransport") =>
            {
                format!("{arrow} {nas}")
            }
            Some(nas) => format!("{arrow} {name} + {nas}"),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phone = self.phone.map_or_else(String::new, |phone| format!(" phone {}", phone.0));
        let at = self.at.since_start().as_secs_f64();
        write!(f, "{at:>12.3} cell {} stream {}{phone} {}", self.cell.0, self.stream, self.short())
    }
}

/// All that has passed.
#[derive(Debug, Default)]
pub struct Trace {
    entries: Vec<Entry>,
}

impl Trace {
    pub(crate) fn push(&mut self, entry: Entry) -> &Entry {
        self.entries.push(entry);
        self.entries.last().expect("it was just added")
    }

    /// Where the next message will be.
    pub const fn mark(&self) -> usize {
        self.entries.len()
    }

    /// All messages.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The messages from a mark on.
    pub fn since(&self, mark: usize) -> &[Entry] {
        self.entries.get(mark..).unwrap_or_default()
    }

    /// The last messages, for a person.
    pub fn tail(&self, count: usize) -> String {
        let from = self.entries.len().saturating_sub(count);
        self.since(from).iter().map(|entry| format!("{entry}\n")).collect()
    }
}
