use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::connection::Connection;
use crate::json;
use crate::{BrowserError, Cookie, Downloads, Page};

/// A profile within a browser: cookies, storage, cache and pages of its own. It is forgotten when this and its last
/// page are dropped.
#[derive(Clone, Debug)]
pub struct Context(Arc<Profile>);

/// What a context and its pages share.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) connection: Arc<Connection>,
    pub(crate) id: String,
    pub(crate) user_agent: String,
    pub(crate) any_certificate: bool,
    pub(crate) patience: Duration,
}

impl Context {
    pub(crate) fn create(
        connection: &Arc<Connection>,
        user_agent: &str,
        any_certificate: bool,
        patience: Duration,
    ) -> Result<Self, BrowserError> {
        let method = "Target.createBrowserContext";
        let made = connection.call(None, method, &json!({ "disposeOnDetach": true }), patience)?;
        Ok(Self(Arc::new(Profile {
            connection: Arc::clone(connection),
            id: json::required(&made, "/browserContextId", method)?,
            user_agent: user_agent.to_owned(),
            any_certificate,
            patience,
        })))
    }

    /// A new page, empty.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn page(&self) -> Result<Page, BrowserError> {
        Page::create(&self.0)
    }

    /// All cookies.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn cookies(&self) -> Result<Vec<Cookie>, BrowserError> {
        let all = self.0.call("Storage.getCookies")?;
        let cookies = all.get("cookies").and_then(Value::as_array);
        Ok(cookies.into_iter().flatten().map(Cookie::read).collect())
    }

    /// Forgets all cookies.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn clear_cookies(&self) -> Result<(), BrowserError> {
        self.0.call("Storage.clearCookies").map(drop)
    }

    /// Catches downloads from now on.
    ///
    /// # Errors
    /// The browser is gone or refuses, or there is no room for a folder.
    pub fn catch_downloads(&self) -> Result<Downloads, BrowserError> {
        Downloads::catch(&self.0.connection, &self.0.id, self.0.patience)
    }
}

impl Profile {
    fn call(&self, method: &str) -> Result<Value, BrowserError> {
        self.connection.call(None, method, &json!({ "browserContextId": self.id }), self.patience)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        self.connection.post(None, "Target.disposeBrowserContext", &json!({ "browserContextId": self.id }));
    }
}
