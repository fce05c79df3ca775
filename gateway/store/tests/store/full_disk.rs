//! A full or read-only disk: refused with the cause, nothing half done, at work again when there is room.

use std::fs;
use std::path::Path;
use std::thread;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use pumice_model::change::{Change, Counter};
use pumice_model::control::Refusal;
use pumice_model::people::{Actor, Role};
use pumice_model::query::PageRequest;
use pumice_model::settings::Values;
use pumice_store::{Application, Opened, Options, Problem, Store, StoreError};

use crate::fixtures::{Home, account, audited, batch_sim, imsi, session, stamp, subscriber, ue, used};
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

#[test]
fn what_is_kept_for_people_is_read_from_a_disk_that_takes_nothing() {
    on_a_small_disk(2 << 20, |at| {
        let mut store = open(at).store;
        store.claim(&account("ana", Role::Owner)).unwrap();
        store.put_session(&session(1, "ana", 1)).unwrap();
        store.note(&audited(1)).unwrap();
        store.add_usage(&[used(1, 20_000, 9)]).unwrap();
        store.add_batch(&[batch_sim(1)]).unwrap();
        store.remember_time(77).unwrap();
        let values = |name: &str| Values::from([("network.name".to_owned(), name.to_owned())]);
        let apply = |store: &mut Store, name: &str, how| {
            store.apply_revision(&values(name), stamp(1), &Actor::Shell, how)
        };
        apply(&mut store, "kept", Application::Keep).unwrap();
        apply(&mut store, "tried", Application::TryAtStart).unwrap();
        drop(store);
        read_only(at, true);
        let mut opened = open(at);
        assert_eq!((opened.boot, opened.last_known), (2, Some(77)));
        let store = &mut opened.store;
        assert_eq!(store.accounts().unwrap(), [account("ana", Role::Owner)]);
        assert_eq!(store.sessions().unwrap(), [session(1, "ana", 1)]);
        assert_eq!(store.audit(&PageRequest::default()).unwrap().items.len(), 1);
        assert_eq!(store.usage(imsi(1)).unwrap().days, [used(1, 20_000, 9)]);
        assert_eq!(store.find_in_batch(&batch_sim(1).iccid).unwrap(), batch_sim(1));
        assert_eq!(store.history().unwrap(), []);
        let begun = store.begin_revision().unwrap();
        assert_eq!((begun.number, begun.values, begun.on_trial), (Some(1), values("kept"), false));
        let refused = Err(Refusal::Store { reason: StoreError::ReadOnly.to_string() });
        assert_eq!(store.claim(&account("ben", Role::Owner)), refused);
        assert_eq!(store.put_session(&session(2, "ana", 1)), refused);
        assert_eq!(store.add_usage(&[used(1, 20_000, 1)]), refused);
        assert_eq!(store.keep_revision(1), refused);
        assert!(matches!(store.export("X"), Err(Refusal::Wrong { .. })));
        // The same store, once the disk takes what it is given.
        read_only(at, false);
        assert_eq!(store.note(&audited(2)).unwrap(), 2);
        assert_eq!(store.begin_revision().unwrap().values, values("tried"));
        drop(opened);
        assert_eq!(open(at).boot, 3);
    });
}

#[test]
fn a_database_of_an_older_program_is_read_from_a_disk_that_takes_nothing() {
    on_a_small_disk(2 << 20, |at| {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1.sql");
        let old = rusqlite::Connection::open(at.join("pumice.db")).unwrap();
        old.execute_batch(&fs::read_to_string(fixture).unwrap()).unwrap();
        drop(old);
        pumice_store::FileSealer::open_or_create(&at.join("pumice.key")).unwrap();
        read_only(at, true);
        let mut opened = open(at);
        assert_eq!((opened.state.learned_cells.len(), opened.boot), (8, 1));
        assert_eq!(opened.store.accounts().unwrap(), []);
        assert_eq!(opened.store.begin_revision().unwrap(), Default::default());
        read_only(at, false);
        drop(opened);
    });
}

#[test]
fn a_start_on_a_full_disk_is_counted_when_there_is_room() {
    let home = Home::new();
    drop(home.open());
    let recorder = Recorder::register();
    recorder.fail(Some(Fault::NoSpace));
    let options = || Options { vfs: Some(recorder.name()), ..home.options() };
    let mut opened = home.open_with(options()).unwrap();
    assert_eq!(opened.boot, 2);
    assert!(matches!(opened.store.note(&audited(1)), Err(Refusal::Store { .. })));
    recorder.fail(None);
    assert_eq!(opened.store.keep_revision(1), Err(Refusal::NotFound), "nothing was written with it");
    opened.store.note(&audited(1)).unwrap();
    drop(opened);
    assert_eq!(home.open().boot, 3);
}
