//! UE radio capabilities: many kilobytes each, the same for all phones of a model, so kept once per content.

use std::collections::BTreeMap;

use oxirush_security::nas_eps::compute_hash_mme;
use pumice_model::ue::CapabilityHash;

/// The capabilities, each with the number of phones that have it.
#[derive(Debug)]
pub(crate) struct RadioCapabilities {
    kept: BTreeMap<CapabilityHash, (Vec<u8>, u32)>,
    octets: usize,
    most: usize,
    each: usize,
}

/// What became of a capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is new and must be persisted.
    New(CapabilityHash),
    /// Another phone has it too.
    Shared(CapabilityHash),
    /// It finds no room: the cell will ask its phone again.
    NoRoom,
}

impl RadioCapabilities {
    pub(crate) fn new(most: u32, each: u32) -> Self {
        let size = |octets: u32| usize::try_from(octets).unwrap_or(usize::MAX);
        Self { kept: BTreeMap::new(), octets: 0, most: size(most), each: size(each) }
    }

    /// Puts back what was persisted; it stays only if a phone claims it.
    pub(crate) fn restore(&mut self, hash: CapabilityHash, octets: Vec<u8>) {
        if self.octets + octets.len() <= self.most && self.kept.insert(hash, (octets, 0)).is_none() {
            self.octets = self.kept.values().map(|(octets, _)| octets.len()).sum();
        }
    }

    /// One more phone has this one.
    pub(crate) fn claim(&mut self, hash: CapabilityHash) -> bool {
        let Some((_, holders)) = self.kept.get_mut(&hash) else { return false };
        *holders += 1;
        true
    }

    /// Keeps a capability for one phone.
    pub(crate) fn keep(&mut self, octets: &[u8]) -> Kept {
        let hash = digest(octets);
        if let Some((kept, holders)) = self.kept.get_mut(&hash) {
            if kept != octets {
                return Kept::NoRoom;
            }
            *holders += 1;
            return Kept::Shared(hash);
        }
        if octets.is_empty() || octets.len() > self.each || self.octets + octets.len() > self.most {
            return Kept::NoRoom;
        }
        self.octets += octets.len();
        self.kept.insert(hash, (octets.to_vec(), 1));
        Kept::New(hash)
    }

    /// One phone less has it. `true`: none has it any more.
    pub(crate) fn release(&mut self, hash: CapabilityHash) -> bool {
        let Some((octets, holders)) = self.kept.get_mut(&hash) else { return false };
        *holders = holders.saturating_sub(1);
        if *holders > 0 {
            return false;
        }
        self.octets = self.octets.saturating_sub(octets.len());
        self.kept.remove(&hash);
        true
    }

    /// Those that no phone has claimed, which are dropped.
    pub(crate) fn drop_unclaimed(&mut self) -> Vec<CapabilityHash> {
        let unclaimed: Vec<_> =
            self.kept.iter().filter(|(_, (_, holders))| *holders == 0).map(|(hash, _)| *hash).collect();
        for hash in &unclaimed {
            self.release(*hash);
        }
        unclaimed
    }

    pub(crate) fn of(&self, hash: CapabilityHash) -> Option<&[u8]> {
        self.kept.get(&hash).map(|(octets, _)| octets.as_slice())
    }
}

/// Two halves of SHA-256, each cut to 64 bits as HASH_MME is: the digest that is at hand. Equal digests are compared octet by
/// octet, so that nobody can pass a forged capability to another phone.
fn digest(octets: &[u8]) -> CapabilityHash {
    let mut salted = Vec::with_capacity(octets.len() + 1);
    salted.push(1);
    salted.extend_from_slice(octets);
    let (first, second) = (compute_hash_mme(octets), compute_hash_mme(&salted));
    let mut hash = [0; 16];
    for (octet, value) in hash.iter_mut().zip(first.into_iter().chain(second)) {
        *octet = value;
    }
    CapabilityHash(hash)
}

#[cfg(test)]
mod tests;
