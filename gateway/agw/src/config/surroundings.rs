//! The sections of what is around the network: the page, the way to the internet, the board.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use pumice_model::keeper::TRIAL_SECONDS;

use super::document::Section;
use super::settings::{BackhaulSettings, BoardSettings, PageSettings, SoftwareSettings, StoreSettings, Way};
use super::value;

/// Ports of HTTPS and HTTP.
const HTTPS: u16 = 443;
const HTTP: u16 = 80;

/// A service that answers TCP and belongs to nobody's country: Quad9 by TLS.
const PROBE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(9, 9, 9, 9)), 853);

/// Where the image's units tell what became of updates.
const REPORTS: &str = "/run/pumice-software";

/// The languages that the page speaks.
const LANGUAGES: [(&str, &str); 5] = [("en", "en"), ("es", "es"), ("fr", "fr"), ("sw", "sw"), ("pt", "pt")];

pub(super) fn page(mut section: Section<'_>, store: &StoreSettings) -> PageSettings {
    let everywhere = |port| {
        let any: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        any.map(|address| SocketAddr::new(address, port)).to_vec()
    };
    let sockets = |port| value::distinct(value::list(0..=8, value::socket_address(port)));
    let page = PageSettings {
        listen: section.or("listen", everywhere(HTTPS), sockets(HTTPS)),
        http: section.or("http", everywhere(HTTP), sockets(HTTP)),
        hosts: section.or("hosts", Vec::new(), value::list(0..=16, value::host)),
        language: section.or("language", "en", value::word(&LANGUAGES)).to_owned(),
        setup_wifi: section.or("setup_wifi", false, value::switch),
        label: section.or("label", beside(store, "label"), value::path),
        announce: section.or("announce", true, value::switch),
        trial: section.or("trial", Duration::from_secs(TRIAL_SECONDS.into()), value::seconds(5..=600)),
    };
    section.close();
    page
}

pub(super) fn backhaul(mut section: Section<'_>, store: &StoreSettings) -> BackhaulSettings {
    let text = || value::text_of(1..=128);
    let ways = [
        ("none", "none"),
        ("dhcp", "dhcp"),
        ("static", "static"),
        ("pppoe", "pppoe"),
        ("modem", "modem"),
        ("wifi", "wifi"),
    ];
    let chosen = section.optional("way", value::word(&ways));
    let address = section.optional("address", value::address_with_prefix);
    let router = section.optional("router", value::address);
    let dns = section.or("dns", Vec::new(), value::distinct(value::list(0..=4, value::address)));
    let user = section.optional("user", text());
    let password = section.optional("password", text());
    let apn = section.optional("apn", text());
    let ssid = section.optional("ssid", value::text_of(1..=32));
    let wifi_password = section.optional("wifi_password", value::text_of(8..=63));
    let probe = section.or("probe", PROBE, value::socket_address(HTTPS));
    let probe_every = section.or("probe_every", Duration::from_secs(60), value::seconds(5..=3_600));
    let files = section.or("files", beside(store, "network"), value::path);
    let missing = |key: &str, what: &str| section.wrong(key, format!("is missing: {what}"));
    let way = match chosen {
        None => None,
        Some("static") => match (address, router) {
            (Some((address, prefix)), Some(router)) => Some(Way::Static { address, prefix, router, dns }),
            (address, router) => {
                if address.is_none() {
                    missing("address", "the box's own, as \"192.168.1.20/24\"");
                }
                if router.is_none() {
                    missing("router", "the way out, as \"192.168.1.1\"");
                }
                None
            }
        },
        Some("pppoe") => match (user, password) {
            (Some(user), Some(password)) => Some(Way::Pppoe { user, password }),
            _ => {
                missing("user", "the name and the password that the provider gave");
                None
            }
        },
        Some("modem") => match apn {
            Some(apn) => Some(Way::Modem { apn, user, password }),
            None => {
                missing("apn", "the access point name that the provider gave");
                None
            }
        },
        Some("wifi") => match ssid {
            Some(ssid) => Some(Way::Wifi { ssid, password: wifi_password }),
            None => {
                missing("ssid", "the name of the WiFi");
                None
            }
        },
        Some("dhcp") => Some(Way::Dhcp),
        Some(_) => Some(Way::None),
    };
    section.close();
    BackhaulSettings { way, files, probe, probe_every }
}

pub(super) fn board(mut section: Section<'_>) -> BoardSettings {
    let board = BoardSettings {
        description: section.or("description", "auto".to_owned(), value::text_of(1..=255)),
        watchdog: section.or("watchdog", false, value::switch),
    };
    section.close();
    board
}

pub(super) fn software(mut section: Section<'_>) -> Option<SoftwareSettings> {
    let requests = section.optional("requests", value::path);
    let reports = section.or("reports", REPORTS.into(), value::path);
    section.close();
    requests.map(|requests| SoftwareSettings { requests, reports })
}

/// A folder beside the sealing key.
fn beside(store: &StoreSettings, name: &str) -> PathBuf {
    store.key_file.with_file_name(name)
}
