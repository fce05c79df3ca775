use pumice_model::people::{AccountName, Session};
use pumice_model::time::Stamp;

use super::{is_alive, is_worth_writing};

const HOUR: u64 = 3_600;

fn stamp(boot: u32, seconds: u64, unix_seconds: Option<u64>) -> Stamp {
    Stamp { boot, at_millis: seconds * 1_000, unix_seconds }
}

fn session(begun: Stamp, used: Stamp) -> Session {
    let account = AccountName::parse("amina").unwrap();
    Session { token: [0; 32], account, begun, used, browser: heapless::String::new() }
}

#[test]
fn half_an_hour_without_use_ends_it() {
    let session = session(stamp(1, 0, None), stamp(1, 1_000, None));
    assert!(is_alive(&session, stamp(1, 1_000 + 1_799, None)));
    assert!(!is_alive(&session, stamp(1, 1_000 + 1_800, None)));
}

#[test]
fn twelve_hours_end_it_however_it_is_used() {
    let now = |seconds| stamp(1, seconds, None);
    assert!(is_alive(&session(now(0), now(12 * HOUR - 2)), now(12 * HOUR - 1)));
    assert!(!is_alive(&session(now(0), now(12 * HOUR - 1)), now(12 * HOUR)));
}

#[test]
fn a_start_between_with_dates_changes_nothing() {
    let begun = stamp(1, 50_000, Some(1_000_000));
    assert!(is_alive(&session(begun, begun), stamp(2, 30, Some(1_000_000 + 1_799))));
    assert!(!is_alive(&session(begun, begun), stamp(2, 30, Some(1_000_000 + 1_800))));
    let used = stamp(1, 80_000, Some(1_000_000 + 12 * HOUR - 10));
    assert!(!is_alive(&session(begun, used), stamp(2, 30, Some(1_000_000 + 12 * HOUR))));
}

#[test]
fn without_dates_the_time_counts_from_the_start() {
    let begun = stamp(1, 50_000, None);
    assert!(is_alive(&session(begun, begun), stamp(2, 1_799, None)));
    assert!(!is_alive(&session(begun, begun), stamp(2, 1_800, None)));
    // The clock came right, or went wrong, in between.
    assert!(is_alive(&session(begun, begun), stamp(2, 60, Some(1_000_000))));
    assert!(is_alive(&session(stamp(1, 5, Some(9)), stamp(1, 5, Some(9))), stamp(2, 60, None)));
}

#[test]
fn a_clock_set_back_neither_ends_it_nor_keeps_it() {
    let begun = stamp(1, 50_000, Some(2_000_000));
    assert!(is_alive(&session(begun, begun), stamp(2, 60, Some(1_000_000))));
    assert!(!is_alive(&session(begun, begun), stamp(2, 1_800, Some(1_000_000))));
}

#[test]
fn starts_without_dates_do_not_keep_it_for_ever() {
    let begun = stamp(1, 0, None);
    let used = |boot| stamp(boot, 5, None);
    assert!(is_alive(&session(begun, used(8)), stamp(9, 6, None)));
    assert!(!is_alive(&session(begun, used(9)), stamp(10, 6, None)));
    // One of a later start than this is of another box, or of a backup.
    assert!(!is_alive(&session(stamp(5, 0, None), stamp(5, 0, None)), stamp(4, 6, None)));
}

#[test]
fn a_use_is_written_once_a_minute_and_after_each_start() {
    let used = stamp(1, 100, None);
    assert!(!is_worth_writing(used, stamp(1, 159, None)));
    assert!(is_worth_writing(used, stamp(1, 160, None)));
    assert!(is_worth_writing(used, stamp(2, 1, None)));
}
