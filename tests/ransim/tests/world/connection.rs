//! S1 Setup, release, service request, paging, Reset, Error Indication.

use std::time::Duration;

use pumice_ransim::enb::{EnbCommand, PhoneId, S1State};
use pumice_ransim::phone::{Command, EmmState, PhoneEventKind, PhoneTimer, Registered};
use pumice_ransim::ran::{EnbIndex, LinkAction, LinkDirection, LinkRule, RanInput, Traffic};
use pumice_wire::nas::{self, GprsTimer};
use pumice_wire::s1ap::{self, Cause, Message, Reset};

use crate::fake_mme::Mood;
use crate::world::{World, config, sim};

const REGISTERED: EmmState = EmmState::Registered(Registered::NormalService);

pub(crate) fn idle(world: &mut World, number: u64) -> PhoneId {
    let id = world.attached(number);
    let mme_ue = world.mme.ue(sim(number).imsi).mme_ue.0;
    let said = world.mme.release(mme_ue, Cause::NAS_NORMAL_RELEASE);
    world.say(said);
    assert!(!world.phone(id).is_connected());
    id
}

#[test]
fn a_refused_cell_tries_again_and_serves_nobody() {
    let mut world = World::new();
    world.mme.refuses_setup = Some(Cause::UNKNOWN_PLMN);
    let enb = world.add_enb(7, 2);
    assert_eq!(world.ran.enb(enb).unwrap().s1_state().refusal(), Some(Cause::UNKNOWN_PLMN));
    let id = world.ran.add_phone(config(1), Some(enb));
    world.power_on(id);
    assert_eq!(world.mme.count("Attach request"), 0);
    world.mme.know(sim(1));
    world.mme.refuses_setup = None;
    world.pass(Duration::from_secs(20));
    assert!(world.ran.enb(enb).unwrap().s1_state().is_ready());
    assert_eq!(world.phone(id).state(), REGISTERED, "the phone has tried again after T3411");
}

#[test]
fn a_service_request_brings_the_bearer_back() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.command(id, Command::SendPacket(vec![0x45; 40]));
    let phone = world.phone(id);
    assert!(phone.is_connected() && phone.has_bearers_up());
    assert_eq!((phone.counters().services, phone.counters().packets_sent), (1, 1));
    assert_eq!(world.datagrams.len(), 1, "the packet that waited went out");
    assert_eq!(world.mme.mac_failures, 0);
}

#[test]
fn a_page_is_answered_when_it_is_sent_at_the_right_frame() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    let wrong = world.mme.page(sim(1).imsi, 7);
    world.say(wrong);
    assert!(!world.phone(id).is_connected());
    assert_eq!(world.phone(id).log().back().unwrap().kind, PhoneEventKind::Paged { answered: false });
    // 001010000000001 modulo 1024.
    let right = world.mme.page(sim(1).imsi, u16::try_from(1_010_000_000_001_u64 % 1_024).unwrap());
    world.say(right);
    assert!(world.phone(id).has_bearers_up());
    assert_eq!(world.phone(id).counters().pages, 1);
}

#[test]
fn a_page_for_another_wakes_nobody() {
    let mut world = World::new();
    let one = idle(&mut world, 1);
    let two = idle(&mut world, 2);
    let page = world.mme.page(sim(2).imsi, u16::try_from(1_010_000_000_002_u64 % 1_024).unwrap());
    world.say(page);
    assert!(!world.phone(one).is_connected());
    assert!(world.phone(two).has_bearers_up());
}

#[test]
fn an_unanswered_service_request_is_given_up_after_five() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.mme.mood = Mood::Silent;
    world.command(id, Command::SendPacket(vec![0x45; 40]));
    world.pass(Duration::from_secs(60));
    assert_eq!(world.mme.count("Service request"), 5);
    assert_eq!(world.phone(id).counters().packets_dropped, 1);
    assert_eq!(world.phone(id).state(), REGISTERED);
}

#[test]
fn congestion_holds_back_the_phone_but_not_a_page() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.mme.mood = Mood::Rejects(22, Some(GprsTimer::at_least(Duration::from_secs(60))));
    world.command(id, Command::SendPacket(vec![0x45; 40]));
    assert_eq!(world.phone(id).timer(PhoneTimer::T3346), Some(world.now + Duration::from_secs(60)));
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(11));
    assert!(!world.phone(id).is_connected());
    let page = world.mme.page(sim(1).imsi, u16::try_from(1_010_000_000_001_u64 % 1_024).unwrap());
    world.say(page);
    assert!(world.phone(id).has_bearers_up(), "{:?}", world.phone(id).log());
}

#[test]
fn an_inactive_phone_is_released_and_an_active_one_is_not() {
    let mut world = World::new();
    world.ran.enb_mut(EnbIndex(0)).unwrap().config_mut().inactivity = Some(Duration::from_secs(10));
    let quiet = world.attached(1);
    let busy = world.attached(2);
    for _ in 0..6 {
        world.pass(Duration::from_secs(5));
        world.command(busy, Command::SendPacket(vec![0x45; 40]));
    }
    assert!(!world.phone(quiet).is_connected());
    assert!(world.phone(busy).is_connected());
    assert_eq!(world.mme.count("UEContextReleaseRequest"), 1);
}

#[test]
fn a_lost_radio_is_told_to_the_mme() {
    let mut world = World::new();
    let id = world.attached(1);
    world.input(RanInput::Enb { enb: EnbIndex(0), command: EnbCommand::LoseRadio { phone: id } });
    assert_eq!(world.mme.count("UEContextReleaseRequest"), 1);
    assert_eq!(world.mme.count("UEContextReleaseComplete"), 1);
    assert_eq!(world.ran.enb(EnbIndex(0)).unwrap().connections(), 0);
}

#[test]
fn a_reset_of_the_mme_makes_phones_idle_and_a_lost_association_too() {
    let mut world = World::new();
    let id = world.attached(1);
    let reset = Message::Reset(Reset { cause: Cause::OM_INTERVENTION, connections: None });
    world.input(RanInput::S1ap { enb: EnbIndex(0), stream: 0, octets: s1ap::encode(&reset).ok().unwrap() });
    assert_eq!(world.mme.count("ResetAcknowledge"), 1);
    assert!(!world.phone(id).is_connected());
    world.command(id, Command::ServiceRequest);
    assert!(world.phone(id).has_bearers_up());
    world.input(RanInput::AssociationDown { enb: EnbIndex(0) });
    assert!(!world.phone(id).is_connected());
    assert_eq!(world.ran.enb(EnbIndex(0)).unwrap().s1_state(), &S1State::Down);
    assert_eq!(world.phone(id).state(), REGISTERED, "a phone stays registered when its cell is cut off");
}

#[test]
fn a_reset_of_the_cell_names_its_connections() {
    let mut world = World::new();
    let one = world.attached(1);
    let two = world.attached(2);
    world.input(RanInput::Enb { enb: EnbIndex(0), command: EnbCommand::Reset { phones: Some(vec![one]) } });
    assert!(!world.phone(one).is_connected());
    assert!(world.phone(two).is_connected());
    assert_eq!(world.mme.count("Reset"), 1);
}

#[test]
fn unknown_and_mismatched_connections_are_answered_with_an_error_indication() {
    let mut world = World::new();
    let id = world.attached(1);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue;
    let enb_ue = world.mme.ue(sim(1).imsi).enb_ue.unwrap();
    let transport = |mme_ue, enb_ue| {
        let message = s1ap::DownlinkNasTransport { mme_ue, enb_ue, nas: &[7, 0x61] };
        s1ap::encode(&Message::DownlinkNasTransport(message)).ok().unwrap()
    };
    let unknown = pumice_model::identity::EnbUeS1apId::new(0x0000_9999).unwrap();
    for octets in [transport(mme_ue, unknown), transport(pumice_model::identity::MmeUeS1apId(999), enb_ue)] {
        world.input(RanInput::S1ap { enb: EnbIndex(0), stream: 1, octets });
    }
    assert_eq!(world.mme.count("ErrorIndication"), 2);
    assert!(world.phone(id).is_connected(), "the connection that stands is not hurt");
}

#[test]
fn signalling_of_phones_is_never_on_stream_zero() {
    let mut world = World::new();
    for number in 1..=6 {
        idle(&mut world, number);
    }
    let log = world.ran.enb(EnbIndex(0)).unwrap().log();
    let sent = log.iter().filter(|event| event.direction == pumice_ransim::crypto::Direction::Uplink);
    for event in sent {
        assert_eq!(event.stream == 0, event.name == "S1SetupRequest", "{event:?}");
    }
}

#[test]
fn a_phone_with_a_cycle_of_its_own_must_be_called_in_it() {
    let mut world = World::new();
    let mut quick = config(1);
    // 32 frames (TS 24.008 10.5.5.6).
    quick.drx = Some(0x0060);
    let id = world.add_phone(quick);
    world.power_on(id);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue.0;
    let said = world.mme.release(mme_ue, Cause::NAS_NORMAL_RELEASE);
    world.say(said);
    let index = u16::try_from(1_010_000_000_001_u64 % 1_024).unwrap();
    let page = world.mme.page(sim(1).imsi, index);
    world.say(page);
    assert!(!world.phone(id).is_connected(), "the cell calls every 128 frames, the phone listens in others");
    let s_tmsi = world.phone(id).guti().unwrap().s_tmsi();
    let tais = world.phone(id).tais().iter().copied().collect();
    let paging =
        s1ap::Paging { ue_identity_index: index, s_tmsi, paging_drx: Some(s1ap::PagingDrx::V32), tais };
    let octets = s1ap::encode(&Message::Paging(paging)).ok().unwrap();
    world.input(RanInput::S1ap { enb: EnbIndex(0), stream: 0, octets });
    assert!(world.phone(id).has_bearers_up());
}

#[test]
fn nas_for_a_phone_that_has_left_is_reported() {
    let mut world = World::new();
    let id = world.attached(1);
    let rule =
        LinkRule::once(LinkDirection::ToNetwork, Traffic::S1ap("UEContextReleaseRequest"), LinkAction::Drop);
    world.ran.add_link_rule(rule);
    world.command(id, Command::PullBattery);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue.0;
    let said = world.mme.transport(mme_ue, &[7, 0x61]);
    world.say(said);
    assert_eq!(world.mme.heard.last(), Some(&"NASNonDeliveryIndication"));
}

#[test]
fn a_call_over_the_circuit_network_is_refused_and_hurts_nothing() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.command(id, Command::CsFallback);
    assert_eq!(world.mme.count("Extended service request"), 1);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue.0;
    let reject = nas::ServiceReject { cause: nas::EmmCause::CS_DOMAIN_NOT_AVAILABLE, t3346: None };
    let said = world.mme.say(mme_ue, nas::EmmMessage::ServiceReject(reject));
    world.say(said);
    assert_eq!(world.phone(id).state(), REGISTERED);
    assert!(world.phone(id).sim_state().is_unharmed());
}

#[test]
fn the_cell_sees_whether_the_radio_capability_comes_back() {
    let mut world = World::new();
    idle(&mut world, 1);
    let checks = world.ran.enb(EnbIndex(0)).unwrap().capability_checks();
    assert_eq!((checks.absent, checks.same, checks.different), (1, 0, 0));
}
