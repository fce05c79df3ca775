//! What the gateway says of itself.

use pumice_model::event::Event;
use pumice_model::identity::Imsi;
use pumice_model::query::{CellView, PageRequest, PhoneView, Status, SubscriberView};
use pumice_ransim::enb::PhoneId;

use super::Sim;

impl Sim {
    /// The gateway's view of a registered phone.
    pub fn view(&self, phone: PhoneId) -> Option<PhoneView> {
        let imsi = self.phone(phone).config().sim.imsi;
        self.views().into_iter().find(|view| view.imsi == imsi)
    }

    /// The gateway's view of all registered phones.
    pub fn views(&self) -> Vec<PhoneView> {
        let Some(gateway) = &self.gateway else { return Vec::new() };
        let now = gateway.clock(self.now);
        let mut views = Vec::new();
        let mut request = PageRequest::default();
        loop {
            let page = gateway.core().phones(now, &request, &|session| gateway.usage(session));
            views.extend(page.items);
            match page.next {
                Some(after) => request.after = Some(after),
                None => return views,
            }
        }
    }

    /// The gateway's view of a subscriber.
    pub fn subscriber_view(&self, imsi: Imsi) -> Option<SubscriberView> {
        self.gateway().core().subscriber(imsi)
    }

    /// The gateway's view of its cells.
    pub fn cells(&self) -> Vec<CellView> {
        self.gateway().core().cells(&PageRequest::default()).items
    }

    /// The gateway's state in short.
    pub fn status(&self) -> Status {
        let gateway = self.gateway();
        gateway.core().status(gateway.clock(self.now), "simulated")
    }

    /// A counter or gauge of the core.
    pub fn metric(&self, name: &str) -> u64 {
        let metrics = self.gateway().core().metrics();
        metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("a metric {name}")).value
    }

    /// Whether such an event was published.
    pub fn has_event(&self, is_it: impl Fn(&Event) -> bool) -> bool {
        self.events.iter().any(|record| is_it(&record.event))
    }
}
