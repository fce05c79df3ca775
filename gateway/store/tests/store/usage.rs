//! What phones used: added up by day, folded into months, bounded, and never lost or counted twice.

use pumice_model::archive::{Day, DayUsage, PhoneUsage, USAGE_DAYS, USAGE_MONTHS};
use pumice_model::change::Change;
use pumice_model::control::Refusal;
use pumice_store::{Options, Store, UsageMeter};
use rusqlite::Connection;

use crate::fixtures::{Home, imsi, subscriber, used};
use crate::recording_vfs::{Fault, Recorder};
use crate::workload::Random;

/// 2026-11-01.
const NOVEMBER: u32 = 20_758;

fn months(usage: &PhoneUsage) -> Vec<(u32, u64)> {
    usage.months.iter().map(|month| (month.month, month.uplink)).collect()
}

fn sum(usage: &PhoneUsage) -> u64 {
    assert_eq!(
        10 * months(usage).iter().map(|(_, uplink)| uplink).sum::<u64>(),
        usage.months.iter().map(|month| month.downlink).sum::<u64>()
    );
    usage.months.iter().map(|month| month.uplink).sum()
}

#[test]
fn what_is_added_is_summed_by_day_and_month() {
    let home = Home::new();
    let mut store = home.open().store;
    store.add_usage(&[]).unwrap();
    store.add_usage(&[used(1, NOVEMBER, 5), used(2, NOVEMBER, 7), used(1, NOVEMBER + 30, 1)]).unwrap();
    store.add_usage(&[used(1, NOVEMBER, 6), used(1, NOVEMBER - 1, 2)]).unwrap();
    drop(store);
    let mut store = home.open().store;
    let usage = store.usage(imsi(1)).unwrap();
    assert_eq!(usage.days, [used(1, NOVEMBER + 30, 1), used(1, NOVEMBER, 11), used(1, NOVEMBER - 1, 2)]);
    assert_eq!(months(&usage), [(202_612, 1), (202_611, 11), (202_610, 2)]);
    assert_eq!(store.usage(imsi(3)).unwrap(), PhoneUsage::default());
}

#[test]
fn old_days_are_folded_into_their_months_and_old_months_go() {
    let home = Home::new();
    let mut store = home.open().store;
    // Four years, day by day.
    let mut all = 0;
    for n in 0..4 * 365 {
        store.add_usage(&[used(1, NOVEMBER + n, 1), used(2, NOVEMBER + n, 3)]).unwrap();
        all += 1;
        let usage = store.usage(imsi(1)).unwrap();
        assert_eq!(usage.days.len() as u32, (n + 1).min(USAGE_DAYS));
        if n < 23 * 30 {
            assert_eq!(sum(&usage), all, "nothing is lost");
        }
    }
    let usage = store.usage(imsi(1)).unwrap();
    assert_eq!(usage.months.len() as u32, USAGE_MONTHS);
    assert_eq!(months(&usage)[0], (203_010, 30));
    assert_eq!(months(&usage)[8], (203_002, 28));
    assert_eq!(store.usage(imsi(2)).unwrap().months.len() as u32, USAGE_MONTHS);
    drop(store);
    let rows: (u32, u32) = Connection::open(home.database())
        .unwrap()
        .query_row(
            "SELECT (SELECT count(*) FROM usage_days), (SELECT count(*) FROM usage_months)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(rows, (2 * USAGE_DAYS, 2 * USAGE_MONTHS));
}

#[test]
fn days_without_a_date_are_of_month_0_which_stays() {
    let home = Home::new();
    let mut store = home.open().store;
    for n in 0..USAGE_DAYS + 10 {
        store.add_usage(&[used(1, n, 1)]).unwrap();
    }
    let undated = u64::from(USAGE_DAYS) + 10;
    let usage = store.usage(imsi(1)).unwrap();
    assert_eq!((usage.days.len() as u32, months(&usage)), (USAGE_DAYS, vec![(0, undated)]));
    // Then the clock is right for years.
    for n in 0..1_000 {
        store.add_usage(&[used(1, NOVEMBER + n, 1)]).unwrap();
    }
    let usage = store.usage(imsi(1)).unwrap();
    assert!(usage.days.iter().all(|day| day.day >= Day::FIRST_REAL));
    assert_eq!(usage.months.len() as u32, USAGE_MONTHS + 1);
    assert_eq!(months(&usage).last(), Some(&(0, undated)), "it has no age");
    // And wrong again: what is used now is old at once, and counted.
    store.add_usage(&[used(1, 3, 4)]).unwrap();
    store.add_usage(&[used(1, 3, 4)]).unwrap();
    assert_eq!(months(&store.usage(imsi(1)).unwrap()).last(), Some(&(0, undated + 8)));
}

#[test]
fn the_largest_numbers_are_bounded_and_do_no_harm() {
    let home = Home::new();
    let mut store = home.open().store;
    let most = DayUsage { imsi: imsi(1), day: Day(u32::MAX), uplink: u64::MAX, downlink: u64::MAX };
    for _ in 0..12 {
        store.add_usage(&[most, DayUsage { day: Day(0), ..most }]).unwrap();
    }
    for n in 1..=USAGE_DAYS {
        store.add_usage(&[used(1, n, 1), DayUsage { day: Day(0), ..most }]).unwrap();
    }
    let usage = store.usage(imsi(1)).unwrap();
    assert_eq!(usage.days[0].day, Day(u32::MAX));
    assert!(usage.months.iter().all(|month| month.uplink > 1 << 60));
}

/// More phones than there may be, each for a day: the table has a bound of its own.
#[test]
fn phones_that_come_and_go_fill_no_disk() {
    let home = Home::new();
    let mut store = home.open().store;
    let rows = |store: &mut Store, day: u32| {
        let rows: Vec<_> = (0..9_000).map(|n| used(day * 9_000 + n, NOVEMBER + day, 1)).collect();
        store.add_usage(&rows).unwrap();
    };
    for day in 0..40 {
        rows(&mut store, day);
    }
    drop(store);
    let (days, months): (u32, u32) = Connection::open(home.database())
        .unwrap()
        .query_row(
            "SELECT (SELECT count(*) FROM usage_days), (SELECT count(*) FROM usage_months)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(days <= 2_500 * USAGE_DAYS && days > 2_000 * USAGE_DAYS, "{days}");
    assert!(months <= 2_500 * (USAGE_MONTHS + 1), "{months}");
}

/// Counters, the meter, a disk that fails now and then, and a start in between: what is on the disk and what waits is
/// what was used.
#[test]
fn nothing_is_lost_or_counted_twice_on_a_disk_that_fails() {
    let home = Home::new();
    let recorder = Recorder::register();
    let options = || Options { vfs: Some(recorder.name()), ..home.options() };
    let mut store = home.open_with(options()).unwrap().store;
    let mut random = Random(11);
    let mut meter = UsageMeter::default();
    let mut phones = [(0_u64, 0_u64, 0_u64); 4];
    let (mut refused, mut written) = (0, 0);
    for round in 0..400_u32 {
        for (n, (session, used, all)) in (0..).zip(&mut phones) {
            let more = random.below(1_000);
            (*used, *all) = (*used + more, *all + more);
            assert!(meter.observe(imsi(n), *session, *used, 10 * *used, Day(NOVEMBER + round / 9)));
            if random.below(10) == 0 {
                meter.end(imsi(n), *session);
                (*session, *used) = (*session + 1, 0);
            }
        }
        let faults = [None, None, Some(Fault::NoSpace), Some(Fault::Sync), Some(Fault::ReadOnly)];
        recorder.fail(faults[random.below(5) as usize]);
        let rows = meter.take_all();
        match store.add_usage(&rows) {
            Ok(()) => written += 1,
            Err(Refusal::Store { .. }) => {
                refused += 1;
                meter.give_back(rows);
            }
            Err(other) => panic!("{other}"),
        }
        recorder.fail(None);
        if random.below(20) == 0 {
            drop(store);
            store = home.open_with(options()).unwrap().store;
        }
        for (n, (_, _, all)) in (0..).zip(phones) {
            let waiting: u64 = meter.waiting(imsi(n)).map(|row| row.uplink).sum();
            assert_eq!(sum(&store.usage(imsi(n)).unwrap()) + waiting, all, "round {round}");
        }
    }
    assert!(refused > 100 && written > 100, "{refused} {written}");
}

#[test]
fn a_minute_of_all_phones_costs_few_pages() {
    let home = Home::new();
    let mut store = home.open().store;
    // Two months of 600 phones.
    for day in 0..USAGE_DAYS {
        let rows: Vec<_> = (0..600).map(|n| used(n, NOVEMBER + day, 1_000_000_000)).collect();
        store.add_usage(&rows).unwrap();
    }
    store.commit(&[Change::PutSubscriber(Box::new(subscriber(1, 1)))]).unwrap();
    let before = store.statistics().log_octets_written;
    let rows: Vec<_> = (0..600).map(|n| used(n, NOVEMBER + USAGE_DAYS - 1, 1_000)).collect();
    store.add_usage(&rows).unwrap();
    let octets = store.statistics().log_octets_written - before;
    assert!(octets <= 64 << 10, "{octets}");
}
