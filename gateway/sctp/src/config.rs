//! What an endpoint is told at start, and the limits it keeps.

use std::net::SocketAddr;
use std::time::Duration;

use crate::EndpointError;

/// Payload protocol identifier of S1AP (TS 36.412 section 7, IANA).
pub const S1AP_PPID: u32 = 18;
/// Payload protocol identifier of NGAP without DTLS (TS 38.412 section 7, IANA).
pub const NGAP_PPID: u32 = 60;

/// The longest time a dead peer may stay unnoticed.
pub const DETECTION_LIMIT: Duration = Duration::from_secs(30);

/// The smallest `max_message` that is accepted, in octets.
const SMALLEST_MAX_MESSAGE: usize = 64 * 1024;
/// The smallest path MTU that is accepted, in octets (RFC 791: every IPv4 host takes 576).
const SMALLEST_MTU: u16 = 576;

/// Which SCTP an endpoint runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// The kernel's where it has one, otherwise the one in user space.
    #[default]
    Auto,
    /// The Linux kernel's.
    Kernel,
    /// Our own process's, over raw sockets (needs CAP_NET_RAW).
    UserSpace,
}

/// Configuration of an [`crate::Endpoint`]. [`Config::new`] gives the defaults; a wrong value is refused by
/// [`crate::Endpoint::bind`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Which SCTP to run on.
    pub backend: Backend,
    /// The addresses to listen on and to connect from, at least one. Port 0 takes an ephemeral one. The unspecified
    /// address takes all of the machine's.
    pub local: Vec<SocketAddr>,
    /// Whether peers may connect. Where not, their INIT is answered with ABORT.
    pub listen: bool,
    /// The payload protocols that are let in, as numbers ([`S1AP_PPID`]).
    pub ppids: Vec<u32>,
    /// The most streams that a peer may send on.
    pub inbound_streams: u16,
    /// The streams that we ask for.
    pub outbound_streams: u16,
    /// The most associations at once, those that we are connecting included.
    pub max_associations: usize,
    /// The longest message in octets, both ways.
    pub max_message: usize,
    /// The most octets that wait, per association, for the peer to take them; 64 are added for each message.
    pub max_queued_bytes: usize,
    /// The MTU of the path in octets, IP header included. The kernel's SCTP finds its own.
    pub mtu: u16,
    /// RTO.Initial (RFC 9260 section 16).
    pub rto_initial: Duration,
    /// RTO.Min.
    pub rto_min: Duration,
    /// RTO.Max, at most 5 s.
    pub rto_max: Duration,
    /// HB.interval.
    pub heartbeat_interval: Duration,
    /// Association.Max.Retrans and Path.Max.Retrans, which are the same for a peer with one address.
    pub max_retransmissions: u16,
    /// Max.Init.Retransmits.
    pub max_init_retransmissions: u16,
    /// Valid.Cookie.Life.
    pub cookie_lifetime: Duration,
    /// User space only: the most packets a second that answer packets of no association (RFC 9260 section 8.4).
    pub ootb_replies_per_second: u32,
}

impl Config {
    /// The defaults, on one local address.
    pub fn new(local: SocketAddr) -> Self {
        Self {
            backend: Backend::Auto,
            local: vec![local],
            listen: true,
            ppids: vec![S1AP_PPID],
            inbound_streams: 32,
            outbound_streams: 32,
            max_associations: 64,
            max_message: 128 * 1024,
            max_queued_bytes: 512 * 1024,
            mtu: 1500,
            rto_initial: Duration::from_secs(1),
            rto_min: Duration::from_millis(500),
            rto_max: Duration::from_secs(2),
            heartbeat_interval: Duration::from_millis(2500),
            max_retransmissions: 6,
            max_init_retransmissions: 4,
            cookie_lifetime: Duration::from_secs(60),
            ootb_replies_per_second: 100,
        }
    }

    /// The longest time after which a dead peer is noticed with these values, whichever back end runs and whether data
    /// or only heartbeats are under way.
    ///
    /// The kernel is the slower one: its heartbeat timer runs HB.interval plus up to 1.5 RTO, the first HEARTBEAT counts
    /// nothing, the first one missed makes the path partially failed, and from there each strike takes up to 1.5 RTO
    /// (`sctp_transport_timeout` in Linux).
    pub fn detection_time(&self) -> Duration {
        let probe = self.rto_max + self.rto_max / 2;
        let kernel = (self.heartbeat_interval + probe) * 2 + probe * u32::from(self.max_retransmissions);
        let user_space =
            self.heartbeat_interval * (u32::from(self.max_retransmissions) + 1) + self.rto_initial;
        kernel.max(user_space)
    }

    /// How long a graceful shutdown may take before it becomes an abort: T5-shutdown-guard (RFC 9260 section 9.2).
    pub(crate) fn shutdown_guard(&self) -> Duration {
        self.rto_max * 5
    }

    pub(crate) fn validate(&self) -> Result<(), EndpointError> {
        let wrong = |field, reason| Err(EndpointError::Config { field, reason });
        if self.local.is_empty() {
            return wrong("local", "at least one address is needed");
        }
        if self.local.iter().any(|local| local.ip().is_multicast()) {
            return wrong("local", "a multicast address has no associations");
        }
        if self.ppids.is_empty() {
            return wrong("ppids", "at least one payload protocol is needed");
        }
        if self.inbound_streams < 2 || self.outbound_streams < 2 {
            return wrong("streams", "a phone's signalling is never on stream 0, so at least 2 are needed");
        }
        if self.max_associations == 0 {
            return wrong("max_associations", "at least 1");
        }
        if self.max_message < SMALLEST_MAX_MESSAGE || self.max_message > 1 << 24 {
            return wrong("max_message", "64 KiB to 16 MiB");
        }
        if self.max_queued_bytes < 2 * self.max_message || self.max_queued_bytes > 1 << 28 {
            return wrong("max_queued_bytes", "at least twice max_message, at most 256 MiB");
        }
        if self.mtu < SMALLEST_MTU {
            return wrong("mtu", "at least 576");
        }
        if self.rto_max > Duration::from_secs(5) {
            return wrong("rto_max", "at most 5 s");
        }
        if self.rto_min.is_zero() || self.rto_min > self.rto_initial || self.rto_initial > self.rto_max {
            return wrong("rto_initial", "RTO.Min <= RTO.Initial <= RTO.Max, none of them zero");
        }
        if self.heartbeat_interval.is_zero() || self.max_retransmissions == 0 {
            return wrong("heartbeat_interval", "without heartbeats a dead peer is never noticed");
        }
        if self.detection_time() > DETECTION_LIMIT {
            return wrong(
                "heartbeat_interval",
                "with these timers a dead peer stays unnoticed for over 30 s",
            );
        }
        if self.max_init_retransmissions == 0 || self.max_init_retransmissions > 8 {
            return wrong("max_init_retransmissions", "1 to 8");
        }
        if self.cookie_lifetime.is_zero() {
            return wrong("cookie_lifetime", "not zero");
        }
        Ok(())
    }
}
