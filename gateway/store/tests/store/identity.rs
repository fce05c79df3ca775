//! What tells boxes apart is drawn once and kept; files are for their owner only.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use pumice_store::{FileSealer, KeyFileFault, Options, Store, StoreError};

use crate::fixtures::Home;

#[test]
fn neighbours_differ_and_keep_to_the_ranges() {
    let mut groups = BTreeSet::new();
    for _ in 0..24 {
        let home = Home::new();
        let identity = home.open().identity;
        assert_eq!(home.open().identity, identity, "kept");
        assert!((0x8000..=0xfffd).contains(&identity.mme_group.0), "{identity:?}");
        assert!((0x0001..=0xfffd).contains(&identity.tac.0), "{identity:?}");
        assert!((0x1000_0000..=0xefff_ffff).contains(&identity.first_teid), "{identity:?}");
        assert!(identity.first_ind < 32 && identity.first_ind.is_multiple_of(4), "{identity:?}");
        groups.insert((identity.mme_group, identity.tac, identity.serial));
    }
    assert_eq!(groups.len(), 24);
}

#[test]
fn files_are_for_their_owner_only() {
    let home = Home::new();
    let state = home.path().join("state");
    let path = state.join("pumice.db");
    let open = || {
        let sealer = FileSealer::open_or_create(&state.join("pumice.key")).unwrap();
        Store::open(&path, Options::new(sealer)).unwrap()
    };
    let mut opened = open();
    opened.store.backup_to(&state.join("backup.db")).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    let mut files = 0;
    for entry in fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 4, "database, log, key, backup");

    drop(opened);
    for name in ["pumice.db", "pumice.key"] {
        fs::set_permissions(state.join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let _opened = open();
    assert_eq!((mode(&path), mode(&state.join("pumice.key"))), (0o600, 0o600), "tightened");
}

#[test]
fn a_key_file_without_a_key_is_refused_and_kept() {
    let home = Home::new();
    let path = home.path().join("pumice.key");
    for content in
        [&b""[..], b"pumice1\n", b"pumice1\n0123456789abcdef0123456789abcde", &[b'x'; 40], &[b'x'; 4096]]
    {
        fs::write(&path, content).unwrap();
        let refused = FileSealer::open_or_create(&path).unwrap_err();
        assert!(matches!(refused, StoreError::KeyFile { why: KeyFileFault::NoKey, .. }), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(FileSealer::open_or_create(&path), Err(StoreError::KeyFile { .. })));
}

#[test]
fn a_path_without_a_directory_is_refused() {
    let home = Home::new();
    let path = home.path().join("mistyped/state/pumice.db");
    let refused = Store::open(&path, Options::new(FileSealer::new(&[1; 32]))).unwrap_err();
    assert!(matches!(refused, StoreError::Io { .. }), "{refused}");
    assert!(matches!(FileSealer::open_or_create(&path), Err(StoreError::KeyFile { .. })));
}
