use std::env;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{self, Command};

use pumice_lab::capture::Capture;
use pumice_lab::topology::{ENB_V4, GATEWAY_S1_V4, S1_LINK};
use pumice_lab::{Topology, skip};

/// A file that is removed with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("pumice-lab-{}-{name}.pcap", process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Sends `count` datagrams with known contents from the eNB's address to the gateway's.
fn chatter(village: &Topology, count: u32) {
    let receiver = village.gateway.run(|| UdpSocket::bind((GATEWAY_S1_V4, 2152)).unwrap()).unwrap();
    let sender = village.radio.run(|| UdpSocket::bind((ENB_V4, 2152)).unwrap()).unwrap();
    let to = SocketAddr::from((GATEWAY_S1_V4, 2152));
    for number in 0..count {
        sender.send_to(format!("pumice {number:06}").as_bytes(), to).unwrap();
        receiver.recv(&mut [0; 64]).unwrap();
    }
}

fn word(file: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(file[at..at + 4].try_into().unwrap())
}

/// The packets of a capture file, read back by its definition.
fn packets(file: &[u8]) -> Vec<&[u8]> {
    assert_eq!(word(file, 0), 0xa1b2_c3d4);
    assert_eq!(word(file, 20), 1, "LINKTYPE_ETHERNET");
    let mut at = 24;
    let mut found = Vec::new();
    while at < file.len() {
        let length = usize::try_from(word(file, at + 8)).unwrap();
        assert_eq!(word(file, at + 8), word(file, at + 12), "nothing cut");
        found.push(&file[at + 16..at + 16 + length]);
        at += 16 + length;
    }
    found
}

#[test]
fn capture_holds_every_datagram_in_order() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let scratch = Scratch::new("all");
    let capture = Capture::start(&village.gateway, S1_LINK, &scratch.0, 1 << 20).unwrap();
    chatter(&village, 200);
    let summary = capture.stop().unwrap();

    let file = fs::read(&scratch.0).unwrap();
    assert_eq!(summary.bytes, file.len() as u64);
    assert_eq!(summary.left_out, 0);
    let packets = packets(&file);
    assert_eq!(packets.len() as u64, summary.packets);
    let texts: Vec<String> = packets
        .iter()
        .filter(|packet| packet.len() == 14 + 20 + 8 + 13 && packet[12..14] == [8, 0])
        .map(|packet| String::from_utf8_lossy(&packet[42..]).into_owned())
        .collect();
    let expected: Vec<String> = (0..200).map(|number| format!("pumice {number:06}")).collect();
    assert_eq!(texts, expected);
}

#[test]
fn capture_keeps_to_its_size() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let scratch = Scratch::new("small");
    let capture = Capture::start(&village.gateway, S1_LINK, &scratch.0, 1000).unwrap();
    chatter(&village, 50);
    let summary = capture.stop().unwrap();
    assert!(summary.bytes <= 1000, "{summary:?}");
    assert!(summary.packets >= 10 && summary.left_out >= 30, "{summary:?}");
    assert_eq!(fs::metadata(&scratch.0).unwrap().len(), summary.bytes);
}

#[test]
fn tshark_reads_the_capture() {
    if skip::unless_namespaces() {
        return;
    }
    if Command::new("tshark").arg("--version").output().is_err() {
        skip::because("tshark is not installed");
        return;
    }
    let village = Topology::build().unwrap();
    let scratch = Scratch::new("tshark");
    let capture = Capture::start(&village.gateway, S1_LINK, &scratch.0, 1 << 20).unwrap();
    chatter(&village, 3);
    capture.stop().unwrap();
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(&scratch.0).args([
        "-Y",
        "udp",
        "-T",
        "fields",
        "-e",
        "ip.src",
        "-e",
        "ip.dst",
        "-e",
        "udp.length",
    ]);
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "10.90.0.2\t10.90.0.1\t21\n".repeat(3));
}
