//! Step 4: the cell. What to type into it, and whether it has been heard.

use maud::{Markup, html};

use super::{Step, wizard};
use crate::component::{self, Icon, icon, post, post_button, segment};
use crate::format;
use crate::frame::Frame;
use crate::live::{self, Part};
use crate::moment::When;
use crate::text::t;
use crate::words::Words;

/// The page `/setup/cell`.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The steps that are done.
    pub done: Vec<Step>,
    /// What to type into the cell.
    pub card: CellCard,
    /// What has been heard.
    pub wait: CellWait,
}

/// What to type into a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellCard {
    /// Addresses of this box that a cell may use as "MME address".
    pub mme_addresses: Vec<String>,
    /// The SCTP port.
    pub port: u16,
    /// The PLMN, as `001-01`.
    pub plmn: String,
    /// The tracking area code.
    pub tac: u16,
    /// The band that the owner noted; empty where they did not.
    pub band: String,
}

/// What the box has heard of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellWait {
    /// Nothing yet.
    Nothing {
        /// Since when it listens.
        since: When,
    },
    /// A cell spoke, and was turned away.
    Refused {
        /// Its address.
        from: String,
        /// Its identity (the word of the path in `/cells/{id}/admit`), where it gave one.
        id: Option<String>,
        /// When.
        when: When,
        /// Why.
        why: Refusal,
    },
    /// A cell is connected.
    Connected {
        /// Its name, or its identity where it has none.
        name: String,
        /// Its address.
        address: String,
        /// Since when.
        since: When,
    },
}

/// Why a cell was turned away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is not on the list of cells.
    NotAdmitted,
    /// It serves another PLMN.
    Plmn {
        /// What the cell said.
        told: String,
        /// What the network has.
        ours: String,
    },
    /// It serves another tracking area.
    Tac {
        /// What the cell said.
        told: u16,
        /// What the network has.
        ours: u16,
    },
    /// There are as many cells as there may be.
    TooMany,
    /// What it said could not be read.
    Unreadable,
    /// Something else.
    Other(Words),
}

/// `/setup/cell`. The form has no fields of its own: it goes on to the next step, whether a cell has come or not.
pub fn cell(frame: &Frame, view: &Cell) -> Markup {
    wizard(
        frame,
        Step::Cell,
        &view.done,
        t!(frame, "cell.title"),
        &html! {
            p.lead { (t!(frame, "cell.text")) }
            (card(frame, &view.card))
            (live::part(Part::CellWait, None, &cell_wait(frame, &view.wait)))
            (post(frame, "/setup/cell", &html! {
                div.actions { button.primary type="submit" { (t!(frame, "action.continue")) } }
            }))
        },
    )
}

/// What to type into a cell.
pub fn card(frame: &Frame, view: &CellCard) -> Markup {
    let copied = |value: &str| {
        html! { span.copy { code { (value) } (component::copy(frame, value)) } }
    };
    html! {
        section.card.typing {
            h2 { (t!(frame, "cell.card")) }
            p.soft { (t!(frame, "cell.card.text")) }
            dl.facts {
                div {
                    dt { (t!(frame, "cell.mme")) }
                    dd { @for address in &view.mme_addresses { (copied(address)) } }
                }
                div { dt { (t!(frame, "cell.port")) } dd { (copied(&view.port.to_string())) } }
                div { dt { "PLMN" } dd { (copied(&view.plmn)) } }
                div { dt { "TAC" } dd { (copied(&view.tac.to_string())) } }
                @if !view.band.is_empty() { div { dt { (t!(frame, "network.band")) } dd { (copied(&view.band)) } } }
            }
            @if view.mme_addresses.len() > 1 { p.soft.small { (t!(frame, "cell.mme.several")) } }
        }
    }
}

/// The live part [`Part::CellWait`]. Form: `/cells/{id}/admit`.
pub fn cell_wait(frame: &Frame, view: &CellWait) -> Markup {
    let class = match view {
        CellWait::Nothing { .. } => "",
        CellWait::Refused { .. } => "warn",
        CellWait::Connected { .. } => "ok",
    };
    html! {
        div.wait.(class) role="status" {
            @match view {
                CellWait::Nothing { since } => {
                    span.pulse aria-hidden="true" {}
                    div {
                        p.title { (t!(frame, "cell.nothing")) }
                        p.soft {
                            @match *since {
                                When::At(since) => { (t!(frame, "cell.listening", time = format::when_text(frame, since))) " " }
                                When::Ago(seconds) if seconds >= 60 => {
                                    (t!(frame, "cell.listening-for", time = format::roughly(frame.catalogue(), seconds))) " "
                                }
                                When::Ago(_) | When::Earlier | When::Unknown => {}
                            }
                            (t!(frame, "cell.nothing.hint"))
                        }
                    }
                }
                CellWait::Refused { from, id, when, why } => {
                    (icon(Icon::Warn))
                    div {
                        p.title { (t!(frame, "cell.refused", address = from)) }
                        p { (refusal(frame, why)) }
                        p { strong { (advice(frame, why)) } }
                        p.soft { (format::when(frame, *when)) }
                        @if let (Some(id), Refusal::NotAdmitted, true) = (id, why, frame.owner()) {
                            (post_button(frame, &format!("/cells/{}/admit", segment(id)), "primary", &html! {
                                (t!(frame, "cells.admit"))
                            }))
                        }
                    }
                }
                CellWait::Connected { name, address, since } => {
                    (icon(Icon::Ok))
                    div {
                        p.title { (t!(frame, "cell.connected", name = name)) }
                        p.soft { (address) " · " (format::when(frame, *since)) }
                    }
                }
            }
        }
    }
}

/// Why a cell was turned away.
pub(crate) fn refusal(frame: &Frame, why: &Refusal) -> String {
    match why {
        Refusal::NotAdmitted => t!(frame, "refusal.not-admitted").into(),
        Refusal::Plmn { told, ours } => t!(frame, "refusal.plmn", told = told, ours = ours),
        Refusal::Tac { told, ours } => t!(frame, "refusal.tac", told = told, ours = ours),
        Refusal::TooMany => t!(frame, "refusal.too-many").into(),
        Refusal::Unreadable => t!(frame, "refusal.unreadable").into(),
        Refusal::Other(words) => words.said(frame.catalogue()),
    }
}

/// What to do about it.
pub(crate) fn advice(frame: &Frame, why: &Refusal) -> String {
    match why {
        Refusal::NotAdmitted => t!(frame, "refusal.not-admitted.do").into(),
        Refusal::Plmn { ours, .. } => t!(frame, "refusal.plmn.do", ours = ours),
        Refusal::Tac { ours, .. } => t!(frame, "refusal.tac.do", ours = ours),
        Refusal::TooMany => t!(frame, "refusal.too-many.do").into(),
        Refusal::Unreadable | Refusal::Other(_) => t!(frame, "refusal.unreadable.do").into(),
    }
}
