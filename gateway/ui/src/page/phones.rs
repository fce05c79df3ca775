//! The list of phones.

use maud::{Markup, html};

use crate::component::{self, Icon, icon, pager, segment};
use crate::format;
use crate::frame::{Frame, Pager};
use crate::layout;
use crate::live::{self, Part};
use crate::moment::When;
use crate::page::home::State;
use crate::text::t;

/// The page `/phones`.
#[derive(Debug, Clone)]
pub struct Phones {
    /// The rows of this page.
    pub rows: Vec<PhoneRow>,
    /// What is searched for.
    pub filter: Filter,
    /// Where in the list the page is.
    pub pager: Pager,
    /// How many phones there are in all, by state.
    pub totals: Totals,
    /// The query of this page, as `search=...&state=...&page=...`, for its live part.
    pub query: String,
}

/// How many phones there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// All that are known.
    pub known: u64,
    /// Connected or idle.
    pub attached: u64,
    /// Barred.
    pub barred: u64,
}

/// What is searched for: the fields `search` and `state` of a GET.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of a name or an IMSI.
    pub search: String,
    /// Only phones in this state.
    pub state: Option<PhoneState>,
}

/// One phone in the list, and the head of its own page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneRow {
    /// Its IMSI.
    pub imsi: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// How it is.
    pub state: PhoneState,
    /// Octets today, both ways; absent for who does not see them.
    pub today: Option<u64>,
    /// When it was last heard.
    pub last_seen: When,
    /// The cell it is in, or was in last.
    pub cell: Option<String>,
}

/// How a phone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhoneState {
    /// Talking to the cell.
    Connected,
    /// Attached and asleep.
    Idle,
    /// Not attached.
    Away,
    /// The owner has barred it.
    Barred,
}

impl PhoneState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Connected, Self::Idle, Self::Away, Self::Barred];

    /// The value of the field `state`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Idle => "idle",
            Self::Away => "away",
            Self::Barred => "barred",
        }
    }

    /// The state of that value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.value() == value)
    }
}

/// `/phones`. The search is a GET with `search` and `state`.
pub fn page(frame: &Frame, view: &Phones) -> Markup {
    let n = |number| format::whole(frame.catalogue(), number);
    layout::page(
        frame,
        t!(frame, "nav.phones"),
        &html! {
            div.above {
                p.soft {
                    (t!(frame, "phones.totals", attached = n(view.totals.attached), known = n(view.totals.known)))
                    @if view.totals.barred > 0 { " · " (t!(frame, "phones.barred", count view.totals.barred)) }
                }
                @if frame.may_add_phones() {
                    div.actions {
                        a.button.primary href="/phones/add" { (icon(Icon::Add)) (t!(frame, "nav.add-phone")) }
                        a.button href="/phones/labels" { (icon(Icon::Print)) (t!(frame, "phones.labels")) }
                    }
                }
            }
            form.search method="get" action="/phones" role="search" {
                div.field {
                    label for="search-text" { (t!(frame, "phones.search")) }
                    div.input {
                        input #search-text type="search" name="search" value=(view.filter.search) maxlength="64" autocapitalize="none";
                    }
                }
                div.field {
                    label for="search-state" { (t!(frame, "phones.state")) }
                    div.input {
                        select #search-state name="state" {
                            option value="" { (t!(frame, "phones.state.all")) }
                            @for state in PhoneState::ALL {
                                option value=(state.value()) selected[view.filter.state == Some(state)] {
                                    (state_name(frame, state))
                                }
                            }
                        }
                    }
                }
                button type="submit" { (icon(Icon::Search)) (t!(frame, "action.search")) }
            }
            (live::part(Part::PhonesList, Some(&view.query), &list(frame, view)))
            (pager(frame, &view.pager))
        },
    )
}

/// The live part [`Part::PhonesList`].
pub fn list(frame: &Frame, view: &Phones) -> Markup {
    if view.rows.is_empty() {
        let searching = !view.filter.search.is_empty() || view.filter.state.is_some();
        return if searching {
            component::empty(
                Icon::Search,
                t!(frame, "phones.not-found"),
                &html! {
                    a.button href="/phones" { (t!(frame, "phones.show-all")) }
                },
            )
        } else {
            component::empty(
                Icon::Phone,
                t!(frame, "phones.none"),
                &html! {
                    @if frame.may_add_phones() { a.button href="/phones/add" { (t!(frame, "phones.add-first")) } }
                },
            )
        };
    }
    let (state, today) = (t!(frame, "phones.state"), t!(frame, "phones.today"));
    let (seen, cell) = (t!(frame, "phones.last-seen"), t!(frame, "phones.cell"));
    html! {
        table.stack {
            caption.visually-hidden { (t!(frame, "nav.phones")) }
            thead { tr {
                th scope="col" { (t!(frame, "phones.phone")) }
                th scope="col" { (state) }
                @if frame.sees_usage() { th.number scope="col" { (today) } }
                th scope="col" { (seen) }
                th scope="col" { (cell) }
            } }
            tbody {
                @for row in &view.rows {
                    tr {
                        th scope="row" {
                            a href={ "/phones/" (segment(&row.imsi)) } { bdi { (title(row)) } }
                            @if !row.name.is_empty() { span.sub { bdi { (row.imsi) } } }
                        }
                        td data-label=(state) { (state_badge(frame, row.state)) }
                        @if frame.sees_usage() { td.number data-label=(today) { (used(frame, row)) } }
                        td data-label=(seen) { (format::when(frame, row.last_seen)) }
                        td.blank[row.cell.is_none()] data-label=(cell) { bdi { (row.cell.as_deref().unwrap_or("–")) } }
                    }
                }
            }
        }
    }
}

/// A phone's name; its IMSI where it has none.
pub(crate) fn title(row: &PhoneRow) -> &str {
    if row.name.is_empty() { &row.imsi } else { &row.name }
}

/// What a phone used today.
pub(crate) fn used(frame: &Frame, row: &PhoneRow) -> String {
    row.today.map_or_else(|| "–".to_owned(), |octets| format::bytes(frame.catalogue(), octets))
}

/// What a state is called.
pub(crate) fn state_name(frame: &Frame, state: PhoneState) -> &'static str {
    match state {
        PhoneState::Connected => t!(frame, "phone.connected"),
        PhoneState::Idle => t!(frame, "phone.idle"),
        PhoneState::Away => t!(frame, "phone.away"),
        PhoneState::Barred => t!(frame, "phone.barred"),
    }
}

/// A state as icon and text.
pub(crate) fn state_badge(frame: &Frame, state: PhoneState) -> Markup {
    let shown = match state {
        PhoneState::Connected | PhoneState::Idle => State::Ok,
        PhoneState::Away => State::Unknown,
        PhoneState::Barred => State::Bad,
    };
    component::badge(shown, state_name(frame, state))
}
