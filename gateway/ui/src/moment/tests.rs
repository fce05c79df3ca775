use super::*;

#[test]
fn days_are_those_of_the_calendar() {
    for (days, year, month, day) in [
        (0, 1970, 1, 1),
        (-1, 1969, 12, 31),
        (11_016, 2000, 2, 29),
        (11_017, 2000, 3, 1),
        (20_781, 2026, 11, 24),
        (47_540, 2100, 2, 28),
        (47_541, 2100, 3, 1),
    ] {
        assert_eq!(Date::from_days(days), Date { year, month, day }, "day {days}");
    }
}

#[test]
fn the_zone_moves_the_day() {
    let moment = Moment::from_unix(1_795_564_800 - 1, 180);
    assert_eq!(moment.time(), Time { hour: 2, minute: 59, second: 59 });
    assert_eq!(moment.iso(), "2026-11-25T02:59:59+03:00");
    assert_eq!(Moment::from_unix(0, -210).iso(), "1969-12-31T20:30:00-03:30");
}

#[test]
fn a_broken_clock_gives_a_date_all_the_same() {
    assert!(Moment::from_unix(i64::MAX, i16::MAX).iso().starts_with("9999-"));
    assert!(Moment::from_unix(i64::MIN, i16::MIN).iso().starts_with("0001-"));
    assert_eq!(Moment::from_unix(i64::MAX, 0).plus(i64::MAX), Moment::from_unix(i64::MAX, 0));
}
