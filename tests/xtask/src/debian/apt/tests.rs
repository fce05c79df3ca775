use std::fs;
use std::time::{Duration, SystemTime};

use super::{STALE, are_stale};

#[test]
fn lists_are_stale_when_absent_old_or_of_the_future() {
    let lists = std::env::temp_dir().join(format!("xtask-lists-{}", std::process::id()));
    fs::create_dir_all(&lists).unwrap();
    let now = SystemTime::now();
    assert!(are_stale(&lists.join("nowhere"), now));
    fs::write(lists.join("lock"), "").unwrap();
    assert!(are_stale(&lists, now), "no list yet");

    fs::write(lists.join("deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages"), "").unwrap();
    let later = |seconds| now + Duration::from_secs(seconds);
    assert!(!are_stale(&lists, later(60)));
    assert!(are_stale(&lists, later(STALE.as_secs() + 60)));
    assert!(are_stale(&lists, now - Duration::from_secs(3600)));
    fs::remove_dir_all(&lists).unwrap();
}
