//! The real API in front of a list of subscribers.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pumice_model::box_identity::BoxIdentity;
use pumice_model::control::{self, Control, Pending, Refusal};
use pumice_model::event::EventRecord;
use pumice_model::identity::{Apn, Imsi, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_model::query::{
    AdmissionView, CellView, Metric, Page, PageRequest, PhoneView, Query, Status, StoreHealth, SubscriberView,
};
use pumice_model::subscriber::{SimKeys, Subscriber};
use pumice_web::{SubscriberDefaults, WebConfig, WebLimits};

#[derive(Clone, Default)]
struct Subscribers(Arc<Mutex<BTreeMap<Imsi, Subscriber>>>);

pub(super) struct Gateway {
    api: SocketAddr,
    subscribers: Subscribers,
    _stop: tokio::sync::oneshot::Sender<()>,
}

struct Doors(Subscribers);

impl Gateway {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = listener.local_addr().unwrap();
        let subscribers = Subscribers::default();
        let doors = Arc::new(Doors(subscribers.clone()));
        let config = WebConfig::new(SubscriberDefaults::new(Apn::parse("internet").unwrap()));
        let router = pumice_web::router(Arc::clone(&doors) as Arc<dyn Control>, doors, config);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        tokio::spawn(pumice_web::serve(listener, router, WebLimits::default(), async {
            let _ = stopped.await;
        }));
        Self { api, subscribers, _stop: stop }
    }

    pub(super) const fn api(&self) -> SocketAddr {
        self.api
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

impl Control for Doors {
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
            control::Command::RemoveSubscriber(imsi) => {
                subscribers.remove(&imsi).map(drop).ok_or(Refusal::NotFound)
            }
            _ => Err(Refusal::NotFound),
        })
    }
}

impl Query for Doors {
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
        now(Ok(none()))
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
        now(Ok(none()))
    }

    fn metrics(&self) -> Pending<Vec<Metric>> {
        now(Ok(Vec::new()))
    }
}
