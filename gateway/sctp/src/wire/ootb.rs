//! Packets out of the blue: well formed, but of no association (RFC 9260 section 8.4).

use std::net::IpAddr;
use std::time::Duration;

use super::packet::{Builder, FLAG_T, Packet, chunk_type};

/// The error cause Stale Cookie (section 3.3.10.3).
const STALE_COOKIE: [u8; 2] = 3u16.to_be_bytes();
/// The error cause Out of Resource (section 3.3.10.4).
const OUT_OF_RESOURCE: [u8; 2] = 4u16.to_be_bytes();
/// The error cause Invalid Mandatory Parameter (section 3.3.10.7).
const INVALID_MANDATORY_PARAMETER: [u8; 2] = 7u16.to_be_bytes();

/// Whether packets between such addresses may be answered at all.
pub(crate) fn is_unicast(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !(ip.is_multicast() || ip.is_broadcast() || ip.is_unspecified()),
        IpAddr::V6(ip) => !(ip.is_multicast() || ip.is_unspecified()),
    }
}

/// The answer to a packet of no association that is neither INIT nor COOKIE ECHO; `None` for silence.
pub(crate) fn reply(packet: &Packet<'_>) -> Option<Vec<u8>> {
    if packet.has(chunk_type::ABORT) {
        return None;
    }
    let builder = Builder::new(packet.destination_port, packet.source_port, packet.tag);
    if packet.has(chunk_type::SHUTDOWN_ACK) {
        return Some(builder.chunk(chunk_type::SHUTDOWN_COMPLETE, FLAG_T, &[]).finish());
    }
    let reports_stale_cookie = packet
        .chunks()
        .any(|chunk| chunk.kind == chunk_type::ERROR && chunk.value.starts_with(&STALE_COOKIE));
    if reports_stale_cookie || packet.has(chunk_type::SHUTDOWN_COMPLETE) || packet.has(chunk_type::COOKIE_ACK)
    {
        return None;
    }
    Some(builder.chunk(chunk_type::ABORT, FLAG_T, &[]).finish())
}

/// Why an INIT or a COOKIE ECHO is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoRoom,
    NotListening,
    ZeroStreams,
}

/// The ABORT for an INIT or a COOKIE ECHO: its tag is the peer's Initiate Tag, the T bit is clear (section 8.4, rule 3).
pub(crate) fn refuse(packet: &Packet<'_>, peer_tag: u32, refusal: Refusal) -> Vec<u8> {
    let mut cause = Vec::new();
    match refusal {
        Refusal::NoRoom => super::packet::append_tlv(&mut cause, OUT_OF_RESOURCE, &[]),
        Refusal::NotListening => {}
        Refusal::ZeroStreams => super::packet::append_tlv(&mut cause, INVALID_MANDATORY_PARAMETER, &[]),
    }
    let builder = Builder::new(packet.destination_port, packet.source_port, peer_tag);
    builder.chunk(chunk_type::ABORT, 0, &cause).finish()
}

/// The ERROR for a cookie that came too late (section 5.2.6): by how much, in microseconds.
pub(crate) fn stale_cookie(packet: &Packet<'_>, peer_tag: u32, stale_by: Duration) -> Vec<u8> {
    let staleness = u32::try_from(stale_by.as_micros()).unwrap_or(u32::MAX);
    let mut cause = Vec::new();
    super::packet::append_tlv(&mut cause, STALE_COOKIE, &staleness.to_be_bytes());
    let builder = Builder::new(packet.destination_port, packet.source_port, peer_tag);
    builder.chunk(chunk_type::ERROR, 0, &cause).finish()
}

/// A token bucket: at most `per_second` answers, saved up for one second at most.
#[derive(Debug)]
pub(crate) struct Budget {
    per_second: u32,
    /// Saved answers in millionths, so that refilling loses nothing.
    micro_tokens: u64,
    refilled: Duration,
}

impl Budget {
    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second, micro_tokens: u64::from(per_second) * 1_000_000, refilled: Duration::ZERO }
    }

    /// Whether one more answer may be given at `now`.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        let elapsed = now.saturating_sub(self.refilled).min(Duration::from_secs(1));
        self.refilled = self.refilled.max(now);
        let elapsed = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let full = u64::from(self.per_second) * 1_000_000;
        self.micro_tokens = full.min(self.micro_tokens + elapsed * u64::from(self.per_second));
        match self.micro_tokens.checked_sub(1_000_000) {
            Some(left) => {
                self.micro_tokens = left;
                true
            }
            None => false,
        }
    }
}
