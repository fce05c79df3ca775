//! All pools full: the database keeps within its bound, the log within its own, and a cold start reads everything.

use std::fs;

use pumice_model::change::{Change, Counter};
use pumice_model::limits::Limits;
use pumice_model::ue::CapabilityHash;
use pumice_store::Options;

use crate::fixtures::{Home, cell, subscriber, ue};

#[test]
fn all_limits_filled_fit_and_are_read_back() {
    let home = Home::new();
    let limits = Limits::default();
    let mut store = home.open().store;
    let subscribers: Vec<_> =
        (0..limits.subscribers).map(|n| Change::PutSubscriber(Box::new(subscriber(n, 1)))).collect();
    store.commit(&subscribers).unwrap();
    let bearers = u8::try_from(limits.bearers / limits.phones).unwrap();
    for n in 0..limits.phones {
        store.commit(&[Change::PutUe(Box::new(ue(n, n, bearers)))]).unwrap();
    }
    let each = limits.radio_capability_each;
    for n in 0..limits.radio_capability_octets / each {
        let hash = CapabilityHash(u128::from(n).to_be_bytes());
        store.commit(&[Change::PutRadioCapability { hash, octets: vec![n as u8; each as usize] }]).unwrap();
    }
    let cells: Vec<_> = (0..limits.cells).map(|n| Change::LearnCell(cell(n))).collect();
    store.commit(&cells).unwrap();
    drop(store);

    let octets = fs::metadata(home.database()).unwrap().len();
    assert!(octets < 8 << 20, "the documented size: {octets}");
    let begun = std::time::Instant::now();
    let opened = home.open();
    eprintln!("{octets} octets read in {:?}", begun.elapsed());
    assert_eq!(opened.problems, []);
    let state = opened.state;
    assert_eq!(state.subscribers.len(), limits.subscribers as usize);
    assert_eq!(state.ues.len(), limits.phones as usize);
    assert!(state.ues.iter().enumerate().all(|(n, found)| *found == ue(n as u32, n as u32, bearers)));
    assert_eq!(state.radio_capabilities.len(), 128);
    assert_eq!(state.learned_cells.len(), limits.cells as usize);
}

#[test]
fn the_log_keeps_within_its_bound_without_a_checkpoint_asked_for() {
    let home = Home::new();
    let log_octets = 256 << 10;
    let mut store = home.open_with(Options { log_octets, ..home.options() }).unwrap().store;
    let mut longest = 0;
    for n in 0..2_000 {
        store.commit(&[Change::PutUe(Box::new(ue(n % 50, n, 1)))]).unwrap();
        longest = longest.max(fs::metadata(home.log()).unwrap().len());
    }
    let statistics = store.statistics();
    assert!((log_octets..log_octets + (32 << 10)).contains(&longest), "{longest}");
    assert!(
        statistics.checkpoints > 10 && statistics.log_octets <= log_octets + (32 << 10),
        "{statistics:?}"
    );
}

#[test]
fn octets_written_are_counted() {
    let home = Home::new();
    let mut store = home.open().store;
    let before = (store.statistics().log_octets_written, fs::metadata(home.log()).unwrap().len());
    for n in 0..50 {
        store.commit(&[Change::Ceiling { counter: Counter::Seq, ceiling: n + 1 }]).unwrap();
    }
    let after = (store.statistics().log_octets_written, fs::metadata(home.log()).unwrap().len());
    assert_eq!(after.0 - before.0, after.1 - before.1);
    assert_eq!(after.0 - before.0, 50 * 4_120, "one page of the log for each ceiling");
}

#[test]
fn a_record_longer_than_any_is_refused_by_size_not_by_panic() {
    let home = Home::new();
    let mut store = home.open().store;
    let mut largest = ue(1, 1, 11);
    let name = format!("{}.{}", "a".repeat(63), "b".repeat(36));
    largest
        .bearers
        .iter_mut()
        .for_each(|bearer| bearer.apn = pumice_model::identity::Apn::parse(&name).unwrap());
    store.commit(&[Change::PutUe(Box::new(largest.clone()))]).unwrap();
    drop(store);
    assert_eq!(home.open().state.ues, [largest]);
}
