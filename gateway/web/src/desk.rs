//! Where the requests of the API and of the page meet the doors. Whoever asks has a turn first.

use pumice_model::control::{Command, Pending};
use pumice_model::people::AuditEntry;
use pumice_model::query::Query;
use pumice_model::time::Stamp;

use crate::config::WebLimits;
use crate::doors::Doors;
use crate::error::WebError;
use crate::turns::Turns;

/// The doors, by turns.
pub(crate) struct Desk {
    doors: Doors,
    turns: Turns,
}

impl Desk {
    pub(crate) fn new(doors: Doors, limits: &WebLimits) -> Self {
        Self { doors, turns: Turns::new(limits) }
    }

    /// Has a command carried out, to its end. A client that waits for room is told to try again: nothing queues here.
    pub(crate) async fn execute(&self, command: Command) -> Result<(), WebError> {
        self.turns.act(|| self.doors.control.execute(command)).await
    }

    /// Asks the gateway a question.
    pub(crate) async fn ask<T>(
        &self,
        question: impl FnOnce(&dyn Query) -> Pending<T>,
    ) -> Result<T, WebError> {
        self.turns.look(|| question(self.doors.query.as_ref())).await
    }

    /// Asks the box rather than the gateway: what it keeps, its settings, itself.
    pub(crate) async fn ask_box<T>(
        &self,
        question: impl FnOnce(&Doors) -> Pending<T>,
    ) -> Result<T, WebError> {
        self.turns.look(|| question(&self.doors)).await
    }

    /// Has something changed in the box, to its end.
    pub(crate) async fn change_box<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Doors) -> Pending<T>,
    ) -> Result<T, WebError> {
        self.turns.act(|| change(&self.doors)).await
    }

    /// Now, for what is to be kept.
    pub(crate) fn now(&self) -> Stamp {
        self.doors.keeper.now()
    }

    /// Keeps a note of what was done or refused. One that cannot be kept is logged: what was done is done.
    pub(crate) async fn note(&self, entry: AuditEntry) {
        if let Err(error) = self.turns.note(|| self.doors.keeper.note(entry)).await {
            tracing::warn!(%error, "the audit is not kept");
        }
    }
}
