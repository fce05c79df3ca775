//! S1 connections of phones (TS 36.413: UE-associated logical S1-connections), and the EMM procedure that runs on each.
//!
//! A connection is nobody's until its phone is authenticated: [`Connection::phone`] is set by a verified message or by a
//! completed security mode, never by what a message claims.

use std::collections::BTreeMap;

use pumice_model::identity::{Ecgi, EnbUeS1apId, Imsi, MmeUeS1apId, STmsi, Tai};

use pumice_model::time::Instant;

use crate::epc::EmmState;
use crate::io::AssociationId;

/// Names a connection: its MME UE S1AP ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnectionKey(pub(crate) MmeUeS1apId);

/// A phone's connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) association: AssociationId,
    pub(crate) enb_ue: EnbUeS1apId,
    /// The stream on which its messages are sent; never 0.
    pub(crate) stream: u16,
    pub(crate) tai: Tai,
    pub(crate) ecgi: Option<Ecgi>,
    /// Who the phone told its cell to be.
    pub(crate) s_tmsi: Option<STmsi>,
    /// When it began.
    pub(crate) began: Instant,
    pub(crate) s1: S1State,
    pub(crate) emm: EmmState,
    /// Whose it is, once that is proven.
    pub(crate) phone: Option<Imsi>,
    /// Whether messages on it are protected by the phone's security context (TS 24.301 4.4.2.3, secure exchange).
    pub(crate) secured: bool,
}

/// The S1AP side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum S1State {
    /// NAS passes; the cell has no context.
    Signalling,
    /// Initial Context Setup Request is sent.
    ContextSetup,
    /// The cell has the context.
    Established,
    /// UE Context Release Command is sent: nothing but its completion is awaited.
    Releasing,
}

impl S1State {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Signalling => "signalling",
            Self::ContextSetup => "context setup",
            Self::Established => "established",
            Self::Releasing => "releasing",
        }
    }
}

/// All connections.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    by_key: BTreeMap<ConnectionKey, Connection>,
    by_enb: BTreeMap<(AssociationId, EnbUeS1apId), ConnectionKey>,
    capacity: usize,
}

impl Connections {
    pub(crate) fn new(capacity: u32) -> Self {
        Self { capacity: usize::try_from(capacity).unwrap_or(usize::MAX), ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.by_key.len() >= self.capacity
    }

    pub(crate) fn of(&self, key: ConnectionKey) -> Option<&Connection> {
        self.by_key.get(&key)
    }

    pub(crate) fn of_mut(&mut self, key: ConnectionKey) -> Option<&mut Connection> {
        self.by_key.get_mut(&key)
    }

    pub(crate) fn by_enb(&self, association: AssociationId, enb_ue: EnbUeS1apId) -> Option<ConnectionKey> {
        self.by_enb.get(&(association, enb_ue)).copied()
    }

    pub(crate) fn insert(&mut self, key: ConnectionKey, connection: Connection) {
        self.by_enb.insert((connection.association, connection.enb_ue), key);
        self.by_key.insert(key, connection);
    }

    pub(crate) fn remove(&mut self, key: ConnectionKey) -> Option<Connection> {
        let connection = self.by_key.remove(&key)?;
        self.by_enb.remove(&(connection.association, connection.enb_ue));
        Some(connection)
    }

    /// The connections on which somebody says to be this subscriber and has not proven it.
    pub(crate) fn attempting(&self, imsi: Imsi) -> Vec<ConnectionKey> {
        let claims = |connection: &Connection| {
            connection.emm.attempt().is_some_and(|attempt| attempt.imsi == Some(imsi))
        };
        self.by_key.iter().filter(|(_, connection)| claims(connection)).map(|(key, _)| *key).collect()
    }

    /// One that nobody has proven to be a phone's, the one that began first: it may go where there is no room.
    pub(crate) fn oldest_unproven(&self) -> Option<ConnectionKey> {
        let unproven = self.by_key.iter().filter(|(_, connection)| connection.phone.is_none());
        unproven.min_by_key(|(_, connection)| connection.began).map(|(key, _)| *key)
    }

    /// The connections of an association.
    pub(crate) fn of_association(&self, association: AssociationId) -> Vec<ConnectionKey> {
        let of_it = self.by_enb.range((association, EnbUeS1apId::MIN)..=(association, EnbUeS1apId::MAX));
        of_it.map(|(_, key)| *key).collect()
    }
}
