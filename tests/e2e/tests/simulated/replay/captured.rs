//! A recording of a phone's whole life is played back: nobody is fooled.

use pumice_e2e::Sim;
use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId, STmsi};
use pumice_model::query::PhoneView;
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_ransim::ran::EnbIndex;
use pumice_wire::s1ap::{InitialUeMessage, Message, UplinkNasTransport, encode};

use crate::support::{Village, minutes, seconds};

/// A NAS message as it was on the air.
#[derive(Debug)]
struct Captured {
    name: String,
    octets: Vec<u8>,
    is_protected: bool,
}

/// A phone says everything that a phone says, and stays attached.
fn live(sim: &mut Sim, phone: PhoneId) -> Vec<Captured> {
    sim.attach(phone);
    sim.order(phone, Command::SendContainer(vec![9, 1, 2, 3]));
    sim.settle();
    sim.make_idle(phone);
    sim.order(phone, Command::ServiceRequest);
    sim.settle();
    sim.make_idle(phone);
    sim.order(phone, Command::CsFallback);
    sim.run_for(seconds(15));
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.run_for(seconds(15));
    sim.run_for(minutes(55));
    // Off and on again, with a connection and without.
    for connected in [true, false] {
        if connected {
            sim.order(phone, Command::ServiceRequest);
            sim.settle();
        } else {
            sim.make_idle(phone);
        }
        sim.order(phone, Command::Detach);
        sim.run_for(seconds(15));
        sim.order(phone, Command::Attach);
        sim.run_until("it is attached", minutes(1), |sim| sim.is_attached(phone));
        sim.settle();
    }
    let uplink = sim.messages(phone, 0).filter(|entry| entry.direction == Direction::Uplink);
    let captured = uplink.filter_map(|entry| {
        let nas = entry.nas.as_ref()?;
        let octets = nas.octets.clone();
        let name = entry.nas_name()?.to_owned();
        let is_protected = octets[0] >> 4 != 0;
        Some(Captured { name, octets, is_protected })
    });
    captured.collect()
}

/// What must stay as it is.
fn essence(view: Option<PhoneView>) -> Option<impl PartialEq + core::fmt::Debug> {
    view.map(|view| (view.guti, view.connected, view.bearers[0].address, view.ciphering, view.integrity))
}

/// The connection that the phone has.
fn connection(sim: &Sim, phone: PhoneId) -> (MmeUeS1apId, EnbUeS1apId) {
    let requests = sim.messages(phone, 0).filter_map(|entry| match entry.s1ap()? {
        Message::InitialContextSetupRequest(request) => Some((request.mme_ue, request.enb_ue)),
        _ => None,
    });
    requests.last().expect("it has a connection")
}

/// An eavesdropper's own connection begins with this message, and says that it is the phone's.
fn begin_with(sim: &mut Sim, cell: EnbIndex, number: u32, nas: &[u8], s_tmsi: Option<STmsi>) {
    let config = sim.cell_config(1);
    let message = InitialUeMessage {
        enb_ue: EnbUeS1apId::new(0x00f0_0000 + number).expect("24 bits"),
        nas,
        tai: config.tai,
        ecgi: Some(config.ecgi),
        establishment_cause: 3,
        s_tmsi,
        gummei: None,
    };
    let octets = encode(&Message::InitialUeMessage(message)).expect("it encodes");
    sim.send_from_cell(cell, 1, octets);
}

#[test]
fn as_the_first_message_of_a_connection_it_is_refused() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let captured = live(sim, phone);
    let names: std::collections::BTreeSet<&str> =
        captured.iter().map(|message| message.name.as_str()).collect();
    for name in [
        "Attach complete",
        "Attach request",
        "Authentication response",
        "Detach request",
        "Extended service request",
        "Security mode complete",
        "Service request",
        "Tracking area update request",
        "Uplink NAS transport",
    ] {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
    let s_tmsi = sim.phone_of(phone).guti().map(|guti| guti.s_tmsi());
    for (number, message) in captured.iter().enumerate() {
        sim.make_idle(phone);
        let before = essence(sim.view(phone));
        let failed = sim.metric("nas_integrity_failed_total");
        let mark = sim.trace().mark();
        begin_with(sim, *cell, number as u32, &message.octets, s_tmsi);
        sim.settle();
        assert_eq!(essence(sim.view(phone)), before, "after {}", message.name);
        assert_eq!(sim.metric("connections"), 1, "after {}", message.name);
        assert!(
            sim.metric("nas_integrity_failed_total") > failed || !message.is_protected,
            "{}",
            message.name
        );
        let keys =
            sim.trace().since(mark).iter().filter(|entry| entry.s1ap_name() == "InitialContextSetupRequest");
        assert_eq!(keys.count(), 0, "{} makes a key", message.name);
        sim.assert_served(phone);
    }
    assert_eq!(sim.phone_of(phone).counters().attaches, 3, "the phone noticed nothing");
    village.finish();
}

#[test]
fn on_the_phones_own_connection_it_is_dropped() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let captured = live(sim, phone);
    let (mme_ue, enb_ue) = connection(sim, phone);
    let before = essence(sim.view(phone));
    for message in &captured {
        let dropped =
            |sim: &Sim| sim.metric("nas_integrity_failed_total") + sim.metric("nas_unexpected_total");
        let count = dropped(sim);
        let mark = sim.trace().mark();
        let transport = UplinkNasTransport { mme_ue, enb_ue, nas: &message.octets, ecgi: None, tai: None };
        let octets = encode(&Message::UplinkNasTransport(transport)).expect("it encodes");
        sim.send_from_cell(*cell, 1, octets);
        sim.settle();
        assert_eq!(sim.trace().since(mark).len(), 1, "{} is answered", message.name);
        assert_eq!(dropped(sim), count + 1, "{}", message.name);
        assert_eq!(essence(sim.view(phone)), before, "after {}", message.name);
    }
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn under_another_phones_name_it_is_refused() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=2, *cell);
    let (victim, other) = (phones[0], phones[1]);
    sim.attach(other);
    sim.make_idle(other);
    let captured = live(sim, victim);
    sim.make_idle(victim);
    let before = (essence(sim.view(victim)), essence(sim.view(other)));
    let s_tmsi = sim.phone_of(other).guti().map(|guti| guti.s_tmsi());
    for (number, message) in captured.iter().enumerate() {
        begin_with(sim, *cell, number as u32, &message.octets, s_tmsi);
        sim.settle();
        assert_eq!((essence(sim.view(victim)), essence(sim.view(other))), before, "after {}", message.name);
        assert_eq!(sim.metric("connections"), 1, "after {}", message.name);
    }
    sim.assert_served(victim);
    sim.assert_served(other);
    village.finish();
}

#[test]
fn after_a_restart_it_is_refused_as_well() {
    let mut village = Village::new();
    let Village { sim, cell, bystander } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let captured = live(sim, phone);
    sim.make_idle(phone);
    sim.restart(pumice_e2e::Crash::Kill);
    sim.assert_served(*bystander);
    let before = essence(sim.view(phone));
    assert!(before.is_some(), "it is known again");
    let s_tmsi = sim.phone_of(phone).guti().map(|guti| guti.s_tmsi());
    for (number, message) in captured.iter().enumerate() {
        let mark = sim.trace().mark();
        begin_with(sim, *cell, number as u32, &message.octets, s_tmsi);
        sim.settle();
        assert_eq!(essence(sim.view(phone)), before, "after {}", message.name);
        let keys =
            sim.trace().since(mark).iter().filter(|entry| entry.s1ap_name() == "InitialContextSetupRequest");
        assert_eq!(keys.count(), 0, "{} makes a key", message.name);
    }
    sim.assert_served(phone);
    village.finish();
}
