//! Drives a headless Chromium over its debugging pipe, for the tests of the local setup page.
//!
//! A [`Browser`] is one Chromium process, where wanted inside a network namespace of the laboratory. A [`Context`] is
//! a profile of its own within it (cookies, storage, cache), so one browser serves many tests. A [`Page`] is a tab:
//! it is opened, waited for, clicked and typed into by real input events, and judged by what it showed, fetched and
//! complained of. Everything blocks, and nothing blocks for ever: each call has a deadline.
//!
//! ```no_run
//! use pumice_browser::{Browser, Options};
//! let browser = Browser::start(Options::default())?;
//! let page = browser.context()?.page()?;
//! page.open("https://192.168.77.1/")?;
//! page.click("#next")?;
//! page.wait_for_text("h1", "Backhaul")?;
//! assert!(page.axe()?.is_empty());
//! # Ok::<(), pumice_browser::BrowserError>(())
//! ```
//!
//! [`syntax`] judges scripts and style sheets by the oldest browser that the page promises to run in.

pub mod axe;
mod base64;
mod browser;
pub mod camera;
mod connection;
mod context;
mod cookie;
mod download;
mod error;
mod json;
mod launch;
mod options;
mod page;
mod record;
pub mod skip;
pub mod syntax;

pub use axe::Violation;
pub use browser::Browser;
pub use context::Context;
pub use cookie::Cookie;
pub use download::{Download, Downloads};
pub use error::BrowserError;
pub use options::Options;
pub use page::Page;
pub use page::emulate::{ColorScheme, Viewport};
pub use page::focus::Focused;
pub use page::keys::{Key, Modifiers};
pub use record::{ConsoleLine, Request};
