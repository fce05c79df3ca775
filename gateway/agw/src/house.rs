//! The box around the network: what it keeps for its people, what they can set, and the box itself. Nothing here is needed to
//! serve a phone.

mod configure;
mod ending;
mod hardware;
mod keeper;
mod label;
mod machine;
mod not_set_up;
mod store_door;
mod supervisor;
mod upkeep;

pub(crate) use configure::{BoxFacts, Settler};
pub(crate) use ending::{Ending, Endings, endings};
pub(crate) use hardware::{Begin, BoardThread, Happened};
pub(crate) use keeper::StoreKeeper;
pub(crate) use label::{Label, LabelError};
pub(crate) use machine::{BoxMachine, Eyes, ways};
pub(crate) use not_set_up::NotSetUp;
pub(crate) use store_door::{Stamps, StoreDoor, unix_seconds};
pub(crate) use upkeep::{Upkeep, certificate_names, roles, roles_by_name};
