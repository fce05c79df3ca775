//! What was measured.

use std::fmt::Write;

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
