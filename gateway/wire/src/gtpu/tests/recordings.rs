//! The GTP-U datagrams of the recordings in `tests/vectors`, which other people's software made. The data plane's tests
//! use this file too.

#![allow(dead_code, reason = "two test suites each use a part of it")]

/// A datagram as it was recorded.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) source: [u8; 4],
    pub(crate) destination: [u8; 4],
    pub(crate) datagram: Vec<u8>,
}

const FILES: [&[u8]; 4] = [
    include_bytes!("../../../../../tests/vectors/srsran-s1-eea0-eia2.pcap"),
    include_bytes!("../../../../../tests/vectors/srsran-s1-eea2-eia1.pcap"),
    include_bytes!("../../../../../tests/vectors/srsran-s1-eea3-eia3.pcap"),
    include_bytes!("../../../../../tests/vectors/open5gs-ueransim-n2n3n4.pcap"),
];

/// All of them, file by file.
pub(crate) fn all() -> Vec<Recorded> {
    FILES.iter().flat_map(|file| datagrams(file)).collect()
}

/// Those of the srsRAN network, where the gateway is 127.0.1.100 and the phone 172.16.0.2.
pub(crate) fn srsran() -> Vec<Recorded> {
    FILES[..3].iter().flat_map(|file| datagrams(file)).collect()
}

/// IPv4 without options, UDP to port 2152.
fn datagrams(file: &[u8]) -> Vec<Recorded> {
    let mut found = Vec::new();
    for frame in frames(file) {
        let is_ipv4 = frame[12..15] == [0x08, 0x00, 0x45];
        if is_ipv4 && frame[14 + 9] == 17 && frame[36..38] == 2152_u16.to_be_bytes() {
            let udp_length = u16::from_be_bytes([frame[38], frame[39]]) as usize;
            found.push(Recorded {
                source: frame[26..30].try_into().unwrap(),
                destination: frame[30..34].try_into().unwrap(),
                datagram: frame[42..34 + udp_length].to_vec(),
            });
        }
    }
    found
}

/// The Ethernet frames of a little-endian pcap or pcapng file.
fn frames(file: &[u8]) -> Vec<&[u8]> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let mut found = Vec::new();
    let mut at = 0;
    match word(0) {
        // pcapng: a section header block first, packets in enhanced packet blocks.
        0x0a0d_0d0a => {
            while at < file.len() {
                if word(at) == 6 {
                    found.push(&file[at + 28..at + 28 + word(at + 20)]);
                }
                at += word(at + 4);
            }
        }
        0xa1b2_c3d4 => {
            at = 24;
            while at < file.len() {
                found.push(&file[at + 16..at + 16 + word(at + 8)]);
                at += 16 + word(at + 8);
            }
        }
        magic => panic!("{magic:08x} is no pcap"),
    }
    found
}
