//! Step 2: the way to the internet.

use maud::{Markup, html};

use super::{Step, wizard};
use crate::component::{Field, Form, mistakes, note, post};
use crate::form::Entered;
use crate::frame::Frame;
use crate::page::home::State;
use crate::text::t;
use crate::words::Words;

/// The page `/setup/backhaul`.
#[derive(Debug, Clone)]
pub struct Backhaul {
    /// The steps that are done.
    pub done: Vec<Step>,
    /// The ways that this board has, in the order to be shown. "No internet" is always there and need not be listed.
    pub ways: Vec<Way>,
    /// The way that is chosen.
    pub chosen: Option<Way>,
    /// What was typed, or what is set now.
    pub entered: Entered,
    /// WiFi networks that the board hears.
    pub wifi: Vec<WifiSeen>,
    /// What came of trying it, in a sentence.
    pub result: Option<Words>,
}

/// A way to the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// A cable to a router that gives addresses.
    Dhcp,
    /// A cable and an address of one's own.
    Static,
    /// A cable and a name and password of the provider (PPPoE).
    Pppoe,
    /// A mobile modem.
    Modem,
    /// Somebody's WiFi.
    Wifi,
    /// None: the network works without.
    None,
}

impl Way {
    /// The value of the field `way`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Dhcp => "dhcp",
            Self::Static => "static",
            Self::Pppoe => "pppoe",
            Self::Modem => "modem",
            Self::Wifi => "wifi",
            Self::None => "none",
        }
    }

    /// The way of that value.
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Dhcp, Self::Static, Self::Pppoe, Self::Modem, Self::Wifi, Self::None]
            .into_iter()
            .find(|way| way.value() == value)
    }
}

/// A WiFi network that the board hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WifiSeen {
    /// Its name.
    pub ssid: String,
    /// How well it is heard, in percent.
    pub strength: u8,
    /// Whether it wants a password.
    pub locked: bool,
}

/// `/setup/backhaul`. Fields: `way`; `address` (with its prefix length), `gateway`, `dns`; `pppoe_user`, `pppoe_password`; `apn`,
/// `apn_user`, `apn_password`, `pin`; `ssid` (one that is heard, or empty), `ssid_other`, `wifi_password`.
pub fn backhaul(frame: &Frame, view: &Backhaul) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "way" };
    wizard(
        frame,
        Step::Backhaul,
        &view.done,
        t!(frame, "backhaul.title"),
        &html! {
            p.lead { (t!(frame, "backhaul.text")) }
            @if let Some(result) = &view.result {
                (note(State::Warn, &html! { p role="status" { (result.said(frame.catalogue())) } }))
            }
            (mistakes(form, &[
                ("address", t!(frame, "backhaul.address")),
                ("gateway", t!(frame, "backhaul.gateway")),
                ("dns", t!(frame, "backhaul.dns")),
                ("pppoe_user", t!(frame, "backhaul.user")),
                ("pppoe_password", t!(frame, "login.password")),
                ("apn", t!(frame, "backhaul.apn")),
                ("pin", t!(frame, "backhaul.pin")),
                ("ssid_other", t!(frame, "backhaul.ssid")),
                ("wifi_password", t!(frame, "backhaul.wifi.password")),
            ]))
            (post(frame, "/setup/backhaul", &html! {
                fieldset.ways {
                    legend { (t!(frame, "backhaul.legend")) }
                    @for way in &view.ways { @if *way != Way::None { (one(form, view, *way)) } }
                    (one(form, view, Way::None))
                }
                div.actions { button.primary type="submit" { (t!(frame, "action.continue")) } }
            }))
        },
    )
}

/// One way: the radio button, and its fields, which the style sheet shows when it is chosen.
fn one(form: Form<'_>, view: &Backhaul, way: Way) -> Markup {
    let frame = form.frame;
    let id = format!("{}-way-{}", form.scope, way.value());
    let (label, hint) = match way {
        Way::Dhcp => (t!(frame, "backhaul.dhcp"), t!(frame, "backhaul.dhcp.hint")),
        Way::Static => (t!(frame, "backhaul.static"), t!(frame, "backhaul.static.hint")),
        Way::Pppoe => (t!(frame, "backhaul.pppoe"), t!(frame, "backhaul.pppoe.hint")),
        Way::Modem => (t!(frame, "backhaul.modem"), t!(frame, "backhaul.modem.hint")),
        Way::Wifi => (t!(frame, "backhaul.wifi"), t!(frame, "backhaul.wifi.hint")),
        Way::None => (t!(frame, "backhaul.none"), t!(frame, "backhaul.none.hint")),
    };
    html! {
        div.way {
            input type="radio" id=(id) name="way" value=(way.value()) checked[view.chosen == Some(way)] required
                aria-describedby={ (id) "-hint" };
            label for=(id) { (label) }
            p.hint id={ (id) "-hint" } { (hint) }
            (fields(form, view, way))
        }
    }
}

fn fields(form: Form<'_>, view: &Backhaul, way: Way) -> Markup {
    let frame = form.frame;
    let optional = |name, label| Field::text(name, label).max(64).autocomplete("off");
    html! {
        @match way {
            Way::Dhcp | Way::None => {}
            Way::Static => div.fields {
                (optional("address", t!(frame, "backhaul.address")).hint(t!(frame, "backhaul.address.hint")).code().show(form))
                (optional("gateway", t!(frame, "backhaul.gateway")).code().show(form))
                (optional("dns", t!(frame, "backhaul.dns")).hint(t!(frame, "backhaul.dns.hint")).code().show(form))
            },
            Way::Pppoe => div.fields {
                (optional("pppoe_user", t!(frame, "backhaul.user")).code().show(form))
                (Field::secret("pppoe_password", t!(frame, "login.password")).autocomplete("off").max(128).show(form))
            },
            Way::Modem => div.fields {
                (optional("apn", t!(frame, "backhaul.apn")).hint(t!(frame, "backhaul.apn.hint")).code().show(form))
                (optional("apn_user", t!(frame, "backhaul.user")).code().show(form))
                (Field::secret("apn_password", t!(frame, "login.password")).autocomplete("off").max(128).show(form))
                (Field::secret("pin", t!(frame, "backhaul.pin")).autocomplete("off").max(8).show(form))
            },
            Way::Wifi => div.fields {
                @if !view.wifi.is_empty() {
                    fieldset.plain {
                        legend { (t!(frame, "backhaul.wifi.heard")) }
                        @for (index, seen) in view.wifi.iter().enumerate() {
                            @let id = format!("{}-ssid-{index}", form.scope);
                            div.choice {
                                input type="radio" id=(id) name="ssid" value=(seen.ssid)
                                    checked[form.entered.value("ssid") == seen.ssid];
                                label for=(id) {
                                    bdi { (seen.ssid) } " "
                                    span.soft {
                                        (t!(frame, "backhaul.wifi.strength", n = seen.strength))
                                        @if !seen.locked { ", " (t!(frame, "backhaul.wifi.open")) }
                                    }
                                }
                            }
                        }
                        (form.radio("ssid", "", t!(frame, "backhaul.wifi.other"), None, form.entered.value("ssid").is_empty()))
                    }
                }
                (Field::text("ssid_other", t!(frame, "backhaul.ssid")).autocomplete("off").max(32).show(form))
                (Field::secret("wifi_password", t!(frame, "backhaul.wifi.password")).autocomplete("off").max(64).show(form))
            },
        }
    }
}
