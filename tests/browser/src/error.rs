use std::io;
use std::time::Duration;

use pumice_lab::LabError;

/// Why the browser could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// The browser's answer lacks what it must have.
    #[error("{method}: no {missing} in the answer")]
    Answer {
        /// The protocol's method.
        method: String,
        /// What was looked for.
        missing: String,
    },
    /// The still image for the camera is not one.
    #[error("camera image: {0}")]
    Camera(&'static str),
    /// The browser has ended, or its pipe broke.
    #[error("the browser is gone: {reason}")]
    Closed {
        /// What was seen of its end.
        reason: String,
    },
    /// An element is missing or cannot be used as asked.
    #[error("{selector}: {reason}")]
    Element {
        /// The selector as given.
        selector: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file operation or a thread failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The laboratory could not run the program in its namespace.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// An address could not be opened.
    #[error("{url}: {reason}")]
    Navigation {
        /// The address as given.
        url: String,
        /// The browser's reason.
        reason: String,
    },
    /// More was recorded than there is room for, so a list would be incomplete.
    #[error("{lost} {what} more than there is room for")]
    Overflow {
        /// What was recorded.
        what: &'static str,
        /// How many entries were not kept.
        lost: u64,
    },
    /// The browser refused a method of the protocol.
    #[error("{method}: {message}")]
    Protocol {
        /// The protocol's method.
        method: String,
        /// The browser's reason.
        message: String,
    },
    /// A script threw.
    #[error("script: {0}")]
    Script(String),
    /// The program did not come up.
    #[error("starting {program}: {reason}{}", tail(.stderr))]
    Start {
        /// The program.
        program: String,
        /// What was seen.
        reason: String,
        /// The end of its standard error.
        stderr: String,
    },
    /// Something did not happen in time.
    #[error("not within {} ms: {waiting_for}", limit.as_millis())]
    Timeout {
        /// What was waited for, and what was last seen.
        waiting_for: String,
        /// How long.
        limit: Duration,
    },
}

impl BrowserError {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }

    pub(crate) fn answer(method: &str, missing: &str) -> Self {
        Self::Answer { method: method.to_owned(), missing: missing.to_owned() }
    }
}

fn tail(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; its standard error ends:\n{stderr}") }
}
