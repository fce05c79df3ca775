//! Why packets are dropped: one cause each, and a counter for each cause.

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why a packet went no further.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[$doc])* $variant,)*
        }

        impl Cause {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in metrics.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

causes! {
    /// Nothing remembers the tunnel for which a cell sent an Error Indication.
    ErrorIndicationUnknown = "error_indication_unknown",
    /// An Error Indication came from another address than the tunnel leads to.
    ErrorIndicationForged = "error_indication_forged",
    /// An extension header has length 0, or there are too many.
    ExtensionMalformed = "extension_malformed",
    /// An extension header must be understood and is not; the sender was told, as often as the bound allows.
    ExtensionNotUnderstood = "extension_not_understood",
    /// The rule says to drop.
    ForwardingDrop = "forwarding_drop",
    /// A QoS enforcement rule has the gate closed.
    GateClosed = "gate_closed",
    /// The user's packet is no IP, or its header disagrees with its length or checksum.
    InnerMalformed = "inner_malformed",
    /// More packets wait for the phone, or for all phones, than may: the oldest goes.
    KeptFull = "kept_full",
    /// Packets that waited for a phone that is gone, or whose rule now says to drop.
    KeptFreed = "kept_freed",
    /// A GTP-U message type that nobody handles.
    MessageType = "message_type",
    /// From the core, to a multicast address: mostly the kernel's own messages on the TUN device.
    Multicast = "multicast",
    /// There is no address of our own of the family that the cell's tunnel has.
    NoLocalAddress = "no_local_address",
    /// No rule of the session fits the packet, or the one that fits names no action that can be carried out.
    NoRule = "no_rule",
    /// No phone has the destination address.
    NoSession = "no_session",
    /// The phone sent IP of a version that its bearer is not for. Phones do that unasked, so it is counted apart.
    OtherFamily = "other_family",
    /// Datagrams of our own that nobody fetched in time.
    OutboxFull = "outbox_full",
    /// Phones may not reach each other here.
    PhoneToPhone = "phone_to_phone",
    /// A QoS enforcement rule's rate is exceeded.
    Rate = "rate",
    /// An IPv6 Router Solicitation on a bearer that has no IPv6. Phones send them unasked, so they are counted apart.
    RouterSolicitation = "router_solicitation",
    /// A GTP-U signalling message lacks an information element, or has a wrong one.
    SignallingMalformed = "signalling_malformed",
    /// The phone sent a packet with a source address that is not its own.
    SpoofedSource = "spoofed_source",
    /// The phone sent a packet to a cell's user-plane address, where it could only pose as this gateway.
    TowardsCell = "towards_cell",
    /// The phone sent a packet to this gateway's own user-plane address, where cells are listened to: it could pose as one.
    TowardsGateway = "towards_gateway",
    /// The datagram ends before its header or stated length does.
    Truncated = "truncated",
    /// The datagram is from an address that is no admitted cell's. Never answered.
    UnknownPeer = "unknown_peer",
    /// No session has the tunnel; an Error Indication is sent, as often as the bound allows.
    UnknownTeid = "unknown_teid",
    /// An answer to nothing that was asked.
    Unsolicited = "unsolicited",
    /// Another version than GTPv1, or GTP'.
    Version = "version",
}

/// Packets and their octets, without tunnel headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Packets.
    pub packets: u64,
    /// Octets.
    pub octets: u64,
}

impl Traffic {
    pub(crate) const fn add(&mut self, octets: u64) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets);
    }
}

/// What the forwarder has done since its start, and holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Forwarded from phones.
    pub uplink: Traffic,
    /// Forwarded to phones.
    pub downlink: Traffic,
    /// From phone to phone without leaving the gateway; counted in both others too.
    pub phone_to_phone: Traffic,
    /// Echo Requests answered.
    pub echo_requests: u64,
    /// End Markers received.
    pub end_markers: u64,
    /// Error Indications received and verified.
    pub error_indications_received: u64,
    /// Error Indications sent.
    pub error_indications_sent: u64,
    /// Supported Extension Headers Notifications sent.
    pub extension_notifications_sent: u64,
    /// Sessions at this moment.
    pub sessions: usize,
    /// Admitted cell addresses at this moment.
    pub peers: usize,
    /// Packets that wait for idle phones at this moment.
    pub kept_packets: usize,
    /// Their octets.
    pub kept_octets: usize,
    pub(crate) drops: [u64; Cause::ALL.len()],
}

impl Counters {
    pub(crate) const fn new() -> Self {
        Self {
            uplink: Traffic { packets: 0, octets: 0 },
            downlink: Traffic { packets: 0, octets: 0 },
            phone_to_phone: Traffic { packets: 0, octets: 0 },
            echo_requests: 0,
            end_markers: 0,
            error_indications_received: 0,
            error_indications_sent: 0,
            extension_notifications_sent: 0,
            sessions: 0,
            peers: 0,
            kept_packets: 0,
            kept_octets: 0,
            drops: [0; Cause::ALL.len()],
        }
    }

    /// Packets dropped for this cause.
    pub fn drops(&self, cause: Cause) -> u64 {
        self.drops.get(cause as usize).copied().unwrap_or(0)
    }

    /// Packets dropped for all causes.
    pub fn dropped(&self) -> u64 {
        self.drops.iter().sum()
    }

    pub(crate) fn drop(&mut self, cause: Cause) {
        if let Some(counter) = self.drops.get_mut(cause as usize) {
            *counter = counter.wrapping_add(1);
        }
    }
}
