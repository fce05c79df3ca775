//! Captures an interface of a namespace into a file, for a second opinion on what went over the wire.

use std::fs::File;
use std::io::{self, BufWriter, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, setsockopt, socket, sockopt,
};
use rtnetlink::packet_route::link::LinkLayerType;

use crate::pcap::{self, LinkType, Writer};
use crate::{LabError, Namespace};

/// Octets that the kernel may hold for a capture thread that is not scheduled at once.
const SOCKET_BUFFER: usize = 8 << 20;

/// A running capture. Dropping it ends it; [`Capture::stop`] also says what it holds.
#[derive(Debug)]
pub struct Capture {
    path: PathBuf,
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<io::Result<Summary>>>,
}

/// What a capture holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Packets in the file.
    pub packets: u64,
    /// Packets left out because the file was full.
    pub left_out: u64,
    /// Octets of the file.
    pub bytes: u64,
}

impl Capture {
    /// Starts capturing both directions of `link` into `path`, at most `max_bytes` octets of file; later packets are
    /// counted but not kept. What is sent after this returns is captured.
    ///
    /// # Errors
    /// There is no such link, or the socket or the file could not be opened.
    pub fn start(namespace: &Namespace, link: &str, path: &Path, max_bytes: u64) -> Result<Self, LabError> {
        let link = namespace.link(link)?;
        let link_type = match link.layer() {
            LinkLayerType::Ether | LinkLayerType::Loopback => LinkType::Ethernet,
            _ => LinkType::Raw,
        };
        let file = File::create(path).map_err(LabError::io(format!("creating {}", path.display())))?;
        let packets = namespace.run(open_packet_socket)?.map_err(LabError::io("opening a packet socket"))?;
        let (stop, stopped) = UnixStream::pair().map_err(LabError::io("making a socket pair"))?;
        let index = link.index();
        let thread = thread::Builder::new()
            .name(format!("pcap-{}", link.name()))
            .spawn(move || {
                let writer = Writer::new(BufWriter::new(file), link_type)?;
                let summary = Summary { bytes: pcap::FILE_HEADER, ..Summary::default() };
                Recorder { packets, index, writer, summary, max_bytes }.run(stopped)
            })
            .map_err(LabError::io("starting the capture thread"))?;
        Ok(Self { path: path.to_owned(), stop: Some(stop), thread: Some(thread) })
    }

    /// Ends the capture after everything that has been sent so far is in the file.
    ///
    /// # Errors
    /// Reading the socket or writing the file failed on the way.
    pub fn stop(mut self) -> Result<Summary, LabError> {
        let action = format!("capturing into {}", self.path.display());
        match self.finish() {
            Some(outcome) => outcome.map_err(LabError::io(action)),
            None => Err(LabError::io(action)(io::Error::other("the capture thread panicked"))),
        }
    }

    fn finish(&mut self) -> Option<io::Result<Summary>> {
        drop(self.stop.take());
        self.thread.take()?.join().ok()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

/// A packet socket sees every interface of its namespace; binding it to one would need a raw `sockaddr_ll`, so
/// the recorder filters by the index that each packet comes with.
fn open_packet_socket() -> io::Result<OwnedFd> {
    let packets = socket(
        AddressFamily::Packet,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
        SockProtocol::EthAll,
    )?;
    // The forced form passes the system's limit and needs CAP_NET_ADMIN in the initial namespace.
    if setsockopt(&packets, sockopt::RcvBufForce, &SOCKET_BUFFER).is_err() {
        setsockopt(&packets, sockopt::RcvBuf, &SOCKET_BUFFER)?;
    }
    Ok(packets)
}

struct Recorder {
    packets: OwnedFd,
    index: u32,
    writer: Writer<BufWriter<File>>,
    summary: Summary,
    max_bytes: u64,
}

impl Recorder {
    fn run(mut self, mut stopped: UnixStream) -> io::Result<Summary> {
        stopped.set_nonblocking(true)?;
        let mut buffer = vec![0; pcap::SNAP_LENGTH as usize];
        loop {
            let mut ready = [
                PollFd::new(self.packets.as_fd(), PollFlags::POLLIN),
                PollFd::new(stopped.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut ready, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            // Asked before the socket is emptied: what was sent before the stop is then in the file.
            let is_last = matches!(stopped.read(&mut [0]), Ok(0));
            self.record_waiting(&mut buffer)?;
            if is_last {
                self.writer.flush()?;
                return Ok(self.summary);
            }
        }
    }

    fn record_waiting(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        loop {
            match recvfrom::<LinkAddr>(self.packets.as_raw_fd(), buffer) {
                Ok((length, Some(from))) if u32::try_from(from.ifindex()) == Ok(self.index) => {
                    self.record(buffer.get(..length).unwrap_or(buffer))?;
                }
                Ok(_) | Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Ok(()),
                // An interface went down: packets of others go on.
                Err(Errno::ENETDOWN) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    fn record(&mut self, packet: &[u8]) -> io::Result<()> {
        let bytes = self.summary.bytes + pcap::PACKET_HEADER + packet.len() as u64;
        if bytes > self.max_bytes {
            self.summary.left_out += 1;
            return Ok(());
        }
        self.writer.write(SystemTime::now(), packet)?;
        self.summary.packets += 1;
        self.summary.bytes = bytes;
        Ok(())
    }
}
