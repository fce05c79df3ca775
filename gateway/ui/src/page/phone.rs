//! One phone.

use maud::{Markup, html};

use crate::chart::{self, Bar};
use crate::component::{self, Field, Form, Icon, icon, post, post_button, segment};
use crate::form::Entered;
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::live::{self, Part};
use crate::moment::Date;
use crate::page::phones::{self, PhoneRow, PhoneState};
use crate::text::t;

/// The page `/phones/{imsi}`.
#[derive(Debug, Clone)]
pub struct Phone {
    /// What the list has.
    pub row: PhoneRow,
    /// Its addresses now.
    pub addresses: Vec<String>,
    /// The APN of its session.
    pub apn: Option<String>,
    /// Limits of its speed.
    pub speed: Speed,
    /// The last days, oldest first; at most 31.
    pub days: Vec<Usage>,
    /// The last months, oldest first, each by its first day; at most 12.
    pub months: Vec<Usage>,
    /// What was typed into the forms: `name`, `down`, `up`.
    pub entered: Entered,
}

/// Limits of a phone's speed. `None`: the network's default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Speed {
    /// Kilobits per second to the phone.
    pub down: Option<u32>,
    /// Kilobits per second from the phone.
    pub up: Option<u32>,
}

/// What a phone used in a day or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// The day, or the first of the month.
    pub date: Date,
    /// Octets to the phone.
    pub down: u64,
    /// Octets from the phone.
    pub up: u64,
}

/// The page `/phones/{imsi}/remove`.
#[derive(Debug, Clone)]
pub struct Remove {
    /// Its IMSI.
    pub imsi: String,
    /// Its name; empty when it has none.
    pub name: String,
}

/// `/phones/{imsi}`. Forms under it: `/block`, `/unblock`; `/rename` (`name`); `/speed` (`down`, `up`: kbit/s, empty for the default).
pub fn page(frame: &Frame, view: &Phone) -> Markup {
    let path = format!("/phones/{}", segment(&view.row.imsi));
    layout::page(
        frame,
        phones::title(&view.row),
        &html! {
            (component::back(t!(frame, "phone.all"), "/phones"))
            section.card {
                h2.visually-hidden { (t!(frame, "phones.state")) }
                (live::part(Part::PhoneState, Some(&format!("imsi={}", segment(&view.row.imsi))), &state(frame, &view.row)))
                (facts(frame, view))
                @if frame.owner() || frame.may_add_phones() { (buttons(frame, view, &path)) }
            }
            @if frame.sees_usage() {
                section.card {
                    h2 { (t!(frame, "usage.title")) }
                    (usage(frame, "days", t!(frame, "usage.days"), &view.days, false))
                    (usage(frame, "months", t!(frame, "usage.months"), &view.months, true))
                }
            }
            @if frame.owner() { (forms(frame, view, &path)) }
        },
    )
}

/// The live part [`Part::PhoneState`].
pub fn state(frame: &Frame, view: &PhoneRow) -> Markup {
    html! {
        div.headline {
            (phones::state_badge(frame, view.state))
            span { (t!(frame, "phones.last-seen")) ": " (format::when(frame, view.last_seen)) }
            @if let Some(cell) = &view.cell { span { (t!(frame, "phones.cell")) ": " bdi { (cell) } } }
            @if frame.sees_usage() { span { (t!(frame, "phones.today")) ": " (phones::used(frame, view)) } }
        }
    }
}

fn facts(frame: &Frame, view: &Phone) -> Markup {
    let limit = |kilobits: Option<u32>| match kilobits {
        Some(kilobits) => format::rate(frame.catalogue(), f64::from(kilobits) * 1000.0),
        None => t!(frame, "phone.speed.default").to_owned(),
    };
    html! {
        dl.facts {
            div { dt { "IMSI" } dd { code { (view.row.imsi) } } }
            @if !view.addresses.is_empty() {
                div { dt { (t!(frame, "phone.address")) } dd { @for address in &view.addresses { code { (address) } " " } } }
            }
            @if let Some(apn) = &view.apn { div { dt { "APN" } dd { (apn) } } }
            div {
                dt { (t!(frame, "phone.speed")) }
                dd { "↓ " (limit(view.speed.down)) " · ↑ " (limit(view.speed.up)) }
            }
        }
    }
}

fn buttons(frame: &Frame, view: &Phone, path: &str) -> Markup {
    html! {
        div.actions {
            @if frame.owner() {
                @if view.row.state == PhoneState::Barred {
                    (post_button(frame, &format!("{path}/unblock"), "primary", &html! { (t!(frame, "phone.unblock")) }))
                } @else {
                    (post_button(frame, &format!("{path}/block"), "danger", &html! { (t!(frame, "phone.block")) }))
                }
            }
            a.button href={ "/phones/labels?imsi=" (segment(&view.row.imsi)) } { (icon(Icon::Print)) (t!(frame, "phone.label")) }
        }
    }
}

fn usage(frame: &Frame, id: &str, title: &str, usage: &[Usage], months: bool) -> Markup {
    let bars: Vec<Bar> = usage
        .iter()
        .map(|usage| Bar {
            name: if months { format::month_of(frame, usage.date) } else { format::day(frame, usage.date) },
            down: usage.down,
            up: usage.up,
        })
        .collect();
    chart::bars(frame, id, title, &bars)
}

fn forms(frame: &Frame, view: &Phone, path: &str) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "phone" };
    html! {
        div.columns {
            section.card {
                h2 { (t!(frame, "phone.rename")) }
                (post(frame, &format!("{path}/rename"), &html! {
                    (Field::text("name", t!(frame, "phone.name")).autocomplete("off").max(64).show(form))
                    div.actions { button type="submit" { (t!(frame, "action.save")) } }
                }))
            }
            section.card {
                h2 { (t!(frame, "phone.speed")) }
                (post(frame, &format!("{path}/speed"), &html! {
                    (Field::digits("down", t!(frame, "phone.speed.down")).hint(t!(frame, "phone.speed.hint")).unit("kbit/s")
                        .autocomplete("off").max(8).show(form))
                    (Field::digits("up", t!(frame, "phone.speed.up")).unit("kbit/s").autocomplete("off").max(8).show(form))
                    div.actions { button type="submit" { (t!(frame, "action.save")) } }
                }))
            }
        }
        p.danger-link { a href={ (path) "/remove" } { (t!(frame, "phone.remove")) } }
    }
}

/// `/phones/{imsi}/remove`: asks once more.
pub fn remove(frame: &Frame, view: &Remove) -> Markup {
    let path = format!("/phones/{}", segment(&view.imsi));
    layout::page(
        frame,
        t!(frame, "phone.remove.title"),
        &component::confirm(
            frame,
            &format!("{path}/remove"),
            &html! {
                p { strong { bdi { (if view.name.is_empty() { &view.imsi } else { &view.name }) } } " · " code { (view.imsi) } }
                p { (t!(frame, "phone.remove.text")) }
            },
            t!(frame, "phone.remove"),
            &path,
        ),
    )
}
