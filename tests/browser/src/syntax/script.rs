use std::fmt;

use serde_json::{Value, json};

use super::Finding;
use crate::{Browser, BrowserError, Page, json};

const ACORN: &str = include_str!("../../vendor/acorn/acorn.js");
const CHECK: &str = include_str!("check.js");

/// Longest script in octets. The whole page weighs less.
const LONGEST: usize = 4 << 20;

/// Interfaces that came after Safari 12.1, with the Safari that has them. Only names that hardly mean anything else:
/// `at`, `text` or `any` would be found everywhere. The versions are those of MDN's browser-compat-data 8.1.9.
const NEWER: &[(&str, &str)] = &[
    ("AggregateError", "14"),
    ("BarcodeDetector", "17"),
    ("BigInt", "14"),
    ("BroadcastChannel", "15.4"),
    ("CompressionStream", "16.4"),
    ("DecompressionStream", "16.4"),
    ("FinalizationRegistry", "14.1"),
    ("OffscreenCanvas", "16.4"),
    ("PointerEvent", "13"),
    ("ResizeObserver", "13.1"),
    ("WeakRef", "14.1"),
    ("allSettled", "13"),
    ("checkVisibility", "17.4"),
    ("clipboard", "13.1"),
    ("createImageBitmap", "15"),
    ("findLast", "15.4"),
    ("findLastIndex", "15.4"),
    ("groupBy", "17.4"),
    ("hasOwn", "15.4"),
    ("matchAll", "13"),
    ("randomUUID", "15.4"),
    ("replaceAll", "13.1"),
    ("replaceChildren", "14"),
    ("requestIdleCallback", "none"),
    ("requestSubmit", "16"),
    ("setPointerCapture", "13"),
    ("showModal", "15.4"),
    ("showPicker", "16"),
    ("showPopover", "17"),
    ("startViewTransition", "18"),
    ("structuredClone", "15.4"),
    ("toReversed", "16"),
    ("toSorted", "16"),
    ("toSpliced", "16"),
    ("wakeLock", "16.4"),
    ("DisplayNames", "14.1"),
    ("ListFormat", "14.1"),
    ("RelativeTimeFormat", "14"),
];

/// Parses scripts with acorn, inside a browser.
pub struct ScriptLint {
    page: Page,
}

impl fmt::Debug for ScriptLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptLint")
    }
}

impl ScriptLint {
    /// Loads the parser into a page of its own.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn new(browser: &Browser) -> Result<Self, BrowserError> {
        let page = browser.context()?.page()?;
        page.evaluate(&format!("{ACORN};0"))?;
        page.evaluate(&format!("globalThis.check = {}; 0", CHECK.trim()))?;
        Ok(Self { page })
    }

    /// What in a classic script the oldest browser does not know, apart from the interfaces allowed by name.
    ///
    /// # Errors
    /// The script is longer than 4 MiB, or the browser is gone.
    pub fn check(&self, script: &str, allowed: &[&str]) -> Result<Vec<Finding>, BrowserError> {
        if script.len() > LONGEST {
            return Err(BrowserError::Overflow {
                what: "octets of script",
                lost: (script.len() - LONGEST) as u64,
            });
        }
        let newer: Vec<_> =
            NEWER.iter().map(|(name, _)| name).filter(|name| !allowed.contains(name)).collect();
        let found = self.page.evaluate(&format!("check({}, {})", Value::from(script), json!(newer)))?;
        let found = found.as_array().ok_or_else(|| BrowserError::answer("check", "findings"))?;
        Ok(found.iter().map(finding).collect())
    }
}

fn finding(value: &Value) -> Finding {
    let at = |pointer| usize::try_from(json::count(value, pointer)).unwrap_or(usize::MAX);
    let feature = json::text(value, "/feature").to_owned();
    let why = match NEWER.iter().find(|(name, _)| *name == feature) {
        Some((_, "none")) => "in no Safari so far".to_owned(),
        Some((_, since)) => format!("since Safari {since}"),
        None => json::text(value, "/why").to_owned(),
    };
    Finding { line: at("/line"), column: at("/column"), feature, why }
}
