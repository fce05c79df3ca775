use std::net::Ipv4Addr;

use pumice_ransim::crypto::Direction;
use pumice_ransim::phone::{Deregistered, Discard, EmmState, NasAction, NasRule, PhoneEventKind, Registered};
use pumice_wire::nas::{AttachType, EmmCause, EmmInformation, EmmMessage, PdnAddress, UniversalTime};

use crate::fake_mme::Mood;
use crate::world::{World, config, sim};

const REGISTERED: EmmState = EmmState::Registered(Registered::NormalService);

#[test]
fn a_phone_attaches_and_has_an_address() {
    let mut world = World::new();
    let id = world.attached(1);
    let phone = world.phone(id);
    assert_eq!(phone.state(), REGISTERED);
    assert!(phone.is_connected() && phone.has_bearers_up());
    let bearer = &phone.bearers()[0];
    assert_eq!(bearer.address, PdnAddress::Ipv4(Ipv4Addr::new(10, 1, 0, 2)));
    assert_eq!(bearer.apn.as_str(), "internet");
    assert_eq!(phone.tais().len(), 1);
    assert!(phone.guti().is_some());
    assert_eq!(phone.counters().attaches, 1);
    let after_setup = [
        "UECapabilityInfoIndication",
        "InitialContextSetupResponse",
        "UplinkNASTransport",
        "Attach complete",
    ];
    assert_eq!(world.mme.heard[world.mme.heard.len() - 4..], after_setup);
}

#[test]
fn every_pair_of_algorithms_carries_an_attach() {
    for (eea, eia) in (0..4).flat_map(|eea| (1..4).map(move |eia| (eea, eia))) {
        let mut world = World::new();
        (world.mme.eea, world.mme.eia) = (eea, eia);
        let id = world.attached(1);
        let security = world.phone(id).security().unwrap();
        assert_eq!((security.eea, security.eia), (eea, eia));
        assert_eq!(world.mme.count("Attach complete"), 1, "EEA{eea} EIA{eia}");
    }
}

#[test]
fn an_unknown_identity_is_asked_for() {
    let mut world = World::new();
    world.mme.asks_identity = true;
    let id = world.attached(1);
    assert_eq!(world.mme.count("Identity response"), 1);
    assert!(world.phone(id).has_seen("Identity request"));
}

#[test]
fn apn_and_pco_are_said_under_protection_when_the_phone_is_secretive() {
    let mut world = World::new();
    let id = world.add_phone(config(1).secretive("ims".parse().unwrap()));
    world.power_on(id);
    assert_eq!(world.phone(id).bearers()[0].apn.as_str(), "ims");
    assert_eq!(world.mme.count("ESM information response"), 1);
}

#[test]
fn a_combined_attach_that_gives_eps_alone_keeps_the_phone() {
    let mut world = World::new();
    let mut config = config(1);
    config.attach_type = AttachType::Combined;
    let id = world.add_phone(config);
    world.power_on(id);
    assert_eq!(world.phone(id).state(), REGISTERED);
    assert_eq!(world.phone(id).causes().partial, Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE));
}

#[test]
fn a_guti_and_its_security_are_used_again() {
    let mut world = World::new();
    let id = world.attached(1);
    world.command(id, pumice_ransim::phone::Command::SwitchOff);
    assert_eq!(world.phone(id).state(), EmmState::Null);
    world.power_on(id);
    assert_eq!(world.phone(id).state(), REGISTERED);
    assert_eq!(world.mme.count("Authentication response"), 1, "the second attach needs no authentication");
    assert_eq!(world.mme.count("Attach complete"), 2);
    assert_eq!(world.mme.mac_failures, 0);
}

#[test]
fn a_card_that_is_ahead_resynchronises() {
    let mut world = World::new();
    let id = world.add_phone(config(1));
    world.phone_mut(id).usim_mut().use_sqn(1_000 << 5);
    world.power_on(id);
    assert_eq!(world.phone(id).state(), REGISTERED);
    assert_eq!(world.mme.count("Authentication failure"), 1);
    assert_eq!(world.phone_mut(id).usim_mut().highest_sqn(), 1_001 << 5);
}

#[test]
fn a_network_without_the_key_is_left_alone() {
    let mut world = World::new();
    world.mme.mood = Mood::WrongAutn;
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert_eq!(world.mme.count("Authentication failure"), 1);
    // T3418.
    world.pass(std::time::Duration::from_secs(20));
    let phone = world.phone(id);
    assert!(phone.log().iter().any(|event| event.kind == PhoneEventKind::NetworkNotAuthentic));
    assert_eq!(phone.state(), EmmState::Deregistered(Deregistered::AttemptingToAttach));
    assert!(phone.sim_state().is_unharmed());
}

#[test]
fn replayed_capabilities_that_differ_are_refused() {
    let mut world = World::new();
    world.mme.mood = Mood::WrongReplay;
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert_eq!(world.mme.count("Security mode reject"), 1);
    assert_eq!(world.phone(id).causes().emm, Some(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH));
    assert_eq!(world.mme.count("Security mode complete"), 0);
}

#[test]
fn the_null_integrity_algorithm_is_refused() {
    let mut world = World::new();
    world.mme.eia = 0;
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert_eq!(world.phone(id).causes().emm, Some(EmmCause::SECURITY_MODE_REJECTED));
    assert!(!world.phone(id).state().is_registered());
}

#[test]
fn a_wrong_hash_brings_the_request_again() {
    let mut world = World::new();
    world.mme.mood = Mood::WrongHash;
    let id = world.add_phone(config(1));
    // The replayed request makes the message longer than its plain form of 2 + 11 octets.
    world.power_on(id);
    let complete = world.trace.iter().filter_map(|output| match output {
        pumice_ransim::ran::RanOutput::S1ap { octets, .. } => Some(octets.len()),
        pumice_ransim::ran::RanOutput::Datagram { .. } => None,
    });
    assert!(complete.max().unwrap() > 80);
    assert_eq!(world.phone(id).state(), REGISTERED);
}

#[test]
fn a_cell_with_another_key_fails_the_setup() {
    let mut world = World::new();
    world.mme.mood = Mood::WrongKey;
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert_eq!(world.mme.count("InitialContextSetupFailure"), 1);
    assert!(world.phone(id).log().iter().any(|event| event.kind == PhoneEventKind::SecurityKeyDiffers));
    assert!(!world.phone(id).state().is_registered());
}

#[test]
fn a_wrong_res_is_rejected_and_kills_the_sim() {
    let mut world = World::new();
    let id = world.add_phone(config(1));
    let rule = NasRule::always(Direction::Uplink, "Authentication response", NasAction::WrongRes);
    world.phone_mut(id).add_rule(rule);
    world.power_on(id);
    let phone = world.phone(id);
    assert!(!phone.sim_state().serves_elsewhere("00101".parse().unwrap()));
    assert_eq!(phone.state(), EmmState::Deregistered(Deregistered::NoImsi));
    let bystander = world.attached(2);
    assert_eq!(world.phone(bystander).state(), REGISTERED);
}

#[test]
fn an_authentication_reject_kills_the_sim_as_well() {
    let mut world = World::new();
    world.mme.mood = Mood::RejectsAuthentication;
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert!(world.phone(id).sim_state().invalid_for_eps);
}

#[test]
fn two_hundred_phones_attach_and_are_told_apart() {
    let mut world = World::new();
    let ids: Vec<_> = (1..=200).map(|number| world.attached(number)).collect();
    for (id, number) in ids.into_iter().zip(1..) {
        let ue = world.mme.ue(sim(number).imsi);
        assert_eq!(world.phone(id).guti(), ue.guti);
    }
    assert_eq!(world.ran.enb(pumice_ransim::ran::EnbIndex(0)).unwrap().connections(), 200);
}

#[test]
fn nothing_plain_is_taken_once_security_stands() {
    let mut world = World::new();
    let id = world.attached(1);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue.0;
    let said = world.mme.say_plain(mme_ue, EmmMessage::AuthenticationReject);
    world.say(said);
    let phone = world.phone(id);
    assert!(phone.sim_state().is_unharmed() && phone.state() == REGISTERED);
    assert_eq!(phone.log().back().unwrap().kind, PhoneEventKind::Discarded(Discard::NotProtected));
}

#[test]
fn network_name_and_time_are_kept() {
    let mut world = World::new();
    let id = world.attached(1);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue.0;
    let information = EmmInformation {
        full_name: Some("Village".to_owned()),
        short_name: None,
        time: Some(UniversalTime { unix_seconds: 1_800_000_000, zone_quarters: 8 }),
    };
    let said = world.mme.say(mme_ue, EmmMessage::EmmInformation(information.clone()));
    world.say(said);
    assert_eq!(world.phone(id).information(), Some(&information));
}
