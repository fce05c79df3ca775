//! The label that the maker of a box sticks under it.

use maud::{Markup, html};

use crate::component;
use crate::frame::Frame;
use crate::layout;
use crate::qr;
use crate::text::t;

/// The page `/label`.
#[derive(Debug, Clone)]
pub struct BoxLabel {
    /// The box's serial number or name.
    pub serial: String,
    /// Its name in the local network, like `pumice.local`.
    pub host: String,
    /// Its address when nothing else works.
    pub address: String,
    /// The WiFi for setting up, where the board has one.
    pub wifi: Option<SetupWifi>,
    /// The code that makes somebody the owner, once.
    pub code: String,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
}

/// The WiFi for setting up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupWifi {
    /// Its name.
    pub ssid: String,
    /// Its password.
    pub password: String,
}

/// `/label`, for whoever makes boxes.
pub fn page(frame: &Frame, view: &BoxLabel) -> Markup {
    layout::bare(
        frame,
        t!(frame, "label.title"),
        &html! {
            div.screen-only {
                p.lead { (t!(frame, "label.text")) }
                div.actions { (component::print(frame)) }
            }
            article.box-label {
                header { strong { (t!(frame, "app.name")) } span.code { (view.serial) } }
                div.codes {
                    @if let Some(wifi) = &view.wifi {
                        figure {
                            (qr::code(&qr::wifi(&wifi.ssid, &wifi.password), t!(frame, "label.wifi")))
                            figcaption { "1. " (t!(frame, "label.wifi")) }
                        }
                    }
                    figure {
                        (qr::code(&format!("https://{}/", view.host), &view.host))
                        figcaption { @if view.wifi.is_some() { "2. " } (t!(frame, "label.open")) }
                    }
                }
                dl.facts {
                    @if let Some(wifi) = &view.wifi {
                        div { dt { (t!(frame, "label.wifi")) } dd { code { (wifi.ssid) } } }
                        div { dt { (t!(frame, "login.password")) } dd { code { (wifi.password) } } }
                    }
                    div { dt { (t!(frame, "label.page")) } dd { code { "https://" (view.host) } " · " code { "https://" (view.address) } } }
                    div { dt { (t!(frame, "claim.code")) } dd { code.large { (view.code) } } }
                }
                p.small { (t!(frame, "security.fingerprint")) }
                (component::fingerprint(frame, &view.fingerprint))
            }
        },
    )
}
