//! When something cannot be shown.

use maud::{Markup, html};

use crate::frame::Frame;
use crate::layout;
use crate::text::t;
use crate::words::Words;

/// The page of a failure.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What happened.
    pub kind: Kind,
    /// The request's number in the log.
    pub request: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The request made no sense (400, 405, 415).
    BadRequest,
    /// Too much at once, or the core did not answer (503).
    Busy,
    /// A fault of the gateway (500).
    Broken,
    /// The form is too old, or came from elsewhere: the CSRF token is wrong (403).
    FormExpired,
    /// The role may not (403).
    Forbidden,
    /// There is nothing here (404).
    NotFound,
    /// The page is for another name or address (421).
    Misdirected,
    /// It cannot be done, and why (409, 422).
    Refused(Words),
    /// What was sent is too large (413).
    TooLarge,
    /// Too many tries (429).
    TooMany {
        /// Seconds until another is taken.
        wait_seconds: u32,
    },
}

impl Kind {
    /// The status of HTTP that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Busy => 503,
            Self::Broken => 500,
            Self::FormExpired | Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Misdirected => 421,
            Self::Refused(_) => 409,
            Self::TooLarge => 413,
            Self::TooMany { .. } => 429,
        }
    }
}

/// The page of a failure. It stands for itself when nobody is signed in.
pub fn page(frame: &Frame, view: &Failure) -> Markup {
    let (title, next) = said(frame, &view.kind);
    let inside = html! {
        div.card.failure {
            p.lead { (next) }
            div.actions {
                @match view.kind {
                    Kind::TooMany { wait_seconds } => p data-countdown=(wait_seconds) data-text=(t!(frame, "login.wait", n = "#")) {
                        (t!(frame, "login.wait", n = wait_seconds))
                    },
                    _ => a.button.primary href="/" { (t!(frame, "nav.home")) },
                }
            }
            p.soft.small {
                (t!(frame, "error.status", n = view.kind.status()))
                @if let Some(request) = &view.request { " · " (t!(frame, "error.request", id = request)) }
            }
        }
    };
    if frame.person.is_some() {
        layout::page(frame, &title, &inside)
    } else {
        layout::alone(frame, &title, &html! {}, &inside)
    }
}

/// What happened, and what to do next.
fn said(frame: &Frame, kind: &Kind) -> (String, &'static str) {
    match kind {
        Kind::BadRequest => (t!(frame, "error.bad-request").into(), t!(frame, "error.bad-request.do")),
        Kind::Busy => (t!(frame, "error.busy").into(), t!(frame, "error.busy.do")),
        Kind::Broken => (t!(frame, "error.broken").into(), t!(frame, "error.broken.do")),
        Kind::FormExpired => (t!(frame, "error.form-expired").into(), t!(frame, "error.form-expired.do")),
        Kind::Forbidden => (t!(frame, "error.forbidden").into(), t!(frame, "error.forbidden.do")),
        Kind::NotFound => (t!(frame, "error.not-found").into(), t!(frame, "error.not-found.do")),
        Kind::Misdirected => (t!(frame, "error.misdirected").into(), t!(frame, "error.misdirected.do")),
        Kind::Refused(words) => (words.said(frame.catalogue()), t!(frame, "error.refused.do")),
        Kind::TooLarge => (t!(frame, "error.too-large").into(), t!(frame, "error.too-large.do")),
        Kind::TooMany { .. } => (t!(frame, "error.too-many").into(), t!(frame, "error.too-many.do")),
    }
}
