//! How deeds are done to their end, and how the program is asked to end by those who use it. What a restore or a reset has decided is done at the next start.

use std::time::Duration;

use pumice_model::control::{Pending, Refusal};
use tokio::sync::mpsc;

/// The time that the answer to who asked has to get out.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// A deed that goes on when who asked for it has gone: half of it would be worse than all or nothing. Runs in a tokio runtime.
pub(crate) fn to_its_end<T: Send + 'static>(
    deed: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Pending<T> {
    let deed = tokio::spawn(deed);
    Pending::new(async move { deed.await.unwrap_or(Err(Refusal::Busy)) })
}

/// Why the program is to end, other than by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// To begin anew.
    Restart,
    /// To begin anew with the whole box.
    Reboot,
    /// To switch the box off: the battery is empty.
    PowerOff,
}

/// Where it is asked for. One more than waits is no news.
#[derive(Debug, Clone)]
pub(crate) struct Endings(mpsc::Sender<Ending>);

/// Where it is heard.
pub(crate) fn endings() -> (Endings, mpsc::Receiver<Ending>) {
    let (asked, heard) = mpsc::channel(1);
    (Endings(asked), heard)
}

impl Endings {
    /// Asks for the end a moment from now, so that who asked gets an answer. Runs in a tokio runtime.
    pub(crate) fn soon(&self, ending: Ending) {
        let asked = self.0.clone();
        tokio::spawn(async move {
            tokio::time::sleep(LAST_WORDS).await;
            // The program may be ending already.
            let _ = asked.try_send(ending);
        });
    }
}
