//! Cells.

use maud::{Markup, html};

use crate::component::{self, Form, Icon, note, post, post_button, segment};
use crate::form::Entered;
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::live::{self, Part};
use crate::moment::When;
use crate::page::home::State;
use crate::page::setup::{self, CellCard, Refusal};
use crate::text::t;

/// The page `/cells`.
#[derive(Debug, Clone)]
pub struct Cells {
    /// The cells: those that are admitted, and those that were turned away lately.
    pub rows: Vec<CellRow>,
    /// Who may connect.
    pub admission: Admission,
    /// What to type into a cell.
    pub card: CellCard,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRow {
    /// Its identity, as the word of paths.
    pub id: String,
    /// Its name; empty when it told none.
    pub name: String,
    /// Its address, where it has been seen.
    pub address: Option<String>,
    /// How it is.
    pub state: CellState,
    /// Since when.
    pub since: When,
    /// Phones in it now.
    pub phones: u64,
}

/// How a cell is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// Connected.
    Connected,
    /// Admitted, and not there.
    Away,
    /// Turned away.
    Refused(Refusal),
}

/// Who may connect: the field `admission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Admission {
    /// The cells of the list, and the next one that comes.
    LearnOne,
    /// Only the cells of the list.
    ListOnly,
}

impl Admission {
    /// The value of the field `admission`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::LearnOne => "learn-one",
            Self::ListOnly => "list-only",
        }
    }

    /// The admission of that value.
    pub fn parse(value: &str) -> Option<Self> {
        [Self::LearnOne, Self::ListOnly].into_iter().find(|admission| admission.value() == value)
    }
}

/// The page `/cells/{id}/forget`.
#[derive(Debug, Clone)]
pub struct Forget {
    /// Its identity.
    pub id: String,
    /// Its name; empty when it told none.
    pub name: String,
    /// Phones in it now.
    pub phones: u64,
}

/// `/cells`. Forms: `/cells/admission` (`admission`), `/cells/{id}/admit`.
pub fn page(frame: &Frame, view: &Cells) -> Markup {
    layout::page(
        frame,
        t!(frame, "nav.cells"),
        &html! {
            (live::part(Part::CellsList, None, &list(frame, view)))
            @if frame.owner() {
                section.card {
                    h2 { (t!(frame, "admission.title")) }
                    (post(frame, "/cells/admission", &html! {
                        fieldset.plain {
                            legend.visually-hidden { (t!(frame, "admission.title")) }
                            (admission(frame, view, Admission::LearnOne, t!(frame, "admission.learn"), t!(frame, "admission.learn.hint")))
                            (admission(frame, view, Admission::ListOnly, t!(frame, "admission.list"), t!(frame, "admission.list.hint")))
                        }
                        div.actions { button type="submit" { (t!(frame, "action.save")) } }
                    }))
                }
            }
            (setup::card(frame, &view.card))
        },
    )
}

fn admission(frame: &Frame, view: &Cells, admission: Admission, label: &str, hint: &str) -> Markup {
    let entered = Entered::new();
    Form { frame, entered: &entered, scope: "cells" }.radio(
        "admission",
        admission.value(),
        label,
        Some(hint),
        view.admission == admission,
    )
}

/// The live part [`Part::CellsList`].
pub fn list(frame: &Frame, view: &Cells) -> Markup {
    if view.rows.is_empty() {
        return component::empty(
            Icon::Cell,
            t!(frame, "cells.none"),
            &html! { p.soft { (t!(frame, "cells.none.hint")) } },
        );
    }
    html! {
        ul.cells {
            @for row in &view.rows { li.card { (one(frame, row)) } }
        }
    }
}

fn one(frame: &Frame, row: &CellRow) -> Markup {
    let (state, said) = match &row.state {
        CellState::Connected => (State::Ok, t!(frame, "cells.connected")),
        CellState::Away => (State::Warn, t!(frame, "cells.away")),
        CellState::Refused(_) => (State::Bad, t!(frame, "cells.refused")),
    };
    html! {
        div.headline {
            h2 { bdi { (if row.name.is_empty() { &row.id } else { &row.name }) } }
            (component::badge(state, said))
        }
        dl.facts {
            div { dt { (t!(frame, "cells.id")) } dd { code { (row.id) } } }
            @if let Some(address) = &row.address { div { dt { (t!(frame, "cells.address")) } dd { code { (address) } } } }
            div { dt { (t!(frame, "cells.since")) } dd { (format::when(frame, row.since)) } }
            @if row.state == CellState::Connected {
                div { dt { (t!(frame, "chart.phones")) } dd { (format::whole(frame.catalogue(), row.phones)) } }
            }
        }
        @if let CellState::Refused(why) = &row.state {
            (note(State::Warn, &html! {
                p { (setup::refusal(frame, why)) }
                p { strong { (setup::advice(frame, why)) } }
            }))
        }
        @if frame.owner() {
            div.actions {
                @if row.state == CellState::Refused(Refusal::NotAdmitted) {
                    (post_button(frame, &format!("/cells/{}/admit", segment(&row.id)), "primary", &html! { (t!(frame, "cells.admit")) }))
                }
                @if !matches!(row.state, CellState::Refused(_)) {
                    a.button href={ "/cells/" (segment(&row.id)) "/forget" } {
                        (t!(frame, "cells.forget")) span.visually-hidden { " " (row.name) }
                    }
                }
            }
        }
    }
}

/// `/cells/{id}/forget`: asks once more.
pub fn forget(frame: &Frame, view: &Forget) -> Markup {
    let action = format!("/cells/{}/forget", segment(&view.id));
    layout::page(
        frame,
        t!(frame, "cells.forget.title"),
        &component::confirm(
            frame,
            &action,
            &html! {
                p { strong { bdi { (if view.name.is_empty() { &view.id } else { &view.name }) } } }
                p { (t!(frame, "cells.forget.text")) }
                @if view.phones > 0 { (note(State::Warn, &html! { p { (t!(frame, "cells.forget.phones", count view.phones)) } })) }
            },
            t!(frame, "cells.forget"),
            "/cells",
        ),
    )
}
