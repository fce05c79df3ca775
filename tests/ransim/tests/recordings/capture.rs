//! The S1AP messages of a capture file.

use std::path::Path;

/// The recordings of S1, with the algorithms that their MME chose.
pub(crate) const LTE: [(&str, u8, u8); 3] = [
    ("srsran-s1-eea0-eia2.pcap", 0, 2),
    ("srsran-s1-eea2-eia1.pcap", 2, 1),
    ("srsran-s1-eea3-eia3.pcap", 3, 3),
];

/// Whether the cell sent it, and the octets.
pub(crate) fn messages(file: &str) -> Vec<(bool, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors").join(file);
    let octets = std::fs::read(path).unwrap();
    let mut rest = &octets[24..];
    let mut found = Vec::new();
    while rest.len() > 16 {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let frame = &rest[16..16 + length];
        rest = &rest[16 + length..];
        // Ethernet, IPv4 without options, SCTP.
        if frame[12..14] == [0x08, 0x00] && frame[23] == 132 {
            let end = 14 + usize::from(u16::from_be_bytes([frame[16], frame[17]]));
            found.extend(chunks(&frame[34..end]));
        }
    }
    assert!(!found.is_empty(), "{file} must hold S1AP");
    found
}

fn chunks(sctp: &[u8]) -> Vec<(bool, Vec<u8>)> {
    let from_cell = u16::from_be_bytes([sctp[2], sctp[3]]) == 36_412;
    let mut rest = &sctp[12..];
    let mut found = Vec::new();
    while rest.len() >= 4 {
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        // DATA with PPID 18.
        if rest[0] == 0 && rest[12..16] == [0, 0, 0, 18] {
            found.push((from_cell, rest[16..length].to_vec()));
        }
        rest = &rest[length.next_multiple_of(4).min(rest.len())..];
    }
    found
}
