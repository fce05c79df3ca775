//! Curves on the disk, starts and the time of day.

use core::time::Duration;

use pumice_model::archive::{Series, Span};
use pumice_model::time::Instant;
use pumice_store::{Archive, Sample, SavedRing};
use rusqlite::Connection;

use crate::fixtures::Home;

#[test]
fn curves_are_written_over_those_before_and_read_at_the_next_start() {
    let home = Home::new();
    let mut store = home.open().store;
    let mut archive = Archive::resume(&store.history().unwrap());
    for n in 0..3_000_u32 {
        let at = Instant::after_start(Duration::from_secs(30 * u64::from(n)));
        archive.sample(at, None, &Sample { phones: Some(n % 50), ..Sample::default() });
        store.keep_history(&archive.take_due()).unwrap();
    }
    store.keep_history(&archive.save()).unwrap();
    let octets = store.statistics().log_octets_written;
    // A day has 2,880 samples; a write has two curves of 4 kB and the pages above them.
    assert!(octets < 125 * 5 * 4_200, "{octets}");
    drop(store);
    let rows: u32 = Connection::open(home.database())
        .unwrap()
        .query_row("SELECT count(*) FROM history", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 3);
    let resumed = Archive::resume(&home.open().store.history().unwrap());
    for span in Span::ALL {
        assert_eq!(resumed.curves(span).curves, archive.curves(span).curves);
    }
    let phones = resumed.curves(Span::Hour).curves.into_iter().find(|(series, _)| *series == Series::Phones);
    assert_eq!(phones.unwrap().1.last(), Some(&Some(49)));
}

#[test]
fn a_curve_that_is_too_large_is_refused() {
    let home = Home::new();
    let mut store = home.open().store;
    store.keep_history(&[]).unwrap();
    let ring = |octets| SavedRing { span: Span::Day, octets: vec![1; octets] };
    store.keep_history(&[ring(4_096)]).unwrap();
    store.keep_history(&[ring(4_097)]).unwrap_err();
    assert_eq!(store.history().unwrap(), [ring(4_096)]);
}

#[test]
fn starts_are_counted_and_the_time_of_day_is_remembered() {
    let home = Home::new();
    for start in 1..=4 {
        let mut opened = home.open();
        assert_eq!(opened.boot, start);
        assert_eq!(opened.last_known, (start > 2).then_some(1_800_000_123));
        if start == 2 {
            opened.store.remember_time(5).unwrap();
            opened.store.remember_time(1_800_000_123).unwrap();
        }
    }
    // A start that is killed is one.
    let opened = home.open();
    let killed = home.copy();
    drop(opened);
    assert_eq!(killed.open().boot, 6);
}
