use serde_json::Value;

use crate::json;

/// A cookie with the flags that keep it safe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The host that it goes to; a leading dot takes in the names below.
    pub domain: String,
    /// The path that it goes to.
    pub path: String,
    /// Scripts cannot read it.
    pub http_only: bool,
    /// It goes over TLS only.
    pub secure: bool,
    /// It ends with the browser's session: no date is set.
    pub session: bool,
    /// `Strict`, `Lax` or `None`, where it is said.
    pub same_site: Option<String>,
}

impl Cookie {
    pub(crate) fn read(value: &Value) -> Self {
        let text = |pointer| json::text(value, pointer).to_owned();
        Self {
            name: text("/name"),
            value: text("/value"),
            domain: text("/domain"),
            path: text("/path"),
            http_only: json::flag(value, "/httpOnly"),
            secure: json::flag(value, "/secure"),
            session: json::flag(value, "/session"),
            same_site: value.get("sameSite").and_then(Value::as_str).map(str::to_owned),
        }
    }
}
