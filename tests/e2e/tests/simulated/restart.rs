//! The gateway is started again: phones come back with their GUTI and address, or attach; and the disk fails.

mod chaos;
mod disk;

use core::net::Ipv4Addr;

use pumice_e2e::{Crash, HOST, Sim, udp};
use pumice_model::identity::Guti;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_wire::nas::EmmCause;

use crate::support::{RELEASED, Village, minutes, seconds};

const ALL: [Crash; 3] = [Crash::Stop, Crash::Kill, Crash::PowerCut];

/// A service request after a restart: the phone is authenticated before keys are derived.
const RENEWED_SERVICE: [&str; 8] = [
    "> Service request",
    "< Authentication request",
    "> Authentication response",
    "< Security mode command",
    "> Security mode complete",
    "< InitialContextSetupRequest",
    "> UECapabilityInfoIndication",
    "> InitialContextSetupResponse",
];

fn identity(sim: &Sim, phone: PhoneId) -> (Option<Guti>, Option<Ipv4Addr>) {
    (sim.phone_of(phone).guti(), sim.address(phone))
}

/// Makes sure that what phones did so far survives a power cut: a FULL commit follows it.
fn sync(sim: &mut Sim) {
    let card = sim.sim_card(500_000 + sim.now().since_start().as_millis() as u64);
    sim.subscribe(&card, |_| {});
}

#[test]
fn idle_phones_come_back_by_service_request() {
    for how in ALL {
        let mut village = Village::new();
        let phone = village.sim.add_phone(1, village.cell);
        let Village { sim, bystander, .. } = &mut village;
        sim.attach(phone);
        sim.make_idle(phone);
        sync(sim);
        let before = identity(sim, phone);
        sim.restart(how);
        assert!(sim.view(phone).is_some_and(|view| !view.connected), "{how:?}: it is known");
        let mark = sim.trace().mark();
        sim.assert_served(phone);
        assert_eq!(sim.ladder_since(phone, mark), RENEWED_SERVICE, "{how:?}");
        assert_eq!(identity(sim, phone), before);
        // The next time there is nothing to renew.
        sim.make_idle(phone);
        let mark = sim.trace().mark();
        sim.assert_served(phone);
        assert_eq!(sim.ladder_since(phone, mark), crate::idle::SERVICE);
        sim.assert_served(*bystander);
        village.finish();
    }
}

#[test]
fn idle_phones_come_back_by_an_update() {
    for how in ALL {
        let mut village = Village::new();
        let phone = village.sim.add_phone(1, village.cell);
        let Village { sim, bystander, .. } = &mut village;
        sim.attach(phone);
        sim.make_idle(phone);
        sync(sim);
        let before = identity(sim, phone);
        sim.restart(how);
        let mark = sim.trace().mark();
        sim.order(phone, Command::TrackingAreaUpdate { active: false });
        sim.settle();
        let ladder = sim.ladder_since(phone, mark);
        assert_eq!(ladder[5..], ["< Tracking area update accept", RELEASED[0], RELEASED[1]], "{how:?}");
        assert_eq!(identity(sim, phone), before);
        sim.assert_served(phone);
        sim.assert_served(*bystander);
        village.finish();
    }
}

#[test]
fn phones_that_are_switched_on_again_keep_their_address() {
    for how in ALL {
        let mut village = Village::new();
        let phone = village.sim.add_phone(1, village.cell);
        let Village { sim, bystander, .. } = &mut village;
        sim.attach(phone);
        sync(sim);
        let before = sim.address(phone);
        sim.order(phone, Command::PullBattery);
        sim.restart(how);
        let mark = sim.trace().mark();
        sim.switch_on(phone);
        sim.run_until("it attaches", seconds(60), |sim| sim.count(phone, mark, "> Attach complete") == 1);
        sim.settle();
        let ladder = sim.ladder_since(phone, mark);
        assert_eq!(
            ladder[..2],
            ["> Attach request", "< Authentication request"],
            "{how:?}: keys are renewed"
        );
        assert_eq!(sim.count(phone, mark, "< Identity request"), 0, "its GUTI is known");
        assert_eq!(sim.address(phone), before);
        sim.assert_served(phone);
        sim.assert_served(*bystander);
        village.finish();
    }
}

#[test]
fn idle_phones_are_called() {
    for how in ALL {
        let mut village = Village::new();
        let phone = village.sim.add_phone(1, village.cell);
        let Village { sim, bystander, .. } = &mut village;
        sim.attach(phone);
        sim.make_idle(phone);
        sync(sim);
        sim.restart(how);
        let address = sim.address(phone).expect("an address");
        let mark = sim.trace().mark();
        sim.send_from_internet(udp((HOST, 9), (address, 9), b"are you there?"));
        sim.settle();
        let mut expected = vec!["< Paging"];
        expected.extend(RENEWED_SERVICE);
        assert_eq!(sim.ladder_since(phone, mark), expected, "{how:?}");
        assert_eq!(sim.phone_mut(phone).received_packets().len(), 1);
        sim.assert_served(*bystander);
        village.finish();
    }
}

#[test]
fn connected_phones_come_back_after_their_cells_setup() {
    for how in ALL {
        let mut village = Village::new();
        let phone = village.sim.add_phone(1, village.cell);
        let Village { sim, bystander, .. } = &mut village;
        sim.attach(phone);
        sync(sim);
        let before = identity(sim, phone);
        sim.restart(how);
        sim.assert_served(phone);
        assert_eq!(identity(sim, phone), before, "{how:?}");
        sim.assert_served(*bystander);
        village.finish();
    }
}

#[test]
fn a_phone_whose_attach_the_power_cut_took_attaches_anew() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, bystander, .. } = &mut village;
    sim.attach(phone);
    let before = sim.phone_of(phone).guti();
    sim.restart(Crash::PowerCut);
    assert!(sim.view(phone).is_none(), "nothing has made it durable");
    let mark = sim.trace().mark();
    sim.order(phone, Command::ServiceRequest);
    sim.run_until("it attaches", minutes(2), |sim| sim.is_attached(phone));
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..2], ["> Service request", "< Service reject"]);
    assert_eq!(
        sim.rejection(phone, mark).map(|rejection| rejection.emm),
        Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED)
    );
    assert_ne!(sim.phone_of(phone).guti(), before);
    sim.assert_served(phone);
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn a_phone_that_attaches_with_a_guti_that_is_lost_is_asked_for_its_imsi() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, bystander, .. } = &mut village;
    sim.attach(phone);
    sim.order(phone, Command::SwitchOff);
    sim.settle();
    sim.restart(Crash::PowerCut);
    let mark = sim.trace().mark();
    sim.attach(phone);
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..3], ["> Attach request", "< Identity request", "> Identity response"]);
    sim.assert_served(phone);
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn a_phone_that_never_comes_back_is_let_go() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, bystander, .. } = &mut village;
    sim.attach(phone);
    sim.make_idle(phone);
    sim.carry(phone, None);
    sim.restart(Crash::Kill);
    assert!(sim.view(phone).is_some());
    sim.run_for(minutes(54 + 4 + 4 + 1));
    assert!(sim.view(phone).is_none());
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn many_restarts_in_a_row() {
    let mut village = Village::new();
    let phones = village.sim.add_phones(1..=4, village.cell);
    let Village { sim, bystander, .. } = &mut village;
    for phone in &phones {
        sim.attach(*phone);
    }
    sync(sim);
    let before: Vec<_> = phones.iter().map(|phone| sim.address(*phone)).collect();
    for round in 0..12 {
        sim.restart(ALL[round % 3]);
        // Half of the phones say something before the next one.
        for phone in phones.iter().skip(round % 2).step_by(2) {
            sim.assert_recovers(*phone);
        }
    }
    for phone in &phones {
        sim.assert_recovers(*phone);
    }
    let after: Vec<_> = phones.iter().map(|phone| sim.address(*phone)).collect();
    assert_eq!(after, before, "addresses stay with their phones");
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn radio_capabilities_are_given_back_after_a_restart() {
    let mut village = Village::new();
    let capability: Vec<u8> = (0..3_000_u32).map(|n| (n * 7) as u8).collect();
    let told = capability.clone();
    let phone = village.sim.add_phone_with(1, village.cell, |config| config.radio_capability = told.into());
    let Village { sim, bystander, .. } = &mut village;
    sim.attach(phone);
    sim.make_idle(phone);
    sync(sim);
    sim.restart(Crash::PowerCut);
    let mark = sim.trace().mark();
    sim.assert_served(phone);
    let given = sim.messages(phone, mark).find_map(|entry| match entry.s1ap()? {
        pumice_wire::s1ap::Message::InitialContextSetupRequest(request) => {
            request.radio_capability.map(|it| it.to_vec())
        }
        _ => None,
    });
    assert_eq!(given, Some(capability));
    sim.assert_served(*bystander);
    village.finish();
}

#[test]
fn a_phone_that_has_used_up_its_downlink_counts_starts_anew() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, bystander, cell } = &mut village;
    sim.attach(phone);
    sim.make_idle(phone);
    sync(sim);
    let imsi = sim.phone_of(phone).config().sim.imsi;
    sim.crash(Crash::Kill);
    sim.edit_disk(|state| {
        let mut ue = state.ues.iter().find(|ue| ue.imsi == imsi).expect("it is on the disk").clone();
        ue.security.downlink_ceiling = (1 << 24) - 2;
        vec![pumice_model::change::Change::PutUe(Box::new(ue))]
    });
    sim.boot();
    sim.connect(*cell);
    sim.settle();
    sim.phone_mut(phone).security_mut().as_mut().expect("a context").receive_count = (1 << 24) - 3;
    for _ in 0..4 {
        sim.order(phone, Command::TrackingAreaUpdate { active: false });
        sim.run_for(seconds(60));
    }
    sim.assert_recovers(phone);
    sim.assert_served(*bystander);
    village.finish();
}
