//! What the caller decides: names, defaults, bounds.

use core::time::Duration;

use pumice_model::identity::Apn;
use pumice_model::subscriber::{Ambr, Qci};

use crate::shared::Shared;

/// What the caller decides.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Names and addresses, without port, by which a browser may reach the gateway besides `localhost` and loopback
    /// addresses. A request for any other host is refused: that is what stops DNS rebinding.
    pub hosts: Vec<String>,
    /// What a new subscriber gets where a request leaves it out.
    pub subscriber: SubscriberDefaults,
    /// What the box's label says.
    pub label: LabelFacts,
    /// How much a client may take.
    pub limits: WebLimits,
    /// What is here once for this and the page.
    pub shared: Shared,
}

/// What the box's label says, as far as it is not seen on the box itself. The one-time code is not among it: no answer holds that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelFacts {
    /// Names under which the page is reached, as `pumice.local`.
    pub names: Vec<String>,
    /// SHA-256 of the certificate that people compare or install, as browsers show it.
    pub fingerprint: Option<String>,
}

impl WebConfig {
    /// Loopback names only, and the default bounds.
    pub fn new(subscriber: SubscriberDefaults) -> Self {
        Self {
            hosts: Vec::new(),
            subscriber,
            label: LabelFacts::default(),
            limits: WebLimits::default(),
            shared: Shared::default(),
        }
    }
}

/// What a new subscriber gets where a request leaves it out.
#[derive(Debug, Clone)]
pub struct SubscriberDefaults {
    /// The APN.
    pub apn: Apn,
    /// The class of its default bearer.
    pub qci: Qci,
    /// Allocation and retention priority: 1 (first) to 15.
    pub priority: u8,
    /// The most for the subscriber and for each of its APNs.
    pub ambr: Ambr,
    /// Authentication management field.
    pub amf: [u8; 2],
}

impl SubscriberDefaults {
    /// Best effort on this APN: QCI 9, priority 8, 50 Mbit/s up, 100 Mbit/s down, AMF 8000.
    pub const fn new(apn: Apn) -> Self {
        Self {
            apn,
            qci: Qci::DEFAULT,
            priority: 8,
            ambr: Ambr { uplink: 50_000_000, downlink: 100_000_000 },
            amf: [0x80, 0x00],
        }
    }
}

/// How much a client may take. All that a request holds is bounded by these: at most
/// `connections * json_octets + imports * import_octets` octets of bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebLimits {
    /// Connections at one time. One more takes the place of the one that keeps us waiting longest, or is answered 503. As many
    /// requests that change something may be on their way, those with them whose clients have gone.
    pub connections: usize,
    /// A connection that keeps us waiting longer than this may lose its place to a new one.
    pub patience: Duration,
    /// The time in which a request's header must come, counted from the end of the one before.
    pub header_time: Duration,
    /// The time in which a request's body must come.
    pub body_time: Duration,
    /// The time after which a connection is closed between two requests, whatever it does.
    pub connection_time: Duration,
    /// Questions and commands before the core at one time. One more is answered 503.
    pub questions: usize,
    /// The time in which the core must answer. A change that is not made by then goes on, and is noted when it is made.
    pub answer_time: Duration,
    /// Octets of a JSON body.
    pub json_octets: usize,
    /// Octets of an imported file.
    pub import_octets: usize,
    /// Rows of an imported file.
    pub import_rows: usize,
    /// Imports at one time. One more is answered 503.
    pub imports: usize,
}

impl Default for WebLimits {
    fn default() -> Self {
        Self {
            connections: 32,
            patience: Duration::from_secs(1),
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            connection_time: Duration::from_secs(120),
            questions: 16,
            answer_time: Duration::from_secs(30),
            json_octets: 16 << 10,
            import_octets: 1 << 20,
            import_rows: 10_000,
            imports: 1,
        }
    }
}
