//! The door to the software of the box: what runs, what is on the other side of the image, and updates.

use crate::control::{Pending, Refusal};

/// Octets of an update at most.
pub const UPDATE_OCTETS: u64 = 192 << 20;

/// Octets of an update that come at once.
pub const PIECE_OCTETS: usize = 1 << 20;

/// The software of the box.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SoftwareView {
    /// The version of the gateway that answers.
    pub running: String,
    /// The image that it came with; absent where somebody has installed the gateway by other means.
    pub image: Option<ImageView>,
}

/// An image with two sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageView {
    /// Both sides, A first.
    pub sides: Vec<SideView>,
    /// The update that is going on, or the last one.
    pub update: Option<UpdateView>,
    /// Updates on USB sticks, as they were when somebody looked last.
    pub on_sticks: Vec<StickUpdate>,
    /// Octets of an update that have come and wait.
    pub received: u64,
}

/// A side of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SideView {
    /// `A` or `B`.
    pub name: String,
    /// Its version, where that is known.
    pub version: Option<String>,
    /// Whether it runs.
    pub runs: bool,
    /// Whether it has proved itself.
    pub good: bool,
}

/// How far an update is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateStage {
    /// It was asked for.
    Asked,
    /// Its signature and version are looked at.
    Checking,
    /// It is written to the side that does not run.
    Installing,
    /// The box starts anew with it.
    Restarting,
    /// The new side runs and has to prove itself.
    Settling,
    /// The new side has proved itself.
    Settled,
    /// The new side did not prove itself; the one before runs.
    GoneBack,
    /// It was refused, and nothing has changed.
    Refused,
}

impl UpdateStage {
    /// Whether something is going on.
    #[must_use]
    pub const fn is_busy(self) -> bool {
        matches!(self, Self::Asked | Self::Checking | Self::Installing | Self::Restarting | Self::Settling)
    }
}

/// An update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateView {
    /// How far it is.
    pub stage: UpdateStage,
    /// Its version, once that is known.
    pub version: Option<String>,
    /// How much of it is written, 0 to 100.
    pub percent: Option<u8>,
    /// Why it was refused or gone back from.
    pub reason: Option<String>,
}

/// An update on a stick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StickUpdate {
    /// The file's name.
    pub name: String,
    /// Its version, if its signature is right.
    pub version: Option<String>,
    /// Why it cannot be used.
    pub problem: Option<String>,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoftwareOrder {
    /// Installs an update, and starts the box anew with it.
    Install {
        /// The file's name on a stick; absent for the update that was received.
        stick: Option<String>,
        /// Whether it may be older than what runs.
        may_be_older: bool,
    },
    /// Looks for updates on sticks.
    Look,
    /// Starts the box anew with its other side.
    Return,
}

/// Looks at the software, and changes it.
pub trait Software: Send + Sync {
    /// What runs, and what else there is.
    fn software(&self) -> Pending<SoftwareView>;

    /// Takes a piece of an update: the one at offset 0 begins anew, every other goes on where the one before ended. How much is there
    /// then. [`Refusal::TooLate`] for another offset, which [`ImageView::received`] tells.
    fn receive(&self, offset: u64, piece: Vec<u8>) -> Pending<u64>;

    /// Has something done; what becomes of it is seen in [`Self::software`]. [`Refusal::Busy`] while an update goes on.
    fn order(&self, order: SoftwareOrder) -> Pending<()>;
}

/// A gateway that did not come with an image.
#[derive(Debug, Clone)]
pub struct WithoutImage {
    /// Its version.
    pub version: String,
}

impl WithoutImage {
    const LACKS: Refusal =
        Refusal::NotHere { lacks: "an image with two sides; this gateway was installed by other means" };
}

impl Software for WithoutImage {
    fn software(&self) -> Pending<SoftwareView> {
        let view = SoftwareView { running: self.version.clone(), image: None };
        Pending::new(core::future::ready(Ok(view)))
    }

    fn receive(&self, _: u64, _: Vec<u8>) -> Pending<u64> {
        Pending::new(core::future::ready(Err(Self::LACKS)))
    }

    fn order(&self, _: SoftwareOrder) -> Pending<()> {
        Pending::new(core::future::ready(Err(Self::LACKS)))
    }
}
