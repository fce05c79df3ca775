//! What was measured.

use std::fmt::Write;
use std::time::Duration;

/// Rows of a name, a value and what to compare it with.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<(String, String, String)>);

impl Table {
    pub(crate) fn row(
        &mut self,
        what: impl Into<String>,
        value: impl Into<String>,
        beside: impl Into<String>,
    ) {
        self.0.push((what.into(), value.into(), beside.into()));
    }

    /// A row of whole seconds.
    pub(crate) fn time(&mut self, what: &str, time: Duration, beside: impl Into<String>) {
        self.row(what, format!("{:.0} s", time.as_secs_f32()), beside);
    }

    pub(crate) fn text(&self) -> String {
        let width = |column: fn(&(String, String, String)) -> &String| {
            self.0.iter().map(|row| column(row).chars().count()).max().unwrap_or(0)
        };
        let (first, second) = (width(|row| &row.0), width(|row| &row.1));
        self.0.iter().fold(String::new(), |mut text, (what, value, beside)| {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}", format!("{what:first$}  {value:>second$}  {beside}").trim_end());
            text
        })
    }
}
