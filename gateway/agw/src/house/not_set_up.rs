//! The doors to a core that is not there: the network was not set up yet.

use pumice_model::control::{Command, Control, Pending, Refusal};
use pumice_model::event::EventRecord;
use pumice_model::identity::Imsi;
use pumice_model::query::{CellView, Metric, Page, PageRequest, PhoneView, Query, Status, SubscriberView};

/// Answers everything with [`Refusal::NotSetUp`], but for what is simply none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotSetUp;

fn refused<T: Send + 'static>() -> Pending<T> {
    Pending::new(async { Err(Refusal::NotSetUp) })
}

fn none<T: Send + 'static>() -> Pending<Page<T>> {
    Pending::new(async { Ok(Page { items: Vec::new(), next: None }) })
}

impl Control for NotSetUp {
    fn execute(&self, _: Command) -> Pending<()> {
        refused()
    }
}

impl Query for NotSetUp {
    fn status(&self) -> Pending<Status> {
        refused()
    }

    fn cells(&self, _: PageRequest) -> Pending<Page<CellView>> {
        none()
    }

    fn phones(&self, _: PageRequest) -> Pending<Page<PhoneView>> {
        none()
    }

    fn subscribers(&self, _: PageRequest) -> Pending<Page<SubscriberView>> {
        none()
    }

    fn subscriber(&self, _: Imsi) -> Pending<SubscriberView> {
        refused()
    }

    fn events(&self, _: PageRequest) -> Pending<Page<EventRecord>> {
        none()
    }

    fn metrics(&self) -> Pending<Vec<Metric>> {
        Pending::new(async { Ok(Vec::new()) })
    }
}
