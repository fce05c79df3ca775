use core::time::Duration;

use pumice_model::archive::{Curves, Series, Span};

use super::*;

const NOON: u64 = 1_800_000_000;

fn at(seconds: u64) -> Instant {
    Instant::after_start(Duration::from_secs(seconds))
}

fn phones(count: u32) -> Sample {
    Sample { phones: Some(count), ..Sample::default() }
}

fn curve(archive: &Archive, span: Span, series: Series) -> Vec<Option<u32>> {
    let Curves { curves, .. } = archive.curves(span);
    let curve = curves.into_iter().find(|(name, _)| *name == series).unwrap().1;
    assert_eq!(curve.len(), 120);
    curve
}

/// The last points of the curve of phones.
fn tail(archive: &Archive, span: Span, points: usize) -> Vec<Option<u32>> {
    curve(archive, span, Series::Phones)[120 - points..].to_vec()
}

/// Samples every 30 s with these numbers of phones.
fn run(archive: &mut Archive, from: u64, unix: Option<u64>, counts: impl IntoIterator<Item = u32>) -> u64 {
    let mut now = from;
    for count in counts {
        archive.sample(at(now), unix.map(|unix| unix + now - from), &phones(count));
        now += 30;
    }
    now
}

#[test]
fn an_empty_archive_has_empty_curves_of_full_length() {
    let archive = Archive::default();
    for span in Span::ALL {
        let curves = archive.curves(span);
        assert_eq!((curves.span, curves.ends), (span, None));
        assert_eq!(curves.curves.iter().map(|(series, _)| *series).collect::<Vec<_>>(), Series::ALL);
        assert!(curves.curves.iter().all(|(_, points)| *points == vec![None; 120]));
    }
    assert_eq!(archive.save(), []);
}

#[test]
fn an_hour_has_each_sample_and_no_more_than_an_hour() {
    let mut archive = Archive::default();
    run(&mut archive, 5, Some(NOON), 0..200);
    assert_eq!(tail(&archive, Span::Hour, 120), (80..200).map(Some).collect::<Vec<_>>());
    assert_eq!(archive.curves(Span::Hour).ends, Some(NOON + 199 * 30));
    // Samples that come early or late have a point each.
    let mut archive = Archive::default();
    for (n, seconds) in [100, 139, 151, 202, 220, 237].into_iter().enumerate() {
        archive.sample(at(seconds), None, &phones(u32::try_from(n).unwrap()));
    }
    assert_eq!(tail(&archive, Span::Hour, 7), [None, Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]);
}

#[test]
fn a_longer_curve_has_the_means_of_what_was_measured() {
    let mut archive = Archive::default();
    // The axis begins in the middle of a day's point: 24 samples each from then on.
    let now = run(&mut archive, 0, None, [10; 24]);
    let now = run(&mut archive, now, None, [20; 24]);
    let after = run(&mut archive, now, None, [30; 24]);
    let points: Vec<_> = tail(&archive, Span::Day, 4).into_iter().flatten().collect();
    assert!(points.windows(2).all(|pair| pair[0] <= pair[1]) && points.len() >= 3, "{points:?}");
    // All 72 samples are in the one point of the month.
    assert_eq!(tail(&archive, Span::Month, 2), [None, Some(20)]);
    // A point in which nothing was measured is absent.
    for n in 0..48 {
        archive.sample(at(after + n * 30), None, &Sample::default());
    }
    assert_eq!(tail(&archive, Span::Day, 1), [None]);
    assert_eq!(tail(&archive, Span::Hour, 48), [None; 48]);
    assert_eq!(tail(&archive, Span::Month, 1), [Some(20)], "what was not measured is not 0");
}

#[test]
fn the_share_of_attaches_is_that_of_all_of_them() {
    let mut archive = Archive::default();
    let attaches = |ended, succeeded| Sample {
        attaches_ended: ended,
        attaches_succeeded: succeeded,
        delay: Some(40),
        ..Sample::default()
    };
    archive.sample(at(0), None, &attaches(1, 0));
    archive.sample(at(30), None, &attaches(0, 0));
    archive.sample(at(60), None, &attaches(99, 99));
    let hour = curve(&archive, Span::Hour, Series::AttachSuccess);
    assert_eq!(hour[117..], [Some(0), None, Some(1_000)]);
    assert_eq!(curve(&archive, Span::Month, Series::AttachSuccess)[119], Some(990));
    assert_eq!(curve(&archive, Span::Month, Series::Delay)[119], Some(40));
    archive.sample(at(90), None, &attaches(u32::MAX, u32::MAX));
    assert_eq!(curve(&archive, Span::Hour, Series::AttachSuccess)[119], Some(1_000));
}

#[test]
fn a_clock_that_is_set_does_not_tear_a_curve() {
    let mut archive = Archive::default();
    for (n, unix) in [None, Some(NOON), Some(NOON + 9_000_000), Some(5), None].into_iter().enumerate() {
        archive.sample(at(n as u64 * 30), unix, &phones(u32::try_from(n).unwrap()));
    }
    assert_eq!(tail(&archive, Span::Hour, 6), [None, Some(0), Some(1), Some(2), Some(3), Some(4)]);
    assert_eq!(archive.curves(Span::Hour).ends, None, "the clock is not trusted now");
}

#[test]
fn time_in_which_nothing_was_sampled_is_absent() {
    let mut archive = Archive::default();
    run(&mut archive, 0, None, [1, 2]);
    run(&mut archive, 150, None, [3]);
    assert_eq!(tail(&archive, Span::Hour, 6), [Some(1), Some(2), None, None, None, Some(3)]);
    run(&mut archive, 10_000_000, None, [4]);
    for span in Span::ALL {
        assert_eq!(tail(&archive, span, 120)[..119], [None; 119]);
        assert_eq!(tail(&archive, span, 1), [Some(4)]);
    }
}

#[test]
fn little_is_written_and_each_curve_when_a_point_is_complete() {
    let mut archive = Archive::default();
    let (mut octets, mut written) = (0, std::collections::BTreeMap::<Span, usize>::new());
    // Two days of the largest values.
    let most = u32::MAX;
    let largest = Sample {
        uplink: Some(most),
        downlink: Some(most),
        phones: Some(most),
        attaches_ended: most,
        attaches_succeeded: most,
        delay: Some(most),
    };
    for n in 0..2 * 2_880 {
        archive.sample(at(n * 30), Some(NOON + n * 30), &largest);
        for ring in archive.take_due() {
            assert!(ring.octets.len() <= 4_096, "{}", ring.octets.len());
            octets += ring.octets.len();
            *written.entry(ring.span).or_default() += 1;
        }
    }
    assert!((239..=240).contains(&written[&Span::Hour]) && written[&Span::Day] == written[&Span::Hour]);
    assert!((7..=8).contains(&written[&Span::Month]), "{written:?}");
    assert!(octets < 2_000_000, "{octets}");
}

/// What a start finds that goes on `off` seconds after the last one ended.
fn restarted(before: &Archive) -> Archive {
    Archive::resume(&before.save())
}

#[test]
fn a_start_without_a_clock_goes_on_at_once() {
    let mut archive = Archive::default();
    run(&mut archive, 0, None, [1, 2, 3]);
    let mut archive = restarted(&archive);
    assert_eq!(tail(&archive, Span::Hour, 3), [Some(1), Some(2), Some(3)]);
    run(&mut archive, 7, None, [4, 5]);
    assert_eq!(tail(&archive, Span::Hour, 6), [None, Some(1), Some(2), Some(3), Some(4), Some(5)]);
    assert_eq!(tail(&archive, Span::Month, 2), [None, Some(3)], "a point goes on through a start");
}

#[test]
fn the_time_between_is_put_in_when_the_clock_is_trusted() {
    let mut archive = Archive::default();
    run(&mut archive, 0, Some(NOON), [1, 2, 3]);
    let mut archive = restarted(&archive);
    // Off for five minutes; the clock is trusted from the third sample on.
    let ended = NOON + 60;
    run(&mut archive, 0, None, [4, 5]);
    assert_eq!(tail(&archive, Span::Hour, 5), [Some(1), Some(2), Some(3), Some(4), Some(5)]);
    archive.sample(at(60), Some(ended + 300 + 90), &phones(6));
    archive.sample(at(90), Some(ended + 300 + 120), &phones(7));
    let expected = [Some(3)].into_iter().chain([None; 10]).chain([4, 5, 6, 7].map(Some));
    assert_eq!(tail(&archive, Span::Hour, 15), expected.collect::<Vec<_>>());
    // Once: a clock that is set later moves nothing.
    archive.sample(at(120), Some(ended + 900_000), &phones(8));
    assert_eq!(tail(&archive, Span::Hour, 3), [Some(6), Some(7), Some(8)]);
}

#[test]
fn a_long_time_off_leaves_what_this_start_measured() {
    let mut archive = Archive::default();
    run(&mut archive, 0, Some(NOON), [1; 3_000]);
    let mut archive = restarted(&archive);
    run(&mut archive, 0, Some(NOON + 40 * 86_400), [5, 6]);
    assert_eq!(tail(&archive, Span::Hour, 3), [None, Some(5), Some(6)]);
    assert_eq!(tail(&archive, Span::Day, 120).into_iter().flatten().count(), 1);
    // A clock that says it is earlier than it was puts nothing in.
    let mut archive = Archive::default();
    run(&mut archive, 0, Some(NOON), [1, 2]);
    let mut archive = restarted(&archive);
    run(&mut archive, 0, Some(NOON - 5_000), [3]);
    assert_eq!(tail(&archive, Span::Hour, 3), [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_curve_that_cannot_be_read_begins_anew_and_the_others_go_on() {
    let mut archive = Archive::default();
    run(&mut archive, 0, None, [1, 2]);
    let saved = archive.save();
    for length in 0..saved[0].octets.len() {
        let mut harmed = saved.clone();
        harmed[0].octets.truncate(length);
        let archive = Archive::resume(&harmed);
        assert_eq!(tail(&archive, Span::Hour, 120), [None; 120]);
        assert_eq!(tail(&archive, Span::Day, 1), [Some(2)]);
    }
    for at in 0..saved[0].octets.len() {
        for value in [0, 0x7f, 0xff] {
            let mut harmed = saved.clone();
            harmed[0].octets[at] = value;
            // Whatever it reads, it goes on and its curves have their length.
            let mut archive = Archive::resume(&harmed);
            run(&mut archive, 0, Some(NOON), [1, 2]);
            tail(&archive, Span::Hour, 120);
        }
    }
}
