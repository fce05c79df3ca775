//! A tab: opened, watched, and spoken to.

mod act;
pub(crate) mod emulate;
pub(crate) mod focus;
pub(crate) mod keys;
mod picture;
mod read;
mod wait;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::context::Profile;
use crate::record::{Record, thrown};
use crate::{BrowserError, ConsoleLine, Request, json};

/// How often the page is looked at while something is waited for. Polled from outside, because in a page without
/// JavaScript nothing could call back.
const POLL: Duration = Duration::from_millis(15);

/// A page of a [`crate::Context`], watched from its first request on. Dropping it closes it.
#[derive(Debug)]
pub struct Page {
    profile: Arc<Profile>,
    target: String,
    session: String,
    record: Arc<Record>,
    patience: Duration,
    scripted: AtomicBool,
}

impl Page {
    pub(crate) fn create(profile: &Arc<Profile>) -> Result<Self, BrowserError> {
        let connection = &profile.connection;
        let patience = profile.patience;
        let method = "Target.createTarget";
        let empty = json!({ "url": "about:blank", "browserContextId": profile.id });
        let made = connection.call(None, method, &empty, patience)?;
        let target = json::required(&made, "/targetId", method)?;
        let method = "Target.attachToTarget";
        let attached =
            connection.call(None, method, &json!({ "targetId": target, "flatten": true }), patience)?;
        let session = json::required(&attached, "/sessionId", method)?;
        // The main frame of a page has the id of its target.
        let record = Arc::new(Record::new(&target));
        connection.attend(&session, &record)?;
        let scripted = AtomicBool::new(true);
        let page = Self { profile: Arc::clone(profile), target, session, record, patience, scripted };
        for domain in ["Page", "Runtime", "Network", "Log", "DOM", "Inspector"] {
            page.call(&format!("{domain}.enable"), &json!({}))?;
        }
        page.call("Page.setLifecycleEventsEnabled", &json!({ "enabled": true }))?;
        page.call("Security.setIgnoreCertificateErrors", &json!({ "ignore": profile.any_certificate }))?;
        // Several pages share a browser; each behaves as if it were in front.
        page.call("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }))?;
        page.record.clear();
        Ok(page)
    }

    /// How long each wait of this page, and each expression that is evaluated, may take from now on.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Opens an address and waits until it is loaded with all that it embeds.
    ///
    /// # Errors
    /// The browser cannot open it (no connection, a certificate that it refuses), or it is not loaded in time.
    pub fn open(&self, url: &str) -> Result<(), BrowserError> {
        let went = self.call("Page.navigate", &json!({ "url": url }))?;
        let reason = json::text(&went, "/errorText");
        if !reason.is_empty() {
            return Err(BrowserError::Navigation { url: url.to_owned(), reason: reason.to_owned() });
        }
        match json::text(&went, "/loaderId") {
            // Another fragment of the same document.
            "" => Ok(()),
            loader => self.record.wait_loaded(loader, self.patience),
        }
    }

    /// Loads the present page anew and waits for it.
    ///
    /// # Errors
    /// It is not loaded in time.
    pub fn reload(&self) -> Result<(), BrowserError> {
        let before = self.record.document();
        self.call("Page.reload", &json!({}))?;
        self.record.wait_replaced(&before, self.patience)
    }

    /// Does something that leads to another page (a click on a link, a form sent) and waits until that is loaded.
    ///
    /// # Errors
    /// What `action` says, or no other page is loaded in time.
    pub fn follow(&self, action: impl FnOnce(&Self) -> Result<(), BrowserError>) -> Result<(), BrowserError> {
        let before = self.record.document();
        action(self)?;
        self.record.wait_replaced(&before, self.patience)
    }

    /// Evaluates an expression in the page, waits for it if it is a promise, and returns its value as JSON. The page's
    /// content security policy does not apply to it. Where JavaScript is off it runs too, but a promise never comes.
    ///
    /// # Errors
    /// It throws, or takes too long.
    pub fn evaluate(&self, expression: &str) -> Result<Value, BrowserError> {
        self.run(expression, None, self.patience)
    }

    /// Evaluates what a wait or a question of this crate needs. A short patience of a wait is not meant for it.
    fn look(&self, expression: &str) -> Result<Value, BrowserError> {
        self.run(expression, None, self.profile.patience)
    }

    /// Evaluates an expression in a script world of its own: it sees the document, and the page's scripts do not see
    /// it. Where JavaScript is off it is switched on meanwhile, because promises need it; what the page's own scripts
    /// missed they do not make up for.
    pub(crate) fn evaluate_apart(&self, script: &str, expression: &str) -> Result<Value, BrowserError> {
        if self.scripted.load(Ordering::Relaxed) {
            return self.run_apart(script, expression);
        }
        self.set_javascript(true)?;
        let outcome = self.run_apart(script, expression);
        self.set_javascript(false)?;
        outcome
    }

    fn run_apart(&self, script: &str, expression: &str) -> Result<Value, BrowserError> {
        let method = "Page.createIsolatedWorld";
        let world = self.call(method, &json!({ "frameId": self.target, "worldName": "pumice-browser" }))?;
        let context = world.get("executionContextId").and_then(Value::as_u64);
        let context = context.ok_or_else(|| BrowserError::answer(method, "/executionContextId"))?;
        self.run(&format!("{script};0"), Some(context), self.profile.patience)?;
        self.run(expression, Some(context), self.profile.patience)
    }

    fn run(&self, expression: &str, context: Option<u64>, limit: Duration) -> Result<Value, BrowserError> {
        let evaluation = json!({
            "expression": expression,
            "contextId": context,
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let mut evaluated = self.evaluated(evaluation, limit)?;
        Ok(evaluated.pointer_mut("/result/value").map(Value::take).unwrap_or_default())
    }

    /// The page's object that an expression gives, by the browser's handle for it; `None` where it gives none.
    fn object(&self, expression: &str) -> Result<Option<String>, BrowserError> {
        let evaluated = self.evaluated(json!({ "expression": expression }), self.profile.patience)?;
        Ok(evaluated.pointer("/result/objectId").and_then(Value::as_str).map(str::to_owned))
    }

    fn evaluated(&self, mut params: Value, limit: Duration) -> Result<Value, BrowserError> {
        if let Some(fields) = params.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        let evaluated = self.call_within("Runtime.evaluate", &params, limit)?;
        match evaluated.get("exceptionDetails") {
            Some(details) => Err(BrowserError::Script(thrown(details))),
            None => Ok(evaluated),
        }
    }

    /// All requests since the page was made or last [forgot](Self::forget), redirects included. A page that names no
    /// icon has `/favicon.ico` asked for some time after it is loaded.
    ///
    /// # Errors
    /// There were more than 4096.
    pub fn requests(&self) -> Result<Vec<Request>, BrowserError> {
        self.record.requests()
    }

    /// The requests that went anywhere but to the origins named (`https://192.168.77.1`).
    ///
    /// # Errors
    /// As [`Self::requests`].
    pub fn foreign_requests(&self, home: &[&str]) -> Result<Vec<Request>, BrowserError> {
        let mut requests = self.requests()?;
        requests.retain(|request| !is_at_home(&request.url, home));
        Ok(requests)
    }

    /// Waits for a request whose address contains `part` to end, and returns the newest such.
    ///
    /// # Errors
    /// None has in time.
    pub fn wait_for_request(&self, part: &str) -> Result<Request, BrowserError> {
        self.record.wait_request(self.patience, |request| request.url.contains(part))
    }

    /// Octets received over the network: header and encoded bodies of all requests.
    ///
    /// # Errors
    /// As [`Self::requests`].
    pub fn weight(&self) -> Result<u64, BrowserError> {
        let requests = self.requests()?;
        let over_network = requests.iter().filter(|request| !is_at_home(&request.url, &[]));
        Ok(over_network.map(|request| request.received).sum())
    }

    /// All console lines, and what the browser itself had to say about the page.
    ///
    /// # Errors
    /// There were more than 1024.
    pub fn console(&self) -> Result<Vec<ConsoleLine>, BrowserError> {
        self.record.console()
    }

    /// The console lines that are errors: failed requests and breaches of the content security policy among them.
    ///
    /// # Errors
    /// As [`Self::console`].
    pub fn console_errors(&self) -> Result<Vec<ConsoleLine>, BrowserError> {
        let mut lines = self.console()?;
        lines.retain(|line| matches!(line.level.as_str(), "error" | "assert"));
        Ok(lines)
    }

    /// Exceptions that nothing in the page caught.
    ///
    /// # Errors
    /// There were more than 1024.
    pub fn exceptions(&self) -> Result<Vec<String>, BrowserError> {
        self.record.exceptions()
    }

    /// The dialogs (`alert`, `confirm`, ...) that the page opened. They are accepted at once unless told otherwise.
    ///
    /// # Errors
    /// There were more than 1024.
    pub fn dialogs(&self) -> Result<Vec<String>, BrowserError> {
        self.record.dialogs()
    }

    /// Accepts dialogs, or dismisses them.
    pub fn accept_dialogs(&self, accept: bool) {
        self.record.accept_dialogs(accept);
    }

    /// Forgets requests, console lines, exceptions and dialogs.
    pub fn forget(&self) {
        self.record.clear();
    }

    fn call(&self, method: &str, params: &Value) -> Result<Value, BrowserError> {
        self.call_within(method, params, self.profile.patience)
    }

    fn call_within(&self, method: &str, params: &Value, limit: Duration) -> Result<Value, BrowserError> {
        self.profile.connection.call(Some(&self.session), method, params, limit)
    }

    /// Tries until it succeeds or the page's patience ends; what was last wrong is in the error.
    fn until<T>(
        &self,
        waiting_for: &str,
        mut attempt: impl FnMut() -> Result<Result<T, String>, BrowserError>,
    ) -> Result<T, BrowserError> {
        let deadline = Instant::now() + self.patience;
        loop {
            let wrong = match attempt() {
                Ok(Ok(found)) => return Ok(found),
                Ok(Err(wrong)) => wrong,
                // Between two documents there is nothing to evaluate in.
                Err(BrowserError::Protocol { message, .. }) => message,
                Err(error) => return Err(error),
            };
            if Instant::now() >= deadline {
                let waiting_for = format!("{waiting_for}; at last: {wrong}");
                return Err(BrowserError::Timeout { waiting_for, limit: self.patience });
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.profile.connection.leave(&self.session);
        self.profile.connection.post(None, "Target.closeTarget", &json!({ "targetId": self.target }));
    }
}

/// Whether an address leads nowhere outside: to an origin of `home`, or to nothing on the network at all.
fn is_at_home(url: &str, home: &[&str]) -> bool {
    let within = ["data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme));
    within
        || home.iter().any(|origin| {
            // The next character ends the origin, or `https://box` would take in `https://box.example`.
            url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        })
}

/// A JavaScript literal for a text.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
