use std::sync::Arc;

use pumice_model::rules::UserPlaneEvent;

use super::shared::Shared;

/// The events of an engine, for a task of the shell. They wait in the forwarder, which is bounded and loses none.
#[derive(Debug)]
pub struct Events {
    shared: Arc<Shared>,
}

impl Events {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Waits for the next event. Nothing after the engine has stopped. Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<UserPlaneEvent> {
        let shared = Arc::clone(&self.shared);
        loop {
            // Before looking, so that nothing comes unnoticed between looking and waiting.
            let changed = shared.changed();
            if let Some(event) = self.try_next() {
                return Some(event);
            }
            if shared.has_stopped() {
                return None;
            }
            changed.await;
        }
    }

    /// The next event, if there is one.
    pub fn try_next(&mut self) -> Option<UserPlaneEvent> {
        self.shared.forwarder().poll_event()
    }
}
