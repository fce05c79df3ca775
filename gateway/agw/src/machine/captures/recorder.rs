//! What of the packets on a wire goes into a file, and when the file is full.

use std::io::{self, Write};
use std::net::IpAddr;
use std::time::SystemTime;

use super::Snap;
use super::filter::concerns;
use super::pcap::{self, LinkType};

/// The longest packet there is: segmentation offload makes packets of 64 kB and their headers.
pub(super) const LONGEST: usize = 0x0004_0000;

/// Octets that are kept of each packet by [`Snap::Headers`].
const HEADERS: usize = 256;

/// Whether a file goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    /// There is room for more.
    GoesOn,
    /// The packet did not fit, or no more will come: the capture ends.
    Ends,
}

/// Writes packets of one interface.
#[derive(Debug)]
pub(super) struct Recorder<W> {
    out: W,
    link: LinkType,
    snap: usize,
    address: Option<IpAddr>,
    /// Octets of the file at most.
    bound: u64,
    octets: u64,
    packets: u64,
}

impl<W: Write> Recorder<W> {
    pub(super) fn begin(
        mut out: W,
        link: LinkType,
        snap: Snap,
        address: Option<IpAddr>,
        bound: u64,
    ) -> io::Result<Self> {
        let snap = match snap {
            Snap::Whole => LONGEST,
            Snap::Headers => HEADERS,
        };
        pcap::begin(&mut out, link, u32::try_from(snap).unwrap_or(u32::MAX))?;
        Ok(Self { out, link, snap, address, bound, octets: pcap::FILE_HEADER, packets: 0 })
    }

    /// Takes a packet of `length` octets, of which these are there.
    pub(super) fn take(&mut self, time: SystemTime, packet: &[u8], length: usize) -> io::Result<Recorded> {
        if self.address.is_some_and(|address| !concerns(self.link, packet, address)) {
            return Ok(Recorded::GoesOn);
        }
        let kept = packet.get(..self.snap).unwrap_or(packet);
        let octets = self.octets + pcap::PACKET_HEADER + kept.len() as u64;
        if octets > self.bound {
            return Ok(Recorded::Ends);
        }
        pcap::add(&mut self.out, time, kept, length)?;
        self.octets = octets;
        self.packets += 1;
        Ok(Recorded::GoesOn)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Octets and packets so far.
    pub(super) const fn size(&self) -> (u64, u64) {
        (self.octets, self.packets)
    }

    #[cfg(test)]
    pub(super) fn into_inner(self) -> W {
        self.out
    }
}
