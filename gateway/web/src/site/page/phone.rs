//! One phone.

use axum::http::StatusCode;
use pumice_model::archive::{Day, PhoneUsage};
use pumice_model::control::Command;
use pumice_model::identity::Imsi;
use pumice_model::people::Role;
use pumice_model::query::{PhoneView, SubscriberView};
use pumice_model::subscriber::{Ambr, SubscriberChange, SubscriberState};
use pumice_ui::page::phone::{self, Phone, Remove, Speed, Usage};
use pumice_ui::{Date, Entered, Section};

use super::phones::{row, today};
use crate::audit::Deed;
use crate::error::{FieldErrors, WebError};
use crate::provisioning;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::saying;
use crate::site::state::Site;

/// Days and months that are shown.
const DAYS: usize = 31;
const MONTHS: usize = 12;

/// kbit/s that a phone may be given.
const SPEEDS: core::ops::RangeInclusive<u64> = 1..=10_000_000;

/// What is known of a subscriber, and of its phone.
pub(crate) async fn find(site: &Site, imsi: Imsi) -> Result<(SubscriberView, Option<PhoneView>), WebError> {
    let known = site.desk.ask(|query| query.subscriber(imsi)).await?;
    let phones = site.whole_list(|query, page| query.phones(page)).await?;
    Ok((known, phones.into_iter().find(|phone| phone.imsi == imsi)))
}

fn imsi(call: &Call) -> Result<Imsi, Fault> {
    Imsi::parse(call.place("imsi")).map_err(|_| Fault::NOT_FOUND)
}

fn path(imsi: Imsi) -> String {
    format!("/phones/{}", imsi.digits())
}

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let imsi = imsi(&call)?;
    page(&call, imsi, Entered::new()).await.map(Answer::Page)
}

async fn page(call: &Call, imsi: Imsi, entered: Entered) -> Result<pumice_ui::Markup, Fault> {
    let (known, device) = find(&call.site, imsi).await?;
    let scene = Scene::of(call, Section::Phones).await?;
    let mut row = row(&known, device.as_ref());
    // Who sells phones need not know how they are used.
    let usage = if call.visit.role() == Some(Role::Seller) {
        PhoneUsage::default()
    } else {
        row.today = Some(today(&call.site, &scene, &row.imsi).await?);
        call.site.desk.ask_box(|doors| doors.keeper.usage(imsi)).await?
    };
    let entered = filled_in(entered, &known, call.site.config.subscriber.ambr);
    let kilobits = |rate: u64| u32::try_from(rate / 1_000).ok();
    let bearers = device.iter().flat_map(|device| &device.bearers);
    let view = Phone {
        row,
        addresses: bearers.map(|bearer| bearer.address.to_string()).collect(),
        apn: known.apns.first().map(|(apn, ..)| apn.to_string()),
        speed: Speed { down: kilobits(known.ambr.downlink), up: kilobits(known.ambr.uplink) },
        days: days(&usage),
        months: months(&usage),
        entered,
    };
    Ok(phone::page(&scene.frame, &view))
}

/// The forms as they are now, where nothing was typed: who sends one without a change changes nothing.
fn filled_in(entered: Entered, known: &SubscriberView, default: Ambr) -> Entered {
    let kilobits =
        |rate: u64, default: u64| if rate == default { String::new() } else { (rate / 1_000).to_string() };
    let now = [
        ("name", known.name.clone()),
        ("down", kilobits(known.ambr.downlink, default.downlink)),
        ("up", kilobits(known.ambr.uplink, default.uplink)),
    ];
    let untouched =
        |entered: &Entered, field: &str| entered.value(field).is_empty() && entered.error(field).is_none();
    now.into_iter().fold(entered, |entered, (field, value)| {
        if untouched(&entered, field) { entered.with(field, value) } else { entered }
    })
}

/// The oldest first. A day of a box whose clock was never right is no date.
fn days(usage: &PhoneUsage) -> Vec<Usage> {
    let dated = usage.days.iter().filter(|day| day.day >= Day::FIRST_REAL).take(DAYS);
    let mut days: Vec<Usage> = dated
        .map(|day| Usage { date: Date::from_days(i64::from(day.day.0)), down: day.downlink, up: day.uplink })
        .collect();
    days.reverse();
    days
}

fn months(usage: &PhoneUsage) -> Vec<Usage> {
    let first = |month: u32| {
        let (year, month) = (i32::try_from(month / 100).ok()?, u8::try_from(month % 100).ok()?);
        (1..=12).contains(&month).then_some(Date { year, month, day: 1 })
    };
    let dated = usage.months.iter().filter_map(|month| Some((first(month.month)?, month))).take(MONTHS);
    let mut months: Vec<Usage> =
        dated.map(|(date, month)| Usage { date, down: month.downlink, up: month.uplink }).collect();
    months.reverse();
    months
}

pub(crate) async fn block(call: Call) -> Result<Answer, Fault> {
    bar(call, SubscriberState::Barred).await
}

pub(crate) async fn unblock(call: Call) -> Result<Answer, Fault> {
    bar(call, SubscriberState::Active).await
}

async fn bar(call: Call, to: SubscriberState) -> Result<Answer, Fault> {
    let imsi = imsi(&call)?;
    let name = name(&call, imsi).await?;
    let (action, said) = match to {
        SubscriberState::Barred => ("subscriber.bar", saying::phone_blocked(&name)),
        SubscriberState::Active => ("subscriber.serve", saying::phone_unblocked(&name)),
    };
    let done = call.site.desk.execute(Command::SetSubscriberState(imsi, to)).await;
    call.noted(Deed::new(action, imsi.digits()), done).await?;
    Ok(call.done(path(imsi), said))
}

/// What a phone is called: by its name, or by its IMSI where it has none.
async fn name(call: &Call, imsi: Imsi) -> Result<String, WebError> {
    let known = call.site.desk.ask(|query| query.subscriber(imsi)).await?;
    Ok(if known.name.is_empty() { imsi.digits().to_string() } else { known.name })
}

pub(crate) async fn rename(call: Call) -> Result<Answer, Fault> {
    let imsi = imsi(&call)?;
    let mut errors = FieldErrors::default();
    let typed = call.form.text("name");
    let Some(name) = provisioning::name(typed, &mut errors) else {
        let shown: String = typed.chars().take(128).collect();
        let entered = Entered::new().with("name", shown).wrong("name", saying::wrong_phone_name());
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(&call, imsi, entered).await?));
    };
    let change = SubscriberChange { name: Some(name), ..SubscriberChange::default() };
    change_subscriber(&call, imsi, "subscriber.change", change).await?;
    Ok(call.done(path(imsi), saying::saved()))
}

pub(crate) async fn speed(call: Call) -> Result<Answer, Fault> {
    let imsi = imsi(&call)?;
    let defaults = call.site.config.subscriber.ambr;
    let mut entered = Entered::new();
    let mut read = |field: &'static str, default: u64| {
        let typed = call.form.text(field);
        if typed.is_empty() {
            return Some(default);
        }
        let rate = typed.parse().ok().filter(|rate| SPEEDS.contains(rate)).map(|rate: u64| rate * 1_000);
        let shown: String = typed.chars().take(32).collect();
        entered = core::mem::take(&mut entered).with(field, shown);
        if rate.is_none() {
            entered = core::mem::take(&mut entered)
                .wrong(field, saying::number_between(*SPEEDS.start(), *SPEEDS.end()));
        }
        rate
    };
    let (down, up) = (read("down", defaults.downlink), read("up", defaults.uplink));
    let (Some(downlink), Some(uplink)) = (down, up) else {
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(&call, imsi, entered).await?));
    };
    let change = SubscriberChange { ambr: Some(Ambr { uplink, downlink }), ..SubscriberChange::default() };
    change_subscriber(&call, imsi, "subscriber.change", change).await?;
    Ok(call.done(path(imsi), saying::saved()))
}

async fn change_subscriber(
    call: &Call,
    imsi: Imsi,
    action: &'static str,
    change: SubscriberChange,
) -> Result<(), WebError> {
    let done = call.site.desk.execute(Command::ChangeSubscriber(imsi, Box::new(change))).await;
    call.noted(Deed::new(action, imsi.digits()), done).await
}

pub(crate) async fn removal(call: Call) -> Result<Answer, Fault> {
    let imsi = imsi(&call)?;
    let known = call.site.desk.ask(|query| query.subscriber(imsi)).await?;
    let scene = Scene::of(&call, Section::Phones).await?;
    let view = Remove { imsi: imsi.digits().to_string(), name: known.name };
    Ok(Answer::Page(phone::remove(&scene.frame, &view)))
}

pub(crate) async fn remove(call: Call) -> Result<Answer, Fault> {
    let imsi = imsi(&call)?;
    let name = name(&call, imsi).await?;
    let done = call.site.desk.execute(Command::RemoveSubscriber(imsi)).await;
    call.noted(Deed::new("subscriber.remove", imsi.digits()), done).await?;
    Ok(call.done("/phones", saying::phone_removed(&name)))
}
