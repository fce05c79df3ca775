use core::ops::Range;

use pumice_model::identity::Teid;

use super::extension::{ExtensionType, Extensions};
use super::{GtpuError, HEADER_LEN, MessageType};

const VERSION_SHIFT: u8 = 5;
const PROTOCOL_TYPE: u8 = 0x10;
const EXTENSION_FLAG: u8 = 0x04;
const SEQUENCE_FLAG: u8 = 0x02;
const N_PDU_FLAG: u8 = 0x01;
const OPTIONAL_FLAGS: u8 = EXTENSION_FLAG | SEQUENCE_FLAG | N_PDU_FLAG;

/// Sequence number, N-PDU number and type of the first extension header: all there when one of the flags is set.
const OPTIONAL_LEN: usize = 4;

/// A view of a received message: header, extension headers and payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    flags: u8,
    message_type: u8,
    teid: [u8; 4],
    optional: Option<[u8; OPTIONAL_LEN]>,
    /// From the first extension header to the end of the message.
    body: &'a [u8],
    /// Where `body` starts in the datagram, in octets.
    body_at: usize,
    /// Where the payload starts in `body`, in octets.
    payload_at: usize,
}

impl<'a> Packet<'a> {
    /// Checks the header and walks the chain of extension headers. Octets beyond the stated length are not part of the
    /// message.
    ///
    /// # Errors
    /// [`GtpuError::Version`], [`GtpuError::ProtocolType`], [`GtpuError::Truncated`], [`GtpuError::ExtensionLength`] or
    /// [`GtpuError::TooManyExtensions`].
    pub fn new_checked(datagram: &'a [u8]) -> Result<Self, GtpuError> {
        let (header, rest) = datagram.split_first_chunk::<HEADER_LEN>().ok_or(GtpuError::Truncated)?;
        let [flags, message_type, length_high, length_low, teid @ ..] = *header;
        let version = flags >> VERSION_SHIFT;
        if version != 1 {
            return Err(GtpuError::Version(version));
        }
        if flags & PROTOCOL_TYPE == 0 {
            return Err(GtpuError::ProtocolType);
        }
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));
        let rest = rest.get(..length).ok_or(GtpuError::Truncated)?;
        let (optional, body) = if flags & OPTIONAL_FLAGS == 0 {
            (None, rest)
        } else {
            let (optional, body) = rest.split_first_chunk::<OPTIONAL_LEN>().ok_or(GtpuError::Truncated)?;
            (Some(*optional), body)
        };
        let mut packet = Self {
            flags,
            message_type,
            teid,
            optional,
            body,
            body_at: HEADER_LEN + optional.map_or(0, |optional| optional.len()),
            payload_at: 0,
        };
        let mut extensions = packet.extensions();
        for extension in extensions.by_ref() {
            extension?;
        }
        packet.payload_at = extensions.offset();
        Ok(packet)
    }

    /// What the message is for.
    pub fn message_type(&self) -> MessageType {
        self.message_type.into()
    }

    /// The tunnel that it is for; zero in signalling.
    pub fn teid(&self) -> Teid {
        Teid(u32::from_be_bytes(self.teid))
    }

    /// The sequence number, if the flag says that it means something.
    pub fn sequence(&self) -> Option<u16> {
        let [high, low, ..] = self.optional?;
        (self.flags & SEQUENCE_FLAG != 0).then_some(u16::from_be_bytes([high, low]))
    }

    /// The N-PDU number, if the flag says that it means something.
    pub fn n_pdu(&self) -> Option<u8> {
        let [_, _, number, _] = self.optional?;
        (self.flags & N_PDU_FLAG != 0).then_some(number)
    }

    /// The extension headers in order.
    pub fn extensions(&self) -> Extensions<'a> {
        let first = match self.optional {
            Some([.., kind]) if self.flags & EXTENSION_FLAG != 0 => ExtensionType(kind),
            _ => ExtensionType::NONE,
        };
        Extensions::new(first, self.body)
    }

    /// The first extension header that this endpoint would have to understand and that is not among `understood`
    /// (TS 29.281 5.2.1). The message must then be discarded and answered by a Supported Extension Headers Notification.
    pub fn not_understood(&self, understood: &[ExtensionType]) -> Option<ExtensionType> {
        self.extensions()
            .flatten()
            .map(|extension| extension.kind)
            .find(|kind| kind.comprehension().by_endpoint() && !understood.contains(kind))
    }

    /// What the message carries: the user's packet, or information elements.
    pub fn payload(&self) -> &'a [u8] {
        self.body.get(self.payload_at..).unwrap_or_default()
    }

    /// Where [`Self::payload`] is in the datagram, in octets.
    pub fn payload_range(&self) -> Range<usize> {
        self.body_at + self.payload_at..self.body_at + self.body.len()
    }
}
