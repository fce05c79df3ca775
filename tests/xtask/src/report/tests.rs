use std::time::Duration;

use super::Report;
use crate::results::Results;
use crate::steps::{Outcome, Step};

fn ran(outcome: Outcome, results: Option<Results>) -> Step {
    Step { name: "a step", outcome, time: Duration::from_secs(75), results }
}

fn counted(passed: usize, failed: usize) -> Option<Results> {
    Some(Results { passed, failed, ..Results::default() })
}

fn last_line(report: &Report) -> String {
    report.text().lines().last().unwrap().to_owned()
}

#[test]
fn closing_line_sums_the_test_runs() {
    let steps = vec![
        ran(Outcome::Passed, counted(3, 0)),
        ran(Outcome::Passed, None),
        ran(Outcome::Passed, counted(4, 0)),
    ];
    let report = Report::new(steps, Vec::new(), true);
    assert!(report.is_success());
    assert_eq!(last_line(&report), "7 passed, 0 failed");
    assert!(report.text().contains("passed   1:15  a step (3 tests)\n"), "{}", report.text());
}

#[test]
fn failed_tests_are_counted_once() {
    let steps = vec![ran(Outcome::Failed("exit status: 101".to_owned()), counted(3, 2))];
    let report = Report::new(steps, Vec::new(), false);
    assert!(!report.is_success());
    assert_eq!(last_line(&report), "3 passed, 2 failed");
}

#[test]
fn step_that_fails_without_a_failed_test_counts_as_one() {
    let broken_build = ran(Outcome::Failed("exit status: 101".to_owned()), counted(0, 0));
    let lint = ran(Outcome::Failed("exit status: 1".to_owned()), None);
    let report =
        Report::new(vec![broken_build, lint, ran(Outcome::Passed, counted(5, 0))], Vec::new(), false);
    assert_eq!(last_line(&report), "5 passed, 2 failed");
}

#[test]
fn skips_are_listed_and_with_ci_they_fail() {
    let ignored = Results { passed: 1, ignored: vec!["slow: takes a day".to_owned()], ..Results::default() };
    let steps = vec![ran(Outcome::Skipped("no tool".to_owned()), None), ran(Outcome::Passed, Some(ignored))];
    let skipped = vec!["kernel: no user-mode-linux".to_owned()];

    let lenient = Report::new(steps.clone(), skipped.clone(), false);
    assert!(lenient.is_success());
    for line in
        ["SKIPPED: kernel: no user-mode-linux", "SKIPPED: a step: no tool", "SKIPPED: slow: takes a day"]
    {
        assert!(lenient.text().contains(line), "{line} in {}", lenient.text());
    }
    assert_eq!(last_line(&lenient), "1 passed, 0 failed");

    let strict = Report::new(steps, skipped, true);
    assert!(!strict.is_success());
    assert_eq!(last_line(&strict), "1 passed, 3 failed");
}
