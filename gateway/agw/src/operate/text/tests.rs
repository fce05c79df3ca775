use super::*;

#[test]
fn a_curve_fits_its_width_and_its_highest_bar_is_its_highest_value() {
    assert_eq!(curve(&[Some(0), Some(1), Some(4), Some(8)], 4), "▁▂▅█");
    assert_eq!(curve(&[None, Some(5), None], 3), " █ ");
    assert_eq!(curve(&[Some(0); 3], 3), "▁▁▁", "nothing at all is the lowest bar");
    assert_eq!(curve(&[Some(u32::MAX), Some(1)], 2), "█▂", "what is not nothing is not shown as nothing");
    assert_eq!(curve(&[], 10), "");
    let points: Vec<_> = (0..120).map(Some).collect();
    for width in [1, 7, 59, 60, 61, 119, 120, 500] {
        let drawn = curve(&points, width);
        assert!(drawn.chars().count() <= width, "{width}: {drawn}");
        assert!(drawn.ends_with('█'), "{width}: {drawn}");
    }
    assert_eq!(curve(&[Some(9), Some(1), Some(2)], 2), "█▃", "the odd point is the oldest");
}

#[test]
fn numbers_are_read_at_a_glance() {
    assert_eq!(
        [size(0), size(999), size(1_000), size(1_999), size(5_000_000_000_000_000)],
        ["0 B", "999 B", "1.0 kB", "1.9 kB", "5000.0 TB"]
    );
    assert_eq!(size(u64::MAX), "18446744.0 TB");
    assert_eq!(rate(50_000_000), "50.0 Mbit/s");
    assert_eq!([duration(59), duration(3_661), duration(90_000)], ["59 s", "1 h 1 min", "1 d 1 h"]);
    let stamped = Stamp { boot: 3, at_millis: 61_000, unix_seconds: None };
    assert_eq!(stamp(stamped), "start 3 + 1 min");
    assert_eq!(stamp(Stamp { unix_seconds: Some(1_795_608_000), ..stamped }), "2026-11-25 12:00:00");
    assert!(moment(u64::MAX).starts_with("9999"), "{}", moment(u64::MAX));
}

#[test]
fn columns_are_as_wide_as_they_must_be() {
    let rows = [["a".to_owned(), "b\u{1b}c".to_owned()], ["longer".to_owned(), String::new()]];
    assert_eq!(columns(["X", "Y"], &rows), "X       Y\na       b\u{fffd}c\nlonger\n");
    assert_eq!(columns(["X", "Y"], &[]), "X  Y\n");
}
