use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use super::Gateway;

const NET_ADMIN: u64 = 1 << 12;
const NET_RAW: u64 = 1 << 13;

/// The threads of a process by their names, and a field of their status.
fn threads(id: u32, field: &str) -> BTreeMap<String, String> {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).unwrap();
    let each = tasks.map(|task| {
        let path = task.unwrap().path();
        let name = fs::read_to_string(path.join("comm")).unwrap().trim().to_owned();
        let status = fs::read_to_string(path.join("status")).unwrap();
        let value = status.lines().find_map(|line| line.strip_prefix(&format!("{field}:"))).unwrap();
        (name, value.trim().to_owned())
    });
    each.collect()
}

#[test]
fn each_thread_keeps_what_it_needs_and_no_more() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let mut gateway = Gateway::new();
    gateway.start();
    wait_for_names(&gateway);
    let expected = [
        ("announce", 0),
        ("board", 0),
        ("captures", NET_RAW),
        ("mDNS_daemon", 0),
        ("pumice", 0),
        ("pumice-sctp", NET_RAW),
        ("store", 0),
        ("user-plane", NET_ADMIN),
    ];
    let expected: BTreeMap<String, u64> = expected.map(|(name, kept)| (name.to_owned(), kept)).into();
    for field in ["CapEff", "CapPrm"] {
        let kept = threads(gateway.id(), field).into_iter();
        let kept: BTreeMap<String, u64> =
            kept.map(|(name, mask)| (name, u64::from_str_radix(&mask, 16).unwrap())).collect();
        // What waits for a disk does so in threads that come and go, and have nothing.
        let (passing, staying): (BTreeMap<_, _>, BTreeMap<_, _>) =
            kept.into_iter().partition(|(name, _)| name.starts_with("tokio-"));
        assert!(passing.values().all(|mask| *mask == 0), "{field}: {passing:?}");
        assert_eq!(staying, expected, "{field}");
    }
    for field in ["CapInh", "CapAmb"] {
        for (name, mask) in threads(gateway.id(), field) {
            assert_eq!(u64::from_str_radix(&mask, 16).unwrap(), 0, "{name} {field}");
        }
    }
    // The kernel may have newer ones than are known here.
    for (name, mask) in threads(gateway.id(), "CapBnd") {
        assert_eq!(u64::from_str_radix(&mask, 16).unwrap() & ((1 << 41) - 1), 0, "{name}");
    }
    for (name, flag) in threads(gateway.id(), "NoNewPrivs") {
        assert_eq!(flag, "1", "{name}");
    }
}

/// A thread has its parent's name until it has run far enough to take its own.
fn wait_for_names(gateway: &Gateway) {
    let patience = Instant::now() + Duration::from_secs(10);
    while threads(gateway.id(), "CapEff").into_iter().any(|(name, _)| name == "opening") {
        assert!(Instant::now() < patience, "a thread that opened a room is still there");
        std::thread::yield_now();
    }
}
