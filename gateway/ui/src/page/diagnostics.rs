//! The diagnostics bundle: what a helper far away needs, without secrets.

use maud::{Markup, html};

use crate::component::{self, Icon, icon};
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::page::home::State;
use crate::text::t;
use crate::words::Words;

/// The page `/care/diagnostics`.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    /// How large the bundle would be, about.
    pub bytes: u64,
    /// What is in it.
    pub contents: Vec<Content>,
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its name.
    pub file: String,
    /// What it holds. The catalogue has texts for the usual ones: `diagnostics.file.*`.
    pub what: Words,
    /// Its octets.
    pub bytes: u64,
}

/// `/care/diagnostics`. The file is at `/care/diagnostics/download`.
pub fn page(frame: &Frame, view: &Diagnostics) -> Markup {
    let catalogue = frame.catalogue();
    let size = t!(frame, "diagnostics.size");
    layout::page(
        frame,
        t!(frame, "diagnostics.title"),
        &html! {
            (component::back(t!(frame, "nav.care"), "/care"))
            p.lead { (t!(frame, "diagnostics.text")) }
            section.card {
                p { (component::badge(State::Ok, t!(frame, "diagnostics.no-secrets"))) }
                table.stack {
                    thead { tr {
                        th scope="col" { (t!(frame, "form.file")) }
                        th scope="col" { (t!(frame, "diagnostics.what")) }
                        th.number scope="col" { (size) }
                    } }
                    tbody { @for content in &view.contents { tr {
                        th scope="row" { code { (content.file) } }
                        td data-label=(t!(frame, "diagnostics.what")) { (content.what.said(catalogue)) }
                        td.number data-label=(size) { (format::bytes(catalogue, content.bytes)) }
                    } } }
                }
                div.actions {
                    a.button.primary href="/care/diagnostics/download" download="" {
                        (icon(Icon::Download)) (t!(frame, "diagnostics.download", size = format::bytes(catalogue, view.bytes)))
                    }
                }
            }
        },
    )
}
