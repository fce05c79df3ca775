//! Pictures of the page.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::Page;
use crate::{BrowserError, base64, json};

/// CSS pixels of the highest page that is photographed whole; what lies below is left out.
const HIGHEST: f64 = 12_000.0;

impl Page {
    /// A picture of the window, or of the whole page, as PNG.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn picture(&self, whole: bool) -> Result<Vec<u8>, BrowserError> {
        let mut params = json!({ "format": "png" });
        if whole {
            let metrics = self.call("Page.getLayoutMetrics", &json!({}))?;
            let size =
                |axis: &str| metrics.pointer(&format!("/cssContentSize/{axis}")).and_then(Value::as_f64);
            let (width, height) = (size("width").unwrap_or(1.0), size("height").unwrap_or(1.0));
            params = json!({
                "format": "png",
                "captureBeyondViewport": true,
                "clip": { "x": 0, "y": 0, "width": width, "height": height.min(HIGHEST), "scale": 1 },
            });
        }
        self.data("Page.captureScreenshot", &params)
    }

    /// Writes a [picture](Self::picture) to a file; its folder is made.
    ///
    /// # Errors
    /// The browser is gone or refuses, or the file cannot be written.
    pub fn screenshot(&self, path: &Path, whole: bool) -> Result<(), BrowserError> {
        write(path, &self.picture(whole)?)
    }

    /// Writes what the page's printer would get, as PDF.
    ///
    /// # Errors
    /// The browser is gone or refuses, or the file cannot be written.
    pub fn print(&self, path: &Path) -> Result<(), BrowserError> {
        write(
            path,
            &self.data("Page.printToPDF", &json!({ "printBackground": true, "preferCSSPageSize": true }))?,
        )
    }

    fn data(&self, method: &str, params: &Value) -> Result<Vec<u8>, BrowserError> {
        let answer = self.call(method, params)?;
        base64::decode(json::text(&answer, "/data")).ok_or_else(|| BrowserError::answer(method, "/data"))
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), BrowserError> {
    let action = || format!("writing {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(BrowserError::io(action()))?;
    }
    fs::write(path, content).map_err(BrowserError::io(action()))
}
