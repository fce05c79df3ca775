//! A TOML file whose every value is asked for by name, so that what nobody asked for is a mistake in the file. All mistakes
//! are gathered; none ends the reading.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Mistake;

/// A parsed file.
#[derive(Debug)]
pub(super) struct Document<'t> {
    text: &'t str,
    table: Spanned<DeTable<'t>>,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'t> Document<'t> {
    /// Reads TOML. What is no TOML is a mistake of its own.
    pub(super) fn parse(text: &'t str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let document = Self { text, table, mistakes: RefCell::default() };
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            document.mistake(at, String::new(), error.message().to_owned());
        }
        document
    }

    /// The whole file as one section.
    pub(super) fn root(&self) -> Section<'_> {
        Section {
            document: self,
            path: String::new(),
            span: self.table.span(),
            table: self.table.get_ref(),
            known: Vec::new(),
        }
    }

    /// The mistakes so far, in the order of their lines.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.borrow().clone();
        mistakes.sort();
        mistakes
    }

    fn mistake(&self, offset: usize, key: String, reason: String) {
        let before = self.text.as_bytes().iter().take(offset);
        let line = before.filter(|octet| **octet == b'\n').count() + 1;
        self.mistakes.borrow_mut().push(Mistake { line, key, reason });
    }
}

/// A table of the file.
#[derive(Debug)]
pub(super) struct Section<'d> {
    document: &'d Document<'d>,
    path: String,
    span: Range<usize>,
    table: &'d DeTable<'d>,
    known: Vec<&'static str>,
}

impl<'d> Section<'d> {
    /// The value of a key, if it is there and right. A reader refuses with what would be right.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'d>) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.value(key)?;
        read(value.get_ref())
            .map_err(|reason| self.document.mistake(value.span().start, self.name(key), reason))
            .ok()
    }

    /// The value of a key, or its default.
    pub(super) fn or<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&DeValue<'d>) -> Result<T, String>,
    ) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    /// The value of a key that must be there; `wanted` says what it would be.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl FnOnce(&DeValue<'d>) -> Result<T, String>,
    ) -> Option<T> {
        if self.value(key).is_none() {
            self.wrong(key, &format!("is missing: {wanted}"));
            return None;
        }
        self.optional(key, read)
    }

    /// A section within this one, if the file has it, read by `read` and closed.
    pub(super) fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let path = self.name(key);
        let Some(table) = value.get_ref().as_table() else {
            self.document.mistake(
                value.span().start,
                path,
                "a section is wanted, as [name] or { .. }".to_owned(),
            );
            return None;
        };
        Section { document: self.document, path, span: value.span(), table, known: Vec::new() }.closed(read)
    }

    /// The sections of a list, `[[name]]`, at most so many. Where one has a mistake, the others are read all the same.
    pub(super) fn sections<T>(
        &mut self,
        key: &'static str,
        most: usize,
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let path = self.name(key);
        let Some(items) = value.get_ref().as_array() else {
            self.document.mistake(value.span().start, path, format!("a list is wanted, as [[{key}]]"));
            return Vec::new();
        };
        if items.len() > most {
            self.document.mistake(value.span().start, path.clone(), format!("at most {most} are wanted"));
        }
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Some(table) = item.get_ref().as_table() else {
                self.document.mistake(item.span().start, path, format!("a section is wanted, as [[{key}]]"));
                continue;
            };
            let section =
                Section { document: self.document, path, span: item.span(), table, known: Vec::new() };
            sections.extend(section.closed(&mut read));
        }
        sections
    }

    /// Whether a key is there, right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// A mistake at a key, or at the section where the key is absent.
    pub(super) fn wrong(&self, key: &str, reason: &str) {
        let offset = self.find(key).map_or(self.span.start, |value| value.span().start);
        self.document.mistake(offset, self.name(key), reason.to_owned());
    }

    /// Every key that was not asked for is a mistake.
    pub(super) fn close(&self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let mut known = self.known.clone();
                known.sort_unstable();
                let place = if self.path.is_empty() { "a board" } else { &self.path };
                let reason = format!("is unknown; {place} has {}", known.join(", "));
                self.document.mistake(key.span().start, self.name(name), reason);
            }
        }
    }

    fn closed<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let result = read(&mut self);
        self.close();
        result
    }

    fn value(&mut self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.find(key)
    }

    fn find(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}
