//! What somebody typed into a form, and what is wrong with it.

use std::collections::BTreeMap;

use crate::words::Words;

/// The values of a form that came back with mistakes, or that is filled in ahead. Secrets are not kept here, and a page would not show
/// them.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, Words>,
}

impl Entered {
    /// An empty form.
    pub const fn new() -> Self {
        Self { values: BTreeMap::new(), errors: BTreeMap::new() }
    }

    /// Fills in a field.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(field.into(), value.into());
        self
    }

    /// Says what is wrong with a field.
    #[must_use]
    pub fn wrong(mut self, field: impl Into<String>, what: impl Into<Words>) -> Self {
        self.errors.insert(field.into(), what.into());
        self
    }

    /// What was typed into a field; empty when nothing was.
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<&Words> {
        self.errors.get(field)
    }

    /// All mistakes, by field.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &Words)> {
        self.errors.iter().map(|(field, words)| (field.as_str(), words))
    }

    /// Whether there is any mistake.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }
}
