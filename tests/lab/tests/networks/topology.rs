use std::fs;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use pumice_lab::topology::{
    ENB_V4, ENB_V6, GATEWAY_S1_V4, GATEWAY_S1_V6, GATEWAY_SGI_V4, GATEWAY_SGI_V6, SERVER_V4, SERVER_V6,
};
use pumice_lab::{Namespace, Topology, skip};

/// Does a datagram go from `source` in one namespace to `sink` in the other?
fn arrives(source: (&Namespace, IpAddr), sink: (&Namespace, IpAddr)) -> bool {
    let receiver = sink.0.run(|| UdpSocket::bind((sink.1, 0)).unwrap()).unwrap();
    receiver.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let to: SocketAddr = receiver.local_addr().unwrap();
    let sender = source.0.run(|| UdpSocket::bind((source.1, 0)).unwrap()).unwrap();
    sender.send_to(b"?", to).is_ok() && receiver.recv(&mut [0]).is_ok()
}

#[test]
fn gateway_reaches_both_sides_in_both_families() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let Topology { radio, gateway, internet } = &village;
    assert!(arrives((radio, ENB_V4.into()), (gateway, GATEWAY_S1_V4.into())));
    assert!(arrives((radio, ENB_V6.into()), (gateway, GATEWAY_S1_V6.into())));
    assert!(arrives((gateway, GATEWAY_SGI_V4.into()), (internet, SERVER_V4.into())));
    assert!(arrives((gateway, GATEWAY_SGI_V6.into()), (internet, SERVER_V6.into())));
    let second = village.add_enb(3).unwrap();
    assert_eq!(second.to_string(), "10.90.0.3");
    assert!(arrives((radio, second.into()), (gateway, GATEWAY_S1_V4.into())));
}

#[test]
fn gateway_sends_what_it_does_not_know_to_the_internet() {
    if skip::unless_namespaces() {
        return;
    }
    let Topology { gateway, internet, .. } = &Topology::build().unwrap();
    let elsewhere: [(IpAddr, u8, IpAddr); 2] = [
        ("198.51.100.7".parse().unwrap(), 32, GATEWAY_SGI_V4.into()),
        ("2001:db8:ffff::7".parse().unwrap(), 128, GATEWAY_SGI_V6.into()),
    ];
    for (far, prefix, near) in elsewhere {
        internet.link("lo").unwrap().add_address(far, prefix).unwrap();
        assert!(arrives((gateway, near), (internet, far)), "{far}");
    }
}

#[test]
fn internet_has_no_way_back_to_a_phone() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let phone: IpAddr = "10.45.0.2".parse().unwrap();
    village.gateway.link("lo").unwrap().add_address(phone, 32).unwrap();
    // What a phone sends arrives untranslated, and no answer finds its way.
    assert!(arrives((&village.gateway, phone), (&village.internet, SERVER_V4.into())));
    assert!(!arrives((&village.internet, SERVER_V4.into()), (&village.gateway, phone)));
}

#[test]
fn forwarding_is_left_to_the_gateway() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let forwarding =
        village.gateway.run(|| fs::read_to_string("/proc/sys/net/ipv4/ip_forward").unwrap()).unwrap();
    assert_eq!(forwarding.trim(), "0");
}
