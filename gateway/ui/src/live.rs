//! The parts of pages that change under the reader's eyes.
//!
//! An element with `data-live="NAME"` has its inside replaced by what `GET /live?parts=NAME,...` sends (server-sent events: the event's
//! name is the part's, the data is the HTML, one `data:` line for each of its lines), or, where that fails, by the body of
//! `GET /live/NAME`; 401 or 403 there make the page load itself anew. `GET /alive` answers anybody with a short text that is another one
//! after each start of the gateway: by it a page sees that it may be out of date. The element's `data-live-query` is added to both addresses, so that a list keeps its search and page.

use maud::{Markup, html};

/// A part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// [`crate::page::capture::running`]; no query.
    Capture,
    /// [`crate::page::setup::cell_wait`]; no query.
    CellWait,
    /// [`crate::page::cells::list`]; no query.
    CellsList,
    /// [`crate::page::setup::first_phone`]; no query.
    FirstPhone,
    /// [`crate::page::home::checks`]; no query.
    HomeChecks,
    /// [`crate::page::home::events`]; no query.
    HomeEvents,
    /// [`crate::page::home::now`]; no query.
    HomeNow,
    /// [`crate::page::home::status`]; no query.
    HomeStatus,
    /// [`crate::page::phone::state`]; the query is `imsi=...`.
    PhoneState,
    /// [`crate::page::phones::list`]; the query is that of the page: `search`, `state`, `page`.
    PhonesList,
    /// [`crate::layout::trial`]; no query.
    Trial,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Capture,
        Self::CellWait,
        Self::CellsList,
        Self::FirstPhone,
        Self::HomeChecks,
        Self::HomeEvents,
        Self::HomeNow,
        Self::HomeStatus,
        Self::PhoneState,
        Self::PhonesList,
        Self::Trial,
    ];

    /// The name in pages and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::CellWait => "cell-wait",
            Self::CellsList => "cells-list",
            Self::FirstPhone => "first-phone",
            Self::HomeChecks => "home-checks",
            Self::HomeEvents => "home-events",
            Self::HomeNow => "home-now",
            Self::HomeStatus => "home-status",
            Self::PhoneState => "phone-state",
            Self::PhonesList => "phones-list",
            Self::Trial => "trial",
        }
    }

    /// The part of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// A part in its page.
pub(crate) fn part(part: Part, query: Option<&str>, inside: &Markup) -> Markup {
    html! {
        div data-live=(part.name()) data-live-query=[query] { (inside) }
    }
}
