//! Frames: from octets on a noisy line to a body that is whole.
//!
//! ```text
//!   00 │ COBS( version: 1 │ number: 2, little endian │ body: postcard, at most 112 │ CRC-32C: 4, little endian ) │ 00
//! ```
//! The zero in front ends whatever noise came before, so that it costs no frame.

use crc::{CRC_32_ISCSI, Crc, Digest, NoTable};
use heapless::Vec;
use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(test)]
mod tests;

/// The largest body.
pub const MAX_BODY: usize = 112;
const HEADER: usize = 3;
const CRC: usize = 4;
const MAX_PAYLOAD: usize = HEADER + MAX_BODY + CRC;
/// The largest frame on the line, with both zeros. One octet of stuffing is enough below 254.
pub const MAX_FRAME: usize = MAX_PAYLOAD + 3;

/// A frame as it goes over the line.
pub type Encoded = Vec<u8, MAX_FRAME>;

// Without a table: a kilobyte of flash is worth more to a microcontroller than the time of 119 octets.
static CRC_32C: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISCSI);

/// CRC-32C (Castagnoli) of something that comes in pieces.
#[expect(missing_debug_implementations, reason = "the crc crate's digest has none")]
pub struct Crc32c(Digest<'static, u32, NoTable>);

impl Default for Crc32c {
    fn default() -> Self {
        Self(CRC_32C.digest())
    }
}

impl Crc32c {
    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The CRC of all pieces.
    #[must_use]
    pub fn finish(self) -> u32 {
        self.0.finalize()
    }
}

/// CRC-32C (Castagnoli), of frames and images.
#[must_use]
pub fn crc32c(octets: &[u8]) -> u32 {
    CRC_32C.checksum(octets)
}

/// The frame that carries `body`. `None` when it does not fit, which no message of this crate does.
pub fn encode(version: u8, number: u16, body: &impl Serialize) -> Option<Encoded> {
    let mut payload = [0; MAX_PAYLOAD];
    let (header, rest) = payload.split_at_mut(HEADER);
    let [low, high] = number.to_le_bytes();
    header.copy_from_slice(&[version, low, high]);
    let (room, _) = rest.split_at_mut(MAX_BODY);
    let body = postcard::to_slice(body, room).ok()?.len();
    let end = HEADER + body;
    let crc = crc32c(payload.get(..end)?);
    payload.get_mut(end..end + CRC)?.copy_from_slice(&crc.to_le_bytes());

    let mut stuffed = [0; MAX_FRAME];
    let length = cobs::try_encode(payload.get(..end + CRC)?, stuffed.get_mut(1..)?).ok()?;
    // The zeros around it are there already.
    Encoded::from_slice(stuffed.get(..length + 2)?).ok()
}

/// A frame that arrived whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frame {
    /// The version that its body is in.
    pub version: u8,
    /// Its number.
    pub number: u16,
    body: Vec<u8, MAX_BODY>,
}

impl Frame {
    /// The message in it. `None` when it is not one, or when something follows it.
    #[must_use]
    pub fn message<T: DeserializeOwned>(&self) -> Option<T> {
        let (message, rest) = postcard::take_from_bytes(&self.body).ok()?;
        rest.is_empty().then_some(message)
    }
}

/// Why octets between two zeros were no frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Longer than any frame.
    TooLong,
    /// Too short, wrongly stuffed, or its CRC does not fit.
    Damaged,
}

/// Finds frames in a stream. Whatever comes in, it holds one frame's octets and is ready again after the next zero.
#[derive(Clone, Debug, Default)]
pub struct Deframer {
    held: Vec<u8, MAX_FRAME>,
    too_long: bool,
}

impl Deframer {
    /// Takes one octet; gives what it completes.
    pub fn push(&mut self, octet: u8) -> Option<Result<Frame, Fault>> {
        if octet != 0 {
            self.too_long |= self.held.push(octet).is_err();
            return None;
        }
        let too_long = core::mem::take(&mut self.too_long);
        let outcome = match (too_long, self.held.is_empty()) {
            (true, _) => Some(Err(Fault::TooLong)),
            // Two zeros in a row: the end of one frame and the beginning of the next.
            (false, true) => None,
            (false, false) => Some(open(&mut self.held).ok_or(Fault::Damaged)),
        };
        self.held.clear();
        outcome
    }
}

fn open(stuffed: &mut [u8]) -> Option<Frame> {
    let length = cobs::decode_in_place(stuffed).ok()?;
    let payload = stuffed.get(..length)?;
    let (content, crc) = payload.split_last_chunk::<CRC>()?;
    if crc32c(content) != u32::from_le_bytes(*crc) {
        return None;
    }
    let ([version, low, high], body) = content.split_first_chunk::<HEADER>()?;
    Some(Frame {
        version: *version,
        number: u16::from_le_bytes([*low, *high]),
        body: Vec::from_slice(body).ok()?,
    })
}
