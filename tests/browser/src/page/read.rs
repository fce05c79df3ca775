//! Reading what the page shows.

use serde_json::Value;

use super::{Page, literal};
use crate::{BrowserError, json};

impl Page {
    /// The page's address.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn url(&self) -> Result<String, BrowserError> {
        Ok(json::text(&self.look("location.href")?, "").to_owned())
    }

    /// The page's title.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn title(&self) -> Result<String, BrowserError> {
        Ok(json::text(&self.look("document.title")?, "").to_owned())
    }

    /// The text of the first such element as it is shown: hidden parts left out, white space folded.
    ///
    /// # Errors
    /// There is no such element.
    pub fn text(&self, selector: &str) -> Result<String, BrowserError> {
        let text = self.of(selector, "e => (e.innerText || '').replace(/\\s+/g, ' ').trim()")?;
        Ok(json::text(&text, "").to_owned())
    }

    /// The texts of all such elements.
    ///
    /// # Errors
    /// The selector is none.
    pub fn texts(&self, selector: &str) -> Result<Vec<String>, BrowserError> {
        let all = format!(
            "[...document.querySelectorAll({})].map(e => (e.innerText || '').replace(/\\s+/g, ' ').trim())",
            literal(selector)
        );
        let texts = self.look(&all)?;
        let texts = texts.as_array().into_iter().flatten();
        Ok(texts.map(|text| text.as_str().unwrap_or_default().to_owned()).collect())
    }

    /// An attribute of the first such element, `None` where it has none of that name.
    ///
    /// # Errors
    /// There is no such element.
    pub fn attribute(&self, selector: &str, name: &str) -> Result<Option<String>, BrowserError> {
        let value = self.of(selector, &format!("e => e.getAttribute({})", literal(name)))?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// What stands in a field.
    ///
    /// # Errors
    /// There is no such element.
    pub fn value(&self, selector: &str) -> Result<String, BrowserError> {
        Ok(json::text(&self.of(selector, "e => String(e.value)")?, "").to_owned())
    }

    /// Whether a checkbox or a radio button is set.
    ///
    /// # Errors
    /// There is no such element.
    pub fn is_checked(&self, selector: &str) -> Result<bool, BrowserError> {
        Ok(json::flag(&self.of(selector, "e => e.checked === true")?, ""))
    }

    /// A computed style of the first such element.
    ///
    /// # Errors
    /// There is no such element.
    pub fn style(&self, selector: &str, property: &str) -> Result<String, BrowserError> {
        let read = format!("e => getComputedStyle(e).getPropertyValue({})", literal(property));
        Ok(json::text(&self.of(selector, &read)?, "").to_owned())
    }

    /// How many such elements there are.
    ///
    /// # Errors
    /// The selector is none.
    pub fn count(&self, selector: &str) -> Result<u64, BrowserError> {
        let count = format!("document.querySelectorAll({}).length", literal(selector));
        Ok(json::count(&self.look(&count)?, ""))
    }

    /// The elements that stick out of the page's right or left edge, so that one has to scroll sideways.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn sticking_out(&self) -> Result<Vec<String>, BrowserError> {
        let found = self.look(include_str!("sticking_out.js"))?;
        let found = found.as_array().into_iter().flatten();
        Ok(found.map(|element| element.as_str().unwrap_or_default().to_owned()).collect())
    }

    /// What a function makes of the first such element.
    pub(super) fn of(&self, selector: &str, function: &str) -> Result<Value, BrowserError> {
        let apply = format!(
            "(s => {{ const e = document.querySelector(s); return e ? [({function})(e)] : null }})({})",
            literal(selector)
        );
        match self.look(&apply)?.as_array_mut().and_then(|found| found.first_mut()) {
            Some(found) => Ok(found.take()),
            None => Err(BrowserError::Element {
                selector: selector.to_owned(),
                reason: "no such element".to_owned(),
            }),
        }
    }
}
