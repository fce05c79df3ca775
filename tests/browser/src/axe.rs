//! Accessibility, judged by axe-core.

use std::fmt;

use serde_json::Value;

use crate::{BrowserError, Page, json};

const AXE: &str = include_str!("../vendor/axe-core/axe.min.js");

/// WCAG 2.0, 2.1 and 2.2, levels A and AA. The size of targets is off unless it is asked for by name.
const RUN: &str = r#"axe.run(document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"] },
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
}).then(found => found.violations.map(v => ({
    id: v.id, impact: v.impact || "", help: v.help,
    places: v.nodes.slice(0, 20).map(n => [
        n.target.join(" "), n.html.slice(0, 160),
        n.any.concat(n.all, n.none).map(c => c.message).join("; ").slice(0, 300),
    ]),
    more: Math.max(0, v.nodes.length - 20),
})))"#;

/// A rule that the page breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The rule's name in axe-core, such as `image-alt`.
    pub rule: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: String,
    /// What is asked for.
    pub help: String,
    /// Where it is broken, the first 20.
    pub places: Vec<Place>,
    /// How many more there are.
    pub more: u64,
}

/// A place where a rule is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// A selector of the element.
    pub selector: String,
    /// Its beginning.
    pub html: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.rule, self.impact, self.help)?;
        for Place { selector, html, why } in &self.places {
            write!(f, "\n  {selector}: {html}\n    {why}")?;
        }
        if self.more > 0 { write!(f, "\n  and {} more", self.more) } else { Ok(()) }
    }
}

/// All of them, one below the other, for the message of a test that fails.
#[must_use]
pub fn describe(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Page {
    /// Audits the page as it is shown now. The audit runs apart from the page's scripts, whatever its content security
    /// policy; in a page without JavaScript too.
    ///
    /// # Errors
    /// The audit itself failed.
    pub fn axe(&self) -> Result<Vec<Violation>, BrowserError> {
        let found = self.evaluate_apart(AXE, RUN)?;
        let found = found.as_array().ok_or_else(|| BrowserError::answer("axe.run", "violations"))?;
        Ok(found.iter().map(violation).collect())
    }
}

fn violation(value: &Value) -> Violation {
    let text = |pointer| json::text(value, pointer).to_owned();
    let places = value.get("places").and_then(Value::as_array);
    Violation {
        rule: text("/id"),
        impact: text("/impact"),
        help: text("/help"),
        places: places.into_iter().flatten().map(place).collect(),
        more: json::count(value, "/more"),
    }
}

fn place(value: &Value) -> Place {
    let text = |pointer| json::text(value, pointer).to_owned();
    Place { selector: text("/0"), html: text("/1"), why: text("/2") }
}
