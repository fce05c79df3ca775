//! What an owner can set from the page or the command line, laid over the configuration file.
//!
//! A revision holds all that was ever set, not what changed: undoing is applying an older one. A value is the text of the
//! form; what its key is made of ([`SettingKind`]) decides how it is written into the configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::people::Actor;
use crate::time::Stamp;

/// Revisions that are kept. One more takes the place of the oldest that is not in force.
pub const REVISIONS: u32 = 100;

/// Octets of one value at most.
pub const VALUE: usize = 512;

/// What a setting is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Texts between commas.
    Texts,
    /// Whole numbers between commas.
    Numbers,
    /// Text that is never shown again: a password of a network.
    Secret,
}

/// What starts anew when a setting changes, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restarts {
    /// Nothing.
    Nothing,
    /// The connection to the internet; phones stay registered.
    Backhaul,
    /// The gateway: cells come back within seconds, and phones with their next packet.
    Gateway,
}

impl Restarts {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Backhaul => "backhaul",
            Self::Gateway => "gateway",
        }
    }
}

/// Where a setting stands on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingGroup {
    /// What phones and cells see.
    Network,
    /// Towards cells.
    Cell,
    /// What a new phone gets.
    Phones,
    /// The way to the internet.
    Backhaul,
    /// Time and place.
    Place,
}

/// A key that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingSpec {
    /// Section and key of the configuration file, as `network.name`.
    pub key: &'static str,
    /// Where it stands on the page.
    pub group: SettingGroup,
    /// What it is made of.
    pub kind: SettingKind,
    /// What starts anew when it changes.
    pub restarts: Restarts,
}

const fn spec(key: &'static str, group: SettingGroup, kind: SettingKind, restarts: Restarts) -> SettingSpec {
    SettingSpec { key, group, kind, restarts }
}

/// All keys that can be set, in the order of the page.
pub const SETTINGS: &[SettingSpec] = {
    use Restarts::{Backhaul as Reconnect, Gateway, Nothing};
    use SettingGroup::{Backhaul, Cell, Network, Phones, Place};
    use SettingKind::{Choice, Number, Numbers, Secret, Switch, Text, Texts};
    &[
        spec("network.name", Network, Text, Gateway),
        spec("network.short_name", Network, Text, Gateway),
        spec("network.plmn", Network, Text, Gateway),
        spec("network.tacs", Network, Numbers, Gateway),
        spec("network.band", Network, Text, Nothing),
        spec("user_plane.listen", Cell, Texts, Gateway),
        spec("s1ap.admission.learn", Cell, Number, Gateway),
        spec("subscribers.apn", Phones, Text, Gateway),
        spec("subscribers.uplink", Phones, Number, Gateway),
        spec("subscribers.downlink", Phones, Number, Gateway),
        spec("user_plane.phone_to_phone", Phones, Switch, Gateway),
        spec("user_plane.dns", Phones, Texts, Gateway),
        spec("user_plane.pool", Phones, Text, Gateway),
        spec(
            "backhaul.way",
            Backhaul,
            Choice(&["none", "dhcp", "static", "pppoe", "modem", "wifi"]),
            Reconnect,
        ),
        spec("backhaul.address", Backhaul, Text, Reconnect),
        spec("backhaul.router", Backhaul, Text, Reconnect),
        spec("backhaul.dns", Backhaul, Texts, Reconnect),
        spec("backhaul.user", Backhaul, Text, Reconnect),
        spec("backhaul.password", Backhaul, Secret, Reconnect),
        spec("backhaul.apn", Backhaul, Text, Reconnect),
        spec("backhaul.ssid", Backhaul, Text, Reconnect),
        spec("backhaul.wifi_password", Backhaul, Secret, Reconnect),
        spec("backhaul.probe", Backhaul, Text, Nothing),
        spec("clock.zone", Place, Text, Gateway),
        spec("page.language", Place, Choice(&["en", "es", "fr", "sw", "pt"]), Nothing),
    ]
};

/// The key with this name.
pub fn setting(key: &str) -> Option<&'static SettingSpec> {
    SETTINGS.iter().find(|spec| spec.key == key)
}

/// Values by key. What is absent is as the configuration file says.
pub type Values = BTreeMap<String, String>;

/// What became of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevisionState {
    /// Applied, and not yet used by a start.
    Pending,
    /// In use on trial: it goes back by itself unless somebody keeps it.
    Trial,
    /// Kept.
    Kept,
    /// Gone back from: nobody kept it in time, or the gateway did not start with it.
    Reverted,
}

impl RevisionState {
    /// The word for it in files and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Trial => "trial",
            Self::Kept => "kept",
            Self::Reverted => "reverted",
        }
    }
}

/// All that an owner had set at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Counts up from 1.
    pub number: u64,
    /// When it was applied.
    pub at: Stamp,
    /// By whom.
    pub by: Actor,
    /// What became of it.
    pub state: RevisionState,
    /// The values.
    pub values: Values,
    /// Keys of secrets that are others than those that were kept before it: their values are not shown, so that comparing
    /// two revisions does not tell. Only filled in where revisions are listed.
    pub new_secrets: Vec<String>,
}

/// What is set now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsView {
    /// Each key with its value: what an owner set, or what the configuration file has, or its default. Secrets are
    /// empty; whether one is set tells `set`.
    pub rows: Vec<SettingRow>,
    /// The revision on trial, and how many seconds are left to keep it.
    pub trial: Option<(u64, u32)>,
    /// How many seconds a trial lasts on this box, whether there is one now or not.
    pub trial_seconds: u32,
    /// Whether the gateway has what it needs to serve phones.
    pub complete: bool,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// Which.
    pub spec: &'static SettingSpec,
    /// Its value, as the form shows it.
    pub value: String,
    /// Whether an owner set it.
    pub set: bool,
}

/// What applying some values would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// What would change.
    pub changes: Vec<SettingChange>,
    /// What is wrong with the values, by key; nothing is applied while there is something.
    pub mistakes: Vec<(String, String)>,
}

impl Preview {
    /// What starts anew.
    pub fn restarts(&self) -> Restarts {
        self.changes.iter().map(|change| change.spec.restarts).max().unwrap_or(Restarts::Nothing)
    }
}

/// A value that would change. Secrets are shown as empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// Which.
    pub spec: &'static SettingSpec,
    /// What it is.
    pub old: String,
    /// What it would be.
    pub new: String,
}

/// What was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The revision.
    pub revision: u64,
    /// What starts anew now.
    pub restarts: Restarts,
    /// Whether it goes back by itself unless it is kept.
    pub on_trial: bool,
}
