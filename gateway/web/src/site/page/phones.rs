//! The list of phones.

use std::collections::BTreeMap;

use pumice_model::archive::PhoneUsage;
use pumice_model::identity::Imsi;
use pumice_model::people::Role;
use pumice_model::query::{PhoneView, SubscriberView};
use pumice_model::subscriber::SubscriberState;
use pumice_ui::page::phones::{self, Filter, PhoneRow, PhoneState, Phones, Totals};
use pumice_ui::{Pager, Section, When};

use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::{Scene, ago};
use crate::site::state::Site;

/// Rows of one page.
const ROWS: usize = 50;

/// Characters of a search.
const SEARCH: usize = 64;

/// Which part of the list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    search: String,
    state: Option<PhoneState>,
    page: usize,
}

impl Wanted {
    pub(crate) fn new(search: &str, state: &str, page: &str) -> Self {
        Self {
            search: search.trim().chars().take(SEARCH).collect(),
            state: PhoneState::parse(state),
            page: page.parse().unwrap_or(1).clamp(1, 10_000),
        }
    }

    fn query(&self, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.search.is_empty() {
            query.append_pair("search", &self.search);
        }
        if let Some(state) = self.state {
            query.append_pair("state", state.value());
        }
        query.append_pair("page", &page.to_string());
        query.finish()
    }

    fn holds(&self, row: &PhoneRow) -> bool {
        let search = self.search.to_lowercase();
        let found =
            search.is_empty() || row.imsi.contains(&search) || row.name.to_lowercase().contains(&search);
        found && self.state.is_none_or(|state| state == row.state)
    }
}

pub(crate) async fn list(call: Call) -> Result<Answer, Fault> {
    let wanted = Wanted::new(call.query("search"), call.query("state"), call.query("page"));
    let scene = Scene::of(&call, Section::Phones).await?;
    let everyone = Everyone::of(&call.site).await?;
    let view = view(&call.site, &scene, &everyone, &wanted, call.visit.role()).await?;
    Ok(Answer::Page(phones::page(&scene.frame, &view)))
}

/// All subscribers, and the phones among them that have a context.
#[derive(Debug, Clone, Default)]
pub(crate) struct Everyone {
    pub(crate) subscribers: Vec<SubscriberView>,
    pub(crate) phones: BTreeMap<Imsi, PhoneView>,
}

impl Everyone {
    pub(crate) async fn of(site: &Site) -> Result<Self, WebError> {
        let subscribers = site.subscribers().await?;
        let phones = site.whole_list(|query, page| query.phones(page)).await?;
        Ok(Self { subscribers, phones: phones.into_iter().map(|phone| (phone.imsi, phone)).collect() })
    }
}

/// The view of a part of the list.
pub(crate) async fn view(
    site: &Site,
    scene: &Scene,
    everyone: &Everyone,
    wanted: &Wanted,
    role: Option<Role>,
) -> Result<Phones, WebError> {
    let all = everyone.subscribers.iter().map(|known| row(known, everyone.phones.get(&known.imsi)));
    let all: Vec<PhoneRow> = all.collect();
    let count = |is: fn(PhoneState) -> bool| number(all.iter().filter(|row| is(row.state)).count());
    let totals = Totals {
        known: number(all.len()),
        attached: count(|state| matches!(state, PhoneState::Connected | PhoneState::Idle)),
        barred: count(|state| state == PhoneState::Barred),
    };
    let found: Vec<PhoneRow> = all.into_iter().filter(|row| wanted.holds(row)).collect();
    let pages = found.len().div_ceil(ROWS).max(1);
    let at = wanted.page.min(pages);
    let before = (at - 1) * ROWS;
    let total = found.len();
    let mut rows: Vec<PhoneRow> = found.into_iter().skip(before).take(ROWS).collect();
    if role != Some(Role::Seller) {
        for row in &mut rows {
            row.today = Some(today(site, scene, &row.imsi).await?);
        }
    }
    let to = |page: usize| format!("/phones?{}", wanted.query(page));
    let pager = Pager {
        from: if total == 0 { 0 } else { number(before + 1) },
        to: number(before + rows.len()),
        total: Some(number(total)),
        previous: (at > 1).then(|| to(at - 1)),
        next: (at < pages).then(|| to(at + 1)),
    };
    let filter = Filter { search: wanted.search.clone(), state: wanted.state };
    Ok(Phones { rows, filter, pager, totals, query: wanted.query(at) })
}

/// A phone as the list shows it; without what it used.
pub(crate) fn row(known: &SubscriberView, phone: Option<&PhoneView>) -> PhoneRow {
    let state = match (known.state, phone) {
        (SubscriberState::Barred, _) => PhoneState::Barred,
        (SubscriberState::Active, Some(phone)) if phone.connected => PhoneState::Connected,
        (SubscriberState::Active, Some(_)) if known.attached => PhoneState::Idle,
        (SubscriberState::Active, _) => PhoneState::Away,
    };
    PhoneRow {
        imsi: known.imsi.digits().to_string(),
        name: known.name.clone(),
        state,
        today: None,
        last_seen: phone.map_or(When::Unknown, |phone| ago(phone.silent_for)),
        cell: phone.and_then(|phone| phone.cell).map(|cell| format!("{}-{:x}", cell.plmn, cell.cell.0)),
    }
}

/// What a phone used today, both ways.
pub(crate) async fn today(site: &Site, scene: &Scene, imsi: &str) -> Result<u64, WebError> {
    let Ok(imsi) = Imsi::parse(imsi) else { return Ok(0) };
    if let Some(octets) = site.live.used(imsi) {
        return Ok(octets);
    }
    let usage = site.desk.ask_box(|doors| doors.keeper.usage(imsi)).await?;
    let octets = of_today(scene, &usage);
    site.live.remember(imsi, octets);
    Ok(octets)
}

fn of_today(scene: &Scene, usage: &PhoneUsage) -> u64 {
    let clock = &scene.machine.clock;
    let local = i64::try_from(clock.unix_seconds).unwrap_or(0) + i64::from(clock.zone_quarters) * 900;
    let day = u32::try_from(local.div_euclid(86_400)).unwrap_or(0);
    let newest = usage.days.first().filter(|newest| !clock.trusted || newest.day.0 == day);
    newest.map_or(0, |day| day.uplink.saturating_add(day.downlink))
}

pub(crate) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
