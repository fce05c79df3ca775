//! The classic capture file format (draft-ietf-opsawg-pcap), microseconds, in this machine's own byte order.

use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longer packets are cut to this many octets; segmentation offload makes packets of up to 64 kB.
pub const SNAP_LENGTH: u32 = 0x0004_0000;

/// Octets of the file header.
pub const FILE_HEADER: u64 = 24;
/// Octets before each packet.
pub const PACKET_HEADER: u64 = 16;

/// What each packet of a file starts with (LINKTYPE_ values of tcpdump.org).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum LinkType {
    /// An Ethernet header.
    Ethernet = 1,
    /// The IP header itself.
    Raw = 101,
}

/// Writes packets to a capture file.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Starts a file.
    ///
    /// # Errors
    /// `out` failed.
    pub fn new(mut out: W, link: LinkType) -> io::Result<Self> {
        const MAGIC: u32 = 0xa1b2_c3d4;
        const VERSION: [u16; 2] = [2, 4];
        out.write_all(&MAGIC.to_ne_bytes())?;
        for number in VERSION {
            out.write_all(&number.to_ne_bytes())?;
        }
        // Time zone and accuracy: always 0.
        for number in [0, 0, SNAP_LENGTH, link as u32] {
            out.write_all(&number.to_ne_bytes())?;
        }
        Ok(Self { out })
    }

    /// Adds a packet.
    ///
    /// # Errors
    /// `out` failed.
    pub fn write(&mut self, time: SystemTime, packet: &[u8]) -> io::Result<()> {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        // The format's seconds are unsigned and end in 2106.
        let seconds = u32::try_from(since_epoch.as_secs()).unwrap_or(u32::MAX);
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        let kept = packet.get(..SNAP_LENGTH as usize).unwrap_or(packet);
        let kept_length = length.min(SNAP_LENGTH);
        for number in [seconds, since_epoch.subsec_micros(), kept_length, length] {
            self.out.write_all(&number.to_ne_bytes())?;
        }
        self.out.write_all(kept)
    }

    /// Writes out what is buffered.
    ///
    /// # Errors
    /// `out` failed.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
