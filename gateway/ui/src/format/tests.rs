use super::*;

fn catalogue(language: Language) -> &'static Catalogue {
    Catalogue::of(language)
}

#[test]
fn numbers_are_grouped_as_the_reader_does() {
    let number = 1_234_567;
    assert_eq!(whole(catalogue(Language::English), number), "1,234,567");
    assert_eq!(whole(catalogue(Language::Spanish), number), "1.234.567");
    assert_eq!(whole(catalogue(Language::French), number), "1\u{202f}234\u{202f}567");
    assert_eq!(whole(catalogue(Language::English), 999), "999");
    assert_eq!(whole(catalogue(Language::English), u64::MAX), "18,446,744,073,709,551,615");
}

#[test]
fn sizes_have_few_digits() {
    let english = catalogue(Language::English);
    for (octets, said) in [
        (0, "0\u{a0}B"),
        (999, "999\u{a0}B"),
        (1_000, "1\u{a0}kB"),
        (1_234, "1.2\u{a0}kB"),
        (12_345, "12\u{a0}kB"),
        (999_499, "999\u{a0}kB"),
        (999_600, "1\u{a0}MB"),
        (3_400_000_000, "3.4\u{a0}GB"),
        (u64::MAX, "18446744\u{a0}TB"),
    ] {
        assert_eq!(bytes(english, octets), said, "{octets}");
    }
    assert_eq!(bytes(catalogue(Language::French), 3_400_000), "3,4\u{a0}Mo");
    assert_eq!(rate(english, 1_250_000.0), "1.2\u{a0}Mbit/s");
    assert_eq!(rate(english, f64::NAN), "–\u{a0}bit/s");
}

#[test]
fn durations_have_two_units_at_most() {
    let english = catalogue(Language::English);
    for (seconds, said) in [
        (0, "0 s"),
        (59, "59 s"),
        (90, "1 min 30 s"),
        (600, "10 min"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
        (86_400, "1 day"),
        (100_000, "1 day 3 h"),
        (864_000, "10 days"),
    ] {
        assert_eq!(duration(english, seconds), said, "{seconds}");
    }
}

#[test]
fn an_age_has_one_unit_and_does_not_change_with_each_second() {
    let english = catalogue(Language::English);
    for (seconds, said) in [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (299, "4 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (86_399, "23 h ago"),
        (86_400, "1 day ago"),
        (200_000, "2 days ago"),
    ] {
        assert_eq!(ago(english, seconds), said, "{seconds}");
    }
    assert_eq!(ago(catalogue(Language::French), 180), "il y a 3 min");
    assert_eq!(roughly(english, 3), "1 min");
    let frame = Frame::nobody(Language::English, "");
    assert_eq!(when_text(&frame, When::Earlier), "before the last start");
    assert_eq!(when_text(&frame, None), "not known");
}

#[test]
fn a_time_of_today_has_no_date() {
    let mut frame = Frame::nobody(Language::English, "");
    let noon = Moment::from_unix(1_795_521_600, 0);
    assert_eq!(when_text(&frame, noon), "24 Nov 2026, 12:00", "the clock is not to be trusted: all of it");
    frame.now = Some(noon.plus(3_600));
    assert_eq!(when_text(&frame, noon), "12:00");
    assert!(
        in_full(&frame, Some(noon)).into_string().contains("24 Nov 2026, 12:00"),
        "what is kept has its date"
    );
    frame.now = Some(noon.plus(86_400));
    assert_eq!(when_text(&frame, noon), "24 Nov, 12:00");
    frame.language = Language::Spanish;
    assert_eq!(when_text(&frame, noon), "24 nov, 12:00");
}

#[test]
fn digests_are_grouped() {
    assert_eq!(grouped(&[0xab, 0x01, 0xff, 0x00]), ["AB01", "FF00"]);
}
