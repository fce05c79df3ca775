use super::*;

const NOON: u64 = 1_800_000_000;

fn watch() -> ClockWatch {
    ClockWatch::new(ClockSettings { trust: ClockTrust::Kernel, zone_quarters: 23, set: false })
}

fn at(seconds: u64) -> Instant {
    Instant::after_start(Duration::from_secs(seconds))
}

#[test]
fn the_core_is_told_once_when_the_clock_becomes_trusted() {
    let mut watch = watch();
    assert_eq!(watch.observe(at(0), None), None);
    let clock = WallClock { unix_seconds: NOON, zone_quarters: 23 };
    assert_eq!(watch.observe(at(10), Some(NOON)), Some(Some(clock)));
    assert_eq!(watch.observe(at(20), Some(NOON + 10)), None);
    assert_eq!(watch.observe(at(30), Some(NOON + 21)), None, "a second is no news");
}

#[test]
fn a_clock_that_is_set_is_news_both_ways() {
    let mut watch = watch();
    watch.observe(at(0), Some(NOON));
    assert!(watch.observe(at(10), Some(NOON + 3_600)).is_some());
    assert!(watch.observe(at(20), Some(NOON + 3_610)).is_none());
    assert!(watch.observe(at(30), Some(NOON)).is_some());
}

#[test]
fn a_clock_that_is_trusted_no_more_is_taken_back_once() {
    let mut watch = watch();
    watch.observe(at(0), Some(NOON));
    assert_eq!(watch.observe(at(10), None), Some(None));
    assert_eq!(watch.observe(at(20), None), None);
}

#[test]
fn trust_is_as_configured() {
    let with = |trust| ClockWatch::new(ClockSettings { trust, zone_quarters: 0, set: false }).look(at(0));
    assert!(with(ClockTrust::Always).flatten().is_some());
    assert_eq!(with(ClockTrust::Never), None);
}
