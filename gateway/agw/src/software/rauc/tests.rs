use super::{Bundle, bundle_of, percent, sides_of};
use crate::software::report::{Side, Versions};

/// As RAUC 1.8 says it.
const STATUS: &str = r#"{"compatible":"pumice-arm64-uefi","variant":"","booted":"B","boot_primary":"root.1","slots":[
{"boot.1":{"class":"boot","device":"/dev/disk/by-partlabel/boot-b","type":"vfat","bootname":null,"state":"booted",
 "parent":"root.1","mountpoint":null,"slot_status":{"bundle":{"compatible":"pumice-arm64-uefi","version":"0.1.1"}}}},
{"root.1":{"class":"root","device":"/dev/disk/by-partlabel/root-b","type":"raw","bootname":"B","state":"booted","parent":null,
 "mountpoint":"/","boot_status":"good","slot_status":{"bundle":{"compatible":"pumice-arm64-uefi","version":"0.1.1"},
 "checksum":{"sha256":"00","size":1},"installed":{"timestamp":"2026-01-01T00:00:00Z","count":1}}}},
{"root.0":{"class":"root","device":"/dev/disk/by-partlabel/root-a","type":"raw","bootname":"A","state":"inactive","parent":null,
 "mountpoint":null,"boot_status":"bad","slot_status":{}}}]}"#;

#[test]
fn sides_are_the_slots_that_have_a_name_for_the_start() {
    let side = |name: &str, version: Option<&str>, runs, good| Side {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        runs,
        good,
    };
    let runs = |flashed: Option<&str>| -> Versions {
        let flashed = flashed.map(|version| ("A".to_owned(), version.to_owned()));
        flashed.into_iter().chain([("B".to_owned(), "0.1.2".to_owned())]).collect()
    };
    let expected = [side("A", None, false, false), side("B", Some("0.1.2"), true, true)].to_vec();
    assert_eq!(sides_of(STATUS.as_bytes(), "B", &runs(None)), expected);
    assert_eq!(sides_of(b"no JSON", "A", &runs(None)), []);
    let known = [side("A", Some("0.1.0"), false, false), side("B", Some("0.1.2"), true, true)].to_vec();
    assert_eq!(sides_of(STATUS.as_bytes(), "B", &runs(Some("0.1.0"))), known);
    let broken_off = STATUS
        .replace("\"slot_status\":{}", r#""slot_status":{"bundle":{"version":"9"},"status":"pending"}"#);
    assert_eq!(sides_of(broken_off.as_bytes(), "B", &runs(Some("0.1.0"))), expected);
}

#[test]
fn a_bundle_says_what_it_is() {
    let said = br#"{"compatible":"pumice-arm64-uefi","version":"0.1.1","description":"x","images":[]}"#;
    let expected = Bundle { version: "0.1.1".to_owned(), compatible: "pumice-arm64-uefi".to_owned() };
    assert_eq!(bundle_of(said), Some(expected));
    assert_eq!(bundle_of(br#"{"compatible":"x"}"#), None);
}

#[test]
fn progress_is_read() {
    assert_eq!(percent(" 40% Checking slot root.1"), Some(40));
    assert_eq!(percent("100% Installing done."), Some(100));
    assert_eq!(percent("LastError: 7% of what?"), None);
    assert_eq!(percent("300% x"), None);
}
