//! All doors through which the API and the page reach the gateway.

use core::fmt;
use std::sync::Arc;

use pumice_model::control::Control;
use pumice_model::keeper::{Configure, Keeper, Machine};
use pumice_model::query::Query;
use pumice_model::software::Software;

/// All doors. On a box that was not set up yet, those to the core answer that
/// ([`Refusal::NotSetUp`](pumice_model::control::Refusal::NotSetUp)).
#[derive(Clone)]
pub struct Doors {
    /// Changes the gateway.
    pub control: Arc<dyn Control>,
    /// Looks at the gateway.
    pub query: Arc<dyn Query>,
    /// Accounts, audit, the past.
    pub keeper: Arc<dyn Keeper>,
    /// Settings.
    pub configure: Arc<dyn Configure>,
    /// The box.
    pub machine: Arc<dyn Machine>,
    /// The software of the box.
    pub software: Arc<dyn Software>,
}

impl fmt::Debug for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Doors(..)")
    }
}
