use super::*;
use crate::text::Language;

#[test]
fn gaps_part_the_line() {
    let values = [Some(0.0), Some(10.0), None, Some(5.0), None, None, Some(10.0)];
    assert_eq!(stroke(&values, 10.0), "M0 160L100 0M300 80h.1M600 0h.1");
    assert_eq!(area(&values[..2], 10.0), "M0 160L0 160L600 0L600 160z");
}

#[test]
fn nothing_measured_is_said() {
    let frame = Frame::nobody(Language::English, "");
    let lines = [Line { name: "x", values: &[None, None] }];
    let chart = Chart {
        id: "c",
        title: "T",
        about: "",
        lines: &lines,
        start: None,
        step_seconds: 60,
        unit: Unit::Count,
    };
    let shown = over_time(&frame, &chart).into_string();
    assert!(shown.contains("class=\"nothing\""));
    assert!(!shown.contains("<svg"));
}

#[test]
fn without_a_clock_times_are_told_by_their_age() {
    let frame = Frame::nobody(Language::English, "");
    let values = [Some(1.0); 120];
    let lines = [Line { name: "x", values: &values }];
    let chart = |start| Chart {
        id: "c",
        title: "T",
        about: "",
        lines: &lines,
        start,
        step_seconds: 30,
        unit: Unit::Count,
    };
    let shown = over_time(&frame, &chart(None)).into_string();
    let axis = "<span>59 min ago</span><span>29 min ago</span><span>just now</span>";
    assert!(shown.contains(axis), "{shown}");
    // 24 rows of five values each.
    assert!(
        shown.contains("<th scope=\"row\">2 min ago</th>")
            && shown.contains("<th scope=\"row\">57 min ago</th>")
    );
    let shown = over_time(&frame, &chart(Some(Moment::from_unix(0, 0)))).into_string();
    assert!(
        shown.contains("<span>00:00</span><span>00:29</span><span>00:59</span>") && !shown.contains("ago")
    );
}

#[test]
fn many_values_become_few() {
    let values: Vec<Option<f64>> = (0..10_000).map(|n| (n % 2 == 0).then_some(4.0)).collect();
    let few = averaged(&values, MAX_POINTS);
    assert!(few.len() <= MAX_POINTS);
    assert!(few.iter().all(|value| *value == Some(4.0)));
    assert_eq!(averaged(&[None, Some(f64::NAN), Some(2.0)], 1), [Some(2.0)]);
    assert!(averaged(&[], 5).is_empty());
}

#[test]
fn the_top_of_the_axis_is_round() {
    for (value, top) in
        [(0.0, 1.0), (1.1, 2.0), (3.0, 5.0), (51.0, 100.0), (1_000.0, 1_000.0), (1_234_567.0, 2_000_000.0)]
    {
        assert!((nice(value) - top).abs() < 1e-6, "{value} gives {}", nice(value));
    }
    assert!((nice(f64::INFINITY) - 1.0).abs() < 1e-9);
}

#[test]
fn the_summary_has_the_last_value_and_the_extremes() {
    let frame = Frame::nobody(Language::English, "");
    let lines = [Line { name: "Phones", values: &[Some(3.0), Some(9.0), Some(4.0), None] }];
    let chart = Chart {
        id: "c",
        title: "Phones",
        about: "",
        lines: &lines,
        start: None,
        step_seconds: 60,
        unit: Unit::Count,
    };
    assert_eq!(summary(&frame, &chart), "Phones. Phones: now 4, lowest 3, highest 9");
}
