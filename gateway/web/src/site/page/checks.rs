//! The checks of the first page, each with the next action where one is needed.

use pumice_model::machine::{ClockView, PowerView};
use pumice_model::query::StoreHealth;
use pumice_ui::format::{bytes, when_text};
use pumice_ui::page::home::{Action, Check, CheckKind, State};
use pumice_ui::page::setup::FirstPhone;
use pumice_ui::{Key, Words, key};

use super::cells::Sight;
use super::home::disk_fails;
use super::phones::Everyone;
use super::setup::first_phone;
use crate::site::framing::Scene;

/// A disk with less than this share free, in percent, is nearly full.
const FREE_PERCENT: u64 = 5;

/// A supply of 5 V below this is low, in millivolts (the Raspberry Pi's own mark).
const LOW_SUPPLY: u32 = 4_630;

/// All checks, in the order in which a network is put up.
pub(crate) fn checks(scene: &Scene, sight: &Sight, everyone: &Everyone) -> Vec<Check> {
    vec![
        power(scene),
        clock(scene),
        disk(scene, sight),
        internet(scene),
        cell(scene, sight),
        phone(scene, sight, &first_phone(everyone)),
    ]
}

fn check(kind: CheckKind, state: State, text: impl Into<Words>) -> Check {
    Check { kind, state, text: text.into(), action: None }
}

fn with(check: Check, text: Key, href: Option<&str>) -> Check {
    Check { action: Some(Action { text: text.into(), href: href.map(str::to_owned) }), ..check }
}

fn volts(key: Key, millivolts: u32) -> Words {
    Words::new(key).with("volts", format!("{:.1}", f64::from(millivolts) / 1_000.0))
}

fn power(scene: &Scene) -> Check {
    match scene.machine.power {
        PowerView::Unknown | PowerView::Mains { millivolts: None } => {
            check(CheckKind::Power, State::Unknown, key!("check.power.unknown"))
        }
        PowerView::Mains { millivolts: Some(millivolts) } => {
            let low = millivolts < LOW_SUPPLY;
            let found = if low { key!("check.power.low") } else { key!("check.power.ok") };
            let found = volts(found, millivolts);
            if low {
                with(check(CheckKind::Power, State::Warn, found), key!("check.do.supply"), None)
            } else {
                check(CheckKind::Power, State::Ok, found)
            }
        }
        PowerView::Battery { millivolts, low, cell_off, .. } => {
            let found =
                volts(if low { key!("check.power.low") } else { key!("check.power.battery") }, millivolts);
            let state = match (cell_off, low) {
                (true, _) => State::Bad,
                (false, true) => State::Warn,
                (false, false) => State::Ok,
            };
            let found = check(CheckKind::Power, state, found);
            if state == State::Ok { found } else { with(found, key!("check.do.battery"), None) }
        }
    }
}

fn clock(scene: &Scene) -> Check {
    let ClockView { trusted, source, .. } = scene.machine.clock;
    let from = |key| Words::new(key).with("source", clock_source(scene, source));
    // Nothing has confirmed the time, and the configuration says that nothing needs to.
    if trusted && matches!(source, "last-known" | "none") {
        return check(CheckKind::Clock, State::Ok, key!("check.clock.trusted"));
    }
    if trusted {
        return check(CheckKind::Clock, State::Ok, from(key!("check.clock.ok")));
    }
    with(check(CheckKind::Clock, State::Warn, from(key!("check.clock.unsure"))), key!("check.do.clock"), None)
}

/// Where the time comes from, in words.
fn clock_source(scene: &Scene, source: &str) -> String {
    let known = match source {
        "cell" => key!("check.clock.source.cell"),
        "cloud" => key!("check.clock.source.cloud"),
        "gnss" => key!("check.clock.source.gnss"),
        "last-known" => key!("check.clock.source.last-known"),
        "none" => key!("check.clock.source.none"),
        "ntp" => key!("check.clock.source.ntp"),
        "rtc" => key!("check.clock.source.rtc"),
        other => return other.to_owned(),
    };
    scene.frame.catalogue().text(known).to_owned()
}

fn disk(scene: &Scene, sight: &Sight) -> Check {
    let disk = &scene.machine.disk;
    let free = |key| Words::new(key).with("free", bytes(scene.frame.catalogue(), disk.free));
    let store = sight.status.as_ref().map_or(&StoreHealth::Good, |status| &status.store);
    if disk_fails(&scene.machine, store) {
        let found = check(CheckKind::Disk, State::Bad, key!("check.disk.failing"));
        return with(found, key!("check.do.disk"), Some("/care/backup"));
    }
    if disk.total > 0 && disk.free < disk.total / 100 * FREE_PERCENT {
        let found = check(CheckKind::Disk, State::Warn, free(key!("check.disk.full")));
        return with(found, key!("check.do.disk"), Some("/care/backup"));
    }
    check(CheckKind::Disk, State::Ok, free(key!("check.disk.ok")))
}

fn internet(scene: &Scene) -> Check {
    let backhaul = &scene.machine.backhaul;
    if backhaul.way == "none" {
        return check(CheckKind::Internet, State::Ok, key!("check.internet.none"));
    }
    match backhaul.online {
        Some(true) => {
            let way = backhaul.interface.clone().unwrap_or_else(|| backhaul.way.clone());
            let found = Words::new(key!("check.internet.ok")).with("way", way);
            check(CheckKind::Internet, State::Ok, found)
        }
        None => check(CheckKind::Internet, State::Unknown, key!("home.internet.unknown")),
        Some(false) => {
            let why = backhaul.why.unwrap_or_default();
            let found = if why.contains("cable") {
                key!("check.internet.unplugged")
            } else if why.contains("address") {
                key!("check.internet.no-address")
            } else {
                key!("check.internet.no-answer")
            };
            let href = scene.frame.owner().then_some("/setup/backhaul");
            with(check(CheckKind::Internet, State::Warn, found), key!("check.do.internet"), href)
        }
    }
}

fn cell(scene: &Scene, sight: &Sight) -> Check {
    let href = scene.frame.owner().then_some("/setup/cell");
    match sight.status.as_ref().map_or(0, |status| status.cells) {
        0 => {
            let turned_away = sight.was_refused();
            let found = if turned_away { key!("check.cell.refused") } else { key!("check.cell.none") };
            with(check(CheckKind::Cell, State::Bad, found), key!("check.do.cell"), href)
        }
        cells => {
            check(CheckKind::Cell, State::Ok, Words::counted(key!("check.cell.connected"), cells.into()))
        }
    }
}

fn phone(scene: &Scene, sight: &Sight, first: &FirstPhone) -> Check {
    match first {
        FirstPhone::NoneKnown => {
            let found = check(CheckKind::FirstPhone, State::Warn, key!("check.first-phone.none"));
            let may = scene.frame.may_add_phones() && sight.status.is_some();
            with(found, key!("check.do.add-phone"), may.then_some("/phones/add"))
        }
        FirstPhone::Waiting => check(CheckKind::FirstPhone, State::Warn, key!("check.first-phone.waiting")),
        FirstPhone::Seen { name, when: seen, .. } => {
            let time = when_text(&scene.frame, *seen);
            let found = Words::new(key!("check.first-phone.seen")).with("name", &**name).with("time", time);
            check(CheckKind::FirstPhone, State::Ok, found)
        }
    }
}
