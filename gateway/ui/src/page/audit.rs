//! Who did what.

use maud::{Markup, html};

use crate::component::{self, Icon, pager};
use crate::format;
use crate::frame::{Frame, Pager};
use crate::layout;
use crate::moment::When;
use crate::page::home::State;
use crate::text::t;
use crate::words::Words;

/// The page `/audit`.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The entries of this page, the newest first.
    pub entries: Vec<Entry>,
    /// Where in the list the page is.
    pub pager: Pager,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub when: When,
    /// Who: an account's name, or nobody.
    pub who: Option<String>,
    /// From which address, or `console`.
    pub from: String,
    /// What. The catalogue has texts for the usual ones: `audit.*`.
    pub what: Words,
    /// Whether it was done.
    pub outcome: Outcome,
}

/// Whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was.
    Done,
    /// The account may not, or the password was wrong.
    Refused,
    /// It was tried and did not work.
    Failed,
}

/// `/audit`.
pub fn page(frame: &Frame, view: &Audit) -> Markup {
    let (who, what) = (t!(frame, "audit.who"), t!(frame, "audit.what"));
    let (from, outcome) = (t!(frame, "audit.from"), t!(frame, "audit.outcome"));
    layout::page(
        frame,
        t!(frame, "audit.title"),
        &html! {
            (component::back(t!(frame, "nav.people"), "/people"))
            p.lead { (t!(frame, "audit.text")) }
            @if view.entries.is_empty() {
                (component::empty(Icon::File, t!(frame, "audit.none"), &html! {}))
            } @else {
                table.stack {
                    caption.visually-hidden { (t!(frame, "audit.title")) }
                    thead { tr {
                        th scope="col" { (t!(frame, "audit.when")) }
                        th scope="col" { (what) }
                        th scope="col" { (who) }
                        th scope="col" { (from) }
                        th scope="col" { (outcome) }
                    } }
                    tbody { @for entry in &view.entries { tr {
                        th scope="row" { (format::when(frame, entry.when)) }
                        td data-label=(what) { (entry.what.said(frame.catalogue())) }
                        td data-label=(who) { bdi { (entry.who.as_deref().unwrap_or_else(|| t!(frame, "audit.nobody"))) } }
                        td data-label=(from) { (entry.from) }
                        td data-label=(outcome) { (badge(frame, entry.outcome)) }
                    } } }
                }
            }
            (pager(frame, &view.pager))
        },
    )
}

fn badge(frame: &Frame, outcome: Outcome) -> Markup {
    match outcome {
        Outcome::Done => component::badge(State::Ok, t!(frame, "audit.done")),
        Outcome::Refused => component::badge(State::Warn, t!(frame, "audit.refused")),
        Outcome::Failed => component::badge(State::Bad, t!(frame, "audit.failed")),
    }
}
