//! The rules of the user plane, in the terms of TS 29.244. The core writes them; an engine carries them out.
//!
//! A session is a phone's PDN connection. Each packet is matched by the *packet detection rules* in order of precedence;
//! the one that fits names a *forwarding action rule*, *QoS enforcement rules* and *usage reporting rules*.

use core::net::IpAddr;

use crate::identity::{Fteid, Teid};

/// Names a session for its life; never reused while the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// Names a rule of its kind within a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// The rules of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// What packets it catches.
    pub pdrs: heapless::Vec<Pdr, 8>,
    /// What is done with them.
    pub fars: heapless::Vec<Far, 8>,
    /// How fast.
    pub qers: heapless::Vec<Qer, 4>,
    /// What is counted.
    pub urrs: heapless::Vec<Urr, 4>,
}

/// The two sides of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interface {
    /// Towards cells and phones.
    Access,
    /// Towards the internet.
    Core,
}

/// Packet detection rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdr {
    /// Its name.
    pub id: RuleId,
    /// The lower is tried first.
    pub precedence: u32,
    /// What it matches.
    pub pdi: Pdi,
    /// Whether the GTP-U, UDP and IP headers around the packet are taken off.
    pub outer_header_removal: bool,
    /// What is done.
    pub far: RuleId,
    /// How fast; several limit together (bearer and APN-AMBR).
    pub qers: heapless::Vec<RuleId, 2>,
    /// What is counted.
    pub urrs: heapless::Vec<RuleId, 2>,
}

/// Packet detection information: what a packet must have. All that is given must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pdi {
    /// The side that it comes from.
    pub source: Interface,
    /// The tunnel that it comes in (from [`Interface::Access`]).
    pub local_teid: Option<Teid>,
    /// The phone's address: the inner source from access, the destination from core. A packet from access with
    /// another inner source is spoofed.
    pub ue_address: IpAddr,
}

/// Forwarding action rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Far {
    /// Its name.
    pub id: RuleId,
    /// What is done.
    pub action: Action,
}

/// What is done with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Dropped and counted.
    Drop,
    /// Sent out to the internet.
    ForwardToCore,
    /// Sent to a cell in a tunnel.
    ForwardToAccess {
        /// The cell's end of it.
        tunnel: Fteid,
    },
    /// Kept, and the core told of the first one ([`UserPlaneEvent::DownlinkData`]): the phone is idle.
    BufferAndNotify {
        /// The most packets that are kept; the oldest goes first.
        packets: u16,
    },
}

/// QoS enforcement rule: gates and a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Qer {
    /// Its name.
    pub id: RuleId,
    /// Whether packets from the phone pass.
    pub uplink_open: bool,
    /// Whether packets to the phone pass.
    pub downlink_open: bool,
    /// The most from the phone, bit/s; unlimited if absent.
    pub uplink_mbr: Option<u64>,
    /// The most to the phone, bit/s; unlimited if absent.
    pub downlink_mbr: Option<u64>,
}

/// Usage reporting rule: counts volume for as long as the session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Urr {
    /// Its name.
    pub id: RuleId,
}

/// Volume counted by a usage reporting rule, absolute since the session began: repeating or losing a report changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Octets of inner packets from the phone.
    pub uplink_octets: u64,
    /// Octets of inner packets to the phone.
    pub downlink_octets: u64,
    /// Packets from the phone.
    pub uplink_packets: u64,
    /// Packets to the phone.
    pub downlink_packets: u64,
}

/// What the core tells the user plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserPlaneCommand {
    /// A session begins, or all its rules are replaced; what it counted goes on.
    Establish(Box<Session>),
    /// One forwarding action of a session changes. Packets that were kept are sent on when the new action forwards, and
    /// freed when it drops.
    Modify {
        /// The session.
        session: SessionId,
        /// The new rule of the same name.
        far: Far,
    },
    /// A session ends.
    Remove(SessionId),
    /// Packets from this address are taken from now on: a user-plane address of an admitted cell. Counted: as many
    /// [`UserPlaneCommand::RetirePeer`] end it.
    AdmitPeer(IpAddr),
    /// The opposite of one [`UserPlaneCommand::AdmitPeer`].
    RetirePeer(IpAddr),
}

/// What the user plane tells the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserPlaneEvent {
    /// A packet for an idle phone was kept: the first since its rule was set to buffer.
    DownlinkData {
        /// The session that it is for.
        session: SessionId,
    },
    /// A cell does not know a tunnel into which packets of this session were sent. The user plane has verified that the
    /// sender is the cell that the tunnel leads to.
    ErrorIndication {
        /// The session.
        session: SessionId,
        /// The tunnel's end that is gone.
        tunnel: Fteid,
    },
}

/// An engine that carries rules out.
pub trait UserPlane {
    /// Carries a command out before it returns: the next packet meets the new rules.
    fn program(&mut self, command: &UserPlaneCommand) -> Result<(), UserPlaneFull>;

    /// What a session's phone has used, or nothing for an unknown session.
    fn usage(&self, session: SessionId) -> Option<Usage>;
}

/// A table of the user plane is full; it is sized by the same limits as the core's, so this says that they disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserPlaneFull;

impl core::fmt::Display for UserPlaneFull {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the user plane has no room for another session")
    }
}

impl core::error::Error for UserPlaneFull {}
