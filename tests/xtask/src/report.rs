//! The end of a run: steps, what failed, what was skipped, and the closing line.

use std::fmt::Write;

use crate::results::Results;
use crate::steps::{Outcome, Step, minutes};

/// What a run comes to.
#[derive(Debug)]
pub(crate) struct Report {
    steps: Vec<Step>,
    /// Tests that said they could not run, and steps likewise.
    skipped: Vec<String>,
    /// Where nothing may be skipped, each skip is a failure.
    strict: bool,
}

impl Report {
    pub(crate) fn new(steps: Vec<Step>, skipped_tests: Vec<String>, strict: bool) -> Self {
        let mut skipped = skipped_tests;
        for step in &steps {
            if let Outcome::Skipped(reason) = &step.outcome {
                skipped.push(format!("{}: {reason}", step.name));
            }
            if let Some(results) = &step.results {
                skipped.extend(results.ignored.iter().cloned());
            }
        }
        Self { steps, skipped, strict }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.failed() == 0
    }

    /// The whole of it; the last line is `N passed, M failed`.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("\n=== summary\n");
        for step in &self.steps {
            let (word, detail) = match &step.outcome {
                Outcome::Failed(reason) => ("FAILED", format!(": {reason}")),
                Outcome::Passed => ("passed", String::new()),
                Outcome::Skipped(reason) => ("SKIPPED", format!(": {reason}")),
            };
            let counts =
                step.results.as_ref().map(|results| format!(" ({} tests)", results.passed + results.failed));
            let counts = counts.unwrap_or_default();
            let _ = writeln!(text, "{word:>7} {:>6}  {}{counts}{detail}", minutes(step.time), step.name);
        }
        for failure in self.tests().failures {
            let _ = writeln!(text, "FAILED: {failure}");
        }
        for skip in &self.skipped {
            let _ = writeln!(text, "SKIPPED: {skip}");
        }
        if self.strict && !self.skipped.is_empty() {
            let _ = writeln!(text, "with CI=true nothing may be skipped: {} failures", self.skipped.len());
        }
        let _ = writeln!(text, "{} passed, {} failed", self.tests().passed, self.failed());
        text
    }

    fn tests(&self) -> Results {
        let mut sum = Results::default();
        for results in self.steps.iter().filter_map(|step| step.results.clone()) {
            sum.add(results);
        }
        sum
    }

    /// Failed tests, and each failed step in which no test failed: a line that says "0 failed" must be true.
    fn failed(&self) -> usize {
        let steps = self.steps.iter().filter(|step| {
            let failed_tests = step.results.as_ref().map_or(0, |results| results.failed);
            matches!(step.outcome, Outcome::Failed(_)) && failed_tests == 0
        });
        let skips = if self.strict { self.skipped.len() } else { 0 };
        self.tests().failed + steps.count() + skips
    }
}

#[cfg(test)]
mod tests;
