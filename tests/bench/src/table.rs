//! What was measured, a line each, with its goal beside it.

use core::time::Duration;
use std::fmt::Write;

/// A table that grows.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<Line>,
}

#[derive(Debug)]
enum Line {
    Heading(String),
    Value { name: String, value: String, goal: String },
}

/// A goal, and on which side of it a number should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// The more the better.
    AtLeast(f64),
    /// The less the better.
    AtMost(f64),
}

impl Goal {
    fn is_met(self, number: f64) -> bool {
        match self {
            Self::AtLeast(bound) => number >= bound,
            Self::AtMost(bound) => number <= bound,
        }
    }

    const fn bound(self) -> f64 {
        match self {
            Self::AtLeast(bound) | Self::AtMost(bound) => bound,
        }
    }
}

impl Table {
    /// Begins a part.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Heading(text.into()));
    }

    /// A value without a goal; a remark, if empty.
    pub fn row(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.lines.push(Line::Value { name: name.into(), value: value.into(), goal: String::new() });
    }

    /// A number with its goal, in the same unit.
    pub fn goal(&mut self, name: impl Into<String>, number: f64, unit: &str, goal: Goal) {
        let verdict = if goal.is_met(number) { "met" } else { "missed" };
        let goal = format!("{}{unit}: {verdict}", rounded(goal.bound()));
        self.lines.push(Line::Value { name: name.into(), value: format!("{}{unit}", rounded(number)), goal });
    }

    /// All lines, aligned.
    pub fn text(&self) -> String {
        let width = |of: fn(&Line) -> usize| self.lines.iter().map(of).max().unwrap_or(0);
        let names = width(|line| match line {
            Line::Heading(_) => 0,
            // A line without a value may be as long as it likes.
            Line::Value { value, .. } if value.is_empty() => 0,
            Line::Value { name, .. } => name.chars().count(),
        });
        let values = width(|line| match line {
            Line::Heading(_) => 0,
            Line::Value { value, .. } => value.chars().count(),
        });
        let mut text = String::new();
        for line in &self.lines {
            // Writing to a string does not fail.
            let _ = match line {
                Line::Heading(heading) => writeln!(text, "\n{heading}"),
                Line::Value { name, value, .. } if value.is_empty() => writeln!(text, "  {name}"),
                Line::Value { name, value, goal } if goal.is_empty() => {
                    writeln!(text, "  {name:<names$}  {value:>values$}")
                }
                Line::Value { name, value, goal } => {
                    writeln!(text, "  {name:<names$}  {value:>values$}   goal {goal}")
                }
            };
        }
        text
    }
}

/// With a comma before each three digits; one decimal below a hundred.
pub fn rounded(number: f64) -> String {
    if number.abs() < 100.0 {
        let text = format!("{number:.1}");
        return text.strip_suffix(".0").map(str::to_owned).unwrap_or(text);
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// In the unit that fits.
pub fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{} us", rounded(micros)) } else { format!("{} ms", rounded(micros / 1e3)) }
}

#[cfg(test)]
mod tests;
