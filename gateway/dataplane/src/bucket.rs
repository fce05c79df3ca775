//! A token bucket: the maximum bit rate of a QoS enforcement rule, and the bound on answers to a peer.
//!
//! The level is kept in bit-nanoseconds: in `t` nanoseconds a rate of `r` bit/s adds exactly `r * t`, and an octet costs
//! `8 * 10^9`. Nothing is rounded, so nothing drifts. A packet passes when the bucket holds all of its octets; it is policed,
//! never delayed.

use pumice_model::time::Instant;

const OCTET: u128 = 8_000_000_000;

/// How long a bucket takes to fill: bursts of a fifth of a second pass at line rate, which is what TCP needs over the
/// round-trip times of a slow backhaul.
const FILL_NANOSECONDS: u128 = 200_000_000;

/// The least that a bucket holds, in octets, so that a slow rate still lets a few whole packets pass at once.
const LEAST_OCTETS: u128 = 6_000;

/// Fills at a rate, up to a depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// bit/s.
    rate: u64,
    depth: u128,
    level: u128,
    filled_at: Instant,
}

impl Bucket {
    /// A full bucket for a rate in bit/s. A rate of zero lets nothing pass.
    pub(crate) fn new(rate: u64, now: Instant) -> Self {
        let depth = match rate {
            0 => 0,
            _ => (u128::from(rate) * FILL_NANOSECONDS).max(LEAST_OCTETS * OCTET),
        };
        Self { rate, depth, level: depth, filled_at: now }
    }

    /// The rate that it was made for, in bit/s.
    pub(crate) const fn rate(&self) -> u64 {
        self.rate
    }

    /// Whether so many octets may pass now. They are not taken yet: several buckets must agree first.
    pub(crate) fn holds(&mut self, now: Instant, octets: usize) -> bool {
        let elapsed = now.since(self.filled_at).as_nanos();
        let gain = elapsed.saturating_mul(u128::from(self.rate));
        self.level = self.level.saturating_add(gain).min(self.depth);
        self.filled_at = self.filled_at.max(now);
        self.level >= Self::cost(octets)
    }

    /// Takes octets that [`Self::holds`] said are there.
    pub(crate) fn take(&mut self, octets: usize) {
        self.level = self.level.saturating_sub(Self::cost(octets));
    }

    fn cost(octets: usize) -> u128 {
        u128::try_from(octets).unwrap_or(u128::MAX).saturating_mul(OCTET)
    }
}
