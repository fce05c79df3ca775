//! What the routes share, and how they are put together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use pumice_model::control::{Command, Control, Pending, Refusal};
use pumice_model::query::Query;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::config::WebConfig;
use crate::error::WebError;
use crate::{document, guard, routes};

/// The API as a service without a socket. Its routes are those of [`openapi`](crate::openapi).
pub fn router(control: Arc<dyn Control>, query: Arc<dyn Query>, config: WebConfig) -> Router {
    let app = Arc::new(App {
        questions: Semaphore::new(config.limits.questions),
        imports: Semaphore::new(config.limits.imports),
        control,
        query,
        config,
        answers: Answers::default(),
    });
    let (router, _) = routes::all().split_for_parts();
    router
        .fallback(async || WebError::NoSuchRoute)
        .method_not_allowed_fallback(async || WebError::MethodNotAllowed)
        .layer(from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}

/// What the routes share.
pub(crate) struct App {
    pub(crate) config: WebConfig,
    pub(crate) answers: Answers,
    control: Arc<dyn Control>,
    query: Arc<dyn Query>,
    questions: Semaphore,
    imports: Semaphore,
}

impl App {
    /// Has a command carried out. A client that waits for room is told to try again: nothing queues here.
    pub(crate) async fn execute(&self, command: Command) -> Result<(), WebError> {
        let _permit = permit(&self.questions)?;
        self.answer(self.control.execute(command)).await
    }

    /// Asks a question.
    pub(crate) async fn ask<T>(
        &self,
        question: impl FnOnce(&dyn Query) -> Pending<T>,
    ) -> Result<T, WebError> {
        let _permit = permit(&self.questions)?;
        self.answer(question(self.query.as_ref())).await
    }

    /// Room for one more import, for as long as the permit is held.
    pub(crate) fn import_permit(&self) -> Result<SemaphorePermit<'_>, WebError> {
        permit(&self.imports)
    }

    async fn answer<T>(&self, pending: Pending<T>) -> Result<T, WebError> {
        let answer = timeout(self.config.limits.answer_time, pending).await;
        Ok(answer.map_err(|_| WebError::NoAnswer)??)
    }
}

fn permit(semaphore: &Semaphore) -> Result<SemaphorePermit<'_>, WebError> {
    semaphore.try_acquire().map_err(|_| WebError::Refused(Refusal::Busy))
}

/// Counts answers by the first digit of their status.
#[derive(Debug, Default)]
pub(crate) struct Answers([AtomicU64; 5]);

impl Answers {
    const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    pub(crate) fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).checked_sub(1);
        if let Some(counter) = class.and_then(|class| self.0.get(class)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn totals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Self::CLASSES.into_iter().zip(self.0.iter().map(|counter| counter.load(Ordering::Relaxed)))
    }
}

/// The document is made once: it takes a millisecond and some ten thousand allocations.
pub(crate) fn document() -> &'static [u8] {
    static DOCUMENT: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    DOCUMENT.get_or_init(|| document::openapi().to_string().into_bytes())
}
