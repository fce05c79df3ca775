//! Reads what `cargo test` prints.

/// What a run of tests came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Results {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Names of tests that failed.
    pub(crate) failures: Vec<String>,
    /// Tests marked `#[ignore]`, with the reason where one is given.
    pub(crate) ignored: Vec<String>,
}

impl Results {
    /// Takes in a line of output.
    pub(crate) fn read_line(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.read_counts(counts);
        } else if let Some((name, outcome)) =
            line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... "))
        {
            self.read_outcome(name, outcome);
        }
    }

    /// `ok. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`
    fn read_counts(&mut self, counts: &str) {
        for part in counts.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    fn read_outcome(&mut self, name: &str, outcome: &str) {
        if outcome.starts_with("FAILED") {
            self.failures.push(name.to_owned());
        } else if let Some(reason) = outcome.strip_prefix("ignored") {
            let reason = reason.trim_start_matches(',').trim();
            let reason = if reason.is_empty() { "marked #[ignore] without a reason" } else { reason };
            self.ignored.push(format!("{name}: {reason}"));
        }
    }

    /// Adds another run.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
        self.ignored.extend(other.ignored);
    }
}

#[cfg(test)]
mod tests;
