//! The real API in front of a list of subscribers.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pumice_model::box_identity::BoxIdentity;
use pumice_model::control::{self, Control, Pending, Refusal};
use pumice_model::event::{Event, EventRecord};
use pumice_model::identity::{Apn, EnbId, GlobalEnbId, Imsi, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_model::query::{
    AdmissionView, CellView, Metric, Page, PageRequest, PhoneView, Query, Status, StoreHealth, SubscriberView,
};
use pumice_model::subscriber::{SimKeys, Subscriber};
use pumice_web::{Doors, SubscriberDefaults, WebConfig, WebLimits};

use super::fakes::House;

#[derive(Clone, Default)]
struct Subscribers(Arc<Mutex<BTreeMap<Imsi, Subscriber>>>);

pub(super) struct Gateway {
    api: SocketAddr,
    subscribers: Subscribers,
    house: Arc<House>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

struct Core(Subscribers);

impl Gateway {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = listener.local_addr().unwrap();
        let subscribers = Subscribers::default();
        let core = Arc::new(Core(subscribers.clone()));
        let house = Arc::new(House::default());
        let mut config = WebConfig::new(SubscriberDefaults::new(Apn::parse("internet").unwrap()));
        config.label.names.push("pumice.local".to_owned());
        let doors = Doors {
            control: core.clone(),
            query: core,
            keeper: house.clone(),
            configure: house.clone(),
            machine: house.clone(),
            software: house.clone(),
        };
        let router = pumice_web::router(doors, config);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        tokio::spawn(pumice_web::serve(listener, router, WebLimits::default(), async {
            let _ = stopped.await;
        }));
        Self { api, subscribers, house, _stop: stop }
    }

    pub(super) const fn api(&self) -> SocketAddr {
        self.api
    }

    pub(super) fn house(&self) -> &House {
        &self.house
    }

    pub(super) fn keys(&self, imsi: &str) -> SimKeys {
        self.subscribers.0.lock().unwrap()[&Imsi::parse(imsi).unwrap()].keys.clone()
    }
}

fn view(subscriber: &Subscriber) -> SubscriberView {
    SubscriberView {
        imsi: subscriber.imsi,
        name: subscriber.name.as_str().to_owned(),
        state: subscriber.state,
        apns: subscriber.apns.iter().map(|apn| (apn.apn.clone(), apn.qci, apn.ambr)).collect(),
        ambr: subscriber.ambr,
        ims_voice: subscriber.ims_voice,
        attached: false,
    }
}

fn now<T: Send + 'static>(answer: Result<T, Refusal>) -> Pending<T> {
    Pending::new(async { answer })
}

const fn none<T>() -> Page<T> {
    Page { items: Vec::new(), next: None }
}

impl Control for Core {
    fn execute(&self, command: control::Command) -> Pending<()> {
        let mut subscribers = self.0.0.lock().unwrap();
        now(match command {
            control::Command::AddSubscribers(new) => {
                match new.iter().find(|new| subscribers.contains_key(&new.imsi)) {
                    Some(known) => Err(Refusal::Exists(known.imsi)),
                    None => {
                        subscribers.extend(new.into_iter().map(|new| (new.imsi, new)));
                        Ok(())
                    }
                }
            }
            control::Command::ForgetCell(enb) if enb.id == EnbId::Macro(0x19b) => Ok(()),
            control::Command::RemoveSubscriber(imsi) => {
                subscribers.remove(&imsi).map(drop).ok_or(Refusal::NotFound)
            }
            control::Command::ChangeSubscriber(imsi, change) => match subscribers.get_mut(&imsi) {
                Some(known) => {
                    *known = change.of(known.clone());
                    Ok(())
                }
                None => Err(Refusal::NotFound),
            },
            _ => Err(Refusal::NotFound),
        })
    }
}

impl Query for Core {
    fn status(&self) -> Pending<Status> {
        now(Ok(Status {
            version: "0.1.0",
            uptime: Duration::from_secs(3_661),
            identity: BoxIdentity {
                serial: [1; 16],
                mme_group: MmeGroupId(1),
                mme_code: MmeCode(2),
                tac: Tac(1),
                first_teid: 1,
                first_ind: 0,
                m_tmsi_seed: 1,
            },
            plmn: Plmn::parse("00101").unwrap(),
            tacs: vec![Tac(1)],
            network_name: "Village".to_owned(),
            subscribers: 0,
            phones: 0,
            connected: 0,
            cells: 0,
            cell_admission: AdmissionView::Learning(1),
            store: StoreHealth::Good,
            sctp: "user-space",
            limits: Limits::default(),
        }))
    }

    fn cells(&self, _: PageRequest) -> Pending<Page<CellView>> {
        let plmn = Plmn::parse("00101").unwrap();
        let cell = CellView {
            enb: GlobalEnbId { plmn, id: EnbId::Macro(0x19b) },
            // A cell may call itself anything.
            name: "School\u{1b}[2J roof".to_owned(),
            peer: Some("192.0.2.10:36412".parse().unwrap()),
            tais: Vec::new(),
            phones: 3,
            learned: true,
        };
        now(Ok(Page { items: vec![cell], next: None }))
    }

    fn phones(&self, _: PageRequest) -> Pending<Page<PhoneView>> {
        now(Ok(none()))
    }

    fn subscribers(&self, page: PageRequest) -> Pending<Page<SubscriberView>> {
        let subscribers = self.0.0.lock().unwrap();
        let after = page.after.as_deref().unwrap_or_default();
        let rest: Vec<&Subscriber> =
            subscribers.values().filter(|subscriber| subscriber.imsi.digits().as_str() > after).collect();
        let items: Vec<SubscriberView> = rest.iter().take(200).map(|subscriber| view(subscriber)).collect();
        let last = items.last().map(|last| last.imsi.digits().as_str().to_owned());
        now(Ok(Page { next: last.filter(|_| rest.len() > items.len()), items }))
    }

    fn subscriber(&self, imsi: Imsi) -> Pending<SubscriberView> {
        now(self.0.0.lock().unwrap().get(&imsi).map(view).ok_or(Refusal::NotFound))
    }

    fn events(&self, _: PageRequest) -> Pending<Page<EventRecord>> {
        let imsi = Imsi::parse("001010000000001").unwrap();
        let event = Event::PhoneAttached { imsi, address: "10.45.0.2".parse().unwrap() };
        let record = EventRecord { sequence: 1, at_millis: 90_000, unix_seconds: None, event };
        now(Ok(Page { items: vec![record], next: None }))
    }

    fn metrics(&self) -> Pending<Vec<Metric>> {
        now(Ok(Vec::new()))
    }
}
