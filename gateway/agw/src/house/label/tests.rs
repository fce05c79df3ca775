use super::*;

const NOW: u64 = 1_795_000_000;

#[test]
fn a_label_is_made_once_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("label");
    let first = Label::open_or_make(&folder, "abab", NOW).unwrap();
    let second = Label::open_or_make(&folder, "other", NOW + 86_400).unwrap();
    assert_eq!(first.code, second.code);
    assert_eq!(first.fingerprint().unwrap(), second.fingerprint().unwrap());
    let other = tempfile::tempdir().unwrap();
    let other = Label::open_or_make(other.path(), "abab", NOW).unwrap();
    assert_ne!(first.code, other.code);
    assert_ne!(first.fingerprint().unwrap(), other.fingerprint().unwrap());
}

#[test]
fn the_code_can_be_read_aloud() {
    let code = draw(CODE_LETTERS).unwrap();
    assert_eq!(code.len(), 9);
    assert_eq!(draw(WIFI_LETTERS).unwrap().len(), 14);
    assert!(code.chars().all(|letter| letter == '-' || LETTERS.contains(&u8::try_from(letter).unwrap())));
}

#[test]
fn nobody_else_reads_its_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("label");
    Label::open_or_make(&folder, "abab", NOW).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in [CODE, AUTHORITY, PAGE_KEY, WIFI] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_certificate_is_for_the_names_that_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let label = Label::open_or_make(folder.path(), "abab", NOW).unwrap();
    let issued = label.certificate(&["192.168.77.1".to_owned()], NOW).unwrap();
    assert!(issued.names.contains(&"192.168.77.1".to_owned()));
    assert!(!format!("{label:?}").contains("PRIVATE"));
}

#[test]
fn what_was_lost_is_made_anew_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let before = Label::open_or_make(folder.path(), "abab", NOW).unwrap();
    fs::remove_file(folder.path().join(PAGE_KEY)).unwrap();
    // A write that was cut by a power cut leaves this beside it.
    fs::write(folder.path().join("page.new"), "half").unwrap();
    let after = Label::open_or_make(folder.path(), "abab", NOW).unwrap();
    assert_eq!(before.code, after.code);
    assert_eq!(before.fingerprint().unwrap(), after.fingerprint().unwrap());
    after.certificate(&[], NOW).unwrap();
}

#[test]
fn a_damaged_file_is_set_aside_and_made_anew() {
    for file in [CODE, AUTHORITY, PAGE_KEY, WIFI] {
        for damage in [&b""[..], b"\xff\xfe", b"garbage"] {
            let folder = tempfile::tempdir().unwrap();
            Label::open_or_make(folder.path(), "abab", NOW).unwrap();
            fs::write(folder.path().join(file), damage).unwrap();
            let label = Label::open_or_make(folder.path(), "abab", NOW).unwrap();
            label.certificate(&[], NOW).unwrap();
            assert!(!label.code.is_empty());
            let again = Label::open_or_make(folder.path(), "abab", NOW).unwrap();
            assert_eq!(label.fingerprint().unwrap(), again.fingerprint().unwrap(), "{file}");
        }
    }
}

#[test]
fn a_disk_that_takes_nothing_keeps_nobody_from_the_page() {
    // A file where the folder would be: nothing can be read or written there.
    let place = tempfile::NamedTempFile::new().unwrap();
    let label = Label::open_or_make(place.path(), "abab", NOW).unwrap();
    assert_eq!(label.code.len(), 9);
    label.certificate(&[], NOW).unwrap();
}
