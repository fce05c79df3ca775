use std::fs;
use std::time::Duration;

use pumice_lab::Signal;

use super::Gateway;

const IMSI: &str = "001010000000001";

fn add(gateway: &Gateway) {
    let keys = gateway.config().with_file_name("keys");
    fs::write(&keys, "k=465b5ce8b199b49faa5f0a2ee238a6bc\nopc=cd63cb71954a9f4e48a5994e37a02baf\n").unwrap();
    let added = gateway.run(&["subscriber", "add", IMSI, "--keys-from", keys.to_str().unwrap()]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
}

fn listed(gateway: &Gateway) -> String {
    String::from_utf8(gateway.run(&["subscriber", "list"]).stdout).unwrap()
}

#[test]
fn it_serves_says_so_and_leaves_nothing_behind() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut gateway = Gateway::new();
        let before = gateway.namespace.link_names().unwrap();
        gateway.start();
        let status = gateway.get("/api/v1/status");
        assert!(status.text().contains("\"plmn\":\"00101\""), "{}", status.text());
        assert!(gateway.namespace.link_names().unwrap().contains(&"pumice0".to_owned()));
        gateway.hear("WATCHDOG=1");
        gateway.hear("WATCHDOG=1");

        let (code, took, log) = gateway.stop(signal);
        gateway.hear("STOPPING=1");
        assert_eq!(code, Some(0), "{log}");
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert_eq!(gateway.namespace.link_names().unwrap(), before);
        assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
        let left: Vec<_> =
            fs::read_dir(gateway.state()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().ends_with("-wal")), "{left:?}");
    }
}

#[test]
fn a_subscriber_outlives_a_crash() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let mut gateway = Gateway::new();
    gateway.start();
    add(&gateway);
    gateway.kill();
    gateway.start();
    assert!(listed(&gateway).contains(IMSI));
    let (code, ..) = gateway.stop(Signal::SIGTERM);
    assert_eq!(code, Some(0));
    gateway.start();
    assert!(listed(&gateway).contains(IMSI));
}

#[test]
fn no_key_reaches_the_log_or_the_files() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let mut gateway = Gateway::new();
    gateway.configure("[log]\nlevel = \"trace\"");
    gateway.start();
    add(&gateway);
    let (.., log) = gateway.stop(Signal::SIGTERM);
    for secret in ["465b5ce8", "cd63cb71", IMSI] {
        assert!(!log.contains(secret), "{secret} in\n{log}");
    }
    let database = fs::read(gateway.state().join("pumice.db")).unwrap();
    for secret in [[0x46, 0x5b, 0x5c, 0xe8], [0xcd, 0x63, 0xcb, 0x71]] {
        assert!(!database.windows(4).any(|octets| octets == secret));
    }
}
