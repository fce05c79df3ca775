//! Turns before the doors: so many questions and changes at one time, and one more is told to come back.

use core::time::Duration;
use std::sync::Arc;

use pumice_model::control::{Pending, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::WebLimits;
use crate::error::WebError;

/// Turns.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    questions: Arc<Semaphore>,
    notes: Arc<Semaphore>,
    patience: Duration,
}

impl Turns {
    pub(crate) fn new(limits: &WebLimits) -> Self {
        Self {
            questions: Arc::new(Semaphore::new(limits.questions)),
            // As many as there are requests that may have something to note.
            notes: Arc::new(Semaphore::new(limits.connections)),
            patience: limits.answer_time,
        }
    }

    /// Asks a question. One that is not answered in time is given up: nothing comes of it.
    pub(crate) async fn look<T>(&self, question: impl FnOnce() -> Pending<T>) -> Result<T, WebError> {
        let _turn = turn(&self.questions)?;
        let answer = timeout(self.patience, question()).await;
        Ok(answer.map_err(|_| WebError::NoAnswer)??)
    }

    /// Has a change made, to its end: whoever waits for it may go, the change goes on, and its turn with it. There is no time
    /// after which it counts as not made, because it might be made after that. The client is told in time all the same
    /// ([`crate::deeds`]).
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        change: impl FnOnce() -> Pending<T>,
    ) -> Result<T, WebError> {
        to_its_end(turn(&self.questions)?, change()).await
    }

    /// Has a note kept, to its end. It belongs to a request that had its turn, so it does not wait for another.
    pub(crate) async fn note(&self, note: impl FnOnce() -> Pending<()>) -> Result<(), WebError> {
        to_its_end(turn(&self.notes)?, note()).await
    }
}

async fn to_its_end<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    pending: Pending<T>,
) -> Result<T, WebError> {
    let work = tokio::spawn(async move {
        let answer = pending.await;
        drop(turn);
        answer
    });
    // A door that panics has not answered, and neither has one whose runtime ends.
    Ok(work.await.map_err(|_| WebError::NoAnswer)??)
}

fn turn(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, WebError> {
    Arc::clone(semaphore).try_acquire_owned().map_err(|_| WebError::Refused(Refusal::Busy))
}
