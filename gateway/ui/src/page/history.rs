//! Who changed which settings when, and undoing it.

use maud::{Markup, html};

use crate::component::{self, Icon, badge, pager, post_button};
use crate::format;
use crate::frame::{Frame, Pager};
use crate::layout;
use crate::moment::When;
use crate::page::home::State;
use crate::page::settings::{self, Change};
use crate::text::t;

/// The page `/settings/history`.
#[derive(Debug, Clone)]
pub struct History {
    /// The revisions of this page, the newest first.
    pub revisions: Vec<Revision>,
    /// Where in the list the page is.
    pub pager: Pager,
}

/// One revision of the settings.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Its number.
    pub number: u64,
    /// When it was applied.
    pub when: When,
    /// By whom.
    pub who: String,
    /// What it changed.
    pub changes: Vec<Change>,
    /// What became of it.
    pub state: RevisionState,
    /// Whether it can be undone.
    pub can_undo: bool,
}

/// What became of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionState {
    /// It is in force.
    Current,
    /// It was kept, and a later one is in force.
    Kept,
    /// It is on trial.
    Trial,
    /// It went back. Which of the reasons it was, the box does not keep.
    Reverted,
}

/// `/settings/history`. Forms: `/settings/history/{number}/undo`, which leads to the preview.
pub fn page(frame: &Frame, view: &History) -> Markup {
    layout::page(
        frame,
        t!(frame, "history.title"),
        &html! {
            (component::back(t!(frame, "nav.settings"), "/settings"))
            @if view.revisions.is_empty() { (component::empty(Icon::Settings, t!(frame, "history.none"), &html! {})) }
            ol.history {
                @for revision in &view.revisions {
                    li.card {
                        div.headline {
                            h2 { (t!(frame, "history.revision", n = revision.number)) }
                            (state(frame, revision.state))
                        }
                        p.soft { (format::when(frame, revision.when)) " · " bdi { (revision.who) } }
                        @if revision.state == RevisionState::Reverted { p.soft { (t!(frame, "history.reverted.why")) } }
                        (settings::changes(frame, &revision.changes))
                        @if revision.can_undo && frame.owner() {
                            (post_button(frame, &format!("/settings/history/{}/undo", revision.number), "", &html! {
                                (t!(frame, "history.undo")) span.visually-hidden { " " (t!(frame, "history.revision", n = revision.number)) }
                            }))
                        }
                    }
                }
            }
            (pager(frame, &view.pager))
        },
    )
}

fn state(frame: &Frame, state: RevisionState) -> Markup {
    match state {
        RevisionState::Current => badge(State::Ok, t!(frame, "history.current")),
        RevisionState::Kept => badge(State::Unknown, t!(frame, "history.kept")),
        RevisionState::Trial => badge(State::Warn, t!(frame, "history.trial")),
        RevisionState::Reverted => badge(State::Warn, t!(frame, "history.reverted")),
    }
}
