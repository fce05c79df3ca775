use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::BrowserError;
use crate::connection::Connection;
use crate::json;

/// Downloads that are remembered; the oldest make room.
const REMEMBERED: usize = 256;

/// A file that a page gave to its user.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Download {
    /// The name under which the browser would have saved it.
    pub name: String,
    /// Where it came from.
    pub url: String,
    /// Where it is, for as long as its [`Downloads`] lives.
    pub path: PathBuf,
}

impl Download {
    /// What is in it.
    ///
    /// # Errors
    /// The file could not be read.
    pub fn bytes(&self) -> Result<Vec<u8>, BrowserError> {
        fs::read(&self.path).map_err(BrowserError::io(format!("reading {}", self.path.display())))
    }
}

/// Catches the downloads of a context in a folder of their own, which goes when this is dropped.
#[derive(Debug)]
pub struct Downloads {
    connection: Arc<Connection>,
    folder: TempDir,
    patience: Duration,
    taken: Mutex<Vec<String>>,
}

impl Downloads {
    pub(crate) fn catch(
        connection: &Arc<Connection>,
        context: &str,
        patience: Duration,
    ) -> Result<Self, BrowserError> {
        let folder = tempfile::Builder::new()
            .prefix("pumice-downloads-")
            .tempdir()
            .map_err(BrowserError::io("making a folder for downloads"))?;
        let behaviour = json!({
            "behavior": "allowAndName",
            "browserContextId": context,
            "downloadPath": folder.path(),
            "eventsEnabled": true,
        });
        connection.call(None, "Browser.setDownloadBehavior", &behaviour, patience)?;
        Ok(Self { connection: Arc::clone(connection), folder, patience, taken: Mutex::default() })
    }

    /// Waits for the next download to be complete. Each is given once.
    ///
    /// # Errors
    /// None came in time (one that was cancelled never does), or the browser is gone.
    pub fn wait(&self) -> Result<Download, BrowserError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let arrival = self.connection.arrivals().wait(self.patience, |arrival| {
            // The browser tells of all contexts together; each has its own folder.
            self.path(&arrival.guid).exists() && !taken.contains(&arrival.guid)
        })?;
        taken.push(arrival.guid.clone());
        Ok(Download { name: arrival.name, url: arrival.url, path: self.path(&arrival.guid) })
    }

    fn path(&self, guid: &str) -> PathBuf {
        // The browser's own identifier, but a folder must not be left by it.
        self.folder.path().join(Path::new(guid).file_name().unwrap_or_default())
    }
}

/// The downloads of all contexts, as the browser tells of them.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    arrivals: VecDeque<Arrival>,
    ended: bool,
}

#[derive(Clone, Debug)]
struct Arrival {
    guid: String,
    name: String,
    url: String,
    complete: bool,
}

impl Arrivals {
    pub(crate) fn note(&self, method: &str, params: &Value) {
        let mut state = self.lock();
        let guid = json::text(params, "/guid");
        match method {
            "Browser.downloadWillBegin" => {
                if state.arrivals.len() == REMEMBERED {
                    state.arrivals.pop_front();
                }
                state.arrivals.push_back(Arrival {
                    guid: guid.to_owned(),
                    name: json::text(params, "/suggestedFilename").to_owned(),
                    url: json::text(params, "/url").to_owned(),
                    complete: false,
                });
            }
            "Browser.downloadProgress" => {
                let Some(arrival) = state.arrivals.iter_mut().find(|arrival| arrival.guid == guid) else {
                    return;
                };
                arrival.complete = json::text(params, "/state") == "completed";
            }
            _ => return,
        }
        self.changed.notify_all();
    }

    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    fn wait(&self, limit: Duration, wanted: impl Fn(&Arrival) -> bool) -> Result<Arrival, BrowserError> {
        let deadline = Instant::now() + limit;
        let mut state = self.lock();
        loop {
            if let Some(arrival) = state.arrivals.iter().find(|arrival| arrival.complete && wanted(arrival)) {
                return Ok(arrival.clone());
            }
            if state.ended {
                return Err(BrowserError::Closed { reason: "it ended before a download".to_owned() });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(BrowserError::Timeout { waiting_for: "a download".to_owned(), limit });
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
