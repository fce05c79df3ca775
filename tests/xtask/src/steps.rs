//! Steps with a headline and a time each.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::results::Results;
use crate::workspace::explain;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Failed(String),
    Passed,
    Skipped(String),
}

/// A step that has been run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) time: Duration,
    /// What its tests came to, where it ran any.
    pub(crate) results: Option<Results>,
}

/// Runs a step that has no tests to count.
pub(crate) fn step(name: &'static str, work: impl FnOnce() -> Outcome) -> Step {
    let start = headline(name);
    let outcome = work();
    finish(Step { name, outcome, time: start.elapsed(), results: None })
}

/// Runs a step whose output is read for test results as it passes by.
pub(crate) fn test_step(name: &'static str, command: &mut Command) -> Step {
    let start = headline(name);
    let mut results = Results::default();
    let outcome = match read_output(command, |line| results.read_line(line)) {
        Ok(()) => Outcome::Passed,
        Err(reason) => Outcome::Failed(reason),
    };
    finish(Step { name, outcome, time: start.elapsed(), results: Some(results) })
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        result.map_or_else(Self::Failed, |()| Self::Passed)
    }
}

/// Runs `command`, printing each line of its standard output after `reader` has seen it.
fn read_output(command: &mut Command, mut reader: impl FnMut(&str)) -> Result<(), String> {
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return explain(Err(error), command),
    };
    if let Some(stdout) = child.stdout.take() {
        // A test may print octets that are no text.
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            reader(&line);
            println!("{line}");
        }
    }
    explain(child.wait(), command)
}

fn headline(name: &str) -> Instant {
    println!("\n=== {name}");
    Instant::now()
}

fn finish(step: Step) -> Step {
    let time = minutes(step.time);
    match &step.outcome {
        Outcome::Failed(reason) => println!("--- {}: FAILED after {time}: {reason}", step.name),
        Outcome::Passed => println!("--- {}: passed in {time}", step.name),
        Outcome::Skipped(reason) => println!("--- {}: skipped: {reason}", step.name),
    }
    step
}

/// `m:ss`
pub(crate) fn minutes(time: Duration) -> String {
    let seconds = time.as_secs_f32().round();
    format!("{}:{:02}", (seconds / 60.0).floor(), seconds % 60.0)
}
