//! The plain types that the rooms of the gateway exchange.
//!
//! This crate holds what more than one room must agree on, and no behaviour beyond parsing and printing it: identities
//! ([`identity`]), secrets that never print ([`secret`]), subscribers ([`subscriber`]), what is remembered of a phone
//! ([`ue`]) and of a cell ([`cell`]), the rules of the user plane ([`rules`]), what is to be made durable ([`change`]),
//! what an operator is told ([`event`]), the bounds of everything ([`limits`]), and the two doors through which web and
//! command line reach the core ([`control`], [`query`]), and those to what the box keeps for its people and to the box itself
//! ([`keeper`]; [`people`], [`settings`], [`archive`], [`machine`]).
//!
//! Values are parsed once, at the edge: an [`identity::Imsi`] is an IMSI. Time is a number that the caller supplies
//! ([`time`]); nothing here reads a clock.

pub mod archive;
pub mod box_identity;
pub mod cell;
pub mod change;
pub mod control;
pub mod event;
pub mod identity;
pub mod keeper;
pub mod limits;
pub mod machine;
pub mod people;
pub mod query;
pub mod recovery_key;
pub mod rules;
pub mod secret;
pub mod settings;
pub mod software;
pub mod subscriber;
pub mod time;
pub mod ue;

mod error;

pub use error::ModelError;
