//! The envelope of a NAS message (TS 24.301 9.2, 9.3.1).

use super::{NasFault, NasFaultKind};

/// A NAS message as it is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outer<'a> {
    /// Without protection.
    Plain(&'a [u8]),
    /// With protection.
    Protected {
        /// How.
        header: SecurityHeader,
        /// The message authentication code.
        mac: u32,
        /// The low eight bits of the NAS COUNT.
        sequence: u8,
        /// What the code covers: the sequence number and the message, ciphered if it is.
        covered: &'a [u8],
    },
    /// The service request, which is four octets with protection of its own.
    ServiceRequest {
        /// The key set identifier: 0 to 7.
        ksi: u8,
        /// The low five bits of the NAS COUNT.
        sequence: u8,
        /// The low sixteen bits of the message authentication code.
        short_mac: u16,
        /// What the code covers.
        covered: [u8; 2],
    },
}

/// The security header types of protected messages (9.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityHeader {
    /// 1.
    IntegrityProtected,
    /// 2.
    IntegrityProtectedAndCiphered,
    /// 3: a security mode command.
    NewContext,
    /// 4: a security mode complete.
    NewContextCiphered,
}

impl SecurityHeader {
    /// Its number.
    pub const fn number(self) -> u8 {
        match self {
            Self::IntegrityProtected => 1,
            Self::IntegrityProtectedAndCiphered => 2,
            Self::NewContext => 3,
            Self::NewContextCiphered => 4,
        }
    }

    /// Whether the message inside is ciphered.
    pub const fn is_ciphered(self) -> bool {
        matches!(self, Self::IntegrityProtectedAndCiphered | Self::NewContextCiphered)
    }
}

/// Reads the envelope. ESM messages are never alone on the wire with a header type, so a protocol discriminator other
/// than EMM's is plain.
pub fn open(octets: &[u8]) -> Result<Outer<'_>, NasFault> {
    let too_short = NasFault::bare(NasFaultKind::TooShort);
    let (&first, _) = octets.split_first().ok_or(too_short)?;
    if first & 0x0f != 0x07 {
        return Ok(Outer::Plain(octets));
    }
    let header = match first >> 4 {
        0 => return Ok(Outer::Plain(octets)),
        1 => SecurityHeader::IntegrityProtected,
        2 => SecurityHeader::IntegrityProtectedAndCiphered,
        3 => SecurityHeader::NewContext,
        4 => SecurityHeader::NewContextCiphered,
        // 13 to 15 are not used, and interpreted as 12.
        12..=15 => return open_service_request(octets).ok_or(too_short),
        _ => return Err(NasFault::bare(NasFaultKind::UnknownSecurityHeader)),
    };
    // One octet of header, four of code, one of sequence number, and a message of at least two.
    let Some((_, rest)) = octets.split_first() else { return Err(too_short) };
    let Some((mac, covered)) = rest.split_first_chunk::<4>() else { return Err(too_short) };
    match covered {
        [sequence, _, _, ..] => {
            Ok(Outer::Protected { header, mac: u32::from_be_bytes(*mac), sequence: *sequence, covered })
        }
        _ => Err(too_short),
    }
}

fn open_service_request(octets: &[u8]) -> Option<Outer<'_>> {
    let (covered, rest) = octets.split_first_chunk::<2>()?;
    let (short_mac, _) = rest.split_first_chunk::<2>()?;
    let [_, ksi_sequence] = *covered;
    Some(Outer::ServiceRequest {
        ksi: ksi_sequence >> 5,
        sequence: ksi_sequence & 0x1f,
        short_mac: u16::from_be_bytes(*short_mac),
        covered: *covered,
    })
}

/// Puts a message into its envelope. `covered` is the sequence number and the message, ciphered if the header says so.
pub fn protect(header: SecurityHeader, mac: u32, covered: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(covered.len() + 5);
    octets.push(header.number() << 4 | 0x07);
    octets.extend_from_slice(&mac.to_be_bytes());
    octets.extend_from_slice(covered);
    octets
}

/// The octets of a service request that its code covers; the two octets of the short code follow them.
pub const fn service_request(ksi: u8, sequence: u8) -> [u8; 2] {
    [0xc7, (ksi & 0x07) << 5 | sequence & 0x1f]
}
