//! The crate against Chromium itself, with small pages served on loopback.

#![cfg(test)]

mod acting;
mod audits;
mod emulation;
mod lifetime;
mod secure;
mod server;
mod watching;

use std::sync::Arc;

use pumice_browser::{Browser, Context, Page};
use server::Server;

/// A page of the shared browser with a context of its own, and a server for it.
struct Setup {
    page: Page,
    context: Context,
    server: Server,
    /// Dropped last of all.
    _browser: Arc<Browser>,
}

/// `None` says that the test is skipped.
fn setup() -> Option<Setup> {
    if pumice_browser::skip::unless_chromium() {
        return None;
    }
    let browser = Browser::shared().unwrap();
    let context = browser.context().unwrap();
    let page = context.page().unwrap();
    Some(Setup { page, context, server: Server::start(), _browser: browser })
}

impl Setup {
    fn open(&self, path: &str) {
        self.page.open(&self.server.url(path)).unwrap();
    }
}
