//! Pictures of pages: all of them for who looks at what a test saw, a few for the guides.

use std::env;
use std::path::PathBuf;

use pumice_browser::{Page, Viewport};

/// The pictures of the guides, of those that tests take.
const OF_THE_GUIDES: [&str; 8] = [
    "landing",
    "claim",
    "wizard-network",
    "wizard-cell-waiting",
    "wizard-phones",
    "home-serving",
    "phones",
    "settings-preview",
];

/// A picture of the whole page. The guides get what a phone's screen shows, at one pixel for each.
pub(crate) fn take(page: &Page, name: &str) {
    page.screenshot(&folder().join(format!("{name}.png")), true).unwrap();
    let Some(guides) = env::var_os("PUMICE_SCREENSHOTS").filter(|_| OF_THE_GUIDES.contains(&name)) else {
        return;
    };
    page.set_viewport(Viewport { scale: 1.0, ..Viewport::PHONE }).unwrap();
    page.evaluate("scrollTo(0, 0)").unwrap();
    page.screenshot(&root().join(guides).join(format!("{name}.png")), false).unwrap();
    page.set_viewport(Viewport::PHONE).unwrap();
}

/// `target/screenshots`.
pub(crate) fn folder() -> PathBuf {
    root().join("target/screenshots")
}

/// The workspace: a folder that is named without its root is named from here.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
