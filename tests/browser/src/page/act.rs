//! Doing what a person does: by mouse, finger and keyboard events that the browser takes for real ones.

use std::path::Path;

use serde_json::{Value, json};

use super::keys::{Key, Modifiers};
use super::{Page, literal};
use crate::BrowserError;

impl Page {
    /// Scrolls an element into view and clicks at its centre, once it is there, enabled and not covered.
    ///
    /// # Errors
    /// It cannot be clicked in time; what is in the way is in the error.
    pub fn click(&self, selector: &str) -> Result<(), BrowserError> {
        let (x, y) = self.point(selector)?;
        for (kind, button, buttons, clicks) in
            [("mouseMoved", "none", 0, 0), ("mousePressed", "left", 1, 1), ("mouseReleased", "left", 0, 1)]
        {
            let event = json!({
                "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": clicks,
            });
            self.call("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// Taps an element with a finger. The viewport must have touch.
    ///
    /// # Errors
    /// As [`Self::click`].
    pub fn tap(&self, selector: &str) -> Result<(), BrowserError> {
        let (x, y) = self.point(selector)?;
        self.call(
            "Input.dispatchTouchEvent",
            &json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] }),
        )?;
        self.call("Input.dispatchTouchEvent", &json!({ "type": "touchEnd", "touchPoints": [] })).map(drop)
    }

    /// Moves the mouse over an element.
    ///
    /// # Errors
    /// As [`Self::click`].
    pub fn hover(&self, selector: &str) -> Result<(), BrowserError> {
        let (x, y) = self.point(selector)?;
        self.call("Input.dispatchMouseEvent", &json!({ "type": "mouseMoved", "x": x, "y": y })).map(drop)
    }

    /// Presses and releases a key.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn press(&self, key: Key) -> Result<(), BrowserError> {
        self.press_with(Modifiers::NONE, key)
    }

    /// Presses and releases a key while modifiers are held.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn press_with(&self, modifiers: Modifiers, key: Key) -> Result<(), BrowserError> {
        for event in key.events(modifiers) {
            self.call("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }

    /// Types into whatever has the focus, key by key. What no key has (accents, other scripts) is put in as an input
    /// method would.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn type_text(&self, text: &str) -> Result<(), BrowserError> {
        for character in text.chars() {
            match character {
                '\n' => self.press(Key::Enter)?,
                '\t' => self.press(Key::Tab)?,
                ' '..='~' => self.press(Key::Char(character))?,
                other => self.call("Input.insertText", &json!({ "text": other.to_string() })).map(drop)?,
            }
        }
        Ok(())
    }

    /// Clicks into a field, selects what stands there and types over it.
    ///
    /// # Errors
    /// As [`Self::click`].
    pub fn fill(&self, selector: &str, text: &str) -> Result<(), BrowserError> {
        self.click(selector)?;
        self.of(selector, "e => { if (e.select) e.select() }")?;
        if text.is_empty() { self.press(Key::Delete) } else { self.type_text(text) }
    }

    /// Chooses the option with that value, and tells the page as a person's choice would.
    ///
    /// # Errors
    /// There is no such element or no such option.
    pub fn select(&self, selector: &str, value: &str) -> Result<(), BrowserError> {
        let choose = format!(
            "e => {{ const o = [...(e.options || [])].find(o => o.value === {} && !o.disabled); \
             if (!o) return false; o.selected = true; \
             for (const t of ['input', 'change']) e.dispatchEvent(new Event(t, {{ bubbles: true }})); \
             return true }}",
            literal(value)
        );
        if self.of(selector, &choose)? == true {
            return Ok(());
        }
        Err(BrowserError::Element { selector: selector.to_owned(), reason: format!("no option {value:?}") })
    }

    /// Sets or clears a checkbox by a click; one that is drawn by its label is clicked there.
    ///
    /// # Errors
    /// As [`Self::click`], or the click did not change it.
    pub fn check(&self, selector: &str, wanted: bool) -> Result<(), BrowserError> {
        self.until(&format!("{selector} there"), || match self.of(selector, "e => e.type") {
            Ok(_) => Ok(Ok(())),
            Err(BrowserError::Element { reason, .. }) => Ok(Err(reason)),
            Err(error) => Err(error),
        })?;
        if self.is_checked(selector)? == wanted {
            return Ok(());
        }
        if self.try_point(selector)?.is_ok() {
            self.click(selector)?;
        } else {
            let label = self.of(selector, "e => e.id")?;
            self.click(&format!("label[for={label}]"))?;
        }
        if self.is_checked(selector)? == wanted {
            return Ok(());
        }
        Err(BrowserError::Element {
            selector: selector.to_owned(),
            reason: "a click did not change it".to_owned(),
        })
    }

    /// Puts files into a file field.
    ///
    /// # Errors
    /// There is no such field.
    pub fn upload(&self, selector: &str, files: &[&Path]) -> Result<(), BrowserError> {
        let field = self.object(&format!("document.querySelector({})", literal(selector)))?;
        let Some(field) = field else {
            return Err(BrowserError::Element {
                selector: selector.to_owned(),
                reason: "no such element".to_owned(),
            });
        };
        self.call("DOM.setFileInputFiles", &json!({ "objectId": field, "files": files })).map(drop)
    }

    /// Where to click, once it can be.
    fn point(&self, selector: &str) -> Result<(f64, f64), BrowserError> {
        self.until(&format!("{selector} to be clickable"), || self.try_point(selector))
    }

    fn try_point(&self, selector: &str) -> Result<Result<(f64, f64), String>, BrowserError> {
        let found = self.look(&format!("({})({})", include_str!("point.js").trim(), literal(selector)))?;
        let at = |axis: &str| found.get(axis).and_then(Value::as_f64);
        Ok(match (at("x"), at("y")) {
            (Some(x), Some(y)) => Ok((x, y)),
            _ => Err(crate::json::text(&found, "/wrong").to_owned()),
        })
    }
}
