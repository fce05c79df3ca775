//! What the caller decides about the page.

use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use zeroize::Zeroizing;

use super::certificate::{Certified, LOCAL_NAME};
use super::tls::TlsIdentity;
use crate::config::{SubscriberDefaults, WebLimits};
use crate::neighbours::{Neighbours, Subnet};
use crate::shared::Shared;

/// What the caller decides about the page.
#[derive(Clone)]
pub struct SiteConfig {
    /// The one-time code on the box's label: whoever has it becomes the owner of a box that has none. Without it a box is
    /// claimed at its command line only.
    pub label_code: Option<Zeroizing<String>>,
    /// What tells this box from others: a short form of its serial number.
    pub box_name: String,
    /// Names by which a browser may reach the page besides [`LOCAL_NAME`] and addresses of the neighbourhood. A request for
    /// any other host is refused: that is what stops DNS rebinding.
    pub names: Vec<String>,
    /// The address under which the box is found when nothing else works.
    pub fallback_address: Option<IpAddr>,
    /// The WiFi that the box opens for setting it up, where the board has one.
    pub setup_wifi: Option<SetupWifi>,
    /// Addresses that phones get: the page is not for them, and has no address among them.
    pub phones: Vec<Subnet>,
    /// Whether plain HTTP answers a device's question for the internet with the way to the page (a captive portal). Only right
    /// while the box has an access point of its own for setup.
    pub captive: bool,
    /// The port of the page, for addresses that people are told.
    pub port: u16,
    /// Where the page listens, for the page on security.
    pub listens: Vec<String>,
    /// The certificate that is shown, which the caller may replace.
    pub identity: TlsIdentity,
    /// The authority that signed it; `/ca.crt`.
    pub authority: Certified,
    /// The language of who has not chosen one, as `en`.
    pub language: String,
    /// What a new subscriber gets where a form leaves it out.
    pub subscriber: SubscriberDefaults,
    /// How much a client may take.
    pub limits: SiteLimits,
    /// What is here once for this and the API.
    pub shared: Shared,
}

impl SiteConfig {
    /// A box without label, names or WiFi, in English.
    pub fn new(identity: TlsIdentity, authority: Certified, subscriber: SubscriberDefaults) -> Self {
        Self {
            label_code: None,
            box_name: String::new(),
            names: Vec::new(),
            fallback_address: None,
            setup_wifi: None,
            phones: Vec::new(),
            captive: false,
            port: 443,
            listens: Vec::new(),
            identity,
            authority,
            language: "en".to_owned(),
            subscriber,
            limits: SiteLimits::default(),
            shared: Shared::default(),
        }
    }

    /// Who may connect to the page: neighbours of the box that are none of its phones. Who else tries is counted.
    pub fn neighbours(&self) -> Neighbours {
        Neighbours::local(self.phones.clone()).counted_in(&self.shared)
    }

    /// Where the page is.
    pub fn secure_url(&self) -> String {
        match self.port {
            443 => format!("https://{LOCAL_NAME}/"),
            port => format!("https://{LOCAL_NAME}:{port}/"),
        }
    }
}

impl fmt::Debug for SiteConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteConfig").field("box_name", &self.box_name).finish_non_exhaustive()
    }
}

/// A WiFi for setting up.
#[derive(Clone, PartialEq, Eq)]
pub struct SetupWifi {
    /// Its name.
    pub ssid: String,
    /// Its password, which is on the label.
    pub password: String,
}

impl fmt::Debug for SetupWifi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetupWifi").field("ssid", &self.ssid).finish_non_exhaustive()
    }
}

/// How much a client of the page may take. All that requests hold is bounded by `web.connections * form_octets`, and by one large thing
/// (a file of subscribers, a backup, a bundle of diagnostics) that is being sent, made or looked into, with `web.imports` at 1. One
/// large thing waits for a second look, for five minutes at most; it makes room when the next one comes. So of a backup there
/// are never more than two copies: the one that waits and the one that comes, or the one that came and what it decrypts to. A
/// browser that fetches one slowly holds it until its connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteLimits {
    /// Connections, times, and files of subscribers, as for the API.
    pub web: WebLimits,
    /// Octets of a form without a file.
    pub form_octets: usize,
    /// Octets of a backup that is put back.
    pub backup_octets: usize,
    /// The time in which a file must come.
    pub upload_time: Duration,
    /// How long a large thing waits for another one before its sender is told to come again.
    pub large_turn: Duration,
    /// Browsers that watch parts of pages change. More ask from time to time instead.
    pub watchers: usize,
}

impl Default for SiteLimits {
    fn default() -> Self {
        Self {
            web: WebLimits { connections: 48, ..WebLimits::default() },
            form_octets: 32 << 10,
            backup_octets: 20 << 20,
            upload_time: Duration::from_secs(180),
            large_turn: Duration::from_secs(10),
            watchers: 16,
        }
    }
}
