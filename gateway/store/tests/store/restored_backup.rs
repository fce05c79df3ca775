//! A backup knows nothing of what was drawn after it was made.

use std::fs;

use pumice_model::change::{Change, Counter};
use pumice_store::restore::{M_TMSI_JUMP, SEQ_JUMP};
use pumice_store::{Options, Problem, StoreError};

use crate::fixtures::{Home, cell, subscriber, ue};
use crate::recording_vfs::{Op, Recorder};
use crate::workload::Expected;

fn filled() -> Home {
    let home = Home::new();
    let mut store = home.open().store;
    let changes = [
        Change::Ceiling { counter: Counter::Seq, ceiling: 1_000 },
        Change::Ceiling { counter: Counter::MTmsi, ceiling: 50 },
        Change::PutSubscriber(Box::new(subscriber(1, 1))),
        Change::PutUe(Box::new(ue(1, 1, 1))),
        Change::LearnCell(cell(1)),
    ];
    store.commit(&changes).unwrap();
    home
}

#[test]
fn a_restored_backup_jumps_ahead_once_and_forgets_phones() {
    let home = filled();
    let original = home.open();
    let mut store = original.store;
    store.backup_to(&home.path().join("backup.db")).unwrap();
    store.backup_to(&home.path().join("backup.db")).unwrap();
    store.commit(&[Change::Ceiling { counter: Counter::Seq, ceiling: 1_064 }]).unwrap();
    drop(store);
    let untouched = home.open();
    assert_eq!(untouched.problems, [], "making a backup changes nothing");
    assert_eq!((untouched.state.seq_ceiling, untouched.state.ues.len()), (1_064, 1));
    drop(untouched);

    fs::rename(home.path().join("backup.db"), home.database()).unwrap();
    let restored = home.open();
    assert_eq!(restored.problems, [Problem::Restored { phones: 1 }]);
    assert_eq!(restored.identity, original.identity);
    let (jumped, store) = (Expected::from(restored.state), restored.store);
    assert_eq!((jumped.seq, jumped.m_tmsi), (1_000 + SEQ_JUMP, 50 + M_TMSI_JUMP));
    assert!(jumped.ues.is_empty());
    assert_eq!((jumped.subscribers.len(), jumped.cells.len()), (1, 1));

    // Nothing was written but by opening it: a crash right after finds the jump made.
    let crashed = home.copy();
    drop(store);
    for home in [crashed, home] {
        let again = home.open();
        assert_eq!(again.problems, [], "it jumps once");
        assert_eq!(Expected::from(again.state), jumped);
    }
}

#[test]
fn the_jump_is_on_the_disk_before_anything_can_be_drawn() {
    let home = filled();
    home.open().store.backup_to(&home.path().join("backup.db")).unwrap();
    fs::rename(home.path().join("backup.db"), home.database()).unwrap();
    let recorder = Recorder::register();
    let opened = home.open_with(Options { vfs: Some(recorder.name()), ..home.options() }).unwrap();
    assert_eq!(opened.problems, [Problem::Restored { phones: 1 }]);
    let log = |op: &&Op| matches!(op, Op::Write { file, .. } | Op::Sync { file } if file == "pumice.db-wal");
    let ops = recorder.ops();
    assert!(ops.iter().filter(log).count() > 2);
    assert!(matches!(ops.iter().rfind(log), Some(Op::Sync { .. })));
}

#[test]
fn seq_stays_within_its_43_bits() {
    let home = filled();
    let mut store = home.open().store;
    store.commit(&[Change::Ceiling { counter: Counter::Seq, ceiling: (1 << 43) - 5 }]).unwrap();
    store.backup_to(&home.path().join("backup.db")).unwrap();
    drop(store);
    fs::rename(home.path().join("backup.db"), home.database()).unwrap();
    assert_eq!(home.open().state.seq_ceiling, 1 << 43);
}

#[test]
fn a_backup_that_cannot_be_written_leaves_the_one_before() {
    let home = filled();
    let mut store = home.open().store;
    let target = home.path().join("backup.db");
    store.backup_to(&target).unwrap();
    let before = fs::read(&target).unwrap();
    // Something is in the way of the draft.
    fs::create_dir_all(home.path().join("backup.db.partial/x")).unwrap();
    assert!(matches!(store.backup_to(&target), Err(StoreError::Io { .. })));
    assert_eq!(fs::read(&target).unwrap(), before);
    assert!(matches!(store.backup_to(&home.path().join("nowhere/backup.db")), Err(StoreError::Io { .. })));
    store.commit(&[Change::PutUe(Box::new(ue(2, 1, 1)))]).unwrap();
}
