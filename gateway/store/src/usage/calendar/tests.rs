use super::*;

#[test]
fn days_are_in_their_months() {
    assert_eq!(month_of(Day(0)), 0);
    assert_eq!(month_of(Day(19_722)), 0);
    assert_eq!(month_of(Day::FIRST_REAL), 202_401);
    // 2024-02-29, 2024-03-01, 2026-11-30, 2026-12-31, 2027-01-01, 2100-02-28, 2100-03-01.
    let known = [
        (19_782, 202_402),
        (19_783, 202_403),
        (20_787, 202_611),
        (20_818, 202_612),
        (20_819, 202_701),
        (47_540, 210_002),
        (47_541, 210_003),
    ];
    for (day, month) in known {
        assert_eq!(month_of(Day(day)), month, "{day}");
    }
}

#[test]
fn months_have_their_lengths_for_four_hundred_years() {
    let mut day = Day::FIRST_REAL.0;
    for year in 2024..2424_u32 {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        for month in 1..=12 {
            let length = match month {
                2 => 28 + u32::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            for _ in 0..length {
                assert_eq!(month_of(Day(day)), year * 100 + month);
                day += 1;
            }
        }
    }
    // The last day there is has a month, too.
    assert!(month_of(Day(u32::MAX)) > 242_400);
}
