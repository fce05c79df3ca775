use core::net::IpAddr;
use std::sync::Arc;

use pumice_model::identity::{Apn, Ebi, Gummei, STmsi, Tai};
use pumice_wire::nas::SecurityHeader;
use pumice_wire::s1ap::PagingDrx;

/// What happens to a phone.
#[derive(Debug, Clone, PartialEq)]
pub enum PhoneInput {
    /// It is switched on.
    PowerOn,
    /// It has found a cell of this area, or lost all (`None`).
    Camped(Option<Tai>),
    /// A NAS message.
    Nas(Vec<u8>),
    /// The cell begins security with this K_eNB.
    SecurityKey([u8; 32]),
    /// The cell has set up the radio bearers of these EPS bearers.
    BearersSetUp(heapless::Vec<Ebi, 11>),
    /// A packet on a bearer.
    Packet(Vec<u8>),
    /// The cell took no connection.
    ConnectionRefused,
    /// The connection is gone.
    ConnectionReleased,
    /// The cell calls someone.
    Paged(Page),
    /// Its user or a test wants something.
    Command(Command),
    /// Nothing but time has passed.
    Tick,
}

/// A page as the cell broadcasts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Who is called.
    pub s_tmsi: STmsi,
    /// IMSI modulo 1024, which decides when the phone listens.
    pub ue_identity_index: u16,
    /// The paging cycle that the cell was told to use.
    pub drx: Option<PagingDrx>,
    /// The cell's own.
    pub default_drx: PagingDrx,
}

/// What a phone's user or a test wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Attach now.
    Attach,
    /// Leave politely and stay switched on.
    Detach,
    /// Leave and switch off.
    SwitchOff,
    /// The battery falls out: nobody is told.
    PullBattery,
    /// Report the tracking area; `active` asks for bearers too.
    TrackingAreaUpdate {
        /// Whether there is something to send.
        active: bool,
    },
    /// Ask for bearers although there is nothing to send.
    ServiceRequest,
    /// Ask for a call over the circuit-switched network (extended service request, mobile originating CS fallback).
    CsFallback,
    /// Ask for another PDN connection.
    ConnectPdn {
        /// Its APN.
        apn: Apn,
    },
    /// Give up a PDN connection.
    DisconnectPdn {
        /// Its default bearer.
        ebi: Ebi,
    },
    /// Send an IP packet.
    SendPacket(Vec<u8>),
    /// Send an SMS or the like: 2 to 251 octets.
    SendContainer(Vec<u8>),
    /// Send exactly this plain NAS message, whatever the state is.
    SendNas {
        /// The message.
        plain: Vec<u8>,
        /// How it is protected.
        protection: Protection,
    },
    /// Fetch a page: the phone needs an IP stack.
    HttpGet {
        /// The server.
        address: IpAddr,
        /// Its port.
        port: u16,
        /// What follows the host.
        path: String,
    },
    /// Send echo requests, one a second.
    Ping {
        /// Who is to answer.
        address: IpAddr,
        /// How many.
        count: u16,
    },
    /// Send a datagram and keep what is answered.
    SendDatagram {
        /// The peer.
        address: IpAddr,
        /// Its port.
        port: u16,
        /// What is said.
        payload: Vec<u8>,
    },
}

/// How a scripted message is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    None,
    /// With the phone's security context.
    Current(SecurityHeader),
    /// With the phone's context, but the code is wrong.
    WrongMac(SecurityHeader),
    /// With the phone's context under a COUNT that was used before.
    OldCount(SecurityHeader),
}

/// What a phone does.
#[derive(Debug, Clone, PartialEq)]
pub enum PhoneOutput {
    /// It wants a connection and says this first.
    Connect(ConnectionRequest),
    /// It says this on its connection.
    Nas(Vec<u8>),
    /// Whether the K_eNB of the cell is its own.
    SecurityChecked {
        /// Whether it is.
        agrees: bool,
    },
    /// It sends a packet on a bearer.
    Packet {
        /// The bearer.
        ebi: Ebi,
        /// The packet.
        octets: Vec<u8>,
    },
    /// It leaves its connection without a word.
    Leave,
}

/// A request for a radio connection, as RRC and the Initial UE Message carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRequest {
    /// The first NAS message.
    pub nas: Vec<u8>,
    /// Who it is, if its area is one where it is registered.
    pub s_tmsi: Option<STmsi>,
    /// Where it was registered, otherwise.
    pub gummei: Option<Gummei>,
    /// RRC establishment cause: 2 mt-Access, 3 mo-Signalling, 4 mo-Data.
    pub establishment_cause: u8,
    /// What its radio can do, which the cell asks of it later.
    pub radio_capability: Arc<[u8]>,
}
