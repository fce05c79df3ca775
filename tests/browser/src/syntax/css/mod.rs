//! Style sheets.
//!
//! A browser drops what it does not know: a declaration, a whole rule whose selector it cannot read, a whole block. So
//! not everything new is wrong. What is let through without being allowed by name:
//!
//! - a value that follows one of the same property which every browser knows, in the same rule (a fallback);
//! - a property whose `-webkit-` form stands in the same rule, where Safari 12.1 has that;
//! - everything inside a positive `@supports`;
//! - properties that are lost without harm (`accent-color`, `color-scheme`, `overscroll-behavior`, ...): they are simply
//!   not in the table.

mod read;
mod table;
mod token;

use std::collections::HashSet;

use super::Finding;
use read::{Declaration, Rule};
use table::Newer;
use token::{Kind, Token};

/// What in a style sheet the oldest browser does not know, apart from the features allowed by name.
#[must_use]
pub fn lint(sheet: &str, allowed: &[&str]) -> Vec<Finding> {
    let tokens = token::tokens(sheet);
    let read = read::rules(&tokens);
    let mut lint = Lint { sheet, allowed, flexible: flexible(&read.rules), findings: Vec::new() };
    for trouble in &read.troubles {
        lint.note(trouble.at, &trouble.feature, trouble.why);
    }
    for prelude in &read.preludes {
        lint.at_rule(prelude.name, prelude.at, prelude.tokens);
    }
    for rule in &read.rules {
        lint.rule(rule);
    }
    lint.findings.sort_by_key(|finding| (finding.line, finding.column));
    lint.findings
}

/// The selectors that are flex containers somewhere in the sheet. Whether `gap` reaches a flex container from elsewhere
/// cannot be seen without a document.
fn flexible(rules: &[Rule<'_>]) -> HashSet<String> {
    let flex = rules.iter().filter(|rule| rule.displays(&["flex", "inline-flex"]));
    flex.flat_map(Rule::selectors).collect()
}

struct Lint<'s> {
    sheet: &'s str,
    allowed: &'s [&'s str],
    flexible: HashSet<String>,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn note(&mut self, at: usize, feature: &str, why: &str) {
        if feature != "syntax" && self.allowed.contains(&feature) {
            return;
        }
        let before = self.sheet.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.findings.push(Finding { line, column, feature: feature.to_owned(), why: why.to_owned() });
    }

    fn note_newer(&mut self, at: usize, newer: &Newer) {
        self.note(at, newer.name, newer.why);
    }

    fn at_rule(&mut self, name: &str, at: usize, prelude: &[Token<'_>]) {
        if let Some(newer) = table::at_rule(name) {
            self.note(at, &format!("@{name}"), newer);
        }
        if !matches!(name, "media" | "import") {
            return;
        }
        for token in prelude {
            match token.kind {
                Kind::Other if matches!(token.text, "<" | ">" | "=") => {
                    self.note(token.at, "media-range", "since Safari 16.4; use min-width and max-width");
                }
                Kind::Word if token.text.eq_ignore_ascii_case("or") => {
                    self.note(token.at, "media-or", "since Safari 16.4; use a comma");
                }
                _ => {}
            }
        }
    }

    fn rule(&mut self, rule: &Rule<'_>) {
        for pair in rule.prelude.windows(2) {
            if let [colon, name] = pair
                && colon.text == ":"
                && let Some(newer) = table::find(table::SELECTORS, name.name())
            {
                self.note_newer(name.at, newer);
            }
        }
        if rule.guarded {
            return;
        }
        let gap_in_flex = rule.displays(&["flex", "inline-flex"])
            || (!rule.displays(&["grid", "inline-grid"])
                && rule.selectors().iter().any(|selector| self.flexible.contains(selector)));
        for (index, declaration) in rule.declarations.iter().enumerate() {
            let earlier = rule.declarations.get(..index).unwrap_or_default();
            self.declaration(rule, declaration, earlier, gap_in_flex);
        }
    }

    fn declaration(
        &mut self,
        rule: &Rule<'_>,
        declaration: &Declaration<'_>,
        earlier: &[Declaration<'_>],
        gap_in_flex: bool,
    ) {
        let property = declaration.property.to_ascii_lowercase();
        if gap_in_flex && matches!(property.as_str(), "gap" | "row-gap" | "column-gap") {
            self.note(declaration.at, "flex-gap", "in a flex container since Safari 14.1; use margins");
        }
        if let Some(newer) = table::find(table::PROPERTIES, &property) {
            let prefixed = format!("-webkit-{property}");
            if !newer.prefixed || !rule.declares(&prefixed) {
                self.note_newer(declaration.at, newer);
            }
        }
        let Some((token, newer)) = unknown_value(&property, declaration) else { return };
        let fallback = earlier.iter().any(|other| {
            other.property.eq_ignore_ascii_case(&property) && unknown_value(&property, other).is_none()
        });
        if !fallback || has_variable(declaration) || property.starts_with("--") {
            self.note_newer(token.at, newer);
        }
    }
}

/// With a variable in it a value is taken as it is, and found wrong when it is too late for a fallback.
fn has_variable(declaration: &Declaration<'_>) -> bool {
    declaration
        .value
        .iter()
        .any(|token| token.kind == Kind::Function && token.name().eq_ignore_ascii_case("var"))
}

/// The first part of a value that the oldest browser does not know.
fn unknown_value<'t, 's>(
    property: &str,
    declaration: &'t Declaration<'s>,
) -> Option<(&'t Token<'s>, &'static Newer)> {
    declaration.value.iter().find_map(|token| {
        let newer = match token.kind {
            Kind::Function => table::find(table::FUNCTIONS, token.name()),
            Kind::Number => table::find(table::UNITS, token.unit()),
            Kind::Word => table::keyword(property, token.text),
            _ => None,
        };
        newer.map(|newer| (token, newer))
    })
}

#[cfg(test)]
mod tests;
