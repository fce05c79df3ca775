//! Cookies. All have the prefix `__Host-`: browsers take them over TLS from this very host only, and no neighbour can set one.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session.
pub(crate) const SESSION: &str = "__Host-pumice";

/// Ties the forms of somebody who has not signed in to a browser.
pub(crate) const VISITOR: &str = "__Host-visitor";

/// The language that somebody chose before signing in.
pub(crate) const LANGUAGE: &str = "__Host-language";

/// Octets of all cookies that are looked at.
const LONGEST: usize = 4 << 10;

/// The value of a cookie; nothing if it is there twice with different values.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = None;
    for line in headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()) {
        let pairs =
            line.get(..line.len().min(LONGEST))?.split(';').filter_map(|pair| pair.trim().split_once('='));
        for (_, value) in pairs.filter(|(known, _)| *known == name) {
            match found {
                Some(other) if other != value => return None,
                _ => found = Some(value),
            }
        }
    }
    found
}

/// A header that sets a cookie until the browser is closed.
pub(crate) fn set(name: &str, value: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax")).ok()
}

/// A header that takes a cookie back.
pub(crate) fn clear(name: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")).ok()
}
