//! Cells come and go: associations, S1 Setup (TS 36.413 8.7.3), Reset (8.7.1), and who is let in.

mod admission;

use core::time::Duration;
use std::collections::BTreeSet;

use pumice_e2e::{Settings, Sim};
use pumice_model::event::{CellRefusal, Event};
use pumice_model::identity::{Plmn, Tac, Teid};
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::{EnbCommand, PhoneId};
use pumice_ransim::ran::{EnbIndex, RanInput};
use pumice_wire::s1ap::{self, Cause, Message, SupportedTa, TimeToWait, UeContextReleaseComplete};

use crate::support::{Village, minutes, seconds};

/// The last S1 Setup Failure that a cell was sent.
pub(crate) fn failure(sim: &Sim, cell: EnbIndex) -> Option<(Cause, Option<TimeToWait>)> {
    let of_cell = sim.trace().entries().iter().rev().filter(|entry| entry.cell == cell);
    of_cell.into_iter().find_map(|entry| match entry.s1ap()? {
        Message::S1SetupFailure(failure) => Some((failure.cause, failure.time_to_wait)),
        _ => None,
    })
}

fn refused_for(reason: CellRefusal) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::CellRefused { reason: given, .. } if *given == reason)
}

fn short(sim: &Sim, cell: EnbIndex, mark: usize) -> Vec<String> {
    sim.trace().since(mark).iter().filter(|entry| entry.cell == cell).map(pumice_e2e::Entry::short).collect()
}

fn attached(village: &mut Village, number: u64) -> PhoneId {
    let phone = village.sim.add_phone(number, village.cell);
    village.sim.attach(phone);
    phone
}

#[test]
fn a_cell_of_the_network_is_taken() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let cell = sim.add_cell(2);
    assert_eq!(short(sim, cell, 0), ["> S1SetupRequest", "< S1SetupResponse"]);
    let response = sim.ran().enb(cell).map(|enb| enb.s1_state().clone());
    let Some(pumice_ransim::enb::S1State::Ready(response)) = response else { panic!("it is served") };
    let config = &sim.settings().config;
    assert_eq!(response.served.plmns[..], [config.plmn]);
    assert_eq!(response.served.groups[..], [config.mme_group]);
    assert_eq!(response.served.codes[..], [config.mme_code]);
    assert_eq!(response.name.as_deref(), Some("pumice"));
    let views = sim.cells();
    assert_eq!(views.len(), 2);
    assert_eq!((views[1].name.as_str(), views[1].learned), ("ransim-2", true));
    let phone = sim.add_phone(1, cell);
    sim.attach(phone);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_cell_of_another_network_is_not() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let other = Plmn::parse("26201").expect("a PLMN");
    let mut config = sim.cell_config(2);
    config.supported_tas =
        vec![SupportedTa { tac: Tac(7), broadcast_plmns: heapless::Vec::from_iter([other]) }];
    let cell = sim.add_cell_with(config);
    assert_eq!(failure(sim, cell), Some((Cause::UNKNOWN_PLMN, None)));
    assert!(sim.has_event(refused_for(CellRefusal::UnknownPlmnOrTac)));
    assert_eq!(sim.status().cells, 1);
    village.finish();
}

#[test]
fn a_cell_of_another_area_is_not() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let mut config = sim.cell_config(2);
    config.supported_tas[0].tac = Tac(8);
    let cell = sim.add_cell_with(config);
    assert_eq!(failure(sim, cell), Some((Cause::UNKNOWN_PLMN, None)));
    // Its owner sets it right, and it tries again.
    sim.ran_mut().enb_mut(cell).expect("a cell").config_mut().supported_tas[0].tac = Tac(7);
    sim.run_until("it is taken", minutes(2), |sim| sim.is_ready(cell));
    village.finish();
}

#[test]
fn a_cell_that_serves_ours_among_others_is_taken_for_ours() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let own = sim.settings().config.plmn;
    let other = Plmn::parse("26201").expect("a PLMN");
    let mut config = sim.cell_config(2);
    config.supported_tas = vec![
        SupportedTa { tac: Tac(9), broadcast_plmns: heapless::Vec::from_iter([own]) },
        SupportedTa { tac: Tac(7), broadcast_plmns: heapless::Vec::from_iter([other, own]) },
    ];
    let cell = sim.add_cell_with(config);
    assert!(sim.is_ready(cell));
    let tais = &sim.cells()[1].tais;
    assert_eq!(tais.len(), 1);
    assert_eq!((tais[0].plmn, tais[0].tac), (own, Tac(7)));
    village.finish();
}

#[test]
fn one_more_than_there_may_be_waits() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.cells = 2));
    let Village { sim, .. } = &mut village;
    let second = sim.add_cell(2);
    let third = sim.add_cell_with(sim.cell_config(3));
    assert_eq!(failure(sim, third), Some((Cause::CONTROL_PROCESSING_OVERLOAD, Some(TimeToWait::V60))));
    assert!(sim.has_event(refused_for(CellRefusal::TooMany)));
    // One leaves; the third has waited and finds its place. Its association was ended meanwhile, and it comes anew.
    sim.disconnect(second);
    sim.settle();
    if sim.association(third).is_none() {
        sim.connect(third);
    }
    sim.run_until("it is taken", minutes(2), |sim| sim.is_ready(third));
    village.finish();
}

#[test]
fn a_cell_that_waits_as_it_was_told_is_not_sent_away_meanwhile() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.cells = 1));
    let Village { sim, .. } = &mut village;
    let second = sim.add_cell_with(sim.cell_config(2));
    sim.run_for(seconds(59));
    assert!(sim.association(second).is_some(), "it was told to wait for a minute");
    sim.run_for(seconds(5));
    assert_eq!(short(sim, second, 0).iter().filter(|line| *line == "> S1SetupRequest").count(), 2);
    village.finish();
}

#[test]
fn setup_again_forgets_the_cells_phones_and_no_others() {
    let mut village = Village::new();
    let first = attached(&mut village, 1);
    let Village { sim, cell, bystander } = &mut village;
    let other = sim.add_cell(2);
    let second = sim.add_phone(2, other);
    sim.attach(second);
    sim.tell(RanInput::Enb { enb: other, command: EnbCommand::Restart });
    sim.tell(RanInput::Enb { enb: other, command: EnbCommand::S1Setup });
    sim.settle();
    assert!(sim.is_ready(other));
    assert!(sim.view(second).is_some_and(|view| !view.connected));
    assert!(sim.view(first).is_some_and(|view| view.connected));
    sim.assert_served(first);
    sim.assert_served(second);
    // The same at the first cell: both come back.
    sim.tell(RanInput::Enb { enb: *cell, command: EnbCommand::Restart });
    sim.tell(RanInput::Enb { enb: *cell, command: EnbCommand::S1Setup });
    sim.settle();
    sim.assert_served(first);
    sim.assert_served(*bystander);
    sim.assert_served(second);
    village.finish();
}

#[test]
fn before_setup_requests_are_answered_with_an_error_and_answers_are_not() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let mut config = sim.cell_config(2);
    config.sets_up = false;
    let cell = sim.add_cell_with(config);
    let uplink = sim.trace().entries().iter().find(|entry| entry.s1ap_name() == "InitialUEMessage");
    let octets = uplink.expect("the bystander's first message").octets.clone();
    let mark = sim.trace().mark();
    sim.send_from_cell(cell, 1, octets);
    let complete = UeContextReleaseComplete {
        mme_ue: pumice_model::identity::MmeUeS1apId(1),
        enb_ue: pumice_model::identity::EnbUeS1apId::MIN,
    };
    let octets = s1ap::encode(&Message::UeContextReleaseComplete(complete)).expect("a message");
    sim.send_from_cell(cell, 1, octets);
    sim.settle();
    let causes: Vec<_> = sim
        .trace()
        .since(mark)
        .iter()
        .filter_map(|entry| match entry.s1ap()? {
            Message::ErrorIndication(indication) => indication.cause,
            _ => None,
        })
        .collect();
    assert_eq!(causes, [Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE]);
    // It still may set up.
    sim.tell(RanInput::Enb { enb: cell, command: EnbCommand::S1Setup });
    sim.settle();
    assert!(sim.is_ready(cell));
    village.finish();
}

#[test]
fn an_association_that_says_nothing_is_ended() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let mut config = sim.cell_config(2);
    config.sets_up = false;
    let cell = sim.add_cell_with(config);
    sim.run_for(seconds(29));
    assert!(sim.association(cell).is_some());
    sim.run_for(seconds(2));
    assert!(sim.association(cell).is_none());
    village.finish();
}

#[test]
fn an_association_with_too_few_streams_is_refused() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    sim.settings_mut().streams = 1;
    let cell = sim.add_cell_with(sim.cell_config(2));
    assert!(sim.association(cell).is_none());
    assert!(sim.has_event(refused_for(CellRefusal::TooFewStreams)));
    village.finish();
}

#[test]
fn reset_of_all_forgets_all_connections_of_the_cell() {
    let mut village = Village::new();
    let phone = attached(&mut village, 1);
    let Village { sim, cell, bystander } = &mut village;
    let mark = sim.trace().mark();
    sim.tell(RanInput::Enb { enb: *cell, command: EnbCommand::Reset { phones: None } });
    sim.settle();
    assert_eq!(short(sim, *cell, mark), ["> Reset", "< ResetAcknowledge"]);
    assert_eq!(sim.metric("connections"), 0);
    assert!(sim.view(phone).is_some() && sim.view(*bystander).is_some(), "they stay registered");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn reset_of_some_forgets_those() {
    let mut village = Village::new();
    let phone = attached(&mut village, 1);
    let Village { sim, cell, bystander } = &mut village;
    let mark = sim.trace().mark();
    let some = EnbCommand::Reset { phones: Some(vec![phone]) };
    sim.tell(RanInput::Enb { enb: *cell, command: some });
    sim.settle();
    assert_eq!(short(sim, *cell, mark), ["> Reset", "< ResetAcknowledge"]);
    let listed = sim.trace().since(mark).iter().find_map(|entry| match entry.s1ap()? {
        Message::ResetAcknowledge(acknowledge) => Some(acknowledge.connections.map_or(0, |all| all.len())),
        _ => None,
    });
    assert_eq!(listed, Some(1));
    assert!(sim.view(*bystander).is_some_and(|view| view.connected));
    assert!(sim.view(phone).is_some_and(|view| !view.connected));
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_lost_association_leaves_phones_idle_and_they_come_back_by_another_cell() {
    let mut village = Village::new();
    let phone = attached(&mut village, 1);
    let Village { sim, cell, bystander } = &mut village;
    let other = sim.add_cell(2);
    let mark = sim.trace().mark();
    sim.disconnect(*cell);
    sim.settle();
    assert_eq!(short(sim, *cell, mark).len(), 0);
    assert_eq!(sim.metric("connections"), 0);
    assert!(sim.has_event(|event| matches!(event, Event::CellDown { .. })));
    assert_eq!(sim.cells().iter().filter(|cell| cell.peer.is_some()).count(), 1);
    for phone in [phone, *bystander] {
        sim.carry(phone, Some(other));
        sim.assert_served(phone);
    }
    sim.connect(*cell);
    sim.settle();
    assert!(sim.is_ready(*cell));
    village.finish();
}

#[test]
fn packets_of_a_cell_that_is_gone_are_not_taken() {
    let mut village = Village::new();
    let Village { sim, cell, bystander } = &mut village;
    let other = sim.add_cell(2);
    let phone = sim.add_phone(1, other);
    sim.attach(phone);
    let address = sim.address(phone).expect("an address");
    sim.disconnect(other);
    sim.settle();
    let before = sim.gateway().forwarder().counters();
    let ping = pumice_e2e::echo_request(address, pumice_e2e::HOST, 7, b"late");
    let mut octets = Vec::new();
    let length = u16::try_from(ping.len()).expect("it is short");
    octets.extend(pumice_wire::gtpu::g_pdu_header(Teid(1), length));
    octets.extend(ping);
    let to = sim.settings().config.user_plane_address;
    sim.tell(RanInput::Enb { enb: other, command: EnbCommand::SendDatagram { to, octets } });
    sim.settle();
    let after = sim.gateway().forwarder().counters();
    assert_eq!(after.uplink.packets, before.uplink.packets);
    assert_eq!(
        after.drops(pumice_dataplane::Cause::UnknownPeer),
        before.drops(pumice_dataplane::Cause::UnknownPeer) + 1
    );
    sim.connect(other);
    sim.settle();
    sim.assert_served(phone);
    assert!(sim.is_ready(*cell));
    sim.assert_served(*bystander);
    village.finish();
}

#[test]
fn an_association_that_begins_anew_is_a_cell_that_begins_anew() {
    let mut village = Village::new();
    let phone = attached(&mut village, 1);
    let Village { sim, cell, bystander } = &mut village;
    let before = sim.association(*cell);
    sim.restart_cell(*cell);
    sim.settle();
    assert!(sim.is_ready(*cell));
    assert_eq!(sim.association(*cell), before);
    assert!(sim.view(phone).is_some_and(|view| !view.connected));
    sim.assert_served(phone);
    sim.assert_served(*bystander);
    village.finish();
}

#[test]
fn an_association_that_begins_anew_with_fewer_streams_is_spoken_to_on_those() {
    let mut village = Village::new();
    let phone = attached(&mut village, 1);
    let Village { sim, cell, bystander } = &mut village;
    sim.settings_mut().streams = 3;
    sim.restart_cell(*cell);
    sim.settle();
    let mark = sim.trace().mark();
    sim.assert_served(phone);
    sim.assert_served(*bystander);
    let sent = sim.trace().since(mark).iter().filter(|entry| entry.direction == Direction::Downlink);
    let streams: BTreeSet<_> = sent.map(|entry| entry.stream).collect();
    assert!(streams.iter().all(|stream| *stream < 3), "{streams:?}");
    village.finish();
}

#[test]
fn a_cell_that_comes_again_before_its_loss_was_noticed_replaces_itself() {
    let mut village = Village::new();
    let phone = attached(&mut village, 1);
    let Village { sim, cell, .. } = &mut village;
    let dead = sim.disconnect_unnoticed(*cell).expect("an association");
    sim.run_for(Duration::from_secs(1));
    sim.connect(*cell);
    sim.settle();
    assert!(sim.is_ready(*cell));
    assert_eq!(sim.status().cells, 1);
    sim.assert_served(phone);
    sim.notice_loss(dead);
    sim.settle();
    assert!(sim.view(phone).is_some_and(|view| view.connected), "the late news is of no account");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn another_address_does_not_take_a_cells_identity_over() {
    let mut village = Village::new();
    let Village { sim, bystander, .. } = &mut village;
    let mut config = sim.cell_config(1);
    config.address = [127, 0, 1, 66].into();
    let intruder = sim.add_cell_with(config);
    assert_eq!(failure(sim, intruder), Some((Cause::MISC_UNSPECIFIED, Some(TimeToWait::V60))));
    assert!(sim.has_event(refused_for(CellRefusal::IdentityInUse)));
    assert!(sim.view(*bystander).is_some_and(|view| view.connected));
    village.finish();
}

#[test]
fn a_cell_cannot_touch_the_phones_of_another() {
    let mut village = Village::new();
    let Village { sim, bystander, .. } = &mut village;
    let other = sim.add_cell(2);
    let victims = sim.messages(*bystander, 0).find_map(|entry| match entry.s1ap()? {
        Message::InitialContextSetupResponse(response) => Some((response.mme_ue, response.enb_ue)),
        _ => None,
    });
    let (mme_ue, enb_ue) = victims.expect("the bystander is connected");
    let request = s1ap::UeContextReleaseRequest { mme_ue, enb_ue, cause: Cause::USER_INACTIVITY };
    let mark = sim.trace().mark();
    let octets = s1ap::encode(&Message::UeContextReleaseRequest(request)).expect("a message");
    sim.send_from_cell(other, 1, octets);
    sim.settle();
    let answer = sim.trace().since(mark).iter().find_map(|entry| match entry.s1ap()? {
        Message::ErrorIndication(indication) => Some((entry.cell, indication.cause)),
        _ => None,
    });
    assert_eq!(answer, Some((other, Some(Cause::UNKNOWN_MME_UE_ID))));
    assert!(sim.view(*bystander).is_some_and(|view| view.connected));
    village.finish();
}
