//! The packets that wait for idle phones, bounded in octets over all phones.
//!
//! How many wait for one phone is bounded where its rule is; here they are in order of arrival, so that the oldest of all is
//! at hand when octets run out.

use std::collections::BTreeMap;

use pumice_model::rules::RuleId;

use crate::table::Slot;

/// What a packet costs beyond its own octets: the entry that holds it. Without it a flood of tiny packets would take many
/// times the memory that the bound says.
const OVERHEAD: usize = 128;

/// A packet with the headroom for its tunnel header in front.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeptPacket {
    pub(crate) slot: Slot,
    pub(crate) far: RuleId,
    pub(crate) urrs: heapless::Vec<RuleId, 2>,
    pub(crate) frame: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Kept {
    packets: BTreeMap<u64, KeptPacket>,
    next: u64,
    octets: usize,
    limit: usize,
}

impl Kept {
    pub(crate) const fn new(limit_octets: usize) -> Self {
        Self { packets: BTreeMap::new(), next: 0, octets: 0, limit: limit_octets }
    }

    pub(crate) fn len(&self) -> usize {
        self.packets.len()
    }

    pub(crate) const fn octets(&self) -> usize {
        self.octets
    }

    /// Whether a frame of this length could ever be kept.
    pub(crate) const fn could_hold(&self, frame: usize) -> bool {
        frame.saturating_add(OVERHEAD) <= self.limit
    }

    /// Whether a frame of this length can be kept now.
    pub(crate) const fn has_room(&self, frame: usize) -> bool {
        self.octets.saturating_add(frame).saturating_add(OVERHEAD) <= self.limit
    }

    /// The packet that has waited longest.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.packets.first_key_value().map(|(number, _)| *number)
    }

    /// Keeps a packet, after [`Self::has_room`] said so, and numbers it.
    pub(crate) fn push(&mut self, packet: KeptPacket) -> u64 {
        let number = self.next;
        self.next += 1;
        self.octets = self.octets.saturating_add(packet.frame.len() + OVERHEAD);
        self.packets.insert(number, packet);
        number
    }

    pub(crate) fn take(&mut self, number: u64) -> Option<KeptPacket> {
        let packet = self.packets.remove(&number)?;
        self.octets = self.octets.saturating_sub(packet.frame.len() + OVERHEAD);
        Some(packet)
    }
}
