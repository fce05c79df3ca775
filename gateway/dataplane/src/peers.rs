//! The user-plane addresses of admitted cells: datagrams from any other address are not even looked at.

use core::net::IpAddr;
use std::collections::HashMap;

use pumice_model::rules::UserPlaneFull;
use pumice_model::time::Instant;

use crate::bucket::Bucket;

/// What may be sent to a peer in answer to its faults, in bit/s: some 35 Error Indications a second, after a burst of
/// 160. A cell that lost all its tunnels still learns of each within seconds.
const ANSWERS: u64 = 10_000;

/// Addresses that a cell may have at one time: IPv4 and IPv6, and both again while it changes them.
const ADDRESSES_PER_CELL: usize = 4;

#[derive(Debug)]
pub(crate) struct Peers {
    admitted: HashMap<IpAddr, Peer>,
    limit: usize,
}

#[derive(Debug)]
struct Peer {
    admissions: u32,
    answers: Bucket,
}

impl Peers {
    pub(crate) fn new(cells: usize) -> Self {
        let limit = cells.saturating_mul(ADDRESSES_PER_CELL);
        Self { admitted: HashMap::with_capacity(limit), limit }
    }

    pub(crate) fn len(&self) -> usize {
        self.admitted.len()
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.admitted.contains_key(&address)
    }

    pub(crate) fn admit(&mut self, address: IpAddr) -> Result<(), UserPlaneFull> {
        let address = address.to_canonical();
        if let Some(peer) = self.admitted.get_mut(&address) {
            peer.admissions = peer.admissions.saturating_add(1);
            return Ok(());
        }
        if self.admitted.len() >= self.limit {
            return Err(UserPlaneFull);
        }
        self.admitted.insert(address, Peer { admissions: 1, answers: Bucket::new(ANSWERS, Instant::ZERO) });
        Ok(())
    }

    pub(crate) fn retire(&mut self, address: IpAddr) {
        let address = address.to_canonical();
        let Some(peer) = self.admitted.get_mut(&address) else { return };
        peer.admissions = peer.admissions.saturating_sub(1);
        if peer.admissions == 0 {
            self.admitted.remove(&address);
        }
    }

    /// Whether an answer of so many octets may go to a peer now; if so, it is counted as sent.
    pub(crate) fn may_answer(&mut self, address: IpAddr, now: Instant, octets: usize) -> bool {
        let Some(peer) = self.admitted.get_mut(&address) else { return false };
        let may = peer.answers.holds(now, octets);
        if may {
            peer.answers.take(octets);
        }
        may
    }
}
