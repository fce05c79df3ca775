use super::*;

fn curve() -> Curve {
    let point = |celsius, percent| Point { celsius, percent };
    Curve::new([point(50, 30), point(60, 60), point(70, 100)], 5).unwrap()
}

#[test]
fn speeds_up_at_once_and_slows_down_with_hysteresis() {
    let mut fan = Fan::new(curve());
    let walk = [
        (20_000, 0),
        (49_999, 0),
        (50_000, 30),
        (46_000, 30),
        (45_000, 30),
        (44_999, 0),
        (75_000, 100),
        (66_000, 100),
        (64_999, 60),
        (-40_000, 0),
    ];
    for (millidegrees, percent) in walk {
        assert_eq!(fan.turn(Some(millidegrees)), percent, "at {millidegrees}");
    }
}

#[test]
fn a_swing_within_the_hysteresis_changes_nothing() {
    let mut fan = Fan::new(curve());
    assert_eq!(fan.turn(Some(60_500)), 60);
    for round in 0..50 {
        assert_eq!(fan.turn(Some(if round % 2 == 0 { 56_000 } else { 61_000 })), 60);
    }
}

#[test]
fn without_a_temperature_it_turns_fully_and_finds_back() {
    let mut fan = Fan::new(curve());
    assert_eq!(fan.turn(Some(20_000)), 0);
    assert_eq!(fan.turn(None), 100);
    assert_eq!(fan.turn(Some(20_000)), 0);
    assert_eq!(fan.turn(Some(i32::MAX)), 100);
    assert_eq!(fan.turn(Some(i32::MIN)), 0);
}

#[test]
fn what_is_no_curve_is_refused() {
    let point = |celsius, percent| Point { celsius, percent };
    assert_eq!(Curve::new([], 5), Err(CurveError::Count));
    assert_eq!(Curve::new((0..9).map(|at| point(at, 100)), 5), Err(CurveError::Count));
    assert_eq!(Curve::new([point(50, 30), point(50, 100)], 5), Err(CurveError::Order));
    assert_eq!(Curve::new([point(50, 60), point(60, 30)], 5), Err(CurveError::Order));
    assert_eq!(Curve::new([point(50, 101)], 5), Err(CurveError::Order));
    assert_eq!(Curve::new([point(50, 30)], 5), Err(CurveError::NotFull));
}
