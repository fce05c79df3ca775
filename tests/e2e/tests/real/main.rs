//! The journeys: the program `pumice` as it is shipped, with SCTP, TUN, NAT and a store on a disk, in namespaces of its own
//! for each test. What is told apart by timers and hostile input is tested in simulated time; these show that the same
//! holds where the kernel has its say.
#![cfg(test)]

mod attach;
mod cells;
mod command_line;
mod correspondent;
mod demo;
mod detach;
mod disk;
mod dissected;
mod house;
mod paging;
mod restart;
mod tracking;
mod transport;

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Command, Stdio};
use std::time::Duration;

use pumice_e2e::real::Village;
use pumice_lab::binary;
use pumice_lab::topology::GATEWAY_SGI_V4;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::ran::EnbIndex;
use serde_json::Value;

/// The first cell.
const CELL: EnbIndex = EnbIndex(0);

/// A phone that has nothing to do with what a test is about is served all the same.
fn assert_served(village: &Village, bystander: PhoneId) {
    village.browse(bystander).unwrap();
}

/// Every request so far came from the gateway's address: phones' own are not seen outside.
fn assert_translated(village: &Village) {
    let visits = village.server().visits();
    assert!(!visits.is_empty());
    for visit in visits {
        assert_eq!(visit.peer.ip(), IpAddr::V4(GATEWAY_SGI_V4));
    }
}

/// The events of one kind that the local API tells, oldest first.
fn events(village: &Village, kind: &str) -> Vec<Value> {
    items(village, "/api/v1/events?limit=200")
        .into_iter()
        .map(|item| item["event"].clone())
        .filter(|event| event["type"] == kind)
        .collect()
}

/// The items of a list of the local API.
fn items(village: &Village, path: &str) -> Vec<Value> {
    let answer = village.api("GET", path, None).unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body["items"].as_array().unwrap().clone()
}

/// A phone's PDN address, as the phone has it.
fn address(village: &Village, phone: PhoneId) -> Ipv4Addr {
    let pdn = village.radio().act(move |ran, _, _| ran.phone(phone).unwrap().bearers()[0].address).unwrap();
    match pdn {
        pumice_wire::nas::PdnAddress::Ipv4(address) => address,
        other => panic!("not an IPv4 address: {other:?}"),
    }
}

/// What the program prints, and says besides, run beside the gateway.
fn pumice(village: &Village, arguments: &[&str]) -> String {
    let mut command = Command::new(binary::path("pumice").unwrap());
    command.args(arguments).args(["--api", "127.0.0.1:8080"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let process = village.topology().gateway.spawn(command).unwrap();
    let (mut output, mut complaint) = (String::new(), String::new());
    process.stdout().unwrap().read_to_string(&mut output).unwrap();
    process.stderr().unwrap().read_to_string(&mut complaint).unwrap();
    let status = process.wait(Duration::from_secs(20)).unwrap().expect("it ends");
    assert!(status.success(), "{arguments:?}: {status}\n{output}{complaint}");
    output + &complaint
}
