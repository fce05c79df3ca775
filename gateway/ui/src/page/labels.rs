//! Labels to print, one for each SIM card.

use maud::{Markup, html};

use crate::component::{self, Icon, pager};
use crate::frame::{Frame, Pager};
use crate::layout;
use crate::qr;
use crate::text::t;

/// The page `/phones/labels` (with `?imsi=` for one phone).
#[derive(Debug, Clone)]
pub struct Labels {
    /// The labels of this page.
    pub labels: Vec<Label>,
    /// Where in the list the page is.
    pub pager: Pager,
}

/// One label. No key is in it, and no QR code ever holds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The phone's name; empty when it has none.
    pub name: String,
    /// Its IMSI, which the QR code holds.
    pub imsi: String,
}

/// `/phones/labels`.
pub fn page(frame: &Frame, view: &Labels) -> Markup {
    layout::page(
        frame,
        t!(frame, "phones.labels"),
        &html! {
            div.screen-only {
                p.lead { (t!(frame, "labels.text")) }
                div.actions { (component::print(frame)) a.button href="/phones" { (t!(frame, "action.back")) } }
            }
            @if view.labels.is_empty() {
                (component::empty(Icon::Phone, t!(frame, "phones.none"), &html! {}))
            }
            div.labels {
                @for label in &view.labels {
                    article.label {
                        (qr::code(&label.imsi, &format!("IMSI {}", label.imsi)))
                        div {
                            p.title { bdi { (if label.name.is_empty() { &frame.network } else { &label.name }) } }
                            p.small { "IMSI " code { (label.imsi) } }
                            @if !label.name.is_empty() && !frame.network.is_empty() { p.small { (frame.network) } }
                        }
                    }
                }
            }
            (pager(frame, &view.pager))
        },
    )
}
