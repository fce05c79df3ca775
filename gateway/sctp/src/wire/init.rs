//! INIT and INIT ACK (RFC 9260 sections 3.3.2 and 3.3.3), as far as we look into them.

use super::packet::{Builder, Packet, append_tlv, chunk_type};

/// Octets before the parameters: tag, a_rwnd, streams out and in, TSN.
const FIXED_PART: usize = 16;
/// The parameter State Cookie.
const STATE_COOKIE: [u8; 2] = 7u16.to_be_bytes();

/// The fixed part of an INIT or INIT ACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Init {
    pub(crate) initiate_tag: u32,
    pub(crate) outbound_streams: u16,
    pub(crate) inbound_streams: u16,
}

impl Init {
    /// Reads the value of the chunk.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let &[t0, t1, t2, t3, _, _, _, _, o0, o1, i0, i1, _, _, _, _, ..] = value else { return None };
        Some(Self {
            initiate_tag: u32::from_be_bytes([t0, t1, t2, t3]),
            outbound_streams: u16::from_be_bytes([o0, o1]),
            inbound_streams: u16::from_be_bytes([i0, i1]),
        })
    }
}

/// The parameters of an INIT or INIT ACK: type and value.
fn parameters(value: &[u8]) -> impl Iterator<Item = ([u8; 2], &[u8])> {
    let mut rest = value.get(FIXED_PART..).unwrap_or_default();
    std::iter::from_fn(move || {
        let &[k0, k1, l0, l1, ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let value = rest.get(4..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(([k0, k1], value))
    })
}

/// The State Cookie of an INIT ACK chunk's value.
pub(crate) fn state_cookie(value: &[u8]) -> Option<&[u8]> {
    parameters(value).find(|(kind, _)| *kind == STATE_COOKIE).map(|(_, cookie)| cookie)
}

/// The same INIT ACK packet with its State Cookie put through `seal`; `None` where the packet is no INIT ACK with a
/// cookie.
pub(crate) fn replace_state_cookie(packet: &Packet<'_>, seal: impl Fn(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
    let chunk = packet.first().filter(|chunk| chunk.kind == chunk_type::INIT_ACK)?;
    state_cookie(chunk.value)?;
    let mut value = chunk.value.get(..FIXED_PART)?.to_vec();
    for (kind, parameter) in parameters(chunk.value) {
        if kind == STATE_COOKIE {
            append_tlv(&mut value, kind, &seal(parameter));
        } else {
            append_tlv(&mut value, kind, parameter);
        }
    }
    let builder = Builder::new(packet.source_port, packet.destination_port, packet.tag);
    Some(builder.chunk(chunk.kind, chunk.flags, &value).finish())
}

/// The same COOKIE ECHO packet with `cookie` in place of the one it came with; chunks bundled behind it stay.
pub(crate) fn replace_cookie_echo(packet: &Packet<'_>, cookie: &[u8]) -> Vec<u8> {
    let mut builder = Builder::new(packet.source_port, packet.destination_port, packet.tag);
    for (index, chunk) in packet.chunks().enumerate() {
        let value = if index == 0 { cookie } else { chunk.value };
        builder = builder.chunk(chunk.kind, chunk.flags, value);
    }
    builder.finish()
}
