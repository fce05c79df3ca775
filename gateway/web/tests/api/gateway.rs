//! A gateway in memory behind the two doors.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use pumice_model::box_identity::BoxIdentity;
use pumice_model::control::{Command, Control, Pending, Refusal};
use pumice_model::event::EventRecord;
use pumice_model::identity::{EnbId, GlobalEnbId, Imsi, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_model::query::{
    AdmissionView, CellView, Metric, Page, PageRequest, PhoneView, Query, Status, StoreHealth, SubscriberView,
};
use pumice_model::subscriber::Subscriber;
use tokio::sync::Semaphore;

#[derive(Default)]
pub(crate) struct Gateway {
    state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) subscribers: BTreeMap<Imsi, Subscriber>,
    pub(crate) cells: Vec<CellView>,
    pub(crate) phones: Vec<PhoneView>,
    pub(crate) events: Vec<EventRecord>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) store: Option<String>,
    /// What every command and question is refused with.
    pub(crate) refusal: Option<Refusal>,
    /// Answers come when this gives permits.
    pub(crate) gate: Option<Arc<Semaphore>>,
    /// What was carried out.
    pub(crate) commands: Vec<Command>,
    /// How many commands and questions came.
    pub(crate) asked: u32,
    pub(crate) limits: Limits,
}

impl Gateway {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn answer<T: Send + 'static>(&self, answer: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Pending<T> {
        let mut state = self.state();
        state.asked += 1;
        let answer = match state.refusal.clone() {
            Some(refusal) => Err(refusal),
            None => answer(&mut state),
        };
        let gate = state.gate.clone();
        Pending::new(async move {
            if let Some(gate) = gate {
                gate.acquire().await.unwrap().forget();
            }
            answer
        })
    }
}

impl Control for Gateway {
    fn execute(&self, command: Command) -> Pending<()> {
        self.answer(|state| {
            carry_out(state, command.clone())?;
            state.commands.push(command);
            Ok(())
        })
    }
}

fn carry_out(state: &mut State, command: Command) -> Result<(), Refusal> {
    match command {
        Command::AddSubscribers(new) => {
            if let Some(known) = new.iter().find(|new| state.subscribers.contains_key(&new.imsi)) {
                return Err(Refusal::Exists(known.imsi));
            }
            let holds = state.limits.subscribers;
            if state.subscribers.len() + new.len() > holds as usize {
                return Err(Refusal::Full { limit: "subscribers", holds });
            }
            state.subscribers.extend(new.into_iter().map(|new| (new.imsi, new)));
        }
        Command::ReplaceSubscriber(new) => {
            let known = state.subscribers.get_mut(&new.imsi).ok_or(Refusal::NotFound)?;
            *known = *new;
        }
        Command::ChangeSubscriber(imsi, change) => {
            let known = state.subscribers.get_mut(&imsi).ok_or(Refusal::NotFound)?;
            *known = change.of(known.clone());
        }
        Command::SetSubscriberState(imsi, to) => {
            state.subscribers.get_mut(&imsi).ok_or(Refusal::NotFound)?.state = to;
        }
        Command::RemoveSubscriber(imsi) => {
            state.subscribers.remove(&imsi).ok_or(Refusal::NotFound)?;
        }
        Command::ForgetCell(enb) => {
            let at = state
                .cells
                .iter()
                .position(|cell| cell.enb == enb && cell.learned)
                .ok_or(Refusal::NotFound)?;
            state.cells.remove(at);
        }
    }
    Ok(())
}

impl Query for Gateway {
    fn status(&self) -> Pending<Status> {
        self.answer(|state| Ok(status(state)))
    }

    fn cells(&self, page: PageRequest) -> Pending<Page<CellView>> {
        self.answer(|state| {
            paged(state.cells.iter(), &page, state.limits, |cell| cell.enb.to_string(), Clone::clone)
        })
    }

    fn phones(&self, page: PageRequest) -> Pending<Page<PhoneView>> {
        let key = |phone: &PhoneView| phone.imsi.digits().to_string();
        self.answer(|state| paged(state.phones.iter(), &page, state.limits, key, Clone::clone))
    }

    fn subscribers(&self, page: PageRequest) -> Pending<Page<SubscriberView>> {
        let key = |subscriber: &Subscriber| subscriber.imsi.digits().to_string();
        self.answer(|state| paged(state.subscribers.values(), &page, state.limits, key, view))
    }

    fn subscriber(&self, imsi: Imsi) -> Pending<SubscriberView> {
        self.answer(|state| state.subscribers.get(&imsi).map(view).ok_or(Refusal::NotFound))
    }

    fn events(&self, page: PageRequest) -> Pending<Page<EventRecord>> {
        let key = |record: &EventRecord| format!("{:020}", record.sequence);
        self.answer(|state| paged(state.events.iter(), &page, state.limits, key, Clone::clone))
    }

    fn metrics(&self) -> Pending<Vec<Metric>> {
        self.answer(|state| Ok(state.metrics.clone()))
    }
}

/// The rows after the cursor, which is the key of the last row of the page before. An odd cursor is not found.
fn paged<'a, R: 'a, V>(
    rows: impl Iterator<Item = &'a R>,
    page: &PageRequest,
    limits: Limits,
    key: impl Fn(&R) -> String,
    view: impl Fn(&R) -> V,
) -> Result<Page<V>, Refusal> {
    if page.after.as_deref() == Some("odd") {
        return Err(Refusal::NotFound);
    }
    let after = page.after.clone().unwrap_or_default();
    let most = page.limit.unwrap_or(limits.page).min(limits.page) as usize;
    let rows: Vec<&R> = rows.filter(|row| key(row) > after).take(most + 1).collect();
    let next = (rows.len() > most).then(|| key(rows[most - 1]));
    Ok(Page { items: rows.into_iter().take(most).map(view).collect(), next })
}

fn view(subscriber: &Subscriber) -> SubscriberView {
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
        attached: true,
    }
}

fn status(state: &State) -> Status {
    Status {
        version: "1.2.3",
        uptime: Duration::from_millis(61_500),
        identity: BoxIdentity {
            serial: [0xab; 16],
            mme_group: MmeGroupId(0x8101),
            mme_code: MmeCode(7),
            tac: Tac(1),
            first_teid: 0x7777_7777,
            first_ind: 4,
            m_tmsi_seed: 0x5eed_5eed_5eed_5eed,
        },
        plmn: plmn(),
        tacs: vec![Tac(1), Tac(2)],
        network_name: "Village".to_owned(),
        subscribers: count(state.subscribers.len()),
        phones: count(state.phones.len()),
        connected: count(state.phones.iter().filter(|phone| phone.connected).count()),
        cells: count(state.cells.len()),
        cell_admission: AdmissionView::Learning(2),
        store: match &state.store {
            None => StoreHealth::Good,
            Some(reason) => StoreHealth::Failing { reason: reason.clone() },
        },
        sctp: "kernel",
        limits: state.limits,
    }
}

fn count(rows: usize) -> u32 {
    rows.try_into().unwrap()
}

pub(crate) fn plmn() -> Plmn {
    Plmn::parse("00101").unwrap()
}

pub(crate) fn cell(number: u32) -> CellView {
    CellView {
        enb: GlobalEnbId { plmn: plmn(), id: EnbId::Macro(number) },
        name: format!("cell {number}"),
        peer: Some("192.0.2.10:36412".parse().unwrap()),
        tais: vec![pumice_model::identity::Tai { plmn: plmn(), tac: Tac(1) }],
        phones: 3,
        learned: true,
    }
}
