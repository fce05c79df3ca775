//! By what a packet is found to belong to a session: one table each for tunnels, phones' addresses and cells' tunnel ends.

use core::hash::Hash;
use std::collections::HashMap;

use pumice_model::rules::UserPlaneFull;

/// The place of a session in the forwarder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(pub(crate) usize);

/// Finds the session that has a key. A key has one owner, the one that claimed it last: the core hands a tunnel or address
/// out again only when the former owner is done with it.
#[derive(Debug)]
pub(crate) struct Table<K> {
    owners: HashMap<K, Slot>,
    limit: usize,
}

impl<K: Copy + Eq + Hash> Table<K> {
    pub(crate) fn new(limit: usize) -> Self {
        // Twice the room: the map then reuses what was removed and never grows.
        Self { owners: HashMap::with_capacity(limit.saturating_mul(2)), limit }
    }

    pub(crate) fn owner(&self, key: K) -> Option<Slot> {
        self.owners.get(&key).copied()
    }

    /// Whether `slot` may have the keys `new` in place of the keys `old`.
    pub(crate) fn has_room(&self, slot: Slot, old: &[K], new: &[K]) -> Result<(), UserPlaneFull> {
        let freed = old.iter().filter(|key| !new.contains(key) && self.owner(**key) == Some(slot)).count();
        let needed = new.iter().filter(|key| !self.owners.contains_key(key)).count();
        if self.owners.len() + needed > self.limit + freed {
            return Err(UserPlaneFull);
        }
        Ok(())
    }

    /// Gives `slot` the keys `new` in place of the keys `old`, after [`Self::has_room`] said so.
    pub(crate) fn replace(&mut self, slot: Slot, old: &[K], new: &[K]) {
        for key in old.iter().filter(|key| !new.contains(key)) {
            if self.owner(*key) == Some(slot) {
                self.owners.remove(key);
            }
        }
        for key in new {
            // What another has taken since stays with it.
            if !old.contains(key) || self.owner(*key).is_none() {
                self.owners.insert(*key, slot);
            }
        }
    }
}
