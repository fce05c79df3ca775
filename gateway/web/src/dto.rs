//! What goes over the wire: plain JSON types for this API and its clients, apart from the model's, so that no key of the
//! model can slip into an answer. Requests alone hold keys, as [`KeyText`], which does not print.

mod archive;
mod batch;
mod capture;
mod cell;
mod event;
mod label;
mod machine;
mod object;
mod page;
mod people;
mod phone;
mod present;
mod problem;
mod secret;
mod settings;
mod software;
mod stamp;
mod status;
mod subscriber;
mod words;

pub use archive::{Curve, Curves, DayUsage, MonthUsage, PhoneUsage};
pub use batch::{BatchAdded, BatchSize, FromBatch};
pub use capture::{Capture, CaptureBegun, NewCapture};
pub use cell::{Cell, Tai, cell_id, parse_cell_id};
pub use event::{Event, EventKind};
pub use label::Label;
pub use machine::{
    Backhaul, BackupOrder, Board, Clock, Disk, Interface, Machine, Power, ResetOrder, ResetWhat,
    RestartOrder, RestartWhat, UnknownResetWhat, UnknownRestartWhat,
};
pub use page::Page;
pub(crate) use people::session_id;
pub use people::{Account, AccountPatch, AuditEntry, NewAccount, Role, Session, UnknownRole};
pub use phone::{Bearer, Ecgi, Guti, Phone, Usage};
pub use problem::{FieldError, Problem};
pub use secret::SecretText;
pub use settings::{
    Applied, Restarts, Revision, RevisionState, Setting, SettingChange, SettingValues, Settings,
    SettingsPreview, Trial, UnknownRestarts, UnknownRevisionState,
};
pub use software::{
    Image, OnStick, Received, Side, Software, UnknownUpdateStage, Update, UpdateOrder, UpdateStage,
};
pub use stamp::Stamp;
pub use status::{BoxIdentity, CellAdmission, Limits, Status, Store};
pub use subscriber::{
    Ambr, Apn, ImportResult, KeyText, NewApn, NewSubscriber, Subscriber, SubscriberPatch, SubscriberState,
    UnknownState,
};
