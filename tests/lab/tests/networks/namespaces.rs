use std::fs;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;

use pumice_lab::{LabError, Namespace, skip};

use crate::eventually;

const NEAR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const FAR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

fn pair() -> (Namespace, Namespace) {
    let near = Namespace::new("near").unwrap();
    let far = Namespace::new("far").unwrap();
    near.veth("a", (&far, "b"), 1400).unwrap();
    near.link("a").unwrap().add_address(NEAR, 24).unwrap();
    far.link("b").unwrap().add_address(FAR, 24).unwrap();
    (near, far)
}

/// An octet there and back over UDP.
fn ping(near: &Namespace, far: &Namespace) -> bool {
    let server = far.run(|| UdpSocket::bind((FAR, 0)).unwrap()).unwrap();
    let client = near.run(|| UdpSocket::bind((NEAR, 0)).unwrap()).unwrap();
    for socket in [&server, &client] {
        socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    }
    let mut octet = [0];
    if client.send_to(&[42], server.local_addr().unwrap()).is_err() {
        return false;
    }
    let Ok((1, peer)) = server.recv_from(&mut octet) else { return false };
    assert_eq!((octet, peer), ([42], client.local_addr().unwrap()));
    server.send_to(&[43], peer).unwrap();
    client.recv(&mut octet).is_ok() && octet == [43]
}

/// The inode that identifies a network namespace.
fn inode(namespace: &Namespace) -> String {
    let link = format!("/proc/self/fd/{}", namespace.descriptor().as_raw_fd());
    fs::read_link(link).unwrap().to_string_lossy().into_owned()
}

/// Does a thread or a descriptor of any process still hold the namespace?
fn is_held(inode: &str) -> bool {
    let points_there =
        |path: &Path| fs::read_link(path).is_ok_and(|target| target.to_string_lossy() == inode);
    let entries = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    entries(Path::new("/proc")).any(|process| {
        entries(&process.join("task")).any(|task| points_there(&task.join("ns/net")))
            || entries(&process.join("fd")).any(|descriptor| points_there(&descriptor))
    })
}

#[test]
fn two_namespaces_reach_each_other_over_a_veth_pair() {
    if skip::unless_namespaces() {
        return;
    }
    let (near, far) = pair();
    assert!(ping(&near, &far));
    assert_eq!(near.link("a").unwrap().addresses().unwrap().first(), Some(&(NEAR, 24)));
    assert_eq!(far.link("b").unwrap().mtu().unwrap(), 1400);
}

#[test]
fn link_goes_down_and_comes_back() {
    if skip::unless_namespaces() {
        return;
    }
    let (near, far) = pair();
    near.link("a").unwrap().down().unwrap();
    assert!(!near.link("a").unwrap().is_up().unwrap());
    assert!(!ping(&near, &far));
    near.link("a").unwrap().up().unwrap();
    eventually("the far side answers again", || ping(&near, &far));
}

#[test]
fn address_and_mtu_change() {
    if skip::unless_namespaces() {
        return;
    }
    let (near, _far) = pair();
    let link = near.link("a").unwrap();
    link.set_mtu(1280).unwrap();
    assert_eq!(link.mtu().unwrap(), 1280);
    let second = IpAddr::V6("2001:db8::1".parse().unwrap());
    link.add_address(second, 64).unwrap();
    assert!(near.run(|| UdpSocket::bind((second, 0)).is_ok()).unwrap(), "usable at once, without DAD");
    link.remove_address(second, 64).unwrap();
    assert!(!link.addresses().unwrap().contains(&(second, 64)));
    assert!(matches!(link.remove_address(second, 64), Err(LabError::Netlink { .. })));
}

#[test]
fn unknown_link_has_its_own_error() {
    if skip::unless_namespaces() {
        return;
    }
    let lonely = Namespace::new("lonely").unwrap();
    assert_eq!(lonely.link_names().unwrap(), ["lo"]);
    assert!(matches!(lonely.link("eth7"), Err(LabError::NoSuchLink { link, .. }) if link == "eth7"));
}

#[test]
fn dropped_namespace_leaves_nothing() {
    if skip::unless_namespaces() {
        return;
    }
    let (near, far) = pair();
    let gone = inode(&far);
    assert!(is_held(&gone));
    drop(far);
    eventually("nobody holds the namespace", || !is_held(&gone));
    // The kernel takes the other end of a veth pair with the namespace, so its absence shows that the namespace went.
    eventually("the veth pair is gone", || !near.link_names().unwrap().contains(&"a".to_owned()));
}

#[test]
fn runtime_opens_its_sockets_inside() {
    if skip::unless_namespaces() {
        return;
    }
    let (near, _far) = pair();
    let runtime = near.runtime().unwrap();
    let bound = runtime.run(async { tokio::net::UdpSocket::bind((NEAR, 0)).await.map(drop) }).unwrap();
    assert!(bound.is_ok(), "{bound:?}");
    let outside = UdpSocket::bind((NEAR, 0));
    assert!(outside.is_err(), "the address exists in the namespace only");
}

#[test]
#[should_panic(expected = "inside")]
fn panic_inside_goes_on_outside() {
    if skip::unless_namespaces() {
        panic!("inside: skipped");
    }
    let lonely = Namespace::new("lonely").unwrap();
    lonely.run(|| panic!("inside")).unwrap()
}
