use super::{Battery, LOST_MS, Measurements, Sample};

fn sample(battery_mv: u16) -> Sample {
    Sample { battery_mv, battery_ma: -500, solar_mv: 0, solar_ma: 0, temperature_dc: -105 }
}

#[test]
fn the_first_two_samples_say_nothing_yet() {
    let mut measurements = Measurements::default();
    assert_eq!(measurements.battery(0), Battery::Unknown);
    measurements.push(0, sample(12_000));
    measurements.push(100, sample(12_000));
    assert_eq!(measurements.battery(100), Battery::Unknown);
    measurements.push(200, sample(12_000));
    assert_eq!(measurements.battery(200), Battery::Mv(12_000));
    let filtered = measurements.filtered();
    assert_eq!((filtered.battery_ma, filtered.solar_mv, filtered.temperature_dc), (-500, 0, -105));
}

#[test]
fn one_wild_sample_moves_nothing() {
    let mut measurements = Measurements::default();
    for at in 0..20 {
        measurements.push(at * 100, sample(if at == 10 { 0 } else { 12_600 }));
        if at >= 2 {
            assert_eq!(measurements.battery(at * 100), Battery::Mv(12_600), "at {at}");
        }
    }
}

#[test]
fn a_step_is_followed_within_seconds_and_never_overshot() {
    let mut measurements = Measurements::default();
    for at in 0..10 {
        measurements.push(at * 100, sample(13_000));
    }
    let mut last = 13_000;
    for at in 10..80 {
        measurements.push(at * 100, sample(12_000));
        let Battery::Mv(now) = measurements.battery(at * 100) else { panic!("known") };
        assert!(now <= last && now >= 12_000, "{now} after {last}");
        last = now;
    }
    assert!(last <= 12_010, "{last}");
}

#[test]
fn sensors_that_fall_silent_are_lost_and_start_afresh() {
    let mut measurements = Measurements::default();
    assert_eq!(measurements.battery(LOST_MS), Battery::Lost, "they never said anything");
    for at in 0..5 {
        measurements.push(at, sample(13_000));
    }
    assert_eq!(measurements.battery(LOST_MS), Battery::Mv(13_000));
    assert_eq!(measurements.battery(LOST_MS + 4), Battery::Lost);
    measurements.push(LOST_MS + 5, sample(11_000));
    assert_eq!(measurements.battery(LOST_MS + 5), Battery::Unknown, "the old average means nothing");
}
