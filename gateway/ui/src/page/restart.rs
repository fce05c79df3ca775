//! Restarting the gateway or the box.

use maud::{Markup, html};

use crate::component::{self, Icon, icon, note, post};
use crate::frame::Frame;
use crate::layout;
use crate::page::home::State;
use crate::text::t;

/// The page `/care/restart`.
#[derive(Debug, Clone, Copy)]
pub struct Restart {
    /// Phones that would notice.
    pub phones: u64,
}

/// What is restarted: the field `what`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// The gateway, a matter of seconds.
    Gateway,
    /// The whole box.
    Box,
}

impl What {
    /// The value of the field `what`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Box => "box",
        }
    }

    /// The thing of that value.
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Gateway, Self::Box].into_iter().find(|what| what.value() == value)
    }
}

/// What is shown while it restarts: after a restart, a restore or a reset. `app.js` asks `/alive` and goes on to `next`.
#[derive(Debug, Clone)]
pub struct Restarting {
    /// What restarts.
    pub what: What,
    /// Seconds that it takes, about.
    pub seconds: u32,
    /// What `/alive` says now. It is back when that says something else.
    pub alive: String,
    /// Where to go then.
    pub next: String,
}

/// `/care/restart`. Field: `what`.
pub fn page(frame: &Frame, view: &Restart) -> Markup {
    let choice = |what: What, title: &str, text: &str, button: &str| {
        html! {
            section.card {
                h2 { (title) }
                p { (text) }
                (post(frame, "/care/restart", &html! {
                    input type="hidden" name="what" value=(what.value());
                    div.actions { button type="submit" { (icon(Icon::Power)) (button) } }
                }))
            }
        }
    };
    layout::page(
        frame,
        t!(frame, "restart.title"),
        &html! {
            (component::back(t!(frame, "nav.care"), "/care"))
            @if view.phones > 0 { (note(State::Warn, &html! { p { (t!(frame, "restart.phones", count view.phones)) } })) }
            div.columns {
                (choice(What::Gateway, t!(frame, "restart.gateway"), t!(frame, "restart.gateway.text"), t!(frame, "restart.gateway.do")))
                (choice(What::Box, t!(frame, "restart.box"), t!(frame, "restart.box.text"), t!(frame, "restart.box.do")))
            }
        },
    )
}

/// What is shown while it restarts.
pub fn restarting(frame: &Frame, view: &Restarting) -> Markup {
    let title = match view.what {
        What::Gateway => t!(frame, "restarting.gateway"),
        What::Box => t!(frame, "restarting.box"),
    };
    layout::alone(
        frame,
        title,
        &html! {},
        &html! {
            div.wait role="status" data-restart=(view.next) data-alive=(view.alive) {
                span.pulse aria-hidden="true" {}
                div {
                    p.title { (t!(frame, "restarting.wait", count u64::from(view.seconds))) }
                    p.soft.js hidden { (t!(frame, "restarting.then")) }
                }
            }
            p { a.button href=(view.next) { (t!(frame, "action.continue")) } }
        },
    )
}
