//! Packets and chunks (RFC 9260 section 3): a checked view of what came in, a builder for what goes out.

use super::crc32c;

/// Chunk types (RFC 9260 section 3.2).
pub(crate) mod chunk_type {
    pub(crate) const DATA: u8 = 0x00;
    pub(crate) const INIT: u8 = 0x01;
    pub(crate) const INIT_ACK: u8 = 0x02;
    pub(crate) const SACK: u8 = 0x03;
    pub(crate) const ABORT: u8 = 0x06;
    pub(crate) const SHUTDOWN_ACK: u8 = 0x08;
    pub(crate) const ERROR: u8 = 0x09;
    pub(crate) const COOKIE_ECHO: u8 = 0x0A;
    pub(crate) const COOKIE_ACK: u8 = 0x0B;
    pub(crate) const SHUTDOWN_COMPLETE: u8 = 0x0E;
}

/// The T bit of ABORT and SHUTDOWN COMPLETE: the Verification Tag is reflected.
pub(crate) const FLAG_T: u8 = 0x01;

/// Why octets are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    Checksum,
    Chunk,
    Header,
}

/// A packet whose checksum is right and whose chunks lie within it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) tag: u32,
    chunks: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) value: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a whole SCTP packet, without its IP header.
    pub(crate) fn parse(octets: &'a [u8]) -> Result<Self, Malformed> {
        let (ports_and_tag, rest) = octets.split_first_chunk::<8>().ok_or(Malformed::Header)?;
        let (checksum, chunks) = rest.split_first_chunk::<4>().ok_or(Malformed::Header)?;
        if crc32c::checksum(&[ports_and_tag, &[0; 4], chunks]) != *checksum {
            return Err(Malformed::Checksum);
        }
        let [s0, s1, d0, d1, tag @ ..] = *ports_and_tag;
        let packet = Self {
            source_port: u16::from_be_bytes([s0, s1]),
            destination_port: u16::from_be_bytes([d0, d1]),
            tag: u32::from_be_bytes(tag),
            chunks,
        };
        if packet.source_port == 0 || packet.destination_port == 0 {
            return Err(Malformed::Header);
        }
        let mut rest = chunks;
        while !rest.is_empty() {
            rest = split_chunk(rest).ok_or(Malformed::Chunk)?.1;
        }
        if chunks.is_empty() { Err(Malformed::Chunk) } else { Ok(packet) }
    }

    pub(crate) fn chunks(&self) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
        let mut rest = self.chunks;
        std::iter::from_fn(move || {
            let (chunk, tail) = split_chunk(rest)?;
            rest = tail;
            Some(chunk)
        })
    }

    /// The first chunk. There always is one.
    pub(crate) fn first(&self) -> Option<Chunk<'a>> {
        self.chunks().next()
    }

    pub(crate) fn has(&self, kind: u8) -> bool {
        self.chunks().any(|chunk| chunk.kind == kind)
    }

    /// How many DATA chunks there are.
    pub(crate) fn data_chunks(&self) -> usize {
        self.chunks().filter(|chunk| chunk.kind == chunk_type::DATA).count()
    }

    /// The receive window that a SACK at the head of the packet announces (section 3.3.4), in octets.
    pub(crate) fn announced_window(&self) -> Option<u32> {
        let sack = self.first().filter(|chunk| chunk.kind == chunk_type::SACK)?;
        sack.value.get(4..)?.first_chunk::<4>().copied().map(u32::from_be_bytes)
    }

    /// Whether a DATA chunk names a stream that isn't one of `streams`.
    pub(crate) fn strays_from(&self, streams: u16) -> bool {
        self.chunks().filter(|chunk| chunk.kind == chunk_type::DATA).any(|chunk| {
            // TSN (4 octets), then the stream identifier (section 3.3.1).
            chunk.value.get(4..6).is_some_and(|id| id >= streams.to_be_bytes().as_slice())
        })
    }
}

/// Splits off the first chunk and its padding. The padding of the last one may be missing.
fn split_chunk(octets: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let &[kind, flags, l0, l1, ..] = octets else { return None };
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let value = octets.get(4..length)?;
    let rest = octets.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((Chunk { kind, flags, value }, rest))
}

/// Builds a packet chunk by chunk.
#[derive(Debug)]
pub(crate) struct Builder(Vec<u8>);

impl Builder {
    /// A packet from our port to the peer's.
    pub(crate) fn new(source_port: u16, destination_port: u16, tag: u32) -> Self {
        let mut octets = Vec::with_capacity(128);
        octets.extend(source_port.to_be_bytes());
        octets.extend(destination_port.to_be_bytes());
        octets.extend(tag.to_be_bytes());
        octets.extend([0; 4]);
        Self(octets)
    }

    /// Appends a chunk and its padding. A value that no chunk can hold (over 65,531 octets) is left out.
    pub(crate) fn chunk(mut self, kind: u8, flags: u8, value: &[u8]) -> Self {
        append_tlv(&mut self.0, [kind, flags], value);
        self
    }

    /// The packet with its checksum.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let sum = crc32c::checksum(&[&self.0]);
        if let Some(field) = self.0.get_mut(8..12) {
            field.copy_from_slice(&sum);
        }
        self.0
    }
}

/// Appends two octets of type, a length and a value with padding: the shape that chunks, parameters and causes share.
pub(crate) fn append_tlv(octets: &mut Vec<u8>, head: [u8; 2], value: &[u8]) {
    let Ok(length) = u16::try_from(value.len() + 4) else { return };
    octets.extend(head);
    octets.extend(length.to_be_bytes());
    octets.extend(value);
    octets.resize(octets.len().next_multiple_of(4), 0);
}
