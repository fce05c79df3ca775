//! A door to the core that answers late, and does what it is asked only then.

use std::sync::Arc;

use pumice_model::control::{Command, Control, Pending};
use tokio::sync::Semaphore;

pub(crate) struct Late {
    pub(crate) behind: Arc<dyn Control>,
    /// One permit for each command.
    pub(crate) gate: Arc<Semaphore>,
    /// One permit for each command that has come.
    pub(crate) came: Arc<Semaphore>,
}

impl Late {
    pub(crate) fn before(behind: Arc<dyn Control>) -> Arc<Self> {
        let closed = || Arc::new(Semaphore::new(0));
        Arc::new(Self { behind, gate: closed(), came: closed() })
    }

    /// Waits until a command has come.
    pub(crate) async fn command(&self) {
        self.came.acquire().await.unwrap().forget();
    }
}

impl Control for Late {
    fn execute(&self, command: Command) -> Pending<()> {
        let (behind, gate) = (Arc::clone(&self.behind), Arc::clone(&self.gate));
        self.came.add_permits(1);
        Pending::new(async move {
            gate.acquire().await.unwrap().forget();
            behind.execute(command).await
        })
    }
}
