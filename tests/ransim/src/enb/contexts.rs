use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pumice_model::identity::{Ebi, EnbUeS1apId, Fteid, MmeUeS1apId, Teid};
use pumice_model::time::Instant;

use super::PhoneId;

/// The connections of an eNB, found by every identity that they have. Ordered maps, so that every run is the same.
#[derive(Debug)]
pub(super) struct Contexts {
    contexts: BTreeMap<EnbUeS1apId, UeContext>,
    by_phone: BTreeMap<PhoneId, EnbUeS1apId>,
    by_teid: BTreeMap<Teid, (EnbUeS1apId, Ebi)>,
    by_activity: BTreeSet<(Instant, EnbUeS1apId)>,
    next_id: u32,
    next_teid: u32,
}

/// A phone's connection.
#[derive(Debug)]
pub(super) struct UeContext {
    /// Whose it is; nothing once the phone has left.
    pub(super) phone: Option<PhoneId>,
    pub(super) mme_ue: Option<MmeUeS1apId>,
    pub(super) erabs: heapless::Vec<Erab, 11>,
    pub(super) setup: Option<PendingSetup>,
    pub(super) release_asked: bool,
    pub(super) active_at: Instant,
    pub(super) radio_capability: Arc<[u8]>,
}

/// A radio access bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Erab {
    pub(super) ebi: Ebi,
    pub(super) local: Teid,
    pub(super) remote: Fteid,
}

/// An Initial Context Setup that waits for the phone.
#[derive(Debug)]
pub(super) struct PendingSetup {
    pub(super) erabs: heapless::Vec<(Ebi, Fteid), 11>,
    pub(super) nas: Vec<Vec<u8>>,
    pub(super) capability_known: bool,
}

impl Contexts {
    pub(super) const fn new(first_teid: u32) -> Self {
        Self {
            contexts: BTreeMap::new(),
            by_phone: BTreeMap::new(),
            by_teid: BTreeMap::new(),
            by_activity: BTreeSet::new(),
            next_id: 1,
            next_teid: first_teid,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.contexts.len()
    }

    /// A context for a phone that connects. What it had before is no longer its own.
    pub(super) fn open(&mut self, phone: PhoneId, now: Instant, radio_capability: Arc<[u8]>) -> EnbUeS1apId {
        let id = self.free_id();
        let context = UeContext {
            phone: Some(phone),
            mme_ue: None,
            erabs: heapless::Vec::new(),
            setup: None,
            release_asked: false,
            active_at: now,
            radio_capability,
        };
        self.contexts.insert(id, context);
        self.by_activity.insert((now, id));
        if let Some(old) = self.by_phone.insert(phone, id).and_then(|old| self.contexts.get_mut(&old)) {
            old.phone = None;
        }
        id
    }

    pub(super) fn get(&self, id: EnbUeS1apId) -> Option<&UeContext> {
        self.contexts.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: EnbUeS1apId) -> Option<&mut UeContext> {
        self.contexts.get_mut(&id)
    }

    pub(super) fn of_phone(&self, phone: PhoneId) -> Option<EnbUeS1apId> {
        self.by_phone.get(&phone).copied()
    }

    pub(super) fn of_mme(&self, mme_ue: MmeUeS1apId) -> Option<EnbUeS1apId> {
        let is = |(_, context): &(&EnbUeS1apId, &UeContext)| context.mme_ue == Some(mme_ue);
        self.contexts.iter().find(is).map(|(id, _)| *id)
    }

    pub(super) fn of_teid(&self, teid: Teid) -> Option<(EnbUeS1apId, Ebi)> {
        self.by_teid.get(&teid).copied()
    }

    pub(super) fn of_remote(&self, remote: Fteid) -> Option<EnbUeS1apId> {
        let has = |context: &UeContext| context.erabs.iter().any(|erab| erab.remote == remote);
        self.contexts.iter().find(|(_, context)| has(context)).map(|(id, _)| *id)
    }

    pub(super) fn ids(&self) -> Vec<EnbUeS1apId> {
        self.contexts.keys().copied().collect()
    }

    /// Gives a bearer its TEID.
    pub(super) fn add_erab(&mut self, id: EnbUeS1apId, ebi: Ebi, remote: Fteid) -> Option<Teid> {
        let context = self.contexts.get_mut(&id)?;
        let local = Teid(self.next_teid);
        context.erabs.push(Erab { ebi, local, remote }).ok()?;
        self.next_teid = self.next_teid.checked_add(1).unwrap_or(1);
        self.by_teid.insert(local, (id, ebi));
        Some(local)
    }

    /// The phone is out of reach: its context lives until the MME releases it.
    pub(super) fn detach_phone(&mut self, id: EnbUeS1apId) -> Option<PhoneId> {
        let phone = self.contexts.get_mut(&id)?.phone.take()?;
        self.by_phone.remove(&phone);
        Some(phone)
    }

    pub(super) fn close(&mut self, id: EnbUeS1apId) -> Option<UeContext> {
        let context = self.contexts.remove(&id)?;
        self.by_activity.remove(&(context.active_at, id));
        for erab in &context.erabs {
            self.by_teid.remove(&erab.local);
        }
        if let Some(phone) = context.phone {
            self.by_phone.remove(&phone);
        }
        Some(context)
    }

    /// Something was sent or received.
    pub(super) fn touch(&mut self, id: EnbUeS1apId, now: Instant) {
        let Some(context) = self.contexts.get_mut(&id) else { return };
        if context.active_at < now {
            self.by_activity.remove(&(context.active_at, id));
            context.active_at = now;
            self.by_activity.insert((now, id));
        }
    }

    /// A context whose release was asked for is not asked again.
    pub(super) fn rest(&mut self, id: EnbUeS1apId) {
        if let Some(context) = self.contexts.get_mut(&id) {
            context.release_asked = true;
            self.by_activity.remove(&(context.active_at, id));
        }
    }

    pub(super) fn oldest_activity(&self) -> Option<Instant> {
        self.by_activity.first().map(|(at, _)| *at)
    }

    pub(super) fn oldest(&self) -> Option<(Instant, EnbUeS1apId)> {
        self.by_activity.first().copied()
    }

    fn free_id(&mut self) -> EnbUeS1apId {
        loop {
            let id = EnbUeS1apId::new(self.next_id & 0x00ff_ffff);
            self.next_id = self.next_id.wrapping_add(1) & 0x00ff_ffff;
            // 24 bits were kept, and fewer than 16 million phones are connected.
            if let Some(id) = id.ok().filter(|id| !self.contexts.contains_key(id)) {
                return id;
            }
        }
    }
}

/// Where a bearer's tunnel ends at the gateway.
pub(super) const fn fteid(address: IpAddr, teid: Teid) -> Fteid {
    Fteid { address, teid }
}
