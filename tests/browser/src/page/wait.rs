//! Waiting for what the page shows.

use serde_json::Value;

use super::{Page, literal};
use crate::BrowserError;

impl Page {
    /// Waits until an element is there and takes up room.
    ///
    /// # Errors
    /// It is not in time.
    pub fn wait_for(&self, selector: &str) -> Result<(), BrowserError> {
        let shown = format!(
            "(s => {{ const e = document.querySelector(s); \
             return e ? [...e.getClientRects()].some(r => r.width > 0 && r.height > 0) \
             && getComputedStyle(e).visibility === 'visible' : null }})({})",
            literal(selector)
        );
        self.until(&format!("{selector} shown"), || {
            Ok(match self.look(&shown)? {
                Value::Bool(true) => Ok(()),
                Value::Bool(false) => Err("it is there, but hidden".to_owned()),
                _ => Err("no such element".to_owned()),
            })
        })
    }

    /// Waits until an element is gone, or takes up no room any more.
    ///
    /// # Errors
    /// It still does when the time is over.
    pub fn wait_gone(&self, selector: &str) -> Result<(), BrowserError> {
        let gone = format!(
            "(s => {{ const e = document.querySelector(s); return !e || e.getClientRects().length === 0 }})({})",
            literal(selector)
        );
        self.until(&format!("{selector} gone"), || {
            Ok(if self.look(&gone)? == true { Ok(()) } else { Err("it is there".to_owned()) })
        })
    }

    /// Waits until an element's text contains `part`, and returns the text.
    ///
    /// # Errors
    /// It does not in time; what it said last is in the error.
    pub fn wait_for_text(&self, selector: &str, part: &str) -> Result<String, BrowserError> {
        self.until(&format!("{selector} saying {part:?}"), || match self.text(selector) {
            Ok(text) if text.contains(part) => Ok(Ok(text)),
            Ok(text) => Ok(Err(format!("it says {text:?}"))),
            Err(BrowserError::Element { reason, .. }) => Ok(Err(reason)),
            Err(error) => Err(error),
        })
    }

    /// Waits until the page's address contains `part`, and returns the address.
    ///
    /// # Errors
    /// It does not in time.
    pub fn wait_for_url(&self, part: &str) -> Result<String, BrowserError> {
        self.until(&format!("an address with {part:?}"), || {
            let url = self.url()?;
            Ok(if url.contains(part) { Ok(url) } else { Err(format!("it is {url}")) })
        })
    }

    /// Waits until an expression is true in the page.
    ///
    /// # Errors
    /// It is not in time, or throws.
    pub fn wait_until(&self, expression: &str) -> Result<(), BrowserError> {
        let condition = format!("Boolean({expression})");
        self.until(expression, || {
            Ok(if self.look(&condition)? == true { Ok(()) } else { Err("it is false".to_owned()) })
        })
    }
}
