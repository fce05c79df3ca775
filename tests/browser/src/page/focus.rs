//! Where the keyboard is.

use std::fmt;

use serde_json::{Value, json};

use super::Page;
use crate::{BrowserError, json};

/// The element that has the keyboard's focus, as a screen reader would name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Focused {
    /// The tag in lower case; `body` where nothing has the focus.
    pub tag: String,
    /// Its id, empty where it has none.
    pub id: String,
    /// Its form name, empty where it has none.
    pub name: String,
    /// Its role, as the browser works it out.
    pub role: String,
    /// Its accessible name, as the browser works it out.
    pub label: String,
    /// An outline or a shadow is drawn around it.
    pub ring: bool,
}

impl fmt::Display for Focused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} <{}", self.role, self.label, self.tag)?;
        if !self.id.is_empty() {
            write!(f, " id={}", self.id)?;
        }
        if !self.name.is_empty() {
            write!(f, " name={}", self.name)?;
        }
        f.write_str(if self.ring { ">" } else { "> without a ring" })
    }
}

const DESCRIBE: &str = "(e => { const s = getComputedStyle(e); return { tag: e.tagName.toLowerCase(), id: e.id, \
    name: e.getAttribute('name') || '', \
    ring: (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none' } })\
    (document.activeElement || document.body)";

impl Page {
    /// What has the keyboard's focus.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn focused(&self) -> Result<Focused, BrowserError> {
        let described = self.look(DESCRIBE)?;
        let (role, label) = self.accessible("document.activeElement || document.body")?;
        Ok(Focused {
            tag: json::text(&described, "/tag").to_owned(),
            id: json::text(&described, "/id").to_owned(),
            name: json::text(&described, "/name").to_owned(),
            role,
            label,
            ring: json::flag(&described, "/ring"),
        })
    }

    /// Role and accessible name of what an expression gives.
    fn accessible(&self, expression: &str) -> Result<(String, String), BrowserError> {
        let Some(object) = self.object(expression)? else { return Ok(Default::default()) };
        let tree = self.call(
            "Accessibility.getPartialAXTree",
            &json!({ "objectId": object, "fetchRelatives": false }),
        )?;
        let node = tree.pointer("/nodes/0").unwrap_or(&Value::Null);
        Ok((json::text(node, "/role/value").to_owned(), json::text(node, "/name/value").to_owned()))
    }
}
