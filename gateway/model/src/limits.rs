//! The bounds of everything, in one table. Every pool is sized by it at start; `docs/operations` lists the defaults.

use serde::{Deserialize, Serialize};

/// How much of everything there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Subscribers in the HSS. One more is refused to the operator.
    pub subscribers: u32,
    /// Phones with a context, attached or remembered. One more gets EMM cause #22 with T3346.
    pub phones: u32,
    /// S1 connections of phones at one time. One more is released by its cell with "control processing overload".
    pub connections: u32,
    /// Bearers of all phones. One more gets ESM cause #26.
    pub bearers: u32,
    /// Cells (eNBs) at one time. One more gets S1 Setup Failure with Time to Wait.
    pub cells: u32,
    /// SCTP associations at one time, with those that have not sent S1 Setup yet. One more is aborted.
    pub associations: u32,
    /// Octets of UE radio capability held for all phones; shared by content. When full, the capability is not kept and the
    /// cell asks its phone again.
    pub radio_capability_octets: u32,
    /// Octets of one UE radio capability. A larger one is not kept.
    pub radio_capability_each: u32,
    /// Packets that wait for one idle phone while it is paged. When full the oldest is dropped.
    pub buffered_packets: u32,
    /// Octets that wait for all idle phones.
    pub buffered_octets: u32,
    /// Events kept for the operator; the oldest is overwritten.
    pub events: u32,
    /// Rows in one page of an API answer.
    pub page: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            subscribers: 2_000,
            phones: 640,
            connections: 640,
            bearers: 1_280,
            cells: 8,
            associations: 16,
            radio_capability_octets: 2 << 20,
            radio_capability_each: 16 << 10,
            buffered_packets: 16,
            buffered_octets: 1 << 20,
            events: 1_024,
            page: 200,
        }
    }
}

/// What the pools may take in memory when full, in octets: an upper estimate that a test holds against the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryBudget {
    /// Subscribers with their keys and APNs.
    pub subscribers: u64,
    /// Phones, connections and bearers.
    pub phones: u64,
    /// Cells and associations.
    pub cells: u64,
    /// UE radio capabilities.
    pub radio_capabilities: u64,
    /// Packets that wait for paged phones.
    pub buffers: u64,
    /// Events.
    pub events: u64,
}

impl Limits {
    /// The budget of these limits.
    pub fn memory_budget(&self) -> MemoryBudget {
        MemoryBudget {
            subscribers: u64::from(self.subscribers) * 1_536,
            phones: u64::from(self.phones) * 4_096
                + u64::from(self.connections) * 2_048
                + u64::from(self.bearers) * 3_072,
            cells: u64::from(self.cells) * 2_048 + u64::from(self.associations) * (256 << 10),
            radio_capabilities: u64::from(self.radio_capability_octets),
            buffers: u64::from(self.buffered_octets),
            events: u64::from(self.events) * 256,
        }
    }
}

impl MemoryBudget {
    /// The sum, in octets.
    pub const fn total(&self) -> u64 {
        self.subscribers + self.phones + self.cells + self.radio_capabilities + self.buffers + self.events
    }
}
