//! A trace as a capture file, for a second opinion: S1AP in SCTP DATA chunks (RFC 9260) on Ethernet.

use core::net::IpAddr;
use std::collections::BTreeMap;
use std::io::{self, Write};

use pumice_ransim::crypto::Direction;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpProtocol, Ipv4Address, Ipv4Packet, Ipv4Repr};

use crate::trace::Trace;

/// S1AP's port and payload protocol.
const PORT: u16 = 36412;
const PPID: u32 = 18;

/// Writes the S1AP of a trace as a classic capture file of Ethernet frames. Cells are 127.0.1.1 and on, the gateway is
/// 127.0.1.100.
pub fn write_pcap(trace: &Trace, mut out: impl Write) -> io::Result<()> {
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 1] {
        out.write_all(&word.to_le_bytes())?;
    }
    // Transmission and stream sequence numbers of each way of each cell.
    let mut numbers: BTreeMap<(u32, bool), (u32, BTreeMap<u16, u16>)> = BTreeMap::new();
    for entry in trace.entries() {
        let uplink = entry.direction == Direction::Uplink;
        let (tsn, streams) = numbers.entry((entry.cell.0, uplink)).or_default();
        *tsn += 1;
        let sequence = streams.entry(entry.stream).or_default();
        let chunk = data_chunk(*tsn, entry.stream, *sequence, &entry.octets);
        *sequence = sequence.wrapping_add(1);
        let cell = Ipv4Address::new(127, 0, 1, u8::try_from(entry.cell.0 + 1).unwrap_or(u8::MAX));
        let frame = frame(cell, uplink, &chunk);
        let at = entry.at.since_start();
        let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let seconds = u32::try_from(at.as_secs()).unwrap_or(u32::MAX);
        for word in [seconds, at.subsec_micros(), length, length] {
            out.write_all(&word.to_le_bytes())?;
        }
        out.write_all(&frame)?;
    }
    Ok(())
}

fn data_chunk(tsn: u32, stream: u16, sequence: u16, octets: &[u8]) -> Vec<u8> {
    // Type DATA, beginning and end of a message.
    let mut chunk = vec![0, 3];
    chunk.extend(u16::try_from(octets.len() + 16).unwrap_or(u16::MAX).to_be_bytes());
    chunk.extend(tsn.to_be_bytes());
    chunk.extend(stream.to_be_bytes());
    chunk.extend(sequence.to_be_bytes());
    chunk.extend(PPID.to_be_bytes());
    chunk.extend_from_slice(octets);
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    chunk
}

fn frame(cell: Ipv4Address, uplink: bool, chunk: &[u8]) -> Vec<u8> {
    let gateway = Ipv4Address::new(127, 0, 1, 100);
    let (src_addr, dst_addr) = if uplink { (cell, gateway) } else { (gateway, cell) };
    let mut sctp = Vec::new();
    sctp.extend(PORT.to_be_bytes());
    sctp.extend(PORT.to_be_bytes());
    // Verification tag; the checksum is not filled in, and not looked at by default.
    sctp.extend(u32::from(uplink).to_be_bytes());
    sctp.extend([0; 4]);
    sctp.extend_from_slice(chunk);
    let next_header = IpProtocol::Unknown(132);
    let ip = Ipv4Repr { src_addr, dst_addr, next_header, payload_len: sctp.len(), hop_limit: 64 };
    let mut packet = vec![0; ip.buffer_len()];
    packet.extend_from_slice(&sctp);
    ip.emit(&mut Ipv4Packet::new_unchecked(&mut packet), &ChecksumCapabilities::default());
    let mut frame = vec![0; 12];
    frame.extend([0x08, 0x00]);
    frame.extend_from_slice(&packet);
    debug_assert!(IpAddr::from(src_addr).is_loopback());
    frame
}
