//! Requests that change something run to their end, whatever their client does. The server drops the work of a request when its client
//! hangs up; half a change, or one that is in no audit, would be left. So such work is in a task of its own, and who waits for it
//! may go.

use core::convert::Infallible;
use core::future::Future;
use core::time::Duration;
use std::sync::Arc;

use axum::response::Response;
use pumice_model::control::Refusal;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use crate::error::WebError;

/// On each request: while one of these is there, the server that stops waits.
#[derive(Debug, Clone)]
pub(crate) struct Working(
    #[expect(dead_code, reason = "being there is what counts")] mpsc::Sender<Infallible>,
);

/// Becomes ready when all work is done.
#[derive(Debug)]
pub(crate) struct AllDone(mpsc::Receiver<Infallible>);

impl Working {
    pub(crate) fn new() -> (Self, AllDone) {
        let (working, done) = mpsc::channel(1);
        (Self(working), AllDone(done))
    }
}

impl AllDone {
    /// Waits until nobody works any more.
    pub(crate) async fn wait(mut self) {
        // Nothing is ever sent: there is nothing of this type.
        let None = self.0.recv().await;
    }
}

/// Room for requests that change something: those whose clients wait, and those whose clients have gone.
#[derive(Debug, Clone)]
pub(crate) struct Deeds(Arc<Semaphore>);

impl Deeds {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }

    /// Does a deed to its end. After `patience` the client is told that there is no answer yet; the deed goes on.
    pub(crate) async fn run(
        &self,
        working: Option<Working>,
        patience: Duration,
        deed: impl Future<Output = Response> + Send + 'static,
    ) -> Result<Response, WebError> {
        let room = Arc::clone(&self.0).try_acquire_owned().map_err(|_| WebError::Refused(Refusal::Busy))?;
        let work = tokio::spawn(async move {
            let answer = deed.await;
            drop((room, working));
            answer
        });
        let answer = timeout(patience, work).await.map_err(|_| WebError::NoAnswer)?;
        answer.map_err(|_| WebError::NoAnswer)
    }
}
