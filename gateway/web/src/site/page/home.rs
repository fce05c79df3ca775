//! The first page: one honest sentence, and what to do next.

use pumice_model::archive::{self, Curves, Series};
use pumice_model::machine::{BackhaulView, MachineView, PowerView};
use pumice_model::query::StoreHealth;
use pumice_ui::page::home::{self, CheckKind, Failing, Home, Internet, Now, Outlook, State, Status};
use pumice_ui::page::setup::Step;
use pumice_ui::{Section, When};

use super::cells::Sight;
use super::charts::curve;
use super::checks::checks;
use super::event::lately;
use super::phones::Everyone;
use super::setup::next_step;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::state::Site;

/// Minutes of the small charts.
const MINUTES: u32 = 30;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Home).await?;
    let sight = Sight::of(&call.site).await?;
    let everyone = Everyone::of(&call.site).await?;
    let checks = checks(&scene, &sight, &everyone);
    let step = next_step(&scene, &sight);
    let view = Home {
        status: status(&scene, &sight, &checks),
        now: now(&sight, &curves(&call.site).await?),
        events: lately(&scene, &sight, &everyone),
        setup: (scene.frame.owner() && step != Step::Done).then_some(step),
        checks,
    };
    Ok(Answer::Page(home::page(&scene.frame, &view)))
}

pub(crate) async fn curves(site: &Site) -> Result<Curves, WebError> {
    site.desk.ask_box(|doors| doors.keeper.curves(archive::Span::Hour)).await
}

/// What the sentence is made of.
pub(crate) fn status(scene: &Scene, sight: &Sight, checks: &[home::Check]) -> Status {
    let mut failing = Vec::new();
    if let Some(gateway) = &sight.status {
        if disk_fails(&scene.machine, &gateway.store) {
            failing.push(Failing::Disk);
        }
        if power_is_low(&scene.machine.power) {
            failing.push(Failing::Power);
        } else if gateway.cells == 0 && gateway.subscribers > 0 {
            failing.push(Failing::NoCell);
        }
    }
    // A box that never sees the internet may never be sure of the time. That alone needs nobody. Of the internet the sentence tells
    // by itself.
    let needs = |check: &&home::Check| !matches!(check.kind, CheckKind::Clock | CheckKind::Internet);
    let to_do = checks.iter().filter(needs).any(|check| matches!(check.state, State::Warn | State::Bad));
    let outlook = match (failing.is_empty(), to_do || sight.status.is_none()) {
        (false, _) => Outlook::Failing(failing),
        (true, true) => Outlook::ToDo,
        (true, false) => Outlook::Good,
    };
    Status {
        phones: sight.status.as_ref().map_or(0, |status| u64::from(status.phones)),
        internet: internet(scene, &scene.machine.backhaul),
        outlook,
    }
}

fn internet(scene: &Scene, backhaul: &BackhaulView) -> Internet {
    match backhaul.online {
        _ if backhaul.way == "none" => Internet::NotWanted,
        Some(true) => Internet::On,
        Some(false) => {
            let known = scene.at(backhaul.since_unix).map(When::At);
            Internet::Off { since: known.unwrap_or_else(|| scene.since(backhaul.since)) }
        }
        None => Internet::Unknown,
    }
}

/// Whether the disk takes what it is given.
pub(crate) fn disk_fails(machine: &MachineView, store: &StoreHealth) -> bool {
    machine.disk.failing.is_some() || matches!(store, StoreHealth::Failing { .. })
}

pub(crate) const fn power_is_low(power: &PowerView) -> bool {
    matches!(power, PowerView::Battery { cell_off: true, .. })
}

/// The small charts: the last half hour, by 30 s.
pub(crate) fn now(sight: &Sight, curves: &Curves) -> Now {
    let points = MINUTES * 60 / archive::Span::Hour.step_seconds();
    let points = usize::try_from(points).unwrap_or(usize::MAX);
    let last = |series, unit| {
        let mut all = curve(curves, series, unit);
        all.split_off(all.len().saturating_sub(points))
    };
    Now {
        attached: sight.status.as_ref().map_or(0, |status| status.phones.into()),
        phones: last(Series::Phones, 1.0),
        down: last(Series::Downlink, 8.0),
        up: last(Series::Uplink, 8.0),
        minutes: MINUTES,
    }
}
