use core::fmt;
use std::collections::BTreeMap;

use pumice_model::settings::{self, SettingGroup, SettingKind, SettingsView, setting};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::object::only_objects;
use super::words::words;
use super::{FieldError, Stamp};

/// What is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// Every key that can be set, in the order of the page.
    pub rows: Vec<Setting>,
    /// The revision on trial; null if none is.
    #[schema(required = true)]
    pub trial: Option<Trial>,
    /// Whether the gateway has what it needs to serve phones.
    pub complete: bool,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Setting {
    /// Section and key of the configuration file.
    #[schema(example = "network.name")]
    pub key: String,
    /// Where it stands on the page: `network`, `cell`, `phones`, `backhaul`, `place`.
    #[schema(example = "network")]
    pub group: String,
    /// What it is made of: `text`, `number`, `switch` (true or false), `choice`, `texts` or `numbers` between commas, `secret`.
    #[schema(example = "text")]
    pub kind: String,
    /// The words to choose from, of a `choice`.
    pub choices: Vec<String>,
    /// What starts anew when it changes.
    pub restarts: Restarts,
    /// Its value; of a secret always empty.
    #[schema(example = "Village")]
    pub value: String,
    /// Whether an owner set it; otherwise it is as the configuration file says.
    pub set: bool,
}

/// A revision that goes back by itself unless it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trial {
    /// Its number.
    #[schema(example = 3)]
    pub revision: u64,
    /// Seconds that are left to keep it.
    #[schema(example = 74)]
    pub seconds_left: u32,
}

words! {
    /// What starts anew when a setting changes, the least first.
    Restarts, UnknownRestarts, "nothing, backhaul or gateway" {
        /// Nothing.
        Nothing => "nothing",
        /// The connection to the internet; phones stay registered.
        Backhaul => "backhaul",
        /// The gateway: cells come back within seconds, phones with their next packet.
        Gateway => "gateway",
    }
}

words! {
    /// What became of a revision.
    RevisionState, UnknownRevisionState, "pending, trial, kept or reverted" {
        /// Applied, and not yet used by a start.
        Pending => "pending",
        /// In use on trial.
        Trial => "trial",
        /// Kept.
        Kept => "kept",
        /// Gone back from.
        Reverted => "reverted",
    }
}

/// Values to set, by key. Keys that are left out stay; an empty value takes a key back to what the configuration file says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"values": {"network.name": "Village", "subscribers.downlink": "20000000"}}))]
pub struct SettingValues {
    /// Each value as text, at most 512 octets. Lists are written with commas.
    pub values: BTreeMap<String, String>,
}

only_objects!(SettingValues);

impl fmt::Debug for SettingValues {
    /// Keys alone: there may be passwords of networks among the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// What some values would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingsPreview {
    /// What would change.
    pub changes: Vec<SettingChange>,
    /// What is wrong; nothing is applied while there is something.
    pub mistakes: Vec<FieldError>,
    /// What would start anew.
    pub restarts: Restarts,
}

/// A value that would change. Secrets are shown as empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingChange {
    /// Which.
    #[schema(example = "network.name")]
    pub key: String,
    /// What it is.
    #[schema(example = "Pumice")]
    pub old: String,
    /// What it would be.
    #[schema(example = "Village")]
    pub new: String,
    /// What starts anew for it.
    pub restarts: Restarts,
}

/// What was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Applied {
    /// The revision.
    #[schema(example = 4)]
    pub revision: u64,
    /// What starts anew now.
    pub restarts: Restarts,
    /// Whether it goes back by itself unless it is kept.
    pub on_trial: bool,
    /// Seconds in which it is to be kept; 0 if it is not on trial.
    #[schema(example = 90)]
    pub keep_within_seconds: u32,
}

/// All that an owner had set at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// Counts up from 1.
    #[schema(example = 4)]
    pub number: u64,
    /// When it was applied.
    pub at: Stamp,
    /// By whom: a name, `(shell)` or `(box)`.
    #[schema(example = "(shell)")]
    pub by: String,
    /// What became of it.
    pub state: RevisionState,
    /// The values; secrets are empty.
    pub values: BTreeMap<String, String>,
    /// Keys of secrets that are others than before.
    pub new_secrets: Vec<String>,
}

impl From<SettingsView> for Settings {
    fn from(view: SettingsView) -> Self {
        Self {
            rows: view.rows.into_iter().map(Setting::from).collect(),
            trial: view.trial.map(|(revision, seconds_left)| Trial { revision, seconds_left }),
            complete: view.complete,
        }
    }
}

impl From<settings::SettingRow> for Setting {
    fn from(row: settings::SettingRow) -> Self {
        let spec = row.spec;
        let choices = match spec.kind {
            SettingKind::Choice(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            _ => Vec::new(),
        };
        Self {
            key: spec.key.to_owned(),
            group: group(spec.group).to_owned(),
            kind: kind(spec.kind).to_owned(),
            choices,
            restarts: spec.restarts.into(),
            value: shown(spec.kind, row.value),
            set: row.set,
        }
    }
}

impl From<settings::Preview> for SettingsPreview {
    fn from(preview: settings::Preview) -> Self {
        let restarts = preview.restarts().into();
        Self {
            changes: preview.changes.into_iter().map(SettingChange::from).collect(),
            mistakes: preview.mistakes.iter().map(|(key, why)| FieldError::of_key(key, why)).collect(),
            restarts,
        }
    }
}

impl From<settings::SettingChange> for SettingChange {
    fn from(change: settings::SettingChange) -> Self {
        let spec = change.spec;
        Self {
            key: spec.key.to_owned(),
            old: shown(spec.kind, change.old),
            new: shown(spec.kind, change.new),
            restarts: spec.restarts.into(),
        }
    }
}

impl Applied {
    /// What was applied, on a box whose trials last so long.
    pub(crate) fn of(applied: settings::Applied, trial_seconds: u32) -> Self {
        Self {
            revision: applied.revision,
            restarts: applied.restarts.into(),
            on_trial: applied.on_trial,
            keep_within_seconds: if applied.on_trial { trial_seconds } else { 0 },
        }
    }
}

impl From<settings::Revision> for Revision {
    fn from(revision: settings::Revision) -> Self {
        let value = |(key, value): (String, String)| {
            // A key that this version does not know may be a secret of another.
            let kind = setting(&key).map_or(SettingKind::Secret, |spec| spec.kind);
            (key, shown(kind, value))
        };
        Self {
            number: revision.number,
            at: revision.at.into(),
            by: revision.by.to_string(),
            state: revision.state.into(),
            values: revision.values.into_iter().map(value).collect(),
            new_secrets: revision.new_secrets,
        }
    }
}

impl From<settings::Restarts> for Restarts {
    fn from(restarts: settings::Restarts) -> Self {
        match restarts {
            settings::Restarts::Nothing => Self::Nothing,
            settings::Restarts::Backhaul => Self::Backhaul,
            settings::Restarts::Gateway => Self::Gateway,
        }
    }
}

impl From<settings::RevisionState> for RevisionState {
    fn from(state: settings::RevisionState) -> Self {
        match state {
            settings::RevisionState::Pending => Self::Pending,
            settings::RevisionState::Trial => Self::Trial,
            settings::RevisionState::Kept => Self::Kept,
            settings::RevisionState::Reverted => Self::Reverted,
        }
    }
}

/// The value as it may be shown, whatever the door gave.
fn shown(kind: SettingKind, value: String) -> String {
    if kind == SettingKind::Secret { String::new() } else { value }
}

const fn group(group: SettingGroup) -> &'static str {
    match group {
        SettingGroup::Network => "network",
        SettingGroup::Cell => "cell",
        SettingGroup::Phones => "phones",
        SettingGroup::Backhaul => "backhaul",
        SettingGroup::Place => "place",
    }
}

const fn kind(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Text => "text",
        SettingKind::Number => "number",
        SettingKind::Switch => "switch",
        SettingKind::Choice(_) => "choice",
        SettingKind::Texts => "texts",
        SettingKind::Numbers => "numbers",
        SettingKind::Secret => "secret",
    }
}
