//! All pools full: the database keeps within its bound, the log within its own, and a cold start reads everything.

use std::fs;

use pumice_model::archive::{Span, USAGE_DAYS, USAGE_MONTHS};
use pumice_model::change::{Change, Counter};
use pumice_model::keeper::BATCH;
use pumice_model::limits::Limits;
use pumice_model::people::{ACCOUNTS, AUDIT, Actor, AuditEntry, Role, SESSIONS};
use pumice_model::query::PageRequest;
use pumice_model::settings::{REVISIONS, SETTINGS, VALUE, Values};
use pumice_model::ue::CapabilityHash;
use pumice_store::{Application, LARGEST_BACKUP, Options, RecoveryKey, SavedRing};

use crate::fixtures::{
    Home, account, audited, batch_sim, cell, imsi, name, session, stamp, subscriber, ue, used,
};

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

/// The same with what is kept for people: two years of usage, the audit, batches, settings at their longest.
#[test]
fn all_that_is_kept_for_people_fits_beside_it() {
    let home = Home::new();
    let limits = Limits::default();
    let mut store = home.open().store;
    let subscribers: Vec<_> =
        (0..limits.subscribers).map(|n| Change::PutSubscriber(Box::new(subscriber(n, 1)))).collect();
    store.commit(&subscribers).unwrap();
    for n in 0..limits.phones {
        store.commit(&[Change::PutUe(Box::new(ue(n, n, 2)))]).unwrap();
    }
    let each = limits.radio_capability_each;
    for n in 0..limits.radio_capability_octets / each {
        let hash = CapabilityHash(u128::from(n).to_be_bytes());
        store.commit(&[Change::PutRadioCapability { hash, octets: vec![n as u8; each as usize] }]).unwrap();
    }
    // Every month for three years, then every day for three months.
    let days = (0..36).map(|month| 20_000 + 30 * month).chain((0..90).map(|day| 21_200 + day));
    for day in days {
        let rows: Vec<_> = (0..limits.subscribers).map(|n| used(n, day, 1 << 34)).collect();
        store.add_usage(&rows).unwrap();
    }
    for n in 0..ACCOUNTS {
        store.add_account(&account(&format!("account-{n}"), Role::Owner)).unwrap();
    }
    for n in 0..SESSIONS + 5 {
        store.put_session(&session(n as u8, "account-1", n.into())).unwrap();
    }
    let longest = AuditEntry {
        actor: Actor::Account(name(&"a".repeat(32))),
        action: heapless::String::try_from("x".repeat(32).as_str()).unwrap(),
        subject: heapless::String::try_from("y".repeat(64).as_str()).unwrap(),
        address: "2001:db8:1111:2222:3333:4444:5555:6666".parse().ok(),
        ..audited(2)
    };
    for _ in 0..AUDIT + 5 {
        store.note(&longest).unwrap();
    }
    let sims: Vec<_> = (0..BATCH).map(batch_sim).collect();
    store.add_batch(&sims).unwrap();
    let values: Values = SETTINGS.iter().map(|spec| (spec.key.to_owned(), "v".repeat(VALUE))).collect();
    for _ in 0..REVISIONS + 5 {
        store.apply_revision(&values, stamp(1), &Actor::Shell, Application::Keep).unwrap();
    }
    for span in Span::ALL {
        store.keep_history(&[SavedRing { span, octets: vec![1; 4_096] }]).unwrap();
    }
    drop(store);

    let octets = fs::metadata(home.database()).unwrap().len();
    assert!(octets < 16 << 20, "the documented size: {octets}");
    let begun = std::time::Instant::now();
    let mut opened = home.open();
    eprintln!("{octets} octets opened in {:?}", begun.elapsed());
    assert_eq!(opened.problems, []);
    let store = &mut opened.store;
    assert_eq!(store.accounts().unwrap().len(), ACCOUNTS as usize);
    assert_eq!(store.sessions().unwrap().len(), SESSIONS as usize);
    assert_eq!(store.revisions().unwrap().len(), REVISIONS as usize);
    assert_eq!(store.revision_in_force().unwrap().unwrap().values, values);
    assert_eq!(store.batch_size().unwrap(), BATCH);
    let usage = store.usage(imsi(limits.subscribers - 1)).unwrap();
    assert_eq!((usage.days.len(), usage.months.len()), (USAGE_DAYS as usize, USAGE_MONTHS as usize));
    let oldest = store.audit(&PageRequest { after: Some("7".to_owned()), limit: None }).unwrap();
    assert_eq!(oldest.items.iter().map(|record| record.number).collect::<Vec<_>>(), [6]);
    // All of it can be carried away.
    let backup = store.export(&RecoveryKey::from_entropy(&[1; 16]).text()).unwrap();
    assert!(backup.len() < LARGEST_BACKUP);
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
