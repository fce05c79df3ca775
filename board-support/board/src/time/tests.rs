use core::time::Duration;

use proptest::prelude::*;

use super::*;

/// The time of the build, and a time a year later.
const BUILD: u64 = 1_750_000_000;
const LATER: u64 = BUILD + 31_536_000;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn judge() -> ClockJudge {
    ClockJudge::new(seconds(BUILD), Some(seconds(LATER)), seconds(0))
}

/// Says a time with an uncertainty of 10 ms.
fn say(judge: &mut ClockJudge, now: u64, source: Source, time: u64) {
    judge.observe(seconds(now), source, seconds(time), millis(10)).unwrap();
}

#[test]
fn a_box_that_wakes_in_1970_starts_at_the_time_kept_last() {
    let mut judge = judge();
    assert_eq!(judge.judge(seconds(3), seconds(3)), Action::Step { to: seconds(LATER + 3) });
    let state = judge.state(seconds(3));
    assert_eq!((state.source, state.trusted, state.uncertainty), (Source::LastKnown, false, None));
    assert_eq!(judge.judge(seconds(4), seconds(LATER + 4)), Action::Leave);
    // Without a kept time it is the build's; and so with one that cannot be.
    for kept in [None, Some(seconds(BUILD - 1)), Some(seconds(BUILD) + MAX_FUTURE + seconds(1))] {
        let mut judge = ClockJudge::new(seconds(BUILD), kept, seconds(0));
        assert_eq!(judge.judge(seconds(0), seconds(0)), Action::Step { to: seconds(BUILD) });
    }
}

#[test]
fn sources_are_believed_by_trust_and_not_by_order() {
    let mut judge = judge();
    let sources = [Source::Rtc, Source::Cell, Source::Cloud, Source::Ntp, Source::Gnss];
    for (ahead, source) in sources.into_iter().enumerate() {
        say(&mut judge, 1, source, LATER + 100 + ahead as u64);
        let state = judge.state(seconds(1));
        assert_eq!((state.source, state.trusted), (source, source != Source::Rtc));
    }
    for source in sources {
        say(&mut judge, 2, source, LATER + 200);
        assert_eq!(judge.state(seconds(2)).source, Source::Gnss);
    }
}

#[test]
fn a_clock_that_is_wrong_is_stepped_slewed_or_left() {
    let mut judge = judge();
    say(&mut judge, 0, Source::Gnss, LATER + 1_000);
    let right = seconds(LATER + 1_000);
    assert_eq!(judge.judge(seconds(0), right + seconds(5_000)), Action::Step { to: right });
    assert_eq!(judge.judge(seconds(0), right - seconds(900)), Action::Step { to: right });
    assert_eq!(judge.judge(seconds(0), right + millis(1_001)), Action::Step { to: right });
    assert_eq!(judge.judge(seconds(0), right + millis(400)), Action::Slew { millis: -400 });
    assert_eq!(judge.judge(seconds(0), right - millis(400)), Action::Slew { millis: 400 });
    assert_eq!(judge.judge(seconds(0), right + millis(100)), Action::Leave);
}

#[test]
fn a_coarse_source_does_not_fiddle() {
    let mut judge = judge();
    judge.observe(seconds(0), Source::Cloud, seconds(LATER + 10), seconds(2)).unwrap();
    assert_eq!(judge.judge(seconds(0), seconds(LATER + 12)), Action::Leave);
    assert_eq!(judge.judge(seconds(0), seconds(LATER + 13)), Action::Step { to: seconds(LATER + 10) });
}

#[test]
fn the_kernels_own_discipline_is_left_alone() {
    let mut judge = judge();
    say(&mut judge, 0, Source::Ntp, LATER + 10);
    assert_eq!(judge.judge(seconds(0), seconds(LATER + 10) + millis(300)), Action::Leave);
    assert_eq!(judge.state(seconds(0)).source, Source::Ntp);
}

#[test]
fn what_cannot_be_believed_only_brings_the_clock_forwards() {
    let mut judge = judge();
    judge.observe(seconds(0), Source::Rtc, seconds(LATER + 500), seconds(2)).unwrap();
    assert_eq!(judge.judge(seconds(0), seconds(LATER + 100)), Action::Step { to: seconds(LATER + 500) });
    assert_eq!(judge.judge(seconds(0), seconds(LATER + 900)), Action::Leave, "not backwards");
    assert_eq!(judge.judge(seconds(0), seconds(LATER + 498)), Action::Leave, "within its uncertainty");
}

#[test]
fn no_time_that_has_been_comes_again() {
    let mut judge = judge();
    let refused = Refused::BeforeFloor { floor: seconds(LATER) };
    for source in [Source::Gnss, Source::Ntp, Source::Cloud, Source::Cell, Source::Rtc] {
        let said = judge.observe(seconds(1), source, seconds(LATER - 100), millis(10));
        assert_eq!(said, Err(refused));
    }
    let state = judge.state(seconds(1));
    assert_eq!((state.source, state.below_floor), (Source::LastKnown, Some(Source::Cell)));
    assert_eq!(judge.state(seconds(62)).below_floor, None, "nobody says so any more");
    // An RTC whose battery is empty is no reason to doubt the floor.
    let mut other = self::judge();
    other.observe(seconds(1), Source::Rtc, seconds(0), millis(10)).unwrap_err();
    assert_eq!(other.state(seconds(1)).below_floor, None);

    judge.observe(seconds(70), Source::Gnss, seconds(LATER - 30), millis(10)).unwrap_err();
    judge.forget_last_known();
    judge.observe(seconds(71), Source::Gnss, seconds(LATER - 29), millis(10)).unwrap();
    assert_eq!(judge.judge(seconds(71), seconds(LATER + 71)), Action::Step { to: seconds(LATER - 29) });
    assert_eq!(
        judge.observe(seconds(72), Source::Gnss, seconds(BUILD - 1), millis(10)),
        Err(Refused::BeforeFloor { floor: seconds(BUILD) }),
        "a receiver whose weeks rolled over"
    );
}

#[test]
fn no_time_beyond_this_softwares_life_is_taken() {
    let mut judge = judge();
    let far = seconds(BUILD) + MAX_FUTURE + seconds(1);
    assert_eq!(judge.observe(seconds(0), Source::Gnss, far, millis(10)), Err(Refused::BeyondFuture));
    assert_eq!(
        judge.observe(seconds(0), Source::Gnss, Duration::MAX, millis(10)),
        Err(Refused::BeyondFuture)
    );
}

#[test]
fn a_source_that_falls_silent_is_held_over_for_a_week() {
    let mut judge = judge();
    say(&mut judge, 0, Source::Gnss, LATER + 100);
    let fresh = judge.state(seconds(10));
    assert_eq!((fresh.holdover_since, fresh.time), (None, seconds(LATER + 110)));
    let held = judge.state(seconds(11));
    assert_eq!((held.source, held.holdover_since, held.trusted), (Source::Gnss, Some(seconds(0)), true));
    let day = 86_400;
    let uncertainty = judge.state(seconds(day)).uncertainty.unwrap();
    assert_eq!(uncertainty, millis(10) + Duration::from_micros(8_640_000));
    assert!(judge.state(seconds(7 * day)).trusted);
    let old = judge.state(seconds(8 * day));
    assert_eq!((old.trusted, old.source, old.time), (false, Source::Gnss, seconds(LATER + 100 + 8 * day)));
    // The clock is not set by what is held over.
    assert_eq!(judge.judge(seconds(day), seconds(LATER + 50 + day)), Action::Leave);
}

#[test]
fn a_lesser_source_takes_over_when_the_better_one_is_silent() {
    let mut judge = judge();
    say(&mut judge, 0, Source::Gnss, LATER + 100);
    judge.silence(Source::Gnss);
    assert_eq!(judge.state(seconds(0)).holdover_since, Some(seconds(0)));
    judge.observe(seconds(20), Source::Cloud, seconds(LATER + 121), seconds(1)).unwrap();
    let state = judge.state(seconds(20));
    assert_eq!((state.source, state.holdover_since), (Source::Cloud, None));
    // The RTC does not: the oscillator that held GNSS's time is better.
    let mut judge = self::judge();
    say(&mut judge, 0, Source::Gnss, LATER + 100);
    judge.observe(seconds(20), Source::Rtc, seconds(LATER + 121), seconds(1)).unwrap();
    assert_eq!(judge.state(seconds(20)).source, Source::Gnss);
}

#[test]
fn sources_that_contradict_each_other_are_told() {
    let mut judge = judge();
    say(&mut judge, 0, Source::Gnss, LATER + 100);
    say(&mut judge, 0, Source::Ntp, LATER + 100);
    assert_eq!(judge.state(seconds(0)).contradiction, None);
    say(&mut judge, 1, Source::Gnss, LATER + 500);
    let state = judge.state(seconds(1));
    assert_eq!(state.contradiction, Some((Source::Ntp, seconds(399))));
    assert_eq!(state.source, Source::Gnss);
}

#[test]
fn steps_are_seen_whoever_makes_them() {
    let mut judge = judge();
    judge.judge(seconds(0), seconds(LATER));
    judge.judge(seconds(10), seconds(LATER + 10) + millis(500));
    assert_eq!(judge.state(seconds(10)).last_jump, None, "an oscillator, or a slew");
    judge.judge(seconds(20), seconds(LATER + 3_620));
    let jump = judge.state(seconds(20)).last_jump.unwrap();
    assert_eq!((jump.millis, jump.seen), (3_599_500, seconds(20)));
    judge.judge(seconds(30), seconds(LATER + 30));
    assert_eq!(judge.state(seconds(30)).last_jump.unwrap().millis, -3_600_000);
}

#[test]
fn an_ordered_step_is_noted_once() {
    let mut judge = judge();
    judge.judge(seconds(5), seconds(5));
    let jump = judge.state(seconds(5)).last_jump.unwrap();
    assert_eq!((jump.millis, jump.seen), (i64::try_from(LATER).unwrap() * 1000, seconds(5)));
    judge.judge(seconds(6), seconds(LATER + 6));
    assert_eq!(judge.state(seconds(6)).last_jump, Some(jump));
}

#[test]
fn only_what_can_be_believed_is_kept() {
    let mut judge = judge();
    judge.observe(seconds(0), Source::Rtc, seconds(LATER + 99_999), seconds(2)).unwrap();
    assert_eq!(judge.to_keep(seconds(0)), None, "a wrong RTC would be the floor for ever");
    say(&mut judge, 0, Source::Gnss, LATER + 100);
    assert_eq!(judge.to_keep(seconds(1)), Some(seconds(LATER + 101)));
    judge.kept(seconds(LATER + 101));
    assert!(judge.observe(seconds(2), Source::Ntp, seconds(LATER + 90), millis(10)).is_err());
}

#[test]
fn the_time_is_kept_every_ten_minutes_and_at_the_end() {
    let mut kept = KeptTime::new();
    let time = Some(seconds(LATER));
    assert_eq!(kept.due(seconds(0), None, true), None);
    assert_eq!(kept.due(seconds(0), time, false), time);
    kept.tried(seconds(0));
    assert_eq!(kept.due(seconds(599), time, false), None);
    assert_eq!(kept.due(seconds(599), time, true), time);
    assert_eq!(kept.due(seconds(600), time, false), time);
    let mut writes = 0;
    for second in 0..86_400 {
        if kept.due(seconds(second), time, false).is_some() {
            kept.tried(seconds(second));
            writes += 1;
        }
    }
    assert_eq!(writes, 143, "of a day");
}

#[test]
fn the_file_is_replaced_as_a_whole_and_garbage_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("last-known-time");
    assert_eq!(read_kept(&path).unwrap(), None);
    for time in [0, LATER, u64::MAX] {
        write_kept(&path, seconds(time)).unwrap();
        assert_eq!(read_kept(&path).unwrap(), Some(seconds(time)));
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left over");
    let long = format!("pumice-time 1 {}\n", "1".repeat(1_000_000));
    let garbage = [
        "",
        "pumice-time 1 \n",
        "pumice-time 2 5\n",
        "pumice-time 1 5",
        "pumice-time 1 -5\n",
        "pumice-time 1 +5\n",
    ];
    for garbage in garbage.into_iter().chain([long.as_str(), "pumice-time 1 18446744073709551616\n"]) {
        std::fs::write(&path, garbage).unwrap();
        assert!(matches!(read_kept(&path), Err(KeptError::Garbled)), "{garbage:?}");
    }
    std::fs::write(&path, [0xff; 40]).unwrap();
    assert!(matches!(read_kept(&path), Err(KeptError::Garbled)));
    assert!(write_kept(&directory.path().join("absent/time"), seconds(1)).is_err());
    // A power cut in the middle of writing leaves the old time.
    write_kept(&path, seconds(5)).unwrap();
    std::fs::write(directory.path().join("last-known-time.new"), "pumice-ti").unwrap();
    assert_eq!(read_kept(&path).unwrap(), Some(seconds(5)));
    write_kept(&path, seconds(6)).unwrap();
    assert_eq!(read_kept(&path).unwrap(), Some(seconds(6)));
}

proptest! {
    /// Whatever sources say and whatever the clock shows: it is never ordered below the floor nor beyond the future, and after a
    /// step the same look is content.
    #[test]
    fn no_order_leaves_the_bounds(
        walk in prop::collection::vec((0_usize..5, any::<u32>(), 0_u64..3_000, any::<u32>(), 0_u64..5_000), 1..60)
    ) {
        let sources = [Source::Gnss, Source::Ntp, Source::Cloud, Source::Cell, Source::Rtc];
        let mut judge = judge();
        let mut now = 0;
        for (source, time, uncertainty, system, passed) in walk {
            now += passed;
            // From before the build to some decades after it.
            let said = BUILD - 1_000_000_000 + u64::from(time);
            let _ = judge.observe(seconds(now), sources[source], seconds(said), millis(uncertainty));
            let system = BUILD - 1_000_000_000 + u64::from(system);
            if let Action::Step { to } = judge.judge(seconds(now), seconds(system)) {
                prop_assert!(to >= seconds(LATER));
                prop_assert!(to <= seconds(BUILD + now) + MAX_FUTURE);
                prop_assert_eq!(judge.judge(seconds(now), to), Action::Leave);
            }
            prop_assert!(judge.state(seconds(now)).time >= seconds(LATER));
        }
    }
}
