use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use pumice_e2e::real::{Plan, Village, sim};
use pumice_lab::skip;
use pumice_lab::topology::{GATEWAY_SGI_V4, S1_LINK, SERVER_V4};

use crate::correspondent::Correspondent;
use crate::{CELL, address, assert_served};

#[test]
fn after_a_crash_an_idle_phone_comes_back_with_its_guti_and_address() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::default()).unwrap();
    let (phone, connected) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(connected).unwrap();
    let own = address(&village, phone);
    let guti = village.radio().act(move |ran, _, _| ran.phone(phone).unwrap().guti()).unwrap();
    let friend = Correspondent::greeted_by(&village, phone);
    village.make_idle(phone, CELL).unwrap();
    // Nothing waits for a phone's checkpoint; but a sale is on the disk when it is acknowledged, and what came before it, too.
    village.provision(&sim(3).unwrap()).unwrap();

    village.gateway_mut().kill();
    village.start_gateway_again().unwrap();
    let lost = move |ran: &mut pumice_ransim::ran::Ran| (!ran.phone(connected)?.is_connected()).then_some(());
    village.radio().wait("the cell has noticed", Duration::from_secs(5), lost).unwrap();
    village.await_cell(CELL).unwrap();

    village.browse(phone).unwrap();
    let after = village.radio().act(move |ran, _, _| {
        let phone = ran.phone(phone).unwrap();
        (phone.guti(), phone.counters().attaches, phone.counters().services)
    });
    assert_eq!(after.unwrap(), (guti, 1, 1), "by a service request, with its old GUTI");
    assert_eq!(address(&village, phone), own);
    village.browse(connected).unwrap();
    village.make_idle(phone, CELL).unwrap();
    friend.says("welcome back");
    friend.is_heard(&village, "welcome back");
}

#[test]
fn sigterm_ends_it_in_two_seconds_and_leaves_nothing_in_the_kernel() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::default()).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    village.browse(phone).unwrap();
    // An address of the pool on another interface shows whether the NAT rules are there.
    let probe = Ipv4Addr::new(10, 45, 255, 250);
    village.topology().gateway.link(S1_LINK).unwrap().add_address(probe.into(), 32).unwrap();
    assert_eq!(seen_of(&village, probe), GATEWAY_SGI_V4);
    assert!(has_tun(&village));

    let ended = village.gateway_mut().terminate(Duration::from_secs(5)).unwrap();
    let (status, time) = ended.expect("it ends");
    assert_eq!(status.code(), Some(0));
    assert!(time < Duration::from_secs(2), "it took {time:?}");
    assert!(!has_tun(&village));
    assert_eq!(seen_of(&village, probe), probe, "the NAT rules are gone");

    village.start_gateway_again().unwrap();
    village.await_cell(CELL).unwrap();
    village.browse(phone).unwrap();
    assert_served(&village, bystander);
}

fn has_tun(village: &Village) -> bool {
    village.topology().gateway.link_names().unwrap().iter().any(|name| name == "pumice0")
}

/// From where the server sees a datagram that `source` sends.
fn seen_of(village: &Village, source: Ipv4Addr) -> Ipv4Addr {
    let server = village.topology().internet.run(|| UdpSocket::bind((SERVER_V4, 0))).unwrap().unwrap();
    server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let to = server.local_addr().unwrap();
    let send = move || UdpSocket::bind((source, 0))?.send_to(b"who am I?", to);
    village.topology().gateway.run(send).unwrap().unwrap();
    match server.recv_from(&mut [0; 16]).unwrap().1 {
        SocketAddr::V4(seen) => *seen.ip(),
        SocketAddr::V6(seen) => panic!("{seen}"),
    }
}
