use core::net::IpAddr;

use pumice_wire::s1ap::Cause;

use crate::phone::{Page, PhoneInput, PhoneOutput};

/// A phone, by its number in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneId(pub u32);

/// What happens to an eNB.
#[derive(Debug, Clone, PartialEq)]
pub enum EnbInput {
    /// The association to the MME stands, with this many outbound streams.
    AssociationUp {
        /// At least two, so that phones' signalling need not use stream 0.
        streams: u16,
    },
    /// The association is gone.
    AssociationDown,
    /// A message from the MME.
    S1ap {
        /// On this stream.
        stream: u16,
        /// The message.
        octets: Vec<u8>,
    },
    /// A GTP-U datagram.
    Datagram {
        /// Who sent it.
        from: IpAddr,
        /// What UDP carries.
        octets: Vec<u8>,
    },
    /// A phone does something.
    Phone {
        /// Which.
        phone: PhoneId,
        /// What.
        output: PhoneOutput,
    },
    /// A test wants something.
    Command(EnbCommand),
    /// Nothing but time has passed.
    Tick,
}

/// What a test wants of an eNB.
#[derive(Debug, Clone, PartialEq)]
pub enum EnbCommand {
    /// Ask for S1 Setup.
    S1Setup,
    /// Ask for a phone's release.
    Release {
        /// Which.
        phone: PhoneId,
        /// Why.
        cause: Cause,
    },
    /// A phone is out of reach: it is told nothing, the MME is.
    LoseRadio {
        /// Which.
        phone: PhoneId,
    },
    /// Reset the connections of these phones, or all.
    Reset {
        /// Which; all, if absent.
        phones: Option<Vec<PhoneId>>,
    },
    /// Forget all and begin anew; the MME is told by the S1 Setup that follows.
    Restart,
    /// Send exactly this.
    SendS1ap {
        /// On this stream.
        stream: u16,
        /// The octets.
        octets: Vec<u8>,
    },
    /// Send exactly this on the user plane.
    SendDatagram {
        /// To whom.
        to: IpAddr,
        /// What UDP carries.
        octets: Vec<u8>,
    },
}

/// What an eNB does.
#[derive(Debug, Clone, PartialEq)]
pub enum EnbOutput {
    /// It says this to the MME.
    S1ap {
        /// On this stream.
        stream: u16,
        /// The message.
        octets: Vec<u8>,
    },
    /// It sends a GTP-U datagram, from port 2152 to port 2152.
    Datagram {
        /// To whom.
        to: IpAddr,
        /// What UDP carries.
        octets: Vec<u8>,
    },
    /// It says this to a phone.
    Phone {
        /// Which.
        phone: PhoneId,
        /// What.
        input: PhoneInput,
    },
    /// It calls a phone over all of its cell.
    Page(Page),
}
