//! The debugging pipe: commands out, answers and events in, each a JSON text ended by a zero octet.
//!
//! One thread reads and one writes, so a browser that stops reading or answering costs a caller its deadline and no
//! more. Bounds: [`LONGEST`] octets a message, [`QUEUED`] unwritten commands, [`SESSIONS`] attached pages.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::BrowserError;
use crate::download::Arrivals;
use crate::json;
use crate::record::Record;

/// Octets of the longest message taken: a screenshot of a long page at a high scale. A longer one ends the connection.
const LONGEST: u64 = 96 << 20;
/// Commands that may wait for the browser to read them.
const QUEUED: usize = 256;
/// Pages that may be attached at once.
const SESSIONS: usize = 256;

type Answer = Result<Value, String>;

/// The pipe, shared by everything that the browser has opened.
#[derive(Debug)]
pub(crate) struct Connection {
    orders: SyncSender<Vec<u8>>,
    shared: Arc<Shared>,
    next: AtomicU64,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    arrivals: Arrivals,
}

#[derive(Debug, Default)]
struct State {
    closed: Option<String>,
    pending: HashMap<u64, SyncSender<Answer>>,
    sessions: HashMap<String, Arc<Record>>,
}

impl Connection {
    /// Starts the two threads. They end when the browser does.
    pub(crate) fn start(
        to_browser: ChildStdin,
        from_browser: ChildStdout,
    ) -> Result<Arc<Self>, BrowserError> {
        let (orders, inbox) = mpsc::sync_channel::<Vec<u8>>(QUEUED);
        let connection = Arc::new(Self { orders, shared: Arc::default(), next: AtomicU64::new(1) });
        let mut to_browser = to_browser;
        thread::Builder::new()
            .name("browser-write".to_owned())
            .spawn(move || {
                while let Ok(order) = inbox.recv() {
                    // The reader sees the end of a broken pipe and says so.
                    if to_browser.write_all(&order).is_err() {
                        break;
                    }
                }
            })
            .map_err(BrowserError::io("starting the thread that writes to the browser"))?;
        let shared = Arc::clone(&connection.shared);
        // The reader answers dialogs; it must not keep the writer alive, or the pipe would never close.
        let owner = Arc::downgrade(&connection);
        thread::Builder::new()
            .name("browser-read".to_owned())
            .spawn(move || {
                let reason = read_all(from_browser, |message| {
                    if let Some((session, method, params)) = shared.take(message)
                        && let Some(connection) = owner.upgrade()
                    {
                        connection.post(Some(&session), method, &params);
                    }
                });
                shared.close(reason);
            })
            .map_err(BrowserError::io("starting the thread that reads from the browser"))?;
        Ok(connection)
    }

    /// Sends a command, to the page of `session` or to the browser itself, and waits for its answer.
    pub(crate) fn call(
        &self,
        session: Option<&str>,
        method: &str,
        params: &Value,
        limit: Duration,
    ) -> Result<Value, BrowserError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = mpsc::sync_channel(1);
        {
            let mut state = self.shared.lock();
            if let Some(reason) = &state.closed {
                return Err(BrowserError::Closed { reason: reason.clone() });
            }
            state.pending.insert(id, reply);
        }
        let outcome =
            self.send(id, session, method, params).and_then(|()| match answer.recv_timeout(limit) {
                Ok(Ok(result)) => Ok(result),
                Ok(Err(message)) => Err(BrowserError::Protocol { method: method.to_owned(), message }),
                Err(RecvTimeoutError::Timeout) => {
                    Err(BrowserError::Timeout { waiting_for: format!("the answer to {method}"), limit })
                }
                Err(RecvTimeoutError::Disconnected) => Err(self.closed()),
            });
        self.shared.lock().pending.remove(&id);
        outcome
    }

    /// Sends a command whose answer nobody waits for. One that cannot be sent is lost.
    pub(crate) fn post(&self, session: Option<&str>, method: &str, params: &Value) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let _ = self.send(id, session, method, params);
    }

    /// Sends the events of `session` to `record` from now on.
    pub(crate) fn attend(&self, session: &str, record: &Arc<Record>) -> Result<(), BrowserError> {
        let mut state = self.shared.lock();
        if state.sessions.len() >= SESSIONS {
            return Err(BrowserError::Overflow { what: "pages", lost: 1 });
        }
        state.sessions.insert(session.to_owned(), Arc::clone(record));
        Ok(())
    }

    /// Forgets a session.
    pub(crate) fn leave(&self, session: &str) {
        self.shared.lock().sessions.remove(session);
    }

    /// What has been downloaded in any context.
    pub(crate) fn arrivals(&self) -> &Arrivals {
        &self.shared.arrivals
    }

    fn send(&self, id: u64, session: Option<&str>, method: &str, params: &Value) -> Result<(), BrowserError> {
        let mut order = json!({ "id": id, "method": method, "params": params });
        if let (Some(session), Some(order)) = (session, order.as_object_mut()) {
            order.insert("sessionId".to_owned(), session.into());
        }
        let mut order = order.to_string().into_bytes();
        order.push(0);
        match self.orders.try_send(order) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(BrowserError::Overflow { what: "commands", lost: 1 }),
            Err(TrySendError::Disconnected(_)) => Err(self.closed()),
        }
    }

    fn closed(&self) -> BrowserError {
        let reason = self.shared.lock().closed.clone();
        BrowserError::Closed { reason: reason.unwrap_or_else(|| "its pipe is closed".to_owned()) }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a message in; returns a command to send in answer to it, if one is due.
    fn take(&self, mut message: Value) -> Option<(String, &'static str, Value)> {
        if let Some(id) = message.get("id").and_then(Value::as_u64) {
            let waiting = self.lock().pending.remove(&id)?;
            let answer = match message.get("error") {
                Some(error) => Err(json::text(error, "/message").to_owned()),
                None => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
            };
            // A caller that has given up is no error.
            let _ = waiting.try_send(answer);
            return None;
        }
        let method = json::text(&message, "/method");
        let params = message.get("params")?;
        let Some(session) = message.get("sessionId").and_then(Value::as_str) else {
            self.arrivals.note(method, params);
            return None;
        };
        let record = self.lock().sessions.get(session).cloned()?;
        let (method, params) = record.note(method, params)?;
        Some((session.to_owned(), method, params))
    }

    fn close(&self, reason: String) {
        let mut state = self.lock();
        state.closed = Some(reason);
        // Dropping the senders wakes those who wait.
        state.pending.clear();
        for record in state.sessions.values() {
            record.end();
        }
        self.arrivals.end();
    }
}

/// Hands on message after message until the pipe ends, and says why it did.
fn read_all(from_browser: ChildStdout, mut hand_on: impl FnMut(Value)) -> String {
    let mut reader = BufReader::with_capacity(1 << 16, from_browser);
    let mut message = Vec::new();
    loop {
        message.clear();
        match reader.by_ref().take(LONGEST).read_until(0, &mut message) {
            Ok(0) => return "it closed its pipe".to_owned(),
            Ok(_) => {}
            Err(error) => return format!("reading its pipe: {error}"),
        }
        if message.pop() != Some(0) {
            return "a message was cut off, or longer than there is room for".to_owned();
        }
        match serde_json::from_slice(&message) {
            Ok(message) => hand_on(message),
            Err(error) => return format!("a message is not JSON: {error}"),
        }
    }
}
