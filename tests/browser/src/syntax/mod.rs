//! No newer syntax than the oldest browser that the page promises to run in: Safari 12.1, the last of iOS 12, which is
//! what phones of 2013 stay at.
//!
//! [`ScriptLint`] parses scripts as ECMAScript 2018 and looks for interfaces that came later; [`css::lint`] does the same
//! for style sheets. Both take the names of findings that a page has good reason to allow: a feature that it tests
//! for, or one that is lost without harm.

pub mod css;
mod script;

use std::fmt;

pub use script::ScriptLint;

/// Something that the oldest browser does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The name by which it can be allowed; `syntax` cannot.
    pub feature: String,
    /// What is wrong, and since when it would not be.
    pub why: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.line, self.column, self.feature, self.why)
    }
}

/// All of them, one below the other, for the message of a test that fails.
#[must_use]
pub fn describe(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
