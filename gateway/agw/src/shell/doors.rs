//! The two doors through which the API reaches the core: questions and commands wait in one bounded line.

use pumice_core::Core;
use pumice_model::control::{Command, Control, Pending, Refusal};
use pumice_model::event::EventRecord;
use pumice_model::identity::Imsi;
use pumice_model::query::{CellView, Metric, Page, PageRequest, PhoneView, Query, Status, SubscriberView};
use pumice_model::rules::{SessionId, Usage};
use pumice_model::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// Questions and commands in the line. One more is told to come again.
const LINE: usize = 32;

/// What waits in the line.
pub(crate) enum Job {
    /// A command, and who wants to know what became of it.
    Command(Command, oneshot::Sender<Result<(), Refusal>>),
    /// A question, which answers by itself.
    Look(Box<dyn FnOnce(&View<'_>) + Send>),
}

/// What a question sees.
pub(crate) struct View<'a> {
    pub(crate) core: &'a Core,
    pub(crate) now: Instant,
    pub(crate) sctp: &'static str,
    pub(crate) usage: &'a dyn Fn(SessionId) -> Usage,
    /// What the rooms besides the core count.
    pub(crate) metrics: &'a dyn Fn() -> Vec<Metric>,
}

/// The outer side of the doors.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    line: mpsc::Sender<Job>,
}

/// Makes both sides.
pub(crate) fn doors() -> (Doors, mpsc::Receiver<Job>) {
    let (line, jobs) = mpsc::channel(LINE);
    (Doors { line }, jobs)
}

impl Doors {
    fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Pending<T> {
        let (answer, answered) = oneshot::channel();
        // Who asked may have gone: then nobody wants the answer.
        let job = Job::Look(Box::new(move |view| drop(answer.send(look(view)))));
        self.enqueue(job, answered)
    }

    fn enqueue<T: Send + 'static>(
        &self,
        job: Job,
        answered: oneshot::Receiver<Result<T, Refusal>>,
    ) -> Pending<T> {
        let queued = self.line.try_send(job).is_ok();
        Pending::new(async move {
            match queued {
                // A loop that has ended answers no more.
                true => answered.await.unwrap_or(Err(Refusal::Busy)),
                false => Err(Refusal::Busy),
            }
        })
    }
}

impl Control for Doors {
    fn execute(&self, command: Command) -> Pending<()> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Job::Command(command, answer), answered)
    }
}

impl Query for Doors {
    fn status(&self) -> Pending<Status> {
        self.look(|view| Ok(view.core.status(view.now, view.sctp)))
    }

    fn cells(&self, page: PageRequest) -> Pending<Page<CellView>> {
        self.look(move |view| Ok(view.core.cells(&page)))
    }

    fn phones(&self, page: PageRequest) -> Pending<Page<PhoneView>> {
        self.look(move |view| Ok(view.core.phones(view.now, &page, view.usage)))
    }

    fn subscribers(&self, page: PageRequest) -> Pending<Page<SubscriberView>> {
        self.look(move |view| Ok(view.core.subscribers(&page)))
    }

    fn subscriber(&self, imsi: Imsi) -> Pending<SubscriberView> {
        self.look(move |view| view.core.subscriber(imsi).ok_or(Refusal::NotFound))
    }

    fn events(&self, page: PageRequest) -> Pending<Page<EventRecord>> {
        self.look(move |view| Ok(view.core.events(&page)))
    }

    fn metrics(&self) -> Pending<Vec<Metric>> {
        self.look(|view| {
            let mut metrics = view.core.metrics();
            metrics.append(&mut (view.metrics)());
            Ok(metrics)
        })
    }
}
