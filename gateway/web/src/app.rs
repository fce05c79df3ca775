//! What the routes share, and how they are put together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use pumice_model::control::Refusal;
use pumice_model::people::{Actor, Outcome};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::audit::Deed;
use crate::config::WebConfig;
use crate::deeds::Deeds;
use crate::desk::Desk;
use crate::doors::Doors;
use crate::error::WebError;
use crate::site::password::Hasher;
use crate::{document, guard, routes};

/// The API as a service without a socket. Its routes are those of [`openapi`](crate::openapi).
pub fn router(doors: Doors, config: WebConfig) -> Router {
    let app = Arc::new(App {
        desk: Desk::new(doors, &config.limits),
        deeds: Deeds::new(config.limits.connections),
        imports: Semaphore::new(config.limits.imports),
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
    pub(crate) deeds: Deeds,
    pub(crate) desk: Desk,
    imports: Semaphore,
}

impl App {
    /// Notes what was done, or refused, by whoever has a shell on the box.
    pub(crate) async fn note<T>(&self, deed: Deed, result: Result<T, WebError>) -> Result<T, WebError> {
        let outcome = if result.is_ok() { Outcome::Done } else { Outcome::Refused };
        self.desk.note(deed.entry(self.desk.now(), Actor::Shell, None, outcome)).await;
        result
    }

    /// The thread that makes hashes.
    pub(crate) const fn passwords(&self) -> &Hasher {
        &self.config.shared.passwords
    }

    /// Room for one more import, for as long as the permit is held.
    pub(crate) fn import_permit(&self) -> Result<SemaphorePermit<'_>, WebError> {
        self.imports.try_acquire().map_err(|_| WebError::Refused(Refusal::Busy))
    }
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
