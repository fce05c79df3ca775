//! Something said by the server, in whatever language the reader has.

use crate::text::{Catalogue, Key};

/// A text of the catalogue with its values, or a text from elsewhere as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Text { key: Key, count: Option<u64>, values: Vec<(&'static str, String)> },
    Verbatim(String),
}

impl Words {
    /// A text of the catalogue.
    pub const fn new(key: Key) -> Self {
        Self { said: Said::Text { key, count: None, values: Vec::new() } }
    }

    /// A text of the catalogue that has a plural; its placeholder `{n}` is the number.
    pub const fn counted(key: Key, count: u64) -> Self {
        Self { said: Said::Text { key, count: Some(count), values: Vec::new() } }
    }

    /// A text as it is: a name, an address, a message that only exists in one language.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self { said: Said::Verbatim(text.into()) }
    }

    /// Gives a placeholder its value. A verbatim text has none, and stays as it is.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Said::Text { values, .. } = &mut self.said {
            values.push((name, value.into()));
        }
        self
    }

    /// The words in a language. Not escaped: that is what the page does.
    pub fn said(&self, catalogue: &Catalogue) -> String {
        match &self.said {
            Said::Text { key, count, values } => {
                let values: Vec<(&str, &dyn std::fmt::Display)> =
                    values.iter().map(|(name, value)| (*name, value as &dyn std::fmt::Display)).collect();
                match count {
                    Some(count) => catalogue.counted(*key, *count, &values),
                    None => catalogue.filled(*key, &values),
                }
            }
            Said::Verbatim(text) => text.clone(),
        }
    }
}

impl From<Key> for Words {
    fn from(key: Key) -> Self {
        Self::new(key)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::verbatim(text)
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::verbatim(text)
    }
}
