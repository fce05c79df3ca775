//! What plain HTTP answers: where the secure page is, and why a browser will complain about it once.

use maud::{Markup, html};

use crate::component::{self, Icon, icon};
use crate::frame::Frame;
use crate::layout;
use crate::text::t;

/// The page of port 80.
#[derive(Debug, Clone)]
pub struct Plain {
    /// The secure page's address, like `https://pumice.local/`.
    pub secure_url: String,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
}

/// The page that a phone shows by itself when it joins the setup WiFi.
#[derive(Debug, Clone)]
pub struct Portal {
    /// The secure page's address.
    pub secure_url: String,
    /// The address to type when the link does not open.
    pub address: String,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
}

/// The page of port 80. It has no form: what is sent here is not encrypted.
pub fn page(frame: &Frame, view: &Plain) -> Markup {
    layout::bare(
        frame,
        t!(frame, "plain.title"),
        &html! {
            p.lead { (t!(frame, "plain.text")) }
            (onward(frame, &view.secure_url, &view.fingerprint))
        },
    )
}

/// The page of the captive portal.
pub fn portal(frame: &Frame, view: &Portal) -> Markup {
    layout::bare(
        frame,
        t!(frame, "portal.title"),
        &html! {
            p.lead { (t!(frame, "portal.text")) }
            (onward(frame, &view.secure_url, &view.fingerprint))
            p { (t!(frame, "portal.address")) " " code { (view.address) } }
        },
    )
}

fn onward(frame: &Frame, url: &str, fingerprint: &[u8; 32]) -> Markup {
    html! {
        p { a.button.primary href=(url) { (icon(Icon::Shield)) (t!(frame, "plain.continue")) } }
        section.card {
            h2 { (t!(frame, "plain.warning")) }
            p { (t!(frame, "plain.warning.text")) }
            (component::fingerprint(frame, fingerprint))
            p { (t!(frame, "plain.differs")) }
        }
        p.soft { a href="/ca.crt" download="pumice-ca.crt" { (t!(frame, "security.download")) } " " (t!(frame, "plain.ca")) }
    }
}
