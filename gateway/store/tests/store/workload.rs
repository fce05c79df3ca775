//! Random batches of changes, the same for the same seed, and what they must leave behind.

use std::collections::BTreeMap;

use pumice_model::change::{Change, Counter, Durability, DurableState, LearnedCell};
use pumice_model::identity::{GlobalEnbId, Imsi};
use pumice_model::subscriber::Subscriber;
use pumice_model::ue::{CapabilityHash, UeRecord};

use crate::fixtures::{cell, imsi, subscriber, ue};

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn small(&mut self, end: u32) -> u32 {
        u32::try_from(self.below(end.into())).unwrap()
    }
}

/// Some changes of some of 12 phones; half of the batches need nothing more than NORMAL.
pub(crate) fn batch(random: &mut Random) -> Vec<Change> {
    let normal = random.below(2) == 0;
    (0..1 + random.below(4)).map(|_| change(random, normal)).collect()
}

fn change(random: &mut Random, normal: bool) -> Change {
    let n = random.small(12);
    let record = |random: &mut Random| Box::new(ue(n, random.small(1 << 24), 1));
    let hash = CapabilityHash([u8::try_from(n).unwrap(); 16]);
    match random.below(if normal { 5 } else { 14 }) {
        0..=2 => Change::PutUe(record(random)),
        3 => Change::RemoveUe(imsi(n)),
        4 if random.below(3) == 0 => Change::RemoveRadioCapability(hash),
        4 => Change::PutRadioCapability {
            hash,
            octets: vec![random.small(256) as u8; 300 + random.small(9_000) as usize],
        },
        // Lower ones among them, which must change nothing.
        5 | 6 => Change::Ceiling { counter: Counter::Seq, ceiling: random.below(1 << 40) },
        7 => Change::Ceiling { counter: Counter::MTmsi, ceiling: random.below(1 << 30) },
        8 | 9 => Change::RaiseUeCeilings(record(random)),
        10 | 11 => Change::PutSubscriber(Box::new(subscriber(n, random.small(256) as u8))),
        12 if random.below(2) == 0 => Change::RemoveSubscriber(imsi(n)),
        12 => Change::ForgetCell(cell(n).enb),
        _ => Change::LearnCell(cell(n)),
    }
}

/// How durable a batch is when its commit returns.
pub(crate) fn durability(changes: &[Change]) -> Durability {
    changes.iter().map(Change::durability).max().unwrap()
}

/// What must be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) seq: u64,
    pub(crate) m_tmsi: u64,
    pub(crate) subscribers: BTreeMap<Imsi, Subscriber>,
    pub(crate) ues: BTreeMap<Imsi, UeRecord>,
    pub(crate) radio_capabilities: BTreeMap<CapabilityHash, Vec<u8>>,
    pub(crate) cells: BTreeMap<GlobalEnbId, LearnedCell>,
}

impl Expected {
    pub(crate) fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change.clone() {
                Change::Ceiling { counter: Counter::Seq, ceiling } => self.seq = self.seq.max(ceiling),
                Change::Ceiling { counter: Counter::MTmsi, ceiling } => {
                    self.m_tmsi = self.m_tmsi.max(ceiling)
                }
                Change::PutSubscriber(subscriber) => {
                    self.subscribers.insert(subscriber.imsi, *subscriber);
                }
                Change::RemoveSubscriber(imsi) => {
                    self.subscribers.remove(&imsi);
                    self.ues.remove(&imsi);
                }
                Change::PutUe(ue) | Change::RaiseUeCeilings(ue) => {
                    self.ues.insert(ue.imsi, *ue);
                }
                Change::RemoveUe(imsi) => {
                    self.ues.remove(&imsi);
                }
                Change::PutRadioCapability { hash, octets } => {
                    self.radio_capabilities.insert(hash, octets);
                }
                Change::RemoveRadioCapability(hash) => {
                    self.radio_capabilities.remove(&hash);
                }
                Change::LearnCell(cell) => {
                    self.cells.insert(cell.enb, cell);
                }
                Change::ForgetCell(enb) => {
                    self.cells.remove(&enb);
                }
            }
        }
    }
}

impl From<DurableState> for Expected {
    fn from(state: DurableState) -> Self {
        Self {
            seq: state.seq_ceiling,
            m_tmsi: state.m_tmsi_ceiling,
            subscribers: state
                .subscribers
                .into_iter()
                .map(|subscriber| (subscriber.imsi, subscriber))
                .collect(),
            ues: state.ues.into_iter().map(|ue| (ue.imsi, ue)).collect(),
            radio_capabilities: state.radio_capabilities.into_iter().collect(),
            cells: state.learned_cells.into_iter().map(|cell| (cell.enb, cell)).collect(),
        }
    }
}
