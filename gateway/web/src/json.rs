//! JSON of the wrong shape, told without repeating what was sent: there may be keys in it.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::error::{FieldErrors, WebError};

/// Reads one JSON value and nothing after it.
pub(crate) fn decode<T: DeserializeOwned>(octets: &[u8]) -> Result<T, WebError> {
    let mut deserializer = serde_json::Deserializer::from_slice(octets);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| wrong_shape(error.path(), error.inner()))?;
    deserializer.end().map_err(|error| no_json(&error))?;
    Ok(value)
}

fn no_json(error: &serde_json::Error) -> WebError {
    WebError::NotJson { line: error.line(), column: error.column() }
}

fn wrong_shape(path: &Path, error: &serde_json::Error) -> WebError {
    if error.classify() != Category::Data {
        return no_json(error);
    }
    let text = error.to_string();
    let (pointer, detail) = explain(pointer(path), &text);
    let mut errors = FieldErrors::default();
    errors.at(pointer, detail);
    WebError::Invalid(errors)
}

/// Takes from serde's text what comes from our own types, and leaves what came from the client.
fn explain(pointer: String, text: &str) -> (String, String) {
    let named = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    if let Some(field) = named("missing field `") {
        return (format!("{pointer}/{field}"), "this field is missing".to_owned());
    }
    if let Some(field) = named("duplicate field `") {
        let parent = pointer.strip_suffix(&format!("/{field}")).unwrap_or(&pointer);
        return (format!("{parent}/{field}"), "this field is given twice".to_owned());
    }
    let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
    // What follows the last one is ours: none of our own expectations holds this separator.
    let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
    let detail = match expected {
        Some(fields) if text.starts_with("unknown field ") => format!("unknown field; wanted is {fields}"),
        Some(expected) => format!("wanted is {expected}"),
        None => "this is not what is wanted here".to_owned(),
    };
    (pointer, detail)
}

/// The path as an RFC 6901 pointer, as far as its names are names of fields.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } if is_presentable(key) => pointer.push_str(&format!("/{key}")),
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    pointer
}

/// Whether a name that a client chose can be shown: it looks like a field's name, and not like a part of a key.
pub(crate) fn is_presentable(name: &str) -> bool {
    let is_name = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_';
    (1..=24).contains(&name.len())
        && name.bytes().all(is_name)
        && !(name.len() >= 8 && name.bytes().all(|octet| octet.is_ascii_hexdigit()))
}
