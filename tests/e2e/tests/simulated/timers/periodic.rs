//! T3412: phones that lie in a drawer report for days, and the gateway stays as it is.

use core::time::Duration;

use pumice_e2e::{Settings, Sim};
use pumice_ransim::enb::PhoneId;

use crate::support::{Village, minutes, seconds};

/// Octets that one idle phone makes the gateway write to its flash in a day: 27 updates, each a commit of a few pages of 4 KiB.
const OCTETS_PER_PHONE_DAY: u64 = 250_000;

const DAY: Duration = Duration::from_secs(86_400);

fn days() -> u32 {
    if crate::support::is_full() { 400 } else { 14 }
}

fn idle_phones(village: &mut Village, count: u64) -> Vec<PhoneId> {
    let Village { sim, cell, bystander } = village;
    let phones = sim.add_phones(1..=count, *cell);
    for phone in &phones {
        sim.attach(*phone);
        // Not all at once.
        sim.run_for(seconds(97));
    }
    for phone in phones.iter().chain([&*bystander]) {
        sim.make_idle(*phone);
    }
    phones
}

fn updates(sim: &Sim, phone: PhoneId) -> u32 {
    sim.phone_of(phone).counters().updates
}

#[test]
fn updates_come_at_their_time_for_days_and_nothing_grows() {
    let mut village = Village::with(Settings { traced: false, ..Settings::default() });
    let phones = idle_phones(&mut village, 4);
    let sim = &mut village.sim;
    let before: Vec<u32> = phones.iter().map(|phone| updates(sim, *phone)).collect();
    let gauges = ["phones", "phones_registered", "bearers", "connections"];
    let state = |sim: &Sim| gauges.map(|gauge| sim.metric(gauge));
    let begun = state(sim);
    for day in 1..=days() {
        sim.run_for(DAY);
        sim.run_until("all are idle", seconds(5), |sim| sim.metric("connections") == 0);
        assert_eq!(state(sim), begun, "on day {day}");
    }
    let t3412 = sim.settings().config.timers.t3412;
    let most = (DAY * days()).div_duration_f64(t3412);
    for (phone, before) in phones.iter().zip(before) {
        let came = f64::from(updates(sim, *phone) - before);
        // A cycle is T3412 and the connection, which takes a few hundredths of a second.
        assert!(came <= most + 1.0 && came >= most * 0.9999 - 1.0, "{came} updates where {most} fit");
    }
    assert_eq!(sim.metric("implicit_detach_total"), 0);
    for phone in phones {
        sim.assert_served(phone);
    }
    village.finish();
}

#[test]
fn an_idle_phone_writes_little() {
    let mut village = Village::with(Settings { traced: false, ..Settings::default() });
    let count = 4;
    let phones = idle_phones(&mut village, count);
    let sim = &mut village.sim;
    let written = |sim: &Sim| {
        let statistics = sim.gateway().store_statistics();
        statistics.log_octets_written + statistics.database_octets_written
    };
    let before = written(sim);
    sim.run_for(DAY * days());
    let per_phone_day = (written(sim) - before) / (count + 1) / u64::from(days());
    println!("{per_phone_day} octets for each idle phone and day");
    assert!(per_phone_day > 0, "it is measured");
    assert!(per_phone_day <= OCTETS_PER_PHONE_DAY, "{per_phone_day} octets for each idle phone and day");
    sim.assert_served(phones[0]);
    village.finish();
}

#[test]
fn an_update_is_accepted_and_the_connection_released() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    let from = sim.now();
    sim.run_for(minutes(55));
    assert_eq!(
        sim.ladder_since(phone, mark),
        [
            "> Tracking area update request",
            "< Tracking area update accept",
            "< UEContextReleaseCommand",
            "> UEContextReleaseComplete"
        ]
    );
    let request = sim.messages(phone, mark).next().expect("an update");
    let waited = request.at.since(from);
    assert!(waited <= minutes(54) && waited > minutes(54) - seconds(1), "{waited:?}");
    assert!(sim.view(phone).is_some_and(|view| !view.connected && view.silent_for < minutes(2)));
    sim.assert_served(phone);
    village.finish();
}
