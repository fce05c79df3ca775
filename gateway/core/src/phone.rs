//! Phones: what is known of those that were authenticated, registered or remembered.

use std::collections::{BTreeMap, BTreeSet};

use pumice_model::identity::{Ebi, Ecgi, Fteid, Guti, Imeisv, Imsi, MTmsi, Tai, Teid};
use pumice_model::rules::SessionId;
use pumice_model::time::Instant;
use pumice_model::ue::{BEARERS, BearerRecord, CapabilityHash, UeCapability, UeRecord};

use crate::connection::ConnectionKey;
use crate::io::Ticket;
use crate::security::SecurityContext;

/// A phone.
#[derive(Debug)]
pub(crate) struct Phone {
    pub(crate) imsi: Imsi,
    pub(crate) imeisv: Option<Imeisv>,
    pub(crate) guti: Guti,
    /// Whether it was told its GUTI.
    pub(crate) guti_given: bool,
    /// The GUTI before, valid until the phone has acknowledged the new one.
    pub(crate) previous_guti: Option<Guti>,
    pub(crate) security: SecurityContext,
    pub(crate) capability: UeCapability,
    pub(crate) tai: Tai,
    pub(crate) ecgi: Option<Ecgi>,
    pub(crate) heard: Instant,
    /// Whether it is EMM-REGISTERED; otherwise its security context is all that is kept.
    pub(crate) registered: bool,
    pub(crate) combined: bool,
    /// Its paging cycle as the DRX parameter says, if it has one of its own.
    pub(crate) drx: Option<u16>,
    pub(crate) bearers: heapless::Vec<Bearer, BEARERS>,
    pub(crate) radio_capability: Option<CapabilityHash>,
    pub(crate) connection: Option<ConnectionKey>,
    /// How often it was paged, while it is.
    pub(crate) paged: Option<u8>,
}

/// A bearer with what is known of it only while the process lives.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    pub(crate) record: BearerRecord,
    pub(crate) session: SessionId,
    /// The cell's end of the tunnel, while there is one.
    pub(crate) tunnel: Option<Fteid>,
}

impl Phone {
    /// What is persisted, with the downlink COUNT ceiling at least this high.
    pub(crate) fn record(&self, ceiling: u64) -> UeRecord {
        UeRecord {
            imsi: self.imsi,
            imeisv: self.imeisv,
            guti: self.guti,
            security: self.security.record(ceiling),
            capability: self.capability.clone(),
            tai: self.tai,
            bearers: self.bearers.iter().map(|bearer| bearer.record.clone()).collect(),
            radio_capability: self.radio_capability,
            combined: self.combined,
        }
    }

    /// The bearer of this identity.
    pub(crate) fn bearer_mut(&mut self, ebi: Ebi) -> Option<&mut Bearer> {
        self.bearers.iter_mut().find(|bearer| bearer.record.ebi == ebi)
    }

    /// The bearers as the NAS bearer status says: bit n is bearer identity n.
    pub(crate) fn bearer_status(&self) -> u16 {
        self.bearers.iter().fold(0, |status, bearer| status | 1 << bearer.record.ebi.get())
    }
}

/// All phones, found by IMSI, M-TMSI and session.
#[derive(Debug, Default)]
pub(crate) struct Phones {
    by_imsi: BTreeMap<Imsi, Phone>,
    by_m_tmsi: BTreeMap<MTmsi, Imsi>,
    by_session: BTreeMap<SessionId, Imsi>,
    teids: BTreeSet<Teid>,
    capacity: usize,
}

impl Phones {
    pub(crate) fn new(capacity: u32) -> Self {
        Self { capacity: usize::try_from(capacity).unwrap_or(usize::MAX), ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_imsi.len()
    }

    pub(crate) fn of(&self, imsi: Imsi) -> Option<&Phone> {
        self.by_imsi.get(&imsi)
    }

    pub(crate) fn of_mut(&mut self, imsi: Imsi) -> Option<&mut Phone> {
        self.by_imsi.get_mut(&imsi)
    }

    /// The phone that holds this GUTI, now or until it acknowledges the next.
    pub(crate) fn by_guti(&self, guti: Guti) -> Option<Imsi> {
        let imsi = *self.by_m_tmsi.get(&guti.m_tmsi)?;
        let phone = self.of(imsi)?;
        (phone.guti == guti || phone.previous_guti == Some(guti)).then_some(imsi)
    }

    /// The phone of this M-TMSI, for a service request, whose GUMMEI the cell has matched.
    pub(crate) fn by_m_tmsi(&self, m_tmsi: MTmsi) -> Option<Imsi> {
        self.by_m_tmsi.get(&m_tmsi).copied()
    }

    pub(crate) fn by_session(&self, session: SessionId) -> Option<Imsi> {
        self.by_session.get(&session).copied()
    }

    /// Whether a bearer has this TEID.
    pub(crate) fn has_teid(&self, teid: Teid) -> bool {
        self.teids.contains(&teid)
    }

    /// The commits through this ticket failed: ceilings raised in them are asked for again.
    pub(crate) fn raises_failed(&mut self, through: Ticket) {
        for phone in self.by_imsi.values_mut() {
            phone.security.raise_failed(through);
        }
    }

    /// Whether an M-TMSI is in use.
    pub(crate) fn holds(&self, m_tmsi: MTmsi) -> bool {
        self.by_m_tmsi.contains_key(&m_tmsi)
    }

    /// Whether a phone may be added: it is here already, there is room, or room can be made.
    pub(crate) fn has_room_for(&self, imsi: Imsi) -> bool {
        self.by_imsi.len() < self.capacity
            || self.by_imsi.contains_key(&imsi)
            || self.oldest_remembered().is_some()
    }

    /// The phone that may be forgotten to make room: the one that is not registered and was not heard of for longest.
    pub(crate) fn oldest_remembered(&self) -> Option<Imsi> {
        let remembered =
            self.by_imsi.values().filter(|phone| !phone.registered && phone.connection.is_none());
        remembered.min_by_key(|phone| (phone.heard, phone.imsi)).map(|phone| phone.imsi)
    }

    /// Whether [`Phones::insert`] of another phone needs one to be forgotten first.
    pub(crate) fn is_full(&self) -> bool {
        self.by_imsi.len() >= self.capacity
    }

    /// Adds or replaces a phone. The caller has seen that there is room.
    pub(crate) fn insert(&mut self, phone: Phone) {
        self.remove(phone.imsi);
        self.index(&phone);
        self.by_imsi.insert(phone.imsi, phone);
    }

    pub(crate) fn remove(&mut self, imsi: Imsi) -> Option<Phone> {
        let phone = self.by_imsi.remove(&imsi)?;
        self.by_m_tmsi.remove(&phone.guti.m_tmsi);
        if let Some(previous) = phone.previous_guti {
            self.by_m_tmsi.remove(&previous.m_tmsi);
        }
        for bearer in &phone.bearers {
            self.by_session.remove(&bearer.session);
            self.teids.remove(&bearer.record.teid);
        }
        Some(phone)
    }

    /// Gives a phone a new GUTI; the old one is valid until [`Phones::acknowledge_guti`].
    pub(crate) fn reallocate_guti(&mut self, imsi: Imsi, guti: Guti) {
        let Some(phone) = self.by_imsi.get_mut(&imsi) else { return };
        if let Some(older) = phone.previous_guti.replace(phone.guti) {
            self.by_m_tmsi.remove(&older.m_tmsi);
        }
        phone.guti = guti;
        self.by_m_tmsi.insert(guti.m_tmsi, imsi);
    }

    /// The phone has its new GUTI: the one before is free.
    pub(crate) fn acknowledge_guti(&mut self, imsi: Imsi) {
        if let Some(previous) = self.by_imsi.get_mut(&imsi).and_then(|phone| phone.previous_guti.take()) {
            self.by_m_tmsi.remove(&previous.m_tmsi);
        }
    }

    /// Adds a bearer. `false`: it has no room for another.
    pub(crate) fn add_bearer(&mut self, imsi: Imsi, bearer: Bearer) -> bool {
        let Some(phone) = self.by_imsi.get_mut(&imsi) else { return false };
        let (session, teid) = (bearer.session, bearer.record.teid);
        if phone.bearers.push(bearer).is_err() {
            return false;
        }
        self.by_session.insert(session, imsi);
        self.teids.insert(teid);
        true
    }

    /// Takes all bearers of a phone away.
    pub(crate) fn take_bearers(&mut self, imsi: Imsi) -> heapless::Vec<Bearer, BEARERS> {
        let Some(phone) = self.by_imsi.get_mut(&imsi) else { return heapless::Vec::new() };
        for bearer in &phone.bearers {
            self.by_session.remove(&bearer.session);
            self.teids.remove(&bearer.record.teid);
        }
        core::mem::take(&mut phone.bearers)
    }

    /// How many bearers there are.
    pub(crate) fn bearers(&self) -> usize {
        self.by_session.len()
    }

    /// The phones after this one, in order.
    pub(crate) fn after(&self, imsi: Option<Imsi>) -> impl Iterator<Item = &Phone> {
        let from = imsi.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        self.by_imsi.range((from, std::ops::Bound::Unbounded)).map(|(_, phone)| phone)
    }

    fn index(&mut self, phone: &Phone) {
        self.by_m_tmsi.insert(phone.guti.m_tmsi, phone.imsi);
        if let Some(previous) = phone.previous_guti {
            self.by_m_tmsi.insert(previous.m_tmsi, phone.imsi);
        }
        for bearer in &phone.bearers {
            self.by_session.insert(bearer.session, phone.imsi);
            self.teids.insert(bearer.record.teid);
        }
    }
}
