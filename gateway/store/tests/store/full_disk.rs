//! A full or read-only disk: refused with the cause, nothing half done, at work again when there is room.

use std::fs;
use std::path::Path;
use std::thread;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use pumice_model::change::{Change, Counter};
use pumice_store::{Opened, Options, Problem, StoreError};

use crate::fixtures::{Home, imsi, subscriber, ue};
use crate::recording_vfs::{Fault, Recorder};
use crate::workload::Expected;

fn put(n: u32) -> Change {
    Change::PutSubscriber(Box::new(subscriber(n, 1)))
}

#[test]
fn a_database_at_its_bound_refuses_and_serves_on_when_something_goes() {
    let home = Home::new();
    let bounded = || Options { database_octets: 128 << 10, ..home.options() };
    let mut store = home.open_with(bounded()).unwrap().store;
    let mut expected = Expected::default();
    let refused = loop {
        let n = u32::try_from(expected.subscribers.len()).unwrap();
        let batch = [put(n), Change::Ceiling { counter: Counter::Seq, ceiling: u64::from(n) + 1 }];
        match store.commit(&batch) {
            Ok(()) => expected.apply(&batch),
            Err(error) => break error,
        }
        assert!(n < 10_000, "the bound is none");
    };
    assert_eq!(refused, StoreError::Full);
    let held = u32::try_from(expected.subscribers.len()).unwrap();
    assert!(held > 100, "{held}");
    drop(store);
    assert!(fs::metadata(home.database()).unwrap().len() <= 128 << 10);

    let mut opened = home.open_with(bounded()).unwrap();
    assert_eq!(Expected::from(opened.state), expected, "nothing of the refused batch");
    let changes: Vec<_> = (0..60).map(|n| Change::RemoveSubscriber(imsi(n))).chain([put(held)]).collect();
    opened.store.commit(&changes).unwrap();
    expected.apply(&changes);
    drop(opened.store);
    assert_eq!(Expected::from(home.open_with(bounded()).unwrap().state), expected);
}

#[test]
fn a_disk_that_turns_read_only_under_an_open_database_refuses_and_resumes() {
    for (fault, cause) in [(Fault::ReadOnly, StoreError::ReadOnly), (Fault::NoSpace, StoreError::Full)] {
        let home = Home::new();
        let recorder = Recorder::register();
        let mut store =
            home.open_with(Options { vfs: Some(recorder.name()), ..home.options() }).unwrap().store;
        store.commit(&[put(1)]).unwrap();
        recorder.fail(Some(fault));
        for _ in 0..3 {
            assert_eq!(store.commit(&[put(2), put(3)]), Err(cause.clone()));
            assert_eq!(store.commit(&[Change::PutUe(Box::new(ue(1, 1, 1)))]), Err(cause.clone()));
        }
        let crashed = home.copy();
        assert_eq!(crashed.open().state.subscribers, [subscriber(1, 1)]);
        recorder.fail(None);
        store.commit(&[put(4)]).unwrap();
        drop(store);
        assert_eq!(home.open().state.subscribers, [subscriber(1, 1), subscriber(4, 1)]);
    }
}

/// Runs `test` with a file system of its own of `octets` at `at`, which nobody else sees.
fn on_a_small_disk(octets: usize, test: impl FnOnce(&Path) + Send + 'static) {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().to_path_buf();
    let outcome = thread::spawn(move || {
        // The thread's own mount namespace; a process of an ordinary user would need a user namespace, which threads
        // cannot have.
        unshare(CloneFlags::CLONE_NEWNS)?;
        let none = None::<&str>;
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
        mount(Some("tmpfs"), &at, Some("tmpfs"), MsFlags::empty(), Some(format!("size={octets}").as_str()))
            .unwrap();
        test(&at);
        umount2(&at, MntFlags::MNT_DETACH).unwrap();
        Ok::<_, nix::Error>(())
    })
    .join();
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => pumice_lab::skip::because(&format!("no mount namespace: {error}")),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn read_only(at: &Path, yes: bool) {
    let flags = if yes { MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY } else { MsFlags::MS_REMOUNT };
    mount(None::<&str>, at, None::<&str>, flags, None::<&str>).unwrap();
}

/// Takes all room that is left.
fn fill(at: &Path) {
    let file = fs::File::create(at.join("filler")).unwrap();
    let mut written = 0;
    for chunk in [65_536, 4_096] {
        while std::os::unix::fs::FileExt::write_all_at(&file, &vec![1; chunk], written).is_ok() {
            written += chunk as u64;
        }
    }
}

fn open(at: &Path) -> Opened {
    let sealer = pumice_store::FileSealer::open_or_create(&at.join("pumice.key")).unwrap();
    pumice_store::Store::open(&at.join("pumice.db"), Options::new(sealer)).unwrap()
}

#[test]
fn a_full_file_system_refuses_and_resumes() {
    on_a_small_disk(1 << 20, |at| {
        let mut opened = open(at);
        opened.store.commit(&[put(1)]).unwrap();
        fill(at);
        let mut expected = Expected::default();
        expected.apply(&[put(1)]);
        // The log has a little room in its last page.
        let mut refused = 0;
        for n in 2..40 {
            match opened.store.commit(&[put(n), Change::PutUe(Box::new(ue(n, 1, 2)))]) {
                Ok(()) => expected.apply(&[put(n), Change::PutUe(Box::new(ue(n, 1, 2)))]),
                Err(error) => {
                    assert_eq!(error, StoreError::Full);
                    refused += 1;
                }
            }
        }
        assert!(refused > 10, "{refused}");
        drop(opened);
        // A start on a full disk.
        let mut opened = open(at);
        assert_eq!(Expected::from(opened.state), expected);
        let large = Change::PutRadioCapability {
            hash: pumice_model::ue::CapabilityHash([1; 16]),
            octets: vec![1; 300_000],
        };
        assert_eq!(opened.store.commit(&[large]), Err(StoreError::Full));
        fs::remove_file(at.join("filler")).unwrap();
        opened.store.commit(&[put(50)]).unwrap();
        expected.apply(&[put(50)]);
        drop(opened.store);
        let opened = open(at);
        assert_eq!((opened.problems, Expected::from(opened.state)), (vec![], expected));
    });
}

#[test]
fn a_first_start_on_a_full_disk_keeps_its_identity_once_there_is_room() {
    on_a_small_disk(64 << 10, |at| {
        pumice_store::FileSealer::open_or_create(&at.join("pumice.key")).unwrap();
        fill(at);
        let mut opened = open(at);
        assert_eq!(opened.problems, [Problem::NotWritable { why: StoreError::Full }]);
        assert_eq!(opened.store.commit(&[put(1)]), Err(StoreError::Full));
        fs::remove_file(at.join("filler")).unwrap();
        // 64 KiB are not enough for the database with its log.
        mount(None::<&str>, at, None::<&str>, MsFlags::MS_REMOUNT, Some("size=1048576")).unwrap();
        opened.store.commit(&[put(2)]).unwrap();
        drop(opened.store);
        let again = open(at);
        assert_eq!((again.identity, again.state.subscribers), (opened.identity, vec![subscriber(2, 1)]));
        assert_eq!(again.problems, []);
    });
}

#[test]
fn a_start_on_a_read_only_disk_serves_what_is_there() {
    on_a_small_disk(1 << 20, |at| {
        for crashed in [false, true] {
            let mut opened = open(at);
            let changes = [put(u32::from(crashed)), Change::PutUe(Box::new(ue(1, 77, 1)))];
            opened.store.commit(&changes).unwrap();
            let identity = opened.identity;
            if crashed {
                // As after a power cut: all of the last commit is in the log.
                let files =
                    ["pumice.db", "pumice.db-wal"].map(|name| (name, fs::read(at.join(name)).unwrap()));
                assert!(files[1].1.len() > 4_096);
                drop(opened);
                files.iter().for_each(|(name, content)| fs::write(at.join(name), content).unwrap());
            } else {
                drop(opened);
            }
            read_only(at, true);
            let mut opened = open(at);
            assert_eq!(opened.problems, [Problem::NotWritable { why: StoreError::ReadOnly }]);
            assert_eq!(opened.identity, identity);
            assert_eq!(opened.state.subscribers.len(), 1 + usize::from(crashed));
            assert_eq!(opened.state.ues, [ue(1, 77, 1)]);
            assert_eq!(opened.store.commit(&[put(9)]), Err(StoreError::ReadOnly));
            assert_eq!(opened.store.backup_to(&at.join("backup")), Err(StoreError::ReadOnly));
            read_only(at, false);
            opened.store.commit(&[Change::PutUe(Box::new(ue(1, 78, 1)))]).unwrap();
            drop(opened.store);
            let opened = open(at);
            assert_eq!((opened.problems, opened.state.ues), (vec![], vec![ue(1, 78, 1)]));
        }
    });
}

#[test]
fn a_restored_backup_jumps_ahead_on_a_read_only_disk_too() {
    on_a_small_disk(1 << 20, |at| {
        let mut opened = open(at);
        opened.store.commit(&[put(1), Change::PutUe(Box::new(ue(1, 1, 1)))]).unwrap();
        opened.store.commit(&[Change::Ceiling { counter: Counter::Seq, ceiling: 640 }]).unwrap();
        opened.store.backup_to(&at.join("backup")).unwrap();
        drop(opened);
        fs::rename(at.join("backup"), at.join("pumice.db")).unwrap();
        read_only(at, true);
        let mut opened = open(at);
        let jumped = 640 + pumice_store::restore::SEQ_JUMP;
        assert_eq!((opened.state.seq_ceiling, opened.state.ues.len()), (jumped, 0));
        assert!(opened.problems.contains(&Problem::Restored { phones: 1 }));
        read_only(at, false);
        opened.store.commit(&[put(2)]).unwrap();
        drop(opened.store);
        let state = open(at).state;
        assert_eq!((state.seq_ceiling, state.subscribers.len()), (jumped, 2));
    });
}
