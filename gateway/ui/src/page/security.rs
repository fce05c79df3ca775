//! The certificate, and how a browser learns to trust it.

use maud::{Markup, html};

use crate::component::{self, Icon, icon};
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::moment::Moment;
use crate::text::t;

/// The page `/security`.
#[derive(Debug, Clone)]
pub struct Security {
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
    /// SHA-256 of the box's own authority, which `/ca.crt` is.
    pub ca_fingerprint: [u8; 32],
    /// The authority's name, as a phone will show it.
    pub ca_name: String,
    /// Since when it is valid.
    pub valid_from: Option<Moment>,
    /// Until when.
    pub valid_until: Option<Moment>,
    /// The names and addresses it is good for.
    pub names: Vec<String>,
    /// Versions of TLS that are spoken, like `TLS 1.3`.
    pub protocols: Vec<String>,
    /// Minutes without doing anything after which a session ends.
    pub session_minutes: u32,
    /// Where the page listens.
    pub listens: Vec<String>,
}

/// `/security`. The authority's certificate is at `/ca.crt`.
pub fn page(frame: &Frame, view: &Security) -> Markup {
    layout::page(
        frame,
        t!(frame, "nav.security"),
        &html! {
            p.lead { (t!(frame, "security.text")) }
            section.card {
                h2 { (t!(frame, "security.fingerprint")) }
                p { (t!(frame, "security.compare")) }
                (component::fingerprint(frame, &view.fingerprint))
            }
            section.card {
                h2 { (t!(frame, "security.install")) }
                p { (t!(frame, "security.install.text")) }
                p { a.button.primary href="/ca.crt" download="pumice-ca.crt" { (icon(Icon::Download)) (t!(frame, "security.download")) } }
                dl.facts {
                    div { dt { (t!(frame, "security.ca")) } dd { (view.ca_name) } }
                    div { dt { "SHA-256" } dd { (component::fingerprint(frame, &view.ca_fingerprint)) } }
                }
                div.folds {
                    (fold("Android", t!(frame, "security.android")))
                    (fold("iPhone, iPad", t!(frame, "security.iphone")))
                    (fold("Windows", t!(frame, "security.windows")))
                    (fold("Firefox", t!(frame, "security.firefox")))
                }
            }
            section.card {
                h2 { (t!(frame, "security.facts")) }
                dl.facts {
                    div { dt { (t!(frame, "security.valid")) } dd { (format::in_full(frame, view.valid_from)) " – " (format::in_full(frame, view.valid_until)) } }
                    div { dt { (t!(frame, "security.names")) } dd { @for name in &view.names { code { (name) } " " } } }
                    div { dt { (t!(frame, "security.protocols")) } dd { (view.protocols.join(", ")) } }
                    div { dt { (t!(frame, "security.listens")) } dd { @for listens in &view.listens { code { (listens) } " " } } }
                    div { dt { (t!(frame, "security.session")) } dd { (t!(frame, "security.session.minutes", count u64::from(view.session_minutes))) } }
                }
            }
        },
    )
}

/// How to install it on one kind of device: a text of steps, parted by `|`.
fn fold(device: &str, steps: &str) -> Markup {
    html! {
        details {
            summary { strong { (device) } }
            div.inside { ol { @for step in steps.split('|') { li { (step.trim()) } } } }
        }
    }
}
