use super::*;

#[test]
fn percentiles_are_at_most_a_fifth_too_high_and_never_too_low() {
    let mut latencies = Latencies::default();
    assert_eq!(latencies.percentile(99), Duration::ZERO);
    for micros in 1..=10_000 {
        latencies.add(Duration::from_micros(micros));
    }
    assert_eq!((latencies.count(), latencies.longest()), (10_000, Duration::from_millis(10)));
    for percent in [1, 10, 50, 90, 99, 100] {
        let truth = Duration::from_micros(u64::from(percent) * 100);
        let found = latencies.percentile(percent);
        assert!(found >= truth && found <= truth * 5 / 4, "p{percent}: {found:?} for {truth:?}");
    }
}

#[test]
fn the_longest_waits_fall_into_the_last_class() {
    let mut latencies = Latencies::default();
    latencies.add(Duration::ZERO);
    latencies.add(Duration::from_secs(500));
    assert_eq!(latencies.count(), 2);
    assert_eq!(latencies.percentile(50), Duration::from_micros(1));
    assert!(latencies.percentile(100) >= Duration::from_secs(58));
}

#[test]
fn classes_rise() {
    assert_eq!(upper_end(0), Duration::from_micros(1));
    assert!((1..CLASSES).all(|class| upper_end(class) > upper_end(class - 1)));
    assert_eq!(upper_end(CLASSES - 1), Duration::from_nanos(1_750 << 25));
}
