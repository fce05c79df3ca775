//! The classic capture file format (draft-ietf-opsawg-pcap), nanoseconds, in this machine's own byte order.

use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Octets of the file header.
pub(super) const FILE_HEADER: u64 = 24;
/// Octets before each packet.
pub(super) const PACKET_HEADER: u64 = 16;

const MAGIC: u32 = 0xa1b2_3c4d;
const VERSION: [u16; 2] = [2, 4];

/// What each packet of a file starts with (LINKTYPE_ values of tcpdump.org).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum LinkType {
    /// An Ethernet header.
    Ethernet = 1,
    /// The IP header itself.
    Raw = 101,
}

/// Begins a file whose packets are cut to `snap` octets.
pub(super) fn begin(out: &mut impl Write, link: LinkType, snap: u32) -> io::Result<()> {
    out.write_all(&MAGIC.to_ne_bytes())?;
    for number in VERSION {
        out.write_all(&number.to_ne_bytes())?;
    }
    // Time zone and accuracy: always 0.
    for number in [0, 0, snap, link as u32] {
        out.write_all(&number.to_ne_bytes())?;
    }
    Ok(())
}

/// Adds a packet of which these octets are kept, and which had this many.
pub(super) fn add(out: &mut impl Write, time: SystemTime, kept: &[u8], length: usize) -> io::Result<()> {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    // The format's seconds are unsigned and end in 2106.
    let seconds = u32::try_from(since_epoch.as_secs()).unwrap_or(u32::MAX);
    let octets = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    for number in [seconds, since_epoch.subsec_nanos(), octets(kept.len()), octets(length)] {
        out.write_all(&number.to_ne_bytes())?;
    }
    out.write_all(kept)
}
