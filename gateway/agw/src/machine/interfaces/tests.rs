use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;

use pumice_lab::{Topology, skip, topology};
use tempfile::TempDir;

use super::{Places, addresses, default_route, list};

const V4: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
wwan0\t00000000\t00000000\t0001\t0\t0\t700\t00000000\t0\t0\t0
pumice0\t00000000\t00000000\t0001\t0\t0\t1\t00000000\t0\t0\t0
dead0\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
";

const V6: &str = "\
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth1
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
";

fn places(links: &[(&str, Option<&str>)], v4: &str, v6: &str) -> (TempDir, Places) {
    let root = tempfile::tempdir().unwrap();
    let places = Places { links: root.path().join("net"), routes: root.path().join("proc") };
    fs::create_dir_all(&places.routes).unwrap();
    for (name, carrier) in links {
        let link = places.links.join(name);
        fs::create_dir_all(&link).unwrap();
        if let Some(carrier) = carrier {
            fs::write(link.join("carrier"), carrier).unwrap();
        }
    }
    fs::write(places.routes.join("route"), v4).unwrap();
    fs::write(places.routes.join("ipv6_route"), v6).unwrap();
    (root, places)
}

#[test]
fn interfaces_are_listed_with_role_carrier_and_addresses() {
    let links = [
        ("wlan0", Some("0\n")),
        ("eth0", Some("1\n")),
        ("lo", Some("1\n")),
        ("pumice0", Some("1\n")),
        ("off", None),
    ];
    let (_root, places) = places(&links, "", "");
    fs::write(places.links.join("bonding_masters"), "").unwrap();
    let addresses: Vec<(String, IpAddr)> = vec![
        ("eth0".to_owned(), "192.168.1.2".parse().unwrap()),
        ("lo".to_owned(), "127.0.0.1".parse().unwrap()),
        ("eth0".to_owned(), "fe80::1".parse().unwrap()),
    ];
    let roles = BTreeMap::from([("eth0".to_owned(), "backhaul"), ("absent".to_owned(), "cell")]);
    let found = list(&places, &addresses, &roles, "pumice0");
    let rows: Vec<_> =
        found.iter().map(|view| (view.name.as_str(), view.role, view.up, view.addresses.len())).collect();
    assert_eq!(rows, [("eth0", "backhaul", true, 2), ("off", "", false, 0), ("wlan0", "", false, 0)]);
}

#[test]
fn interfaces_and_addresses_are_bounded() {
    let names: Vec<String> = (0..100).map(|number| format!("veth{number:03}")).collect();
    let links: Vec<_> = names.iter().map(|name| (name.as_str(), Some("1"))).collect();
    let (_root, places) = places(&links, "", "");
    let addresses: Vec<_> =
        (0..100).map(|last| ("veth000".to_owned(), IpAddr::from([10, 0, 0, last]))).collect();
    let found = list(&places, &addresses, &BTreeMap::new(), "pumice0");
    assert_eq!((found.len(), found[0].addresses.len(), found[31].name.as_str()), (32, 16, "veth031"));
}

#[test]
fn default_route_is_the_one_with_the_least_metric() {
    let (_root, with_both) = places(&[], V4, V6);
    assert_eq!(default_route(&with_both, "pumice0").as_deref(), Some("eth0"));
    let (_root, with_v6) = places(&[], "Iface\tDestination\n", V6);
    assert_eq!(default_route(&with_v6, "pumice0").as_deref(), Some("eth1"));
    assert_eq!(default_route(&with_v6, "eth1"), None);
    let (_root, with_none) = places(&[], "", "");
    assert_eq!(default_route(&with_none, "pumice0"), None);
}

#[test]
fn tables_that_make_no_sense_have_no_default() {
    let garbled = [
        "\0\u{1}",
        "eth0",
        "eth0 00000000 x",
        "eth0\t00000000\t0\tzz\t0\t0\t0\t00000000",
        "eth0 00000000 0 1 0 0 -1 00000000",
    ];
    let (_root, places) = places(&[], &garbled.join("\n"), &garbled.join("\n"));
    assert_eq!(default_route(&places, "pumice0"), None);
    let nowhere = Places { links: "/nowhere".into(), routes: "/nowhere".into() };
    assert_eq!(default_route(&nowhere, "pumice0"), None);
    assert!(list(&nowhere, &[], &BTreeMap::new(), "pumice0").is_empty());
}

#[test]
fn the_kernel_tells_addresses_and_route() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let (found, route) = village
        .gateway
        .run(|| {
            // /proc/net is the whole process's; this thread has its own.
            let places = Places { routes: "/proc/thread-self/net".into(), ..Places::default() };
            (addresses(), default_route(&places, "pumice0"))
        })
        .unwrap();
    let s1 = (topology::S1_LINK.to_owned(), IpAddr::from(topology::GATEWAY_S1_V4));
    let sgi = (topology::SGI_LINK.to_owned(), IpAddr::from(topology::GATEWAY_SGI_V6));
    assert!(found.contains(&s1) && found.contains(&sgi), "{found:?}");
    assert_eq!(route.as_deref(), Some(topology::SGI_LINK));
}
