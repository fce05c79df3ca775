//! GTP-U (TS 29.281): the tunnels between cells and the gateway.
//!
//! Two forms, as elsewhere in this crate: a [`Packet`] is a view of a received datagram that is checked once and never
//! fails after; a [`Message`] holds only legal values and can always be written. A G-PDU needs no message: its payload is
//! where [`Packet::payload_range`] says, and [`g_pdu_header`] is all that goes in front of one.
//!
//! ```
//! use pumice_model::identity::Teid;
//! use pumice_wire::gtpu::{self, Message, Packet};
//!
//! let mut datagram = gtpu::g_pdu_header(Teid(0x1234), 3).to_vec();
//! datagram.extend_from_slice(b"abc");
//! let packet = Packet::new_checked(&datagram)?;
//! assert_eq!(Message::parse(&packet)?, Message::GPdu { teid: Teid(0x1234), payload: b"abc" });
//! # Ok::<(), gtpu::GtpuError>(())
//! ```

mod element;
mod extension;
mod message;
mod packet;
#[cfg(test)]
mod tests;

use core::fmt;

pub use extension::{Comprehension, Extension, ExtensionType, Extensions, MAX_EXTENSIONS};
pub use message::{Header, Message, g_pdu_header};
pub use packet::Packet;

/// The registered UDP port of GTP-U (TS 29.281 4.4.2).
pub const PORT: u16 = 2152;

/// Octets of a header without optional fields, which is all that a G-PDU to a cell needs.
pub const HEADER_LEN: usize = 8;

/// What a message is for (TS 29.281 table 6.1-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// Asks whether the peer is alive.
    EchoRequest,
    /// Says so.
    EchoResponse,
    /// A G-PDU came for a tunnel that does not exist.
    ErrorIndication,
    /// A message had an extension header that must be understood and is not.
    SupportedExtensionHeadersNotification,
    /// The last of a tunnel that was switched.
    EndMarker,
    /// A user's packet.
    GPdu,
    /// A type that GTP-U does not define, or that is not handled here.
    Other(u8),
}

impl MessageType {
    /// The number on the wire.
    pub const fn code(self) -> u8 {
        match self {
            Self::EchoRequest => 0x01,
            Self::EchoResponse => 0x02,
            Self::ErrorIndication => 0x1a,
            Self::SupportedExtensionHeadersNotification => 0x1f,
            Self::EndMarker => 0xfe,
            Self::GPdu => 0xff,
            Self::Other(code) => code,
        }
    }
}

impl From<u8> for MessageType {
    fn from(code: u8) -> Self {
        match code {
            0x01 => Self::EchoRequest,
            0x02 => Self::EchoResponse,
            0x1a => Self::ErrorIndication,
            0x1f => Self::SupportedExtensionHeadersNotification,
            0xfe => Self::EndMarker,
            0xff => Self::GPdu,
            other => Self::Other(other),
        }
    }
}

/// Why octets are not a message, or a message not octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GtpuError {
    /// An information element has a length that its type does not allow.
    ElementLength {
        /// Its type.
        element: u8,
        /// The length on the wire, in octets.
        length: usize,
    },
    /// An information element of fixed, unknown length: what follows it cannot be found (TS 29.281 8.1).
    ElementType(u8),
    /// An extension header says that it is zero octets long, so the chain would never end.
    ExtensionLength,
    /// The message type is not one that is parsed.
    MessageType(u8),
    /// A mandatory information element is absent.
    MissingElement(u8),
    /// GTP', which is for charging: the protocol type flag is clear.
    ProtocolType,
    /// More octets than the length field can say.
    TooLong(usize),
    /// More extension headers than [`MAX_EXTENSIONS`].
    TooManyExtensions,
    /// The octets end before the header, its options, an extension or the stated length does.
    Truncated,
    /// Another version than 1.
    Version(u8),
}

impl fmt::Display for GtpuError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ElementLength { element, length } => {
                write!(f, "information element {element} of {length} octets")
            }
            Self::ElementType(element) => write!(f, "information element {element} of unknown length"),
            Self::ExtensionLength => f.write_str("an extension header of length 0"),
            Self::MessageType(code) => write!(f, "message type {code}"),
            Self::MissingElement(element) => write!(f, "information element {element} is absent"),
            Self::ProtocolType => f.write_str("GTP' instead of GTP"),
            Self::TooLong(octets) => write!(f, "{octets} octets do not fit in a message"),
            Self::TooManyExtensions => write!(f, "more than {MAX_EXTENSIONS} extension headers"),
            Self::Truncated => f.write_str("the message is cut"),
            Self::Version(version) => write!(f, "GTP version {version}"),
        }
    }
}

impl core::error::Error for GtpuError {}
