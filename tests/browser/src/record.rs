//! What a page did while it was watched: requests, console lines, exceptions, dialogs, loads.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::BrowserError;
use crate::json;

/// Requests kept for a page.
const REQUESTS: usize = 4096;
/// Console lines, exceptions and dialogs kept for a page, of each.
const LINES: usize = 1024;
/// Characters kept of a text from the page. Longer ones are cut.
const TEXT: usize = 2048;
/// Milestones of loading that are remembered.
const MILESTONES: usize = 64;

/// A request that a page made. A redirect is a request of its own.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Request {
    /// The address, cut after 2048 characters.
    pub url: String,
    /// The method.
    pub method: String,
    /// What the page wanted it for, in the protocol's words: `Document`, `Script`, `Fetch`, `EventSource`, ...
    pub kind: String,
    /// The status, once answered.
    pub status: Option<u16>,
    /// The response's header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Octets received over the network: header and encoded body.
    pub received: u64,
    /// Why it failed: the network's reason, or who blocked it (`csp`, `mixed-content`, ...).
    pub failed: Option<String>,
    /// It came from the browser's cache.
    pub cached: bool,
    /// It has ended, one way or the other.
    pub finished: bool,
    id: String,
}

impl Request {
    /// A header field of the response.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)?;
        match (&self.failed, self.status) {
            (Some(reason), _) => write!(f, " failed: {reason}"),
            (None, Some(status)) => write!(f, " {status}, {} octets", self.received),
            (None, None) => f.write_str(" unanswered"),
        }
    }
}

/// A line of a page's console, or of the browser's own complaints about the page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsoleLine {
    /// `error`, `warning`, `log`, `info`, ...
    pub level: String,
    /// Who said it: `console-api`, `network`, `security`, `violation`, `javascript`, ...
    pub source: String,
    /// What was said, cut after 2048 characters.
    pub text: String,
}

/// A list that stops growing and counts what it did not keep.
#[derive(Debug)]
struct Kept<T> {
    entries: Vec<T>,
    most: usize,
    lost: u64,
}

impl<T: Clone> Kept<T> {
    fn new(most: usize) -> Self {
        Self { entries: Vec::new(), most, lost: 0 }
    }

    fn push(&mut self, entry: T) {
        if self.entries.len() < self.most {
            self.entries.push(entry);
        } else {
            self.lost += 1;
        }
    }

    /// The list, if it is complete.
    fn complete(&self, what: &'static str) -> Result<Vec<T>, BrowserError> {
        match self.lost {
            0 => Ok(self.entries.clone()),
            lost => Err(BrowserError::Overflow { what, lost }),
        }
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.lost = 0;
    }
}

#[derive(Debug)]
struct State {
    console: Kept<ConsoleLine>,
    exceptions: Kept<String>,
    requests: Kept<Request>,
    dialogs: Kept<String>,
    accept_dialogs: bool,
    /// The main frame's present document, by its loader.
    document: String,
    milestones: VecDeque<(String, String)>,
    ended: bool,
}

/// The record of one page. The reading thread writes it, and who waits for something is woken.
#[derive(Debug)]
pub(crate) struct Record {
    main_frame: String,
    state: Mutex<State>,
    changed: Condvar,
}

impl Record {
    pub(crate) fn new(main_frame: &str) -> Self {
        Self {
            main_frame: main_frame.to_owned(),
            state: Mutex::new(State {
                console: Kept::new(LINES),
                exceptions: Kept::new(LINES),
                requests: Kept::new(REQUESTS),
                dialogs: Kept::new(LINES),
                accept_dialogs: true,
                document: String::new(),
                milestones: VecDeque::with_capacity(MILESTONES),
                ended: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Notes an event; returns a command that it calls for.
    pub(crate) fn note(&self, method: &str, params: &Value) -> Option<(&'static str, Value)> {
        let mut state = self.lock();
        let mut answer = None;
        match method {
            "Network.requestWillBeSent" => state.requested(params),
            "Network.responseReceived" => state.answered(params),
            "Network.dataReceived" => state.of(params, |request| {
                request.received += json::count(params, "/encodedDataLength");
            }),
            "Network.requestServedFromCache" => state.of(params, |request| request.cached = true),
            "Network.loadingFinished" => state.of(params, |request| {
                request.received = json::count(params, "/encodedDataLength");
                request.finished = true;
            }),
            "Network.loadingFailed" => state.of(params, |request| {
                let blocked = json::text(params, "/blockedReason");
                let reason = if blocked.is_empty() { json::text(params, "/errorText") } else { blocked };
                request.failed = Some(cut(reason));
                request.finished = true;
            }),
            "Network.webSocketCreated" => state.requests.push(Request {
                id: json::text(params, "/requestId").to_owned(),
                url: cut(json::text(params, "/url")),
                method: "GET".to_owned(),
                kind: "WebSocket".to_owned(),
                ..Request::default()
            }),
            "Runtime.consoleAPICalled" => state.said(params),
            "Log.entryAdded" => state.console.push(ConsoleLine {
                level: json::text(params, "/entry/level").to_owned(),
                source: json::text(params, "/entry/source").to_owned(),
                text: cut(&format!(
                    "{} {}",
                    json::text(params, "/entry/text"),
                    json::text(params, "/entry/url")
                )),
            }),
            "Runtime.exceptionThrown" => {
                let text = thrown(params.get("exceptionDetails").unwrap_or(&Value::Null));
                state.exceptions.push(text);
            }
            "Inspector.targetCrashed" => state.exceptions.push("the page's process crashed".to_owned()),
            "Page.javascriptDialogOpening" => {
                let text = format!("{}: {}", json::text(params, "/type"), json::text(params, "/message"));
                state.dialogs.push(cut(&text));
                answer = Some(("Page.handleJavaScriptDialog", json!({ "accept": state.accept_dialogs })));
            }
            "Page.frameNavigated" if json::text(params, "/frame/id") == self.main_frame => {
                state.document = json::text(params, "/frame/loaderId").to_owned();
            }
            "Page.lifecycleEvent" if json::text(params, "/frameId") == self.main_frame => {
                if state.milestones.len() == MILESTONES {
                    state.milestones.pop_front();
                }
                let milestone =
                    (json::text(params, "/loaderId").to_owned(), json::text(params, "/name").to_owned());
                state.milestones.push_back(milestone);
            }
            _ => return None,
        }
        self.changed.notify_all();
        answer
    }

    /// Nothing more will come.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    pub(crate) fn requests(&self) -> Result<Vec<Request>, BrowserError> {
        self.lock().requests.complete("requests")
    }

    pub(crate) fn console(&self) -> Result<Vec<ConsoleLine>, BrowserError> {
        self.lock().console.complete("console lines")
    }

    pub(crate) fn exceptions(&self) -> Result<Vec<String>, BrowserError> {
        self.lock().exceptions.complete("exceptions")
    }

    pub(crate) fn dialogs(&self) -> Result<Vec<String>, BrowserError> {
        self.lock().dialogs.complete("dialogs")
    }

    pub(crate) fn accept_dialogs(&self, accept: bool) {
        self.lock().accept_dialogs = accept;
    }

    /// Forgets what was recorded so far, but not which document is loaded.
    pub(crate) fn clear(&self) {
        let mut state = self.lock();
        state.console.clear();
        state.exceptions.clear();
        state.requests.clear();
        state.dialogs.clear();
    }

    /// The main frame's present document.
    pub(crate) fn document(&self) -> String {
        self.lock().document.clone()
    }

    /// Waits until the document of `loader` is loaded with all that it embeds.
    pub(crate) fn wait_loaded(&self, loader: &str, limit: Duration) -> Result<(), BrowserError> {
        self.wait(limit, "the page to load", |state| state.loaded(loader).then_some(()))
    }

    /// Waits until another document than `before` is in the main frame, and loaded.
    pub(crate) fn wait_replaced(&self, before: &str, limit: Duration) -> Result<(), BrowserError> {
        self.wait(limit, "another page to load", |state| {
            (state.document != before && state.loaded(&state.document)).then_some(())
        })
    }

    /// Waits until a request of that kind of address has ended.
    pub(crate) fn wait_request(
        &self,
        limit: Duration,
        wanted: impl Fn(&Request) -> bool,
    ) -> Result<Request, BrowserError> {
        self.wait(limit, "a request to end", |state| {
            state.requests.entries.iter().rev().find(|request| request.finished && wanted(request)).cloned()
        })
    }

    fn wait<T>(
        &self,
        limit: Duration,
        waiting_for: &str,
        mut look: impl FnMut(&State) -> Option<T>,
    ) -> Result<T, BrowserError> {
        let deadline = Instant::now() + limit;
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&state) {
                return Ok(found);
            }
            if state.ended {
                return Err(BrowserError::Closed { reason: format!("it ended before {waiting_for}") });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(BrowserError::Timeout { waiting_for: waiting_for.to_owned(), limit });
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn loaded(&self, loader: &str) -> bool {
        self.milestones.iter().any(|(of, name)| of == loader && name == "load")
    }

    fn requested(&mut self, params: &Value) {
        if let Some(redirect) = params.get("redirectResponse") {
            self.of(params, |request| {
                request.take_response(redirect);
                request.received = json::count(redirect, "/encodedDataLength");
                request.finished = true;
                // The same id goes on to mean the request that follows.
                request.id.clear();
            });
        }
        self.requests.push(Request {
            id: json::text(params, "/requestId").to_owned(),
            url: cut(json::text(params, "/request/url")),
            method: json::text(params, "/request/method").to_owned(),
            kind: json::text(params, "/type").to_owned(),
            ..Request::default()
        });
    }

    fn answered(&mut self, params: &Value) {
        let Some(response) = params.get("response") else { return };
        self.of(params, |request| {
            request.take_response(response);
            request.received = json::count(response, "/encodedDataLength");
        });
    }

    fn said(&mut self, params: &Value) {
        let words: Vec<_> = params
            .get("args")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|word| match word.get("value") {
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => json::text(word, "/description").to_owned(),
            })
            .collect();
        self.console.push(ConsoleLine {
            level: json::text(params, "/type").to_owned(),
            source: "console-api".to_owned(),
            text: cut(&words.join(" ")),
        });
    }

    fn of(&mut self, params: &Value, change: impl FnOnce(&mut Request)) {
        let id = json::text(params, "/requestId");
        if let Some(request) = self.requests.entries.iter_mut().rev().find(|request| request.id == id) {
            change(request);
        }
    }
}

impl Request {
    fn take_response(&mut self, response: &Value) {
        self.status = u16::try_from(json::count(response, "/status")).ok();
        self.cached |= json::flag(response, "/fromDiskCache");
        let fields = response.get("headers").and_then(Value::as_object);
        self.headers = fields
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.to_ascii_lowercase(), cut(value.as_str().unwrap_or_default())))
            .collect();
    }
}

/// What an exception says of itself.
pub(crate) fn thrown(details: &Value) -> String {
    let description = json::text(details, "/exception/description");
    let value = details.pointer("/exception/value").map(Value::to_string).unwrap_or_default();
    let what = [description, json::text(details, "/text"), &value].into_iter().find(|text| !text.is_empty());
    cut(what.unwrap_or("an exception without a text"))
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

#[cfg(test)]
mod tests;
