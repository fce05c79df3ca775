//! Reads the messages of a recording: a pcap or pcapng file of Ethernet frames with SCTP over IPv4 in them.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// S1AP's payload protocol identifier.
pub(crate) const S1AP: u32 = 18;
/// NGAP's payload protocol identifier.
pub(crate) const NGAP: u32 = 60;

/// The link type of both formats.
const ETHERNET: u32 = 1;

/// A message that travelled in one SCTP DATA chunk.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    /// The number of its frame, as tshark counts them: from 1.
    pub(crate) frame: usize,
    /// Who sent it.
    pub(crate) from: (Ipv4Addr, u16),
    /// Who received it.
    pub(crate) to: (Ipv4Addr, u16),
    /// The stream in the association.
    pub(crate) stream: u16,
    /// The payload protocol identifier.
    pub(crate) ppid: u32,
    /// The message.
    pub(crate) octets: Vec<u8>,
}

/// The messages of a recording in `tests/vectors`, in the order in which they were sent.
pub(crate) fn load(name: &str) -> Vec<Recorded> {
    messages(&std::fs::read(vectors().join(name)).expect("the recording is in tests/vectors"))
}

/// Name and octets of each line of a list in `tests/vectors/pycrate`.
pub(crate) fn load_list(name: &str) -> Vec<(String, Vec<u8>)> {
    let text =
        std::fs::read_to_string(vectors().join("pycrate").join(name)).expect("the list is in tests/vectors");
    let line = |line: &str| {
        let (name, digits) = line.split_once('\t').expect("name, tab, hexadecimal digits");
        (name.to_owned(), hex(digits.trim()))
    };
    text.lines().map(line).collect()
}

/// Octets of hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// Hexadecimal digits of octets.
pub(crate) fn digits(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Both packages that read recordings lie two folders below the root.
fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

/// Each chunk once, however often it was sent.
fn messages(pcap: &[u8]) -> Vec<Recorded> {
    let mut seen = HashSet::new();
    let mut messages = Vec::new();
    for (at, frame) in frames(pcap).into_iter().enumerate() {
        for (tsn, message) in chunks(at + 1, frame) {
            if seen.insert((message.from, message.to, tsn)) {
                messages.push(message);
            }
        }
    }
    messages
}

fn frames(file: &[u8]) -> Vec<&[u8]> {
    match word(file, 0) {
        0xa1b2_c3d4 => pcap_frames(file),
        0x0a0d_0d0a => pcapng_frames(file),
        magic => panic!("{magic:x} begins neither pcap nor pcapng in little-endian order"),
    }
}

fn pcap_frames(file: &[u8]) -> Vec<&[u8]> {
    assert_eq!(word(file, 20), ETHERNET);
    let mut frames = Vec::new();
    let mut rest = &file[24..];
    while !rest.is_empty() {
        let length = word(rest, 8) as usize;
        frames.push(&rest[16..16 + length]);
        rest = &rest[16 + length..];
    }
    frames
}

/// The enhanced packet blocks of a file of one section.
fn pcapng_frames(file: &[u8]) -> Vec<&[u8]> {
    const INTERFACE: u32 = 1;
    const ENHANCED_PACKET: u32 = 6;
    let mut frames = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        match word(rest, 0) {
            INTERFACE => assert_eq!(word(rest, 8) & 0xffff, ETHERNET),
            ENHANCED_PACKET => frames.push(&rest[28..28 + word(rest, 20) as usize]),
            _ => {}
        }
        rest = &rest[word(rest, 4) as usize..];
    }
    frames
}

fn word(octets: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(octets[at..at + 4].try_into().unwrap())
}

/// The DATA chunks of a frame with their TSN. None of the recordings has a message in more than one chunk.
fn chunks(number: usize, frame: &[u8]) -> Vec<(u32, Recorded)> {
    const SCTP: u8 = 132;
    let ip = &frame[14..];
    if frame[12..14] != [0x08, 0x00] || ip[9] != SCTP {
        return Vec::new();
    }
    let header = usize::from(ip[0] & 0x0f) * 4;
    let length = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
    let sctp = &ip[header..length];
    let port = |at: usize| u16::from_be_bytes([sctp[at], sctp[at + 1]]);
    let address = |at: usize| Ipv4Addr::from(<[u8; 4]>::try_from(&ip[at..at + 4]).unwrap());
    let mut found = Vec::new();
    let mut rest = &sctp[12..];
    while rest.len() >= 4 {
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        let chunk = &rest[..length];
        if chunk[0] == 0 {
            const WHOLE: u8 = 0x03;
            assert_eq!(chunk[1] & WHOLE, WHOLE, "frame {number}: a message in several chunks");
            let word = |at: usize| u32::from_be_bytes(chunk[at..at + 4].try_into().unwrap());
            found.push((
                word(4),
                Recorded {
                    frame: number,
                    from: (address(12), port(0)),
                    to: (address(16), port(2)),
                    stream: u16::from_be_bytes([chunk[8], chunk[9]]),
                    ppid: word(12),
                    octets: chunk[16..].to_vec(),
                },
            ));
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}
