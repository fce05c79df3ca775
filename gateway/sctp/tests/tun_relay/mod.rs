//! A TUN device, and a relay between it and whoever has the addresses behind it.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tun_rs::DeviceBuilder;

/// Chunk types (RFC 9260 section 3.2).
pub(crate) const DATA: u8 = 0x00;
pub(crate) const ABORT: u8 = 0x06;

pub(crate) struct TunRelay {
    /// What the endpoint behind the device reads and writes.
    inside: UnixDatagram,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    cut: AtomicBool,
    /// Every chunk that came by, those that were cut off included: its type and its value.
    chunks: Mutex<Vec<(u8, Vec<u8>)>>,
}

impl TunRelay {
    /// Makes the device with these addresses for the kernel; everything else in their networks is behind it.
    pub(crate) fn new(ipv4: &str, ipv6: &str) -> Self {
        let device = DeviceBuilder::new().name("sctp0").build_sync().unwrap();
        for address in [format!("{ipv4}/24"), format!("{ipv6}/64")] {
            ip(&["addr", "add", &address, "dev", "sctp0"]);
        }
        ip(&["link", "set", "sctp0", "up"]);
        let device = Arc::new(device);
        let (inside, relay) = UnixDatagram::pair().unwrap();
        let line = Arc::<Line>::default();
        let (to_device, from_device) = (Arc::clone(&device), device);
        let relay = Arc::new(relay);
        let (to_inside, from_inside) = (Arc::clone(&relay), relay);
        let (down, up) = (Arc::clone(&line), Arc::clone(&line));
        std::thread::spawn(move || {
            let mut packet = [0; 1 << 16];
            while let Ok(length) = from_device.recv(&mut packet) {
                if down.passes(&packet[..length]) {
                    let _ = to_inside.send(&packet[..length]);
                }
            }
        });
        std::thread::spawn(move || {
            let mut packet = [0; 1 << 16];
            while let Ok(length) = from_inside.recv(&mut packet) {
                if up.passes(&packet[..length]) {
                    let _ = to_device.send(&packet[..length]);
                }
            }
        });
        Self { inside, line }
    }

    /// A descriptor for an endpoint. One at a time.
    pub(crate) fn inside(&self) -> OwnedFd {
        self.inside.try_clone().unwrap().into()
    }

    pub(crate) fn cut(&self, cut: bool) {
        self.line.cut.store(cut, Ordering::SeqCst);
    }

    /// Cuts the line, lets an endpoint go, and joins the line again once its ABORT has been lost.
    pub(crate) fn cut_until_abort(&self, go: impl FnOnce()) {
        self.cut(true);
        self.line.chunks.lock().unwrap().clear();
        go();
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.saw(ABORT) {
            assert!(Instant::now() < deadline, "no ABORT");
            std::thread::yield_now();
        }
        self.cut(false);
    }

    /// Whether a chunk of this type came by.
    pub(crate) fn saw(&self, kind: u8) -> bool {
        self.line.chunks.lock().unwrap().iter().any(|(seen, _)| *seen == kind)
    }

    /// Looks at the raw DATA chunks of both sides since the last time.
    pub(crate) fn assert_ppid_in_network_order(&self) {
        let chunks = std::mem::take(&mut *self.line.chunks.lock().unwrap());
        let data: Vec<_> = chunks.into_iter().filter(|(kind, _)| *kind == DATA).collect();
        // 65 messages each way at least, two of them in pieces.
        assert!(data.len() > 130, "{} DATA chunks", data.len());
        // TSN, stream and SSN come first (RFC 9260 section 3.3.1).
        assert!(data.iter().all(|(_, value)| value[8..12] == [0, 0, 0, 18]));
    }
}

impl Line {
    fn passes(&self, packet: &[u8]) -> bool {
        let header = if packet[0] >> 4 == 4 { usize::from(packet[0] & 15) * 4 } else { 40 };
        let protocol = if packet[0] >> 4 == 4 { packet[9] } else { packet[6] };
        if protocol == 132 {
            let mut rest = &packet[header + 12..];
            while let &[kind, _, l0, l1, ..] = rest {
                let length = usize::from(u16::from_be_bytes([l0, l1]));
                self.chunks.lock().unwrap().push((kind, rest[4..length].to_vec()));
                rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
            }
        }
        !self.cut.load(Ordering::SeqCst)
    }
}

fn ip(arguments: &[&str]) {
    let status = Command::new("ip").args(arguments).status().unwrap();
    assert!(status.success(), "ip {arguments:?}");
}
