use core::net::IpAddr;

use pumice_model::identity::Teid;

use super::element;
use super::extension::{Extension, ExtensionType};
use super::{GtpuError, HEADER_LEN, MessageType, Packet};

/// Version 1, protocol type GTP, no optional field.
const PLAIN_FLAGS: u8 = 0x30;
const EXTENSION_FLAG: u8 = 0x04;
const SEQUENCE_FLAG: u8 = 0x02;
const N_PDU_FLAG: u8 = 0x01;

/// The header of a G-PDU without optional fields.
pub const fn g_pdu_header(teid: Teid, payload_length: u16) -> [u8; HEADER_LEN] {
    let [length_high, length_low] = payload_length.to_be_bytes();
    let [a, b, c, d] = teid.0.to_be_bytes();
    [PLAIN_FLAGS, MessageType::GPdu.code(), length_high, length_low, a, b, c, d]
}

/// A message that legal values make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// Asks whether the peer is alive.
    EchoRequest {
        /// Comes back in the response.
        sequence: u16,
    },
    /// Says so.
    EchoResponse {
        /// That of the request.
        sequence: u16,
    },
    /// A G-PDU came for a tunnel that does not exist.
    ErrorIndication {
        /// The tunnel that it came for.
        teid: Teid,
        /// The address that it came to: with the TEID, the end of the tunnel that is not there.
        peer: IpAddr,
    },
    /// What extension headers this node understands.
    SupportedExtensionHeaders {
        /// Their types.
        types: &'a [u8],
    },
    /// The last of a tunnel that was switched.
    EndMarker {
        /// The tunnel.
        teid: Teid,
    },
    /// A user's packet.
    GPdu {
        /// The tunnel.
        teid: Teid,
        /// The packet.
        payload: &'a [u8],
    },
}

impl<'a> Message<'a> {
    /// Reads the information elements that the message must have; others are stepped over.
    ///
    /// # Errors
    /// [`GtpuError::MessageType`] for a type that is none of these, [`GtpuError::MissingElement`], [`GtpuError::ElementLength`],
    /// [`GtpuError::ElementType`] or [`GtpuError::Truncated`] for its information elements.
    pub fn parse(packet: &Packet<'a>) -> Result<Self, GtpuError> {
        let elements = packet.payload();
        match packet.message_type() {
            // A request without a sequence number is wrong (TS 29.281 7.2.1) but answering it harms nobody.
            MessageType::EchoRequest => Ok(Self::EchoRequest { sequence: packet.sequence().unwrap_or(0) }),
            MessageType::EchoResponse => Ok(Self::EchoResponse { sequence: packet.sequence().unwrap_or(0) }),
            MessageType::ErrorIndication => Ok(Self::ErrorIndication {
                teid: element::teid(element::find(elements, element::TEID_DATA_I)?)?,
                peer: element::address(element::find(elements, element::PEER_ADDRESS)?)?,
            }),
            MessageType::SupportedExtensionHeadersNotification => Ok(Self::SupportedExtensionHeaders {
                types: element::find(elements, element::EXTENSION_HEADER_TYPE_LIST)?,
            }),
            MessageType::EndMarker => Ok(Self::EndMarker { teid: packet.teid() }),
            MessageType::GPdu => Ok(Self::GPdu { teid: packet.teid(), payload: elements }),
            MessageType::Other(code) => Err(GtpuError::MessageType(code)),
        }
    }

    /// Appends the message.
    ///
    /// # Errors
    /// [`GtpuError::TooLong`] for a payload of more than 65,535 octets or a list of more than 255 types; nothing of use has
    /// been appended then.
    pub fn emit(&self, out: &mut Vec<u8>) -> Result<(), GtpuError> {
        let mut elements = Vec::new();
        match *self {
            Self::EchoRequest { sequence } => {
                Header::signalling(MessageType::EchoRequest, sequence).emit(&[], out)
            }
            Self::EchoResponse { sequence } => {
                // The restart counter is sent as zero and ignored (TS 29.281 7.2.2).
                let recovery = [element::RECOVERY, 0];
                Header::signalling(MessageType::EchoResponse, sequence).emit(&recovery, out)
            }
            Self::ErrorIndication { teid, peer } => {
                element::emit_teid(teid, &mut elements);
                element::emit_address(peer, &mut elements);
                Header::signalling(MessageType::ErrorIndication, 0).emit(&elements, out)
            }
            Self::SupportedExtensionHeaders { types } => {
                let length = u8::try_from(types.len()).map_err(|_| GtpuError::TooLong(types.len()))?;
                elements.extend_from_slice(&[element::EXTENSION_HEADER_TYPE_LIST, length]);
                elements.extend_from_slice(types);
                Header::signalling(MessageType::SupportedExtensionHeadersNotification, 0).emit(&elements, out)
            }
            Self::EndMarker { teid } => Header::plain(MessageType::EndMarker, teid).emit(&[], out),
            Self::GPdu { teid, payload } => Header::plain(MessageType::GPdu, teid).emit(payload, out),
        }
    }
}

/// A header with all that may be in one, for those who need more than [`Message::emit`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// What the message is for.
    pub message_type: MessageType,
    /// The tunnel; zero in signalling.
    pub teid: Teid,
    /// Sequence number.
    pub sequence: Option<u16>,
    /// N-PDU number.
    pub n_pdu: Option<u8>,
    /// Extension headers in order.
    pub extensions: &'a [Extension<'a>],
}

impl Header<'_> {
    /// A header without optional fields.
    pub const fn plain(message_type: MessageType, teid: Teid) -> Self {
        Self { message_type, teid, sequence: None, n_pdu: None, extensions: &[] }
    }

    /// A header of signalling: the TEID is zero and there is a sequence number (TS 29.281 5.1).
    const fn signalling(message_type: MessageType, sequence: u16) -> Self {
        Self { message_type, teid: Teid(0), sequence: Some(sequence), n_pdu: None, extensions: &[] }
    }

    /// Appends the header and what it carries.
    ///
    /// # Errors
    /// [`GtpuError::TooLong`] when a length field cannot say how much that is.
    pub fn emit(&self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), GtpuError> {
        let mut optional = Vec::new();
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let flags = PLAIN_FLAGS
            | flag(!self.extensions.is_empty(), EXTENSION_FLAG)
            | flag(self.sequence.is_some(), SEQUENCE_FLAG)
            | flag(self.n_pdu.is_some(), N_PDU_FLAG);
        if flags != PLAIN_FLAGS {
            optional.extend_from_slice(&self.sequence.unwrap_or(0).to_be_bytes());
            optional.push(self.n_pdu.unwrap_or(0));
            self.emit_extensions(&mut optional)?;
        }
        let length = optional.len() + payload.len();
        let length = u16::try_from(length).map_err(|_| GtpuError::TooLong(length))?;
        out.extend_from_slice(&[flags, self.message_type.code()]);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&self.teid.0.to_be_bytes());
        out.extend_from_slice(&optional);
        out.extend_from_slice(payload);
        Ok(())
    }

    /// Each extension header is announced by the octet before it, the last octet announces none.
    fn emit_extensions(&self, out: &mut Vec<u8>) -> Result<(), GtpuError> {
        let mut kinds = self.extensions.iter().map(|extension| extension.kind);
        out.push(kinds.next().unwrap_or(ExtensionType::NONE).0);
        for extension in self.extensions {
            extension.emit(kinds.next().unwrap_or(ExtensionType::NONE), out)?;
        }
        Ok(())
    }
}
