//! The catalogues of texts.
//!
//! A catalogue is a file of lines `name = text`. A text has placeholders in braces; one that speaks of a number has a line `name[one]`
//! and a line `name[other]`, and the number is `{n}`. English is the authority: [`key!`](crate::key) looks its name up in `en.txt` while
//! compiling, so a text that does not exist does not build.

mod key;
mod language;
#[cfg(any(test, feature = "samples"))]
mod pseudo;

use std::collections::HashMap;
use std::fmt::{Display, Write as _};
use std::sync::OnceLock;

pub use key::Key;
pub use language::Language;

/// A text's key, checked against `en.txt` while compiling.
///
/// ```
/// let words = pumice_ui::Words::new(pumice_ui::key!("nav.home"));
/// ```
#[macro_export]
macro_rules! key {
    ($name:literal) => {
        const { $crate::text::Key::named($name) }
    };
}

/// The text of a key in a frame's language; with values, and with a number that decides between singular and plural.
macro_rules! t {
    ($frame:expr, $name:literal) => { $frame.catalogue().text($crate::key!($name)) };
    ($frame:expr, $name:literal, count $count:expr $(, $placeholder:ident = $value:expr)* $(,)?) => {
        $frame.catalogue().counted(
            $crate::key!($name),
            $count,
            &[$((stringify!($placeholder), &$value as &dyn std::fmt::Display)),*],
        )
    };
    ($frame:expr, $name:literal $(, $placeholder:ident = $value:expr)+ $(,)?) => {
        $frame.catalogue().filled(
            $crate::key!($name),
            &[$((stringify!($placeholder), &$value as &dyn std::fmt::Display)),+],
        )
    };
}
pub(crate) use t;

/// All texts in one language.
#[derive(Debug)]
pub struct Catalogue {
    language: Language,
    /// By the number of the key.
    texts: Vec<Text>,
}

#[derive(Debug, Clone, Default)]
struct Text {
    one: Option<String>,
    other: String,
}

impl Catalogue {
    /// The catalogue of a language, parsed when it is first asked for.
    pub fn of(language: Language) -> &'static Self {
        static PARSED: [OnceLock<Catalogue>; Language::COUNT] = [const { OnceLock::new() }; Language::COUNT];
        static ENGLISH: OnceLock<Catalogue> = OnceLock::new();
        match PARSED.get(language.index()) {
            Some(place) => place.get_or_init(|| Self::parse(language)),
            None => ENGLISH.get_or_init(|| Self::parse(Language::English)),
        }
    }

    fn parse(language: Language) -> Self {
        let source = language.source();
        let own: HashMap<&str, &str> = lines(source).collect();
        let english: HashMap<&str, &str> = lines(key::ENGLISH).collect();
        // A text that a translation lacks is said in English: better than nothing, and a test finds it.
        let find = |name: &str| {
            let text = own.get(name).or_else(|| english.get(name)).copied()?;
            Some(language.altered(text))
        };
        let texts = lines(key::ENGLISH)
            .map(|(name, _)| match name.split_once('[') {
                Some((plain, _)) => Text {
                    one: find(&format!("{plain}[one]")),
                    other: find(&format!("{plain}[other]")).unwrap_or_default(),
                },
                None => Text { one: None, other: find(name).unwrap_or_default() },
            })
            .collect();
        Self { language, texts }
    }

    /// The language.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// A text without placeholders.
    pub fn text(&self, key: Key) -> &str {
        self.texts.get(key.index()).map_or("", |text| &text.other)
    }

    /// A text with its placeholders replaced. One that has no value stays as it is, where a test sees it.
    pub fn filled(&self, key: Key, values: &[(&str, &dyn Display)]) -> String {
        fill(self.text(key), values)
    }

    /// A text that speaks of a number of things.
    pub fn counted(&self, key: Key, count: u64, values: &[(&str, &dyn Display)]) -> String {
        let Some(text) = self.texts.get(key.index()) else { return String::new() };
        let chosen = match &text.one {
            Some(one) if self.language.is_one(count) => one,
            _ => &text.other,
        };
        let number = crate::format::whole(self, count);
        let mut all: Vec<(&str, &dyn Display)> = vec![("n", &number)];
        all.extend_from_slice(values);
        fill(chosen, &all)
    }
}

fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            // Writing to a string does not fail.
            Some((_, value)) => _ = write!(filled, "{value}"),
            None => _ = write!(filled, "{{{name}}}"),
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

/// Names (with `[one]` or `[other]` where there is a plural) and texts of a catalogue's source.
fn lines(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, text)| (name.trim(), text.trim()))
}

#[cfg(test)]
mod tests;
