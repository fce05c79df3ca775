use std::net::IpAddr;
use std::time::{Duration, Instant};

use mdns_sd::{HostnameResolutionEvent, ServiceDaemon};
use pumice_lab::{Namespace, skip};

use super::{Announced, begin, instance, is_service, shown};

#[test]
fn titles_become_legal_labels() {
    assert_eq!(instance("  Duka la Amina \n"), "Duka la Amina");
    assert_eq!(instance("\u{7}"), "Pumice");
    let long = instance(&"é".repeat(100));
    assert_eq!(long.len(), 56);
    assert_eq!(shown("pumice-2.local."), "pumice-2.local");
    assert!(is_service("Pumice (2)._https._tcp.local.") && !is_service("pumice-2.local."));
}

fn announced(title: &str) -> Announced {
    Announced { title: title.to_owned(), port: 443, phones: "pumice0".to_owned() }
}

/// Two networks side by side: a box, and who looks for it.
fn pair() -> (Namespace, Namespace) {
    let (near, far) = (Namespace::new("box").unwrap(), Namespace::new("phone").unwrap());
    near.veth("lan", (&far, "wlan"), 1500).unwrap();
    near.link("lan").unwrap().add_address("192.168.77.1".parse().unwrap(), 24).unwrap();
    far.link("wlan").unwrap().add_address("192.168.77.9".parse().unwrap(), 24).unwrap();
    (near, far)
}

/// The addresses that a name has, as a phone finds them.
fn look_up(daemon: &ServiceDaemon, name: &str) -> Vec<IpAddr> {
    let found = daemon.resolve_hostname(name, Some(20_000)).unwrap();
    loop {
        match found.recv_timeout(Duration::from_secs(25)).unwrap() {
            HostnameResolutionEvent::AddressesFound(_, addresses) => {
                return addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr).collect();
            }
            HostnameResolutionEvent::SearchTimeout(_) => return Vec::new(),
            _ => {}
        }
    }
}

#[test]
fn a_phone_finds_the_box_by_its_name_and_the_second_box_by_another() {
    if skip::unless_namespaces() {
        return;
    }
    let (near, far) = pair();
    let first = near.run(|| begin(&announced("Shop"), 5353).unwrap()).unwrap();
    let phone = far.run(|| ServiceDaemon::new().unwrap()).unwrap();
    let addresses = look_up(&phone, "pumice.local.");
    assert!(addresses.contains(&"192.168.77.1".parse().unwrap()), "{addresses:?}");
    assert!(!addresses.iter().any(IpAddr::is_loopback), "{addresses:?}");

    // An address that comes is told, without anybody asking this process for it.
    near.link("lan").unwrap().add_address("192.168.77.2".parse().unwrap(), 24).unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while !look_up(&phone, "pumice.local.").contains(&"192.168.77.2".parse().unwrap()) {
        assert!(Instant::now() < until, "the new address is not told");
    }

    let second = far.run(|| begin(&announced("Other shop"), 5353).unwrap()).unwrap();
    let mut name = second.name();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let renamed = runtime.block_on(async {
        let changed = name.wait_for(|name| name != "pumice.local");
        tokio::time::timeout(Duration::from_secs(20), changed).await.unwrap().unwrap().clone()
    });
    assert_eq!(renamed, "pumice-2.local");
    assert_eq!(*first.name().borrow(), "pumice.local");
    phone.shutdown().unwrap();
}
