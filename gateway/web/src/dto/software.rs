use pumice_model::software::{self, ImageView, SideView, SoftwareView, StickUpdate, UpdateView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::object::only_objects;
use super::present::present;
use super::words::words;

/// The software of the box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Software {
    /// The version of the gateway that answers.
    #[schema(example = "0.1.0")]
    pub running: String,
    /// The image with two sides; null where the gateway was installed by other means.
    #[schema(required = true)]
    pub image: Option<Image>,
}

/// An image with two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Both sides, A first.
    pub sides: Vec<Side>,
    /// The update that is going on, or the last one; null if there was none.
    #[schema(required = true)]
    pub update: Option<Update>,
    /// Updates on USB sticks, as they were when somebody looked last.
    pub on_sticks: Vec<OnStick>,
    /// Octets of an update that have come and wait.
    #[schema(example = 0)]
    pub received: u64,
}

/// A side of the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Side {
    /// Its name.
    #[schema(example = "A")]
    pub name: String,
    /// Its version; null where that is not known.
    #[schema(required = true, example = "0.1.0")]
    pub version: Option<String>,
    /// Whether it runs.
    pub runs: bool,
    /// Whether it has proved itself.
    pub good: bool,
}

/// An update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Update {
    /// How far it is.
    pub stage: UpdateStage,
    /// Its version, once that is known.
    #[schema(required = true, example = "0.1.1")]
    pub version: Option<String>,
    /// How much of it is written.
    #[schema(required = true, minimum = 0, maximum = 100)]
    pub percent: Option<u8>,
    /// Why it was refused or gone back from.
    #[schema(required = true)]
    pub reason: Option<String>,
}

words! {
    /// How far an update is.
    UpdateStage, UnknownUpdateStage,
        "asked, checking, installing, restarting, settling, settled, gone_back or refused" {
        /// It was asked for.
        Asked => "asked",
        /// Its signature and version are looked at.
        Checking => "checking",
        /// It is written to the side that does not run.
        Installing => "installing",
        /// The box starts anew with it.
        Restarting => "restarting",
        /// The new side runs and has to prove itself.
        Settling => "settling",
        /// The new side has proved itself.
        Settled => "settled",
        /// The new side did not prove itself; the one before runs.
        GoneBack => "gone_back",
        /// It was refused, and nothing has changed.
        Refused => "refused",
    }
}

impl From<software::UpdateStage> for UpdateStage {
    fn from(stage: software::UpdateStage) -> Self {
        match stage {
            software::UpdateStage::Asked => Self::Asked,
            software::UpdateStage::Checking => Self::Checking,
            software::UpdateStage::Installing => Self::Installing,
            software::UpdateStage::Restarting => Self::Restarting,
            software::UpdateStage::Settling => Self::Settling,
            software::UpdateStage::Settled => Self::Settled,
            software::UpdateStage::GoneBack => Self::GoneBack,
            software::UpdateStage::Refused => Self::Refused,
        }
    }
}

/// An update on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnStick {
    /// The file's name.
    #[schema(example = "pumice-0.1.1.raucb")]
    pub name: String,
    /// Its version; null if its signature is not right.
    #[schema(required = true)]
    pub version: Option<String>,
    /// Why it cannot be used.
    #[schema(required = true)]
    pub problem: Option<String>,
}

impl From<SoftwareView> for Software {
    fn from(view: SoftwareView) -> Self {
        Self { running: view.running, image: view.image.map(Image::from) }
    }
}

impl From<ImageView> for Image {
    fn from(view: ImageView) -> Self {
        let side = |SideView { name, version, runs, good }| Side { name, version, runs, good };
        let on_stick = |StickUpdate { name, version, problem }| OnStick { name, version, problem };
        Self {
            sides: view.sides.into_iter().map(side).collect(),
            update: view.update.map(|UpdateView { stage, version, percent, reason }| Update {
                stage: stage.into(),
                version,
                percent,
                reason,
            }),
            on_sticks: view.on_sticks.into_iter().map(on_stick).collect(),
            received: view.received,
        }
    }
}

/// An update to install.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"stick": "pumice-0.1.1.raucb"}))]
pub struct UpdateOrder {
    /// The name of a bundle on a USB stick; absent for the one that was sent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    pub stick: Option<String>,
    /// Whether it may be older than what runs.
    #[serde(default)]
    pub may_be_older: bool,
}

only_objects!(UpdateOrder);

/// How much of an update has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Octets.
    #[schema(example = 1_048_576)]
    pub octets: u64,
}
