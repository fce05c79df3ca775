//! What the core's commands do to the tables.

use pumice_model::rules::{Far, Session, SessionId, UserPlaneFull};

use super::Forwarder;
use crate::cause::Cause;
use crate::session::SessionState;
use crate::table::Slot;

impl Forwarder {
    /// Everything is checked before anything changes: a session that finds no room leaves no trace.
    pub(super) fn establish(&mut self, session: &Session) -> Result<(), UserPlaneFull> {
        let mut state = SessionState::new(session, self.now);
        let slot = self.slot_for(session.id)?;
        let (teids, phones, tunnels) = (state.teids(), state.phones(), state.tunnels());
        let (old_teids, old_phones, old_tunnels) = match self.session(slot) {
            Some(former) => (former.teids(), former.phones(), former.tunnels()),
            None => Default::default(),
        };
        self.by_teid.has_room(slot, &old_teids, &teids)?;
        self.by_phone.has_room(slot, &old_phones, &phones)?;
        self.by_tunnel.has_room(slot, &old_tunnels, &tunnels)?;
        self.by_teid.replace(slot, &old_teids, &teids);
        self.by_phone.replace(slot, &old_phones, &phones);
        self.by_tunnel.replace(slot, &old_tunnels, &tunnels);

        let orphans = match self.session_mut(slot) {
            Some(former) => state.inherit(former),
            None => Vec::new(),
        };
        self.put(slot, state);
        self.discard(orphans, Cause::KeptFreed);
        for far in &session.fars {
            self.settle(slot, far.id);
        }
        Ok(())
    }

    pub(super) fn modify(&mut self, session: SessionId, far: Far) -> Result<(), UserPlaneFull> {
        let Some(slot) = self.by_id.get(&session).copied() else {
            tracing::debug!(session = session.0, "no such session to modify");
            return Ok(());
        };
        let Some(state) = self.session_mut(slot) else { return Ok(()) };
        let old_tunnels = state.tunnels();
        let Some(former) =
            state.far_named(far.id).map(|rule| core::mem::replace(&mut rule.action, far.action))
        else {
            tracing::debug!(session = session.0, far = far.id.0, "no such rule to modify");
            return Ok(());
        };
        let tunnels = state.tunnels();
        if let Err(full) = self.by_tunnel.has_room(slot, &old_tunnels, &tunnels) {
            if let Some(rule) = self.session_mut(slot).and_then(|state| state.far_named(far.id)) {
                rule.action = former;
            }
            return Err(full);
        }
        self.by_tunnel.replace(slot, &old_tunnels, &tunnels);
        if let Some(rule) = self.session_mut(slot).and_then(|state| state.far_named(far.id)) {
            rule.tunnel_gone = false;
            rule.notified = false;
        }
        self.settle(slot, far.id);
        Ok(())
    }

    pub(super) fn remove(&mut self, session: SessionId) {
        let Some(slot) = self.by_id.remove(&session) else { return };
        let Some(mut state) = self.sessions.get_mut(slot.0).and_then(Option::take) else { return };
        self.by_teid.replace(slot, &state.teids(), &[]);
        self.by_phone.replace(slot, &state.phones(), &[]);
        self.by_tunnel.replace(slot, &state.tunnels(), &[]);
        self.free.push(slot);
        let waiting: Vec<u64> = state.fars().flat_map(|far| far.kept.drain(..)).collect();
        self.discard(waiting, Cause::KeptFreed);
    }

    /// The place that a session has, or the one that it would get.
    fn slot_for(&self, session: SessionId) -> Result<Slot, UserPlaneFull> {
        if let Some(slot) = self.by_id.get(&session) {
            return Ok(*slot);
        }
        if self.by_id.len() >= self.session_limit {
            return Err(UserPlaneFull);
        }
        Ok(self.free.last().copied().unwrap_or(Slot(self.sessions.len())))
    }

    fn put(&mut self, slot: Slot, state: SessionState) {
        if self.by_id.insert(state.id, slot).is_none() && self.free.last() == Some(&slot) {
            self.free.pop();
        }
        match self.sessions.get_mut(slot.0) {
            Some(place) => *place = Some(state),
            None => self.sessions.push(Some(state)),
        }
    }
}
