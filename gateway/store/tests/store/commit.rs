//! What a commit is: all or nothing, the last change of a thing counts, ceilings only rise, and it is all there after a
//! restart.

use std::time::Duration;

use pumice_model::change::{Change, Counter};
use pumice_store::{Options, StoreError};

use crate::fixtures::{Home, imsi, subscriber, ue};
use crate::recording_vfs::{Fault, Op, Recorder};
use crate::workload::{Expected, Random, batch};

#[test]
fn a_random_history_is_read_back_after_each_restart() {
    let home = Home::new();
    let mut random = Random(1);
    let mut expected = Expected::default();
    for _ in 0..20 {
        let mut opened = home.open();
        assert_eq!(opened.problems, []);
        assert_eq!(Expected::from(opened.state), expected);
        for _ in 0..15 {
            let changes = batch(&mut random);
            opened.store.commit(&changes).unwrap();
            expected.apply(&changes);
        }
    }
}

#[test]
fn ceilings_never_go_down() {
    let home = Home::new();
    let raise = |counter, ceiling| Change::Ceiling { counter, ceiling };
    let mut store = home.open().store;
    store.commit(&[raise(Counter::Seq, 500), raise(Counter::MTmsi, 7), raise(Counter::Seq, 300)]).unwrap();
    store.commit(&[raise(Counter::Seq, 100)]).unwrap();
    drop(store);
    let state = home.open().state;
    assert_eq!((state.seq_ceiling, state.m_tmsi_ceiling), (500, 7));
}

#[test]
fn of_many_changes_of_a_phone_one_row_is_written() {
    let (one, many) = (Home::new(), Home::new());
    let octets = |home: &Home, changes: &[Change]| {
        let mut store = home.open().store;
        let before = store.statistics().log_octets_written;
        store.commit(changes).unwrap();
        store.statistics().log_octets_written - before
    };
    let last = Change::PutUe(Box::new(ue(1, 100, 1)));
    let changes: Vec<_> =
        (0..100).map(|n| Change::PutUe(Box::new(ue(1, n, 1)))).chain([last.clone()]).collect();
    assert_eq!(octets(&many, &changes), octets(&one, &[last]));
    assert_eq!(many.open().state.ues, [ue(1, 100, 1)]);
}

#[test]
fn a_removed_subscriber_takes_its_phone_along_and_may_come_back() {
    let home = Home::new();
    let mut store = home.open().store;
    store
        .commit(&[Change::PutSubscriber(Box::new(subscriber(1, 1))), Change::PutUe(Box::new(ue(1, 1, 1)))])
        .unwrap();
    store.commit(&[Change::RemoveSubscriber(imsi(1))]).unwrap();
    drop(store);
    let mut opened = home.open();
    assert!(opened.state.subscribers.is_empty() && opened.state.ues.is_empty());
    let back = [
        Change::RemoveSubscriber(imsi(1)),
        Change::PutSubscriber(Box::new(subscriber(1, 2))),
        Change::PutUe(Box::new(ue(1, 9, 1))),
    ];
    opened.store.commit(&back).unwrap();
    drop(opened.store);
    let state = home.open().state;
    assert_eq!((state.subscribers, state.ues), (vec![subscriber(1, 2)], vec![ue(1, 9, 1)]));
}

#[test]
fn a_full_change_waits_for_the_disk_and_a_normal_one_does_not() {
    let home = Home::new();
    let recorder = Recorder::register();
    let mut store = home.open_with(Options { vfs: Some(recorder.name()), ..home.options() }).unwrap().store;
    let at_start = store.statistics().normal_commits;
    let mut syncs = |changes: &[Change]| {
        let before = recorder.ops().len();
        store.commit(changes).unwrap();
        let ops = recorder.ops().split_off(before);
        assert!(ops.iter().any(|op| matches!(op, Op::Write { file, .. } if file == "pumice.db-wal")));
        matches!(ops.last(), Some(Op::Sync { file }) if file == "pumice.db-wal")
    };
    let ceiling = |ceiling| Change::Ceiling { counter: Counter::Seq, ceiling };
    let checkpoint = |n| Change::PutUe(Box::new(ue(n, 1, 1)));
    assert!(syncs(&[ceiling(10)]));
    assert!(!syncs(&[checkpoint(1)]));
    assert!(!syncs(&[checkpoint(2), Change::RemoveUe(imsi(1))]));
    assert!(syncs(&[checkpoint(1), ceiling(20)]));
    assert!(syncs(&[Change::RaiseUeCeilings(Box::new(ue(1, 5, 1)))]));
    assert!(!syncs(&[checkpoint(3)]));
    let statistics = store.statistics();
    assert_eq!((statistics.normal_commits - at_start, statistics.failed_commits), (3, 0));
}

/// A sync that fails leaves all frames of the commit in the log, its end included.
#[test]
fn a_refused_commit_does_not_come_back_by_itself() {
    for kept_failing in [false, true] {
        let home = Home::new();
        let recorder = Recorder::register();
        let mut store =
            home.open_with(Options { vfs: Some(recorder.name()), ..home.options() }).unwrap().store;
        store.commit(&[Change::PutSubscriber(Box::new(subscriber(1, 1)))]).unwrap();
        store.commit(&[Change::PutUe(Box::new(ue(1, 1, 1)))]).unwrap();

        recorder.fail(Some(Fault::Sync));
        let refused = store.commit(&[Change::PutSubscriber(Box::new(subscriber(2, 1)))]);
        assert!(matches!(refused, Err(StoreError::Io { .. })), "{refused:?}");
        if kept_failing {
            // Nothing is added to a log that may have holes.
            let ops = recorder.ops().len();
            assert!(store.commit(&[Change::PutUe(Box::new(ue(1, 2, 1)))]).is_err());
            assert!(
                !recorder
                    .ops()
                    .split_off(ops)
                    .iter()
                    .any(|op| matches!(op, Op::Write { file, .. } if file.ends_with("-wal")))
            );
        }
        recorder.fail(None);
        store.commit(&[Change::PutUe(Box::new(ue(1, 3, 1)))]).unwrap();

        let crashed = home.copy();
        let state = crashed.open().state;
        assert_eq!(state.subscribers, [subscriber(1, 1)]);
        assert_eq!(state.ues, [ue(1, 3, 1)]);
    }
}

#[test]
fn an_added_delay_counts_in_the_latencies_of_syncs_alone() {
    let home = Home::new();
    let delay = Duration::from_millis(20);
    let mut store = home.open_with(Options { sync_delay: delay, ..home.options() }).unwrap().store;
    let at_start = store.statistics().normal_latency.count();
    store.commit(&[Change::PutUe(Box::new(ue(1, 1, 1)))]).unwrap();
    store.commit(&[Change::Ceiling { counter: Counter::Seq, ceiling: 1 }]).unwrap();
    store.checkpoint().unwrap();
    let statistics = store.statistics();
    assert!(statistics.full_latency.percentile(1) >= delay);
    assert!(statistics.checkpoint_latency.percentile(50) >= delay);
    assert_eq!(statistics.normal_latency.count() - at_start, 1);
    assert!(statistics.normal_latency.longest() < delay);
}

#[test]
fn an_impossible_ceiling_is_refused_with_its_batch() {
    let home = Home::new();
    let mut store = home.open().store;
    let ceiling = u64::MAX;
    let batch = [
        Change::PutSubscriber(Box::new(subscriber(1, 1))),
        Change::Ceiling { counter: Counter::Seq, ceiling },
    ];
    assert_eq!(store.commit(&batch), Err(StoreError::CeilingTooLarge(u64::MAX)));
    store.commit(&[]).unwrap();
    drop(store);
    assert_eq!(Expected::from(home.open().state), Expected::default());
}

#[test]
fn a_second_process_is_refused() {
    let home = Home::new();
    let first = home.open();
    let other = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["commit::second_process", "--exact", "--nocapture"])
        .env("PUMICE_STORE_HOME", home.path())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&other.stdout).contains("refused: Busy"), "{other:?}");
    drop(first);
    home.open();
}

/// The process that the test above runs; by itself it has nothing to do.
#[test]
fn second_process() {
    let Some(home) = std::env::var_os("PUMICE_STORE_HOME") else { return };
    let home = std::path::PathBuf::from(home);
    let sealer = pumice_store::FileSealer::open_or_create(&home.join("pumice.key")).unwrap();
    match pumice_store::Store::open(&home.join("pumice.db"), Options::new(sealer)) {
        Ok(_) => println!("opened"),
        Err(error) => println!("refused: {error:?}"),
    }
}
