use super::{Neighbours, Subnet};

fn at(address: &str) -> core::net::SocketAddr {
    core::net::SocketAddr::new(address.parse().unwrap(), 4_000)
}

fn pool() -> Subnet {
    Subnet { address: "10.45.0.0".parse().unwrap(), prefix: 16 }
}

#[test]
fn the_neighbourhood_is_let_in() {
    let neighbours = Neighbours::local([pool()]);
    for near in [
        "127.0.0.1",
        "10.0.0.7",
        "172.31.255.1",
        "192.168.1.20",
        "169.254.3.3",
        "::1",
        "fe80::1",
        "fd00::5",
        "fc12::1",
    ] {
        assert!(neighbours.admits(at(near), Some(at("192.168.1.1"))), "{near}");
    }
    assert!(neighbours.admits(at("::ffff:192.168.1.20"), None));
    assert_eq!(neighbours.refused(), 0);
}

#[test]
fn the_internet_and_phones_are_not() {
    let neighbours =
        Neighbours::local([pool(), Subnet { address: "fd12:3456::".parse().unwrap(), prefix: 48 }]);
    let refused = [
        "8.8.8.8",
        "172.32.0.1",
        "100.64.0.1",
        "192.0.2.1",
        "2001:db8::1",
        "::ffff:8.8.8.8",
        "10.45.0.1",
        "10.45.255.254",
        "::ffff:10.45.3.4",
        "fd12:3456::9",
        "0.0.0.0",
        "::",
    ];
    for far in refused {
        assert!(!neighbours.admits(at(far), None), "{far}");
    }
    // The gateway's own address on the phones' side is no way in, either.
    assert!(!neighbours.admits(at("192.168.1.20"), Some(at("10.45.0.1"))));
    assert_eq!(neighbours.refused(), refused.len() as u64 + 1);
    assert!(neighbours.admits(at("10.46.0.1"), None));
}

#[test]
fn a_prefix_of_any_length_is_understood() {
    let subnet = |address: &str, prefix| Subnet { address: address.parse().unwrap(), prefix };
    assert!(subnet("0.0.0.0", 0).contains("203.0.113.9".parse().unwrap()));
    assert!(subnet("::", 0).contains("2001:db8::1".parse().unwrap()));
    assert!(!subnet("0.0.0.0", 0).contains("2001:db8::1".parse().unwrap()));
    assert!(subnet("10.0.0.1", 32).contains("10.0.0.1".parse().unwrap()));
    assert!(!subnet("10.0.0.1", 32).contains("10.0.0.2".parse().unwrap()));
    assert!(subnet("10.0.0.1", 255).contains("10.0.0.1".parse().unwrap()));
}
