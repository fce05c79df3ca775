//! What operators see.

use pumice_model::event::EventRecord;
use pumice_model::identity::{GlobalEnbId, Imsi, MmeUeS1apId};
use pumice_model::query::{
    BearerView, CellView, Metric, MetricKind, Page, PageRequest, PhoneView, Status, SubscriberView,
};
use pumice_model::rules::{SessionId, Usage};
use pumice_model::subscriber::Subscriber;
use pumice_model::time::Instant;

use crate::Core;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::phone::Phone;

const EEA: [&str; 4] = ["EEA0", "EEA1", "EEA2", "EEA3"];
const EIA: [&str; 4] = ["EIA0", "EIA1", "EIA2", "EIA3"];

/// How attaches went since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attaches {
    /// Attaches completed.
    pub accepted: u64,
    /// Attaches rejected.
    pub rejected: u64,
}

impl Core {
    /// The state in short. `sctp` names the back end in use, which the core does not know.
    pub fn status(&self, now: Instant, sctp: &'static str) -> Status {
        Status {
            version: env!("CARGO_PKG_VERSION"),
            uptime: now.since_start(),
            identity: self.config.box_identity,
            plmn: self.config.plmn,
            tacs: self.config.tacs.clone(),
            network_name: self.config.network_name.clone(),
            subscribers: number(self.hss.len()),
            phones: self.registered(),
            connected: number(self.connections.len()),
            cells: number(self.cells.len()),
            cell_admission: self.cells.admission(),
            store: self.store.clone(),
            sctp,
            limits: self.config.limits,
        }
    }

    /// The state of a connection: its S1 side and what its phone is expected to say. For traces and for the table of states.
    pub fn connection_state(&self, mme_ue: MmeUeS1apId) -> Option<(&'static str, &'static str)> {
        let connection = self.connections.of(ConnectionKey(mme_ue))?;
        Some((connection.s1.name(), connection.emm.name()))
    }

    /// Cells: those that are here, and those that are known but away.
    pub fn cells(&self, request: &PageRequest) -> Page<CellView> {
        let mut views: Vec<CellView> = self
            .cells
            .cells()
            .map(|(id, association, cell)| CellView {
                enb: cell.enb,
                name: cell.name.clone(),
                peer: Some(association.peer),
                tais: cell.tais.clone(),
                phones: number(self.connections.of_association(id).len()),
                learned: self.cells.is_learned(cell.enb),
            })
            .collect();
        let learned = self.cells.learned().iter().map(|learned| learned.enb);
        let listed = self.cells.listed().iter().filter_map(|known| known.enb);
        for enb in learned.chain(listed) {
            if !views.iter().any(|view| view.enb == enb) {
                views.push(self.absent(enb));
            }
        }
        views.sort_by_key(|view| view.enb.to_string());
        let after = request.after.clone().unwrap_or_default();
        self.page(request, views.into_iter().filter(|view| view.enb.to_string() > after), |view| {
            view.enb.to_string()
        })
    }

    /// Phones that are registered. `usage` tells what a session has used.
    pub fn phones(
        &self,
        now: Instant,
        request: &PageRequest,
        usage: &dyn Fn(SessionId) -> Usage,
    ) -> Page<PhoneView> {
        let registered = self.phones.after(imsi_after(request)).filter(|phone| phone.registered);
        let views = registered.map(|phone| self.phone_view(now, phone, usage));
        self.page(request, views, |view| view.imsi.digits().to_string())
    }

    /// Phones that are registered.
    pub fn registered(&self) -> u32 {
        number(self.phones.after(None).filter(|phone| phone.registered).count())
    }

    /// How attaches went since the start.
    pub fn attaches(&self) -> Attaches {
        Attaches {
            accepted: self.counters.of(Counter::AttachAccepted),
            rejected: self.counters.of(Counter::AttachRejected),
        }
    }

    /// Whose phone has a session.
    pub fn owner(&self, session: SessionId) -> Option<Imsi> {
        self.phones.by_session(session)
    }

    /// Subscribers.
    pub fn subscribers(&self, request: &PageRequest) -> Page<SubscriberView> {
        let views = self.hss.after(imsi_after(request)).map(|subscriber| self.subscriber_view(subscriber));
        self.page(request, views, |view| view.imsi.digits().to_string())
    }

    /// One subscriber.
    pub fn subscriber(&self, imsi: Imsi) -> Option<SubscriberView> {
        self.hss.subscriber(imsi).map(|subscriber| self.subscriber_view(subscriber))
    }

    /// Events that are still kept.
    pub fn events(&self, request: &PageRequest) -> Page<EventRecord> {
        let after = request.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
        self.page(request, self.events.after(after).cloned(), |record| record.sequence.to_string())
    }

    /// Counters and gauges.
    pub fn metrics(&self) -> Vec<Metric> {
        let gauge = |name, help, value: usize| Metric {
            name,
            help,
            kind: MetricKind::Gauge,
            label: None,
            value: u64::from(number(value)),
        };
        let mut metrics = vec![
            gauge("subscribers", "Subscribers", self.hss.len()),
            gauge("phones", "Phones with a context, registered or remembered", self.phones.len()),
            gauge(
                "phones_registered",
                "Phones registered (TS 32.426 MM.RegisteredSubNbr)",
                self.phones.after(None).filter(|phone| phone.registered).count(),
            ),
            gauge("connections", "Phones with an S1 connection", self.connections.len()),
            gauge("bearers", "Bearers", self.phones.bearers()),
            gauge("cells", "Cells with S1 Setup done", self.cells.len()),
        ];
        metrics.extend(self.counters.metrics());
        metrics
    }

    fn absent(&self, enb: GlobalEnbId) -> CellView {
        let learned = self.cells.is_learned(enb);
        CellView { enb, name: String::new(), peer: None, tais: Vec::new(), phones: 0, learned }
    }

    fn phone_view(&self, now: Instant, phone: &Phone, usage: &dyn Fn(SessionId) -> Usage) -> PhoneView {
        let algorithms = phone.security.algorithms();
        let named =
            |names: [&'static str; 4], at: u8| names.get(usize::from(at)).copied().unwrap_or("unknown");
        PhoneView {
            imsi: phone.imsi,
            name: self
                .hss
                .subscriber(phone.imsi)
                .map(|subscriber| subscriber.name.to_string())
                .unwrap_or_default(),
            imeisv: phone.imeisv,
            guti: phone.registered.then_some(phone.guti),
            connected: phone.connection.is_some(),
            cell: phone.ecgi,
            silent_for: now.since(phone.heard),
            bearers: phone
                .bearers
                .iter()
                .map(|bearer| BearerView {
                    ebi: bearer.record.ebi,
                    apn: bearer.record.apn.clone(),
                    address: bearer.record.address,
                    qci: bearer.record.qci,
                    ambr: bearer.record.ambr,
                    usage: usage(bearer.session),
                })
                .collect(),
            ciphering: named(EEA, algorithms.eea),
            integrity: named(EIA, algorithms.eia),
        }
    }

    fn subscriber_view(&self, subscriber: &Subscriber) -> SubscriberView {
        SubscriberView {
            imsi: subscriber.imsi,
            name: subscriber.name.to_string(),
            state: subscriber.state,
            apns: subscriber
                .apns
                .iter()
                .map(|profile| (profile.apn.clone(), profile.qci, profile.ambr))
                .collect(),
            ambr: subscriber.ambr,
            ims_voice: subscriber.ims_voice,
            attached: self.phones.of(subscriber.imsi).is_some_and(|phone| phone.registered),
        }
    }

    /// So many rows as are asked for and allowed, and what asks for the next.
    fn page<T>(
        &self,
        request: &PageRequest,
        rows: impl Iterator<Item = T>,
        name: impl Fn(&T) -> String,
    ) -> Page<T> {
        let most = request.limit.unwrap_or(u32::MAX).clamp(1, self.config.limits.page.max(1));
        let mut rows = rows.peekable();
        let mut items = Vec::new();
        while items.len() < usize::try_from(most).unwrap_or(usize::MAX) {
            let Some(row) = rows.next() else { break };
            items.push(row);
        }
        let more = rows.peek().is_some();
        let next = items.last().filter(|_| more).map(name);
        Page { items, next }
    }
}

/// The IMSI that a page begins after. A cursor that is none begins after all of them: its page is empty.
fn imsi_after(request: &PageRequest) -> Option<Imsi> {
    const LAST: &str = "999999999999999";
    let after = request.after.as_deref()?;
    Imsi::parse(after).or_else(|_| Imsi::parse(LAST)).ok()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
