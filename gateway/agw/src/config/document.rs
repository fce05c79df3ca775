//! A TOML file whose every value is asked for by name, so that what nobody asked for is a mistake in the file. All mistakes
//! are gathered; none ends the reading.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mistake {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The key with its sections and dots; empty where the file is no TOML.
    pub(crate) key: String,
    /// What is wrong and what would be right.
    pub(crate) reason: String,
    /// Whether nothing but the key's absence is wrong: a box that is not set up yet.
    pub(crate) absent: bool,
}

/// Why a value is not what its key wants.
#[derive(Debug)]
pub(crate) struct Faults(Vec<(usize, String)>);

impl Faults {
    /// One, at a value.
    pub(crate) fn at(value: &Spanned<DeValue<'_>>, reason: impl Into<String>) -> Self {
        Self(vec![(value.span().start, reason.into())])
    }

    /// None yet.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn append(&mut self, mut more: Self) {
        self.0.append(&mut more.0);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A parsed file.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    text: &'t str,
    table: Spanned<DeTable<'t>>,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'t> Document<'t> {
    /// Reads TOML. What is no TOML is a mistake of its own.
    pub(crate) fn parse(text: &'t str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let document = Self { text, table, mistakes: RefCell::default() };
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            document.mistake(at, String::new(), error.message().to_owned());
        }
        document
    }

    /// The whole file as one section.
    pub(crate) fn root(&self) -> Section<'_> {
        Section::new(self, String::new(), self.table.span(), Some(self.table.get_ref()))
    }

    /// The mistakes so far, in the order of their lines.
    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.borrow().clone();
        mistakes.sort();
        mistakes
    }

    fn mistake(&self, offset: usize, key: String, reason: String) {
        self.note(self.mistake_at(offset, key, reason));
    }

    fn mistake_at(&self, offset: usize, key: String, reason: String) -> Mistake {
        let before = self.text.as_bytes().iter().take(offset);
        let line = before.filter(|octet| **octet == b'\n').count() + 1;
        Mistake { line, key, reason, absent: false }
    }

    fn note(&self, mistake: Mistake) {
        self.mistakes.borrow_mut().push(mistake);
    }
}

/// A table of the file: `[network]`, or `{ .. }` as a value. An absent one has no keys.
#[derive(Debug)]
pub(crate) struct Section<'d> {
    document: &'d Document<'d>,
    path: String,
    span: Range<usize>,
    table: Option<&'d DeTable<'d>>,
    known: Vec<&'static str>,
}

impl<'d> Section<'d> {
    const fn new(
        document: &'d Document<'d>,
        path: String,
        span: Range<usize>,
        table: Option<&'d DeTable<'d>>,
    ) -> Self {
        Self { document, path, span, table, known: Vec::new() }
    }

    /// Whether the file has this section.
    pub(crate) const fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// The value of a key, if it is there and right.
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Spanned<DeValue<'d>>) -> Result<T, Faults>,
    ) -> Option<T> {
        let value = self.value(key)?;
        match read(value) {
            Ok(read) => Some(read),
            Err(faults) => {
                for (offset, reason) in faults.0 {
                    self.document.mistake(offset, self.name(key), reason);
                }
                None
            }
        }
    }

    /// The value of a key, or its default.
    pub(crate) fn or<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&Spanned<DeValue<'d>>) -> Result<T, Faults>,
    ) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    /// The value of a key that must be there; `wanted` says what it would be.
    pub(crate) fn required<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl FnOnce(&Spanned<DeValue<'d>>) -> Result<T, Faults>,
    ) -> Option<T> {
        if self.value(key).is_none() {
            self.document.note(Mistake {
                absent: true,
                ..self.document.mistake_at(self.span.start, self.name(key), format!("is missing: {wanted}"))
            });
            return None;
        }
        self.optional(key, read)
    }

    /// A section within this one.
    pub(crate) fn section(&mut self, key: &'static str) -> Self {
        let path = self.name(key);
        let Some(value) = self.value(key) else {
            return Self::new(self.document, path, self.span.clone(), None);
        };
        let table = value.get_ref().as_table();
        if table.is_none() {
            let reason = format!("is a section, as [{path}]; this is {}", article(value.get_ref()));
            self.document.mistake(value.span().start, path.clone(), reason);
        }
        Self::new(self.document, path, value.span(), table)
    }

    /// The sections in a list.
    pub(crate) fn sections(&mut self, key: &'static str) -> Vec<Self> {
        let path = self.name(key);
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.document.mistake(value.span().start, path, "a list of { .. } is wanted".to_owned());
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match item.get_ref().as_table() {
                Some(table) => sections.push(Self::new(self.document, path, item.span(), Some(table))),
                None => self.document.mistake(item.span().start, path, "{ .. } is wanted".to_owned()),
            }
        }
        sections
    }

    /// Whether a key is there, right or wrong.
    pub(crate) fn has(&mut self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// A mistake at a key, or at the section where the key is absent.
    pub(crate) fn wrong(&self, key: &str, reason: String) {
        let offset = self.find(key).map_or(self.span.start, |value| value.span().start);
        self.document.mistake(offset, self.name(key), reason);
    }

    /// A mistake of the section as a whole.
    pub(crate) fn wrong_here(&self, reason: &str) {
        self.document.mistake(self.span.start, self.path.clone(), reason.to_owned());
    }

    /// Ends the section: every key that was not asked for is a mistake.
    pub(crate) fn close(self) {
        for (key, _) in self.table.into_iter().flatten() {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let mut known = self.known.clone();
                known.sort_unstable();
                let place = if self.path.is_empty() { "this file" } else { &self.path };
                let reason = format!("is unknown; {place} has {}", known.join(", "));
                self.document.mistake(key.span().start, self.name(name), reason);
            }
        }
    }

    fn value(&mut self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.find(key)
    }

    fn find(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.table?.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// What a value is, for a sentence.
pub(crate) const fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
