use core::time::Duration;

use super::{Percentiles, median, per_second};

const fn micros(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

#[test]
fn percentiles_are_the_smallest_values_that_so_many_do_not_exceed() {
    let of_hundred = Percentiles::of((1..=100).rev().map(micros).collect());
    assert_eq!((of_hundred.p50, of_hundred.p99, of_hundred.longest), (micros(50), micros(99), micros(100)));
    let of_one = Percentiles::of(vec![micros(7)]);
    assert_eq!((of_one.p50, of_one.p99, of_one.longest), (micros(7), micros(7), micros(7)));
    assert_eq!(Percentiles::of(Vec::new()).longest, Duration::ZERO);
}

#[test]
fn the_median_is_not_moved_by_an_outlier() {
    assert_eq!(median(&mut [micros(9_000), micros(2), micros(1)]), micros(2));
    assert_eq!(median(&mut []), Duration::ZERO);
}

#[test]
fn rates_are_per_second_and_finite() {
    assert!((per_second(30, Duration::from_millis(500)) - 60.0).abs() < 1e-9);
    assert!(per_second(1, Duration::ZERO).is_finite());
}
