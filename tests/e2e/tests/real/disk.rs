use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use pumice_e2e::real::{Plan, Village};
use pumice_lab::skip;
use tempfile::TempDir;

use crate::{CELL, assert_served, events};

#[test]
fn on_a_full_disk_phones_are_served_and_sales_refused() {
    if skip::unless_namespaces() {
        return;
    }
    let disk = SmallDisk::mount();
    let quoted = |name: &str| format!("{:?}", disk.path().join(name).to_string_lossy());
    let plan = Plan::default().with("store", "path", quoted("pumice.db")).with(
        "store",
        "key_file",
        quoted("sealing.key"),
    );
    let village = Village::build(plan).unwrap();
    let (phone, other) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();

    let ballast = disk.path().join("ballast");
    fill(&ballast);
    // A sale, until the room that the database still had is used up.
    let sell = |number: u64| {
        let body = pumice_e2e::real::subscriber(&pumice_e2e::real::sim(number).unwrap());
        village.api("POST", "/api/v1/subscribers", Some(&body)).unwrap()
    };
    let refused = (100..1_000).map(sell).find(|answer| answer.status != 201).expect("the disk is full");
    assert_eq!(refused.status, 507, "{}", refused.body);
    assert_eq!(refused.body["code"], "store-failing");
    assert_eq!(refused.body["status"], 507);
    assert!(!refused.body["title"].as_str().unwrap().is_empty());
    assert!(!events(&village, "store_failed").is_empty());
    let status = village.api("GET", "/api/v1/status", None).unwrap().body;
    assert_ne!(status["store"]["health"], "good");

    // One that attaches now, and one that was idle.
    village.attach(other).unwrap();
    assert_served(&village, other);
    village.make_idle(phone, CELL).unwrap();
    assert_served(&village, phone);

    fs::remove_file(&ballast).unwrap();
    assert_eq!(sell(2_000).status, 201, "with room on the disk it sells again");
    assert!(!events(&village, "store_recovered").is_empty());
}

/// A disk of 4 MB that only this thread, and what it starts, can see.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Self {
        let (folder, none) = (TempDir::with_prefix("pumice-").unwrap(), None::<&str>);
        unshare(CloneFlags::CLONE_NEWNS).unwrap();
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
        mount(Some("tmpfs"), folder.path(), Some("tmpfs"), MsFlags::empty(), Some("size=4m")).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Before the folder is removed; a failure leaves it to be seen.
        let _ = umount2(self.path(), MntFlags::MNT_DETACH);
    }
}

/// Writes until there is no room.
fn fill(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    for size in [1 << 16, 1 << 12, 1] {
        let error = loop {
            if let Err(error) = file.write_all(&vec![0; size]) {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }
}
