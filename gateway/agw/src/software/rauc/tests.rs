use super::{Bundle, bundle_of, percent, sides_of};
use crate::software::report::{Side, Versions};

/// As RAUC 1.8 says it.
const STATUS: &str = r#"{"compatible":"pumice-arm64-uefi","variant":"","booted":"B","boot_primary":"root.1","slots":[
{"boot.1":{"class":"boot","device":"/dev/disk/by-partlabel/boot-b","type":"vfat","bootname":null,"state":"booted",
 "parent":"root.1","mountpoint":null,"slot_status":{"bundle":{"compatible":"pumice-arm64-uefi","version":"0.1.1"}}}},
{"boot.0":{"class":"boot","device":"/dev/disk/by-partlabel/boot-a","type":"vfat","bootname":null,"state":"inactive",
 "parent":"root.0","mountpoint":null,"slot_status":{}}},
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
}

/// A cut may come while either partition of a side is written, or between the two.
#[test]
fn a_side_that_was_written_in_part_holds_nothing() {
    const OK: &str = r#"{"bundle":{"version":"9"},"status":"ok"}"#;
    const PENDING: &str = r#"{"bundle":{"version":"9"},"status":"pending"}"#;
    const OLD: &str = r#"{"bundle":{"version":"8"},"status":"ok"}"#;
    let known: Versions = [("A".to_owned(), "7".to_owned())].into();
    let held = |root: &str, boot: &str| {
        let said = STATUS.replacen("\"slot_status\":{}", &format!("\"slot_status\":{boot}"), 1).replacen(
            "\"slot_status\":{}",
            &format!("\"slot_status\":{root}"),
            1,
        );
        sides_of(said.as_bytes(), "B", &known).into_iter().find(|side| side.name == "A")?.version
    };
    assert_eq!(held("{}", "{}").as_deref(), Some("7"), "as it was flashed");
    assert_eq!(held(OK, OK).as_deref(), Some("9"));
    for (root, boot) in [(PENDING, "{}"), ("{}", PENDING), (OK, "{}"), ("{}", OK), (OK, PENDING), (OK, OLD)] {
        assert_eq!(held(root, boot), None, "root {root}, boot {boot}");
    }
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
