//! What goes over the wire: plain JSON types for this API and its clients, apart from the model's, so that no key of the
//! model can slip into an answer. Requests alone hold keys, as [`KeyText`], which does not print.

mod cell;
mod event;
mod object;
mod page;
mod phone;
mod present;
mod problem;
mod status;
mod subscriber;

pub use cell::{Cell, Tai, cell_id, parse_cell_id};
pub use event::{Event, EventKind};
pub use page::Page;
pub use phone::{Bearer, Ecgi, Guti, Phone, Usage};
pub use problem::{FieldError, Problem};
pub use status::{BoxIdentity, CellAdmission, Limits, Status, Store};
pub use subscriber::{
    Ambr, Apn, ImportResult, KeyText, NewApn, NewSubscriber, Subscriber, SubscriberPatch, SubscriberState,
    UnknownState,
};
