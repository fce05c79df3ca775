//! Reading the protocol's answers.

use serde_json::Value;

use crate::BrowserError;

/// The text at a JSON pointer, empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The truth at a JSON pointer; what is absent is false.
pub(crate) fn flag(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// The number at a JSON pointer, 0 where there is none. The protocol writes counts as floating point numbers.
pub(crate) fn count(value: &Value, pointer: &str) -> u64 {
    let Some(number) = value.pointer(pointer) else { return 0 };
    number.as_u64().or_else(|| number.as_f64().map(whole)).unwrap_or_default()
}

/// The text at a JSON pointer of an answer that must have it.
pub(crate) fn required(value: &Value, pointer: &str, method: &str) -> Result<String, BrowserError> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| BrowserError::answer(method, pointer))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float to integer cast saturates, which is what is wanted of a hostile number"
)]
fn whole(number: f64) -> u64 {
    number as u64
}
