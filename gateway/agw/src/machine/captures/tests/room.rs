//! The thread in networks of its own.

use std::fs;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use pumice_dataplane::{EngineConfig, NatMode, PhoneToPhone, Pool, PortableEngine};
use pumice_lab::topology::{ENB_V4, GATEWAY_S1_V4, S1_LINK};
use pumice_lab::{Topology, skip};
use pumice_model::control::Refusal;
use pumice_model::limits::Limits;
use pumice_model::machine::{CaptureRequest, CaptureView};
use tempfile::TempDir;

use super::super::{CAPTURES, Captures, OCTETS, SECONDS, Snap};

struct Field {
    village: Topology,
    folder: TempDir,
    captures: Captures,
    runtime: tokio::runtime::Runtime,
}

impl Field {
    fn new() -> Self {
        let village = Topology::build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let captures = village.gateway.run(|| Captures::open(path, Snap::Whole).unwrap()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { village, folder, captures, runtime }
    }

    fn begin(&self, request: CaptureRequest) -> Result<String, Refusal> {
        self.runtime.block_on(self.captures.begin(request))
    }

    fn end(&self, name: &str) {
        self.runtime.block_on(self.captures.end(name.to_owned())).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        self.runtime.block_on(self.captures.read(name.to_owned())).unwrap()
    }

    fn view(&self, name: &str) -> CaptureView {
        let list = self.runtime.block_on(self.captures.list()).unwrap();
        list.into_iter().find(|view| view.name == name).unwrap()
    }

    /// Waits until a capture is as wanted.
    fn await_view(&self, name: &str, is_so: impl Fn(&CaptureView) -> bool) -> CaptureView {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let view = self.view(name);
            if is_so(&view) {
                return view;
            }
            assert!(Instant::now() < until, "{view:?}");
            std::thread::yield_now();
        }
    }

    /// Sends datagrams from the cell to the box.
    fn send(&self, payloads: &[Vec<u8>]) {
        let receiver = self.village.gateway.run(|| UdpSocket::bind((GATEWAY_S1_V4, 2152)).unwrap()).unwrap();
        let sender = self.village.radio.run(|| UdpSocket::bind((ENB_V4, 2152)).unwrap()).unwrap();
        for payload in payloads {
            sender.send_to(payload, SocketAddr::from((GATEWAY_S1_V4, 2152))).unwrap();
            receiver.recv(&mut [0; 2_048]).unwrap();
        }
    }
}

fn request(address: Option<&str>) -> CaptureRequest {
    let address = address.map(|address| address.parse::<IpAddr>().unwrap());
    CaptureRequest { interface: S1_LINK.to_owned(), address, seconds: 600, octets: 1 << 20 }
}

/// A G-PDU with a packet from this phone in it.
fn of_phone(last: u8) -> Vec<u8> {
    let mut octets = vec![0x30, 255, 0, 20, 0, 0, 0, last];
    octets.extend([0x45, 0, 0, 20, 0, 0, 0, 0, 64, 59, 0, 0, 10, 45, 0, last, 203, 0, 113, 80]);
    octets
}

#[test]
fn a_phones_packets_are_captured_and_no_others() {
    if skip::unless_namespaces() {
        return;
    }
    let field = Field::new();
    let all = field.begin(request(None)).unwrap();
    let phone = field.begin(request(Some("10.45.0.2"))).unwrap();
    assert_eq!((all.as_str(), phone.as_str()), ("capture-1", "capture-2"));
    field.send(&[of_phone(2), of_phone(3), of_phone(2), of_phone(4)]);
    field.await_view(&all, |view| view.packets >= 4);
    let view = field.await_view(&phone, |view| view.packets == 2);
    assert!(view.running);
    // A file can be had while it grows.
    let file = field.read(&phone);
    assert_eq!(file.len() as u64, view.octets);
    assert_eq!(file.len(), 24 + 2 * (16 + 14 + 20 + 8 + 28));
    field.end(&phone);
    field.end(&phone);
    assert!(!field.view(&phone).running);
    field.send(&[of_phone(2)]);
    field.await_view(&all, |view| view.packets >= 5);
    assert_eq!(field.read(&phone), file, "nothing more after its end");
    let mode = fs::metadata(field.folder.path().join("capture-2.pcap")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn tshark_reads_the_phone_in_the_tunnel() {
    if skip::unless_namespaces() {
        return;
    }
    if Command::new("tshark").arg("--version").output().is_err() {
        skip::because("tshark is not installed");
        return;
    }
    let field = Field::new();
    let name = field.begin(request(Some("10.45.0.7"))).unwrap();
    field.send(&[of_phone(7), of_phone(8)]);
    field.await_view(&name, |view| view.packets == 1);
    field.end(&name);
    let file = field.folder.path().join("copy.pcap");
    fs::write(&file, field.read(&name)).unwrap();
    let output = Command::new("tshark")
        .arg("-r")
        .arg(&file)
        .args(["-T", "fields", "-e", "ip.src", "-e", "gtp.teid"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "10.90.0.2,10.45.0.7\t0x00000007\n");
}

#[test]
fn a_capture_ends_when_it_is_full() {
    if skip::unless_namespaces() {
        return;
    }
    let field = Field::new();
    let name = field.begin(CaptureRequest { octets: 0, ..request(None) }).unwrap();
    field.send(&vec![vec![9; 1_000]; 8]);
    let view = field.await_view(&name, |view| !view.running);
    // Three datagrams and what neighbours said in between.
    assert!(view.packets >= 3 && (24 + 3 * 1_058..=4_096).contains(&view.octets), "{view:?}");
    assert_eq!(field.read(&name).len() as u64, view.octets);
}

#[test]
fn a_capture_ends_when_its_time_is_over() {
    if skip::unless_namespaces() {
        return;
    }
    let field = Field::new();
    let begun = Instant::now();
    let name = field.begin(CaptureRequest { seconds: 0, ..request(None) }).unwrap();
    field.await_view(&name, |view| !view.running);
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[test]
fn bounds_are_kept_and_room_comes_back() {
    if skip::unless_namespaces() {
        return;
    }
    let field = Field::new();
    let greedy = CaptureRequest { seconds: u32::MAX, octets: u64::MAX, ..request(None) };
    let names: Vec<String> = (0..CAPTURES).map(|_| field.begin(greedy.clone()).unwrap()).collect();
    let granted = field.view(&names[0]).request;
    assert_eq!((granted.seconds, granted.octets), (SECONDS, OCTETS));
    assert_eq!(field.begin(greedy.clone()), Err(Refusal::Full { limit: "captures", holds: 4 }));
    field.runtime.block_on(field.captures.remove(names[1].clone())).unwrap();
    assert!(!field.folder.path().join("capture-2.pcap").exists());
    assert_eq!(field.begin(greedy).unwrap(), "capture-5", "no name is given twice");
}

#[test]
fn an_interface_that_goes_away_takes_nothing_with_it() {
    if skip::unless_namespaces() {
        return;
    }
    let field = Field::new();
    let gone = field.begin(request(None)).unwrap();
    let other = field.begin(CaptureRequest { interface: "lo".to_owned(), ..request(None) }).unwrap();
    field.village.gateway.link(S1_LINK).unwrap().remove().unwrap();
    let sender = field.village.gateway.run(|| UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
    sender.send_to(b"x", sender.local_addr().unwrap()).unwrap();
    field.await_view(&other, |view| view.packets > 0);
    field.await_view(&gone, |view| !view.running);
}

#[test]
fn names_are_only_those_that_were_given() {
    if skip::unless_namespaces() {
        return;
    }
    let field = Field::new();
    fs::write(field.folder.path().join("x.pcap"), "not ours").unwrap();
    for name in ["x", "../x", "capture-1", "", "/etc/passwd"] {
        let name = || name.to_owned();
        let (read, remove) = (field.captures.read(name()), field.captures.remove(name()));
        assert_eq!(field.runtime.block_on(read), Err(Refusal::NotFound));
        assert_eq!(field.runtime.block_on(remove), Err(Refusal::NotFound));
        assert_eq!(field.runtime.block_on(field.captures.end(name())), Err(Refusal::NotFound));
    }
    for interface in ["absent0", "", "a\0b", "../../etc"] {
        let refused = field.begin(CaptureRequest { interface: interface.to_owned(), ..request(None) });
        assert!(matches!(refused, Err(Refusal::Wrong { .. })), "{interface:?}: {refused:?}");
    }
}

#[test]
fn without_the_capability_it_says_so_and_serves_on() {
    if skip::unless_namespaces() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let captures = std::thread::spawn(|| {
        for set in [caps::CapSet::Effective, caps::CapSet::Permitted] {
            caps::clear(None, set).unwrap();
        }
        Captures::open(path, Snap::Whole).unwrap()
    });
    let captures = captures.join().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let request = CaptureRequest { interface: "lo".to_owned(), ..request(None) };
    assert!(matches!(runtime.block_on(captures.begin(request)), Err(Refusal::NotHere { .. })));
    assert_eq!(runtime.block_on(captures.list()), Ok(Vec::new()));
}

#[test]
fn captures_of_a_start_before_are_gone_and_other_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["capture-9.pcap", "capture-x.pcap", "notes.txt"] {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    let captures = Captures::open(folder.path().to_owned(), Snap::Headers).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(captures.list()), Ok(Vec::new()));
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort_unstable();
    assert_eq!(left, ["capture-x.pcap", "notes.txt"]);
}

#[test]
fn the_phones_own_interface_begins_with_ip() {
    if skip::unless_namespaces() {
        return;
    }
    let field = Field::new();
    let config = EngineConfig {
        listen: vec![GATEWAY_S1_V4.into()],
        tun: "pumice0".to_owned(),
        pools: vec![Pool { gateway: "10.45.0.1".parse().unwrap(), prefix_length: 16 }],
        mtu: 1_400,
        limits: Limits::default(),
        nat: NatMode::Routed,
        phone_to_phone: PhoneToPhone::Direct,
    };
    let _engine = field.village.gateway.run(|| PortableEngine::start(config).unwrap()).unwrap();
    let address = Some("10.45.9.9".parse().unwrap());
    let request = CaptureRequest { interface: "pumice0".to_owned(), ..request(None) };
    let name = field.begin(CaptureRequest { address, ..request }).unwrap();
    let sender = field.village.gateway.run(|| UdpSocket::bind("10.45.0.1:0").unwrap()).unwrap();
    sender.send_to(b"to a phone", "10.45.9.9:9").unwrap();
    field.await_view(&name, |view| view.packets == 1);
    let file = field.read(&name);
    assert_eq!(file[20..24], 101_u32.to_ne_bytes());
    assert_eq!((file[40], &file[file.len() - 10..]), (0x45, &b"to a phone"[..]));
}
