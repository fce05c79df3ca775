//! What root tells the gateway, and what it remembers from start to start.

use pumice_model::software::{ImageView, SideView, StickUpdate, UpdateStage, UpdateView};
use serde::{Deserialize, Serialize};

/// Updates on sticks that are told.
pub(crate) const STICK_UPDATES: usize = 16;

/// What is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) sides: Vec<Side>,
    pub(crate) update: Option<Update>,
    #[serde(default)]
    pub(crate) on_sticks: Vec<OnStick>,
}

/// A side of the image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Side {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) runs: bool,
    pub(crate) good: bool,
}

/// An update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Update {
    pub(crate) stage: Stage,
    pub(crate) version: Option<String>,
    pub(crate) percent: Option<u8>,
    pub(crate) reason: Option<String>,
}

impl Update {
    pub(crate) const fn at(stage: Stage) -> Self {
        Self { stage, version: None, percent: None, reason: None }
    }
}

/// How far an update is: [`UpdateStage`] as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    Checking,
    Installing,
    Restarting,
    Settling,
    Settled,
    GoneBack,
    Refused,
}

impl From<Stage> for UpdateStage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Checking => Self::Checking,
            Stage::Installing => Self::Installing,
            Stage::Restarting => Self::Restarting,
            Stage::Settling => Self::Settling,
            Stage::Settled => Self::Settled,
            Stage::GoneBack => Self::GoneBack,
            Stage::Refused => Self::Refused,
        }
    }
}

/// An update on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OnStick {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) problem: Option<String>,
}

impl Report {
    /// As it is shown, with what the gateway knows itself.
    pub(crate) fn view(self, received: u64) -> ImageView {
        let side = |Side { name, version, runs, good }| SideView { name, version, runs, good };
        ImageView {
            sides: self.sides.into_iter().map(side).collect(),
            update: self.update.map(|Update { stage, version, percent, reason }| UpdateView {
                stage: stage.into(),
                version,
                percent,
                reason,
            }),
            on_sticks: self
                .on_sticks
                .into_iter()
                .take(STICK_UPDATES)
                .map(|OnStick { name, version, problem }| StickUpdate { name, version, problem })
                .collect(),
            received,
        }
    }
}

/// Which version proved itself on which side: RAUC knows what it has installed, not what was flashed.
pub(crate) type Versions = std::collections::BTreeMap<String, String>;

/// What root remembers: the update that is being tried, or was last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The side that was to be started.
    pub(crate) side: String,
    /// What is on it.
    pub(crate) version: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// The box is to start with it, or has.
    Tried,
    Settled,
    GoneBack,
}

impl Record {
    pub(crate) fn update(&self) -> Update {
        let stage = match self.outcome {
            Outcome::Tried => Stage::Restarting,
            Outcome::Settled => Stage::Settled,
            Outcome::GoneBack => Stage::GoneBack,
        };
        Update { stage, version: self.version.clone(), percent: None, reason: self.reason.clone() }
    }
}
