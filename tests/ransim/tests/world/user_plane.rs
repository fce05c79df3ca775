use pumice_ransim::phone::Command;
use pumice_ransim::ran::{EnbIndex, RanInput};

use crate::connection::idle;
use crate::world::{GATEWAY, World, sim};

fn datagram(world: &mut World, octets: Vec<u8>) {
    world.input(RanInput::Datagram { enb: EnbIndex(0), from: GATEWAY, octets });
}

fn g_pdu(teid: u32, packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
    [&[0x30, 0xff][..], &length, &teid.to_be_bytes(), packet].concat()
}

#[test]
fn packets_pass_both_ways_under_the_teids_of_both_sides() {
    let mut world = World::new();
    let id = world.attached(1);
    let (mme_ue, teid) = (world.mme.ue(sim(1).imsi).mme_ue.0, world.mme.ue(sim(1).imsi).enb_teid.unwrap());
    world.command(id, Command::SendPacket(vec![0x45; 30]));
    assert_eq!(world.datagrams, [(EnbIndex(0), g_pdu(mme_ue, &[0x45; 30]))]);
    datagram(&mut world, g_pdu(teid.0, &[0x46; 25]));
    assert_eq!(world.phone_mut(id).received_packets().pop_front(), Some(vec![0x46; 25]));
    assert_eq!(world.phone(id).counters().octets_received, 25);
}

#[test]
fn an_unknown_tunnel_is_answered_with_an_error_indication() {
    let mut world = World::new();
    world.attached(1);
    datagram(&mut world, g_pdu(0xdead_beef, &[0x45; 20]));
    let (_, answer) = world.datagrams.last().unwrap();
    assert_eq!(answer[..2], [0x32, 26]);
    assert_eq!(usize::from(answer[3]), answer.len() - 8);
    assert_eq!(answer[12..17], [16, 0xde, 0xad, 0xbe, 0xef]);
    assert_eq!(answer[17..], [133, 0, 4, 127, 0, 1, 1]);
}

#[test]
fn an_echo_is_answered_with_its_sequence_number() {
    let mut world = World::new();
    datagram(&mut world, vec![0x32, 1, 0, 4, 0, 0, 0, 0, 0x12, 0x34, 0, 0]);
    assert_eq!(world.datagrams[0].1, [0x32, 2, 0, 6, 0, 0, 0, 0, 0x12, 0x34, 0, 0, 14, 0]);
}

#[test]
fn extension_headers_are_stepped_over_and_a_length_of_zero_ends_nowhere() {
    let mut world = World::new();
    let id = world.attached(1);
    let [a, b, c, d] = world.mme.ue(sim(1).imsi).enb_teid.unwrap().0.to_be_bytes();
    datagram(&mut world, vec![0x34, 0xff, 0, 9, a, b, c, d, 0, 0, 0, 0x85, 1, 0x10, 0, 0, 0x77]);
    assert_eq!(world.phone_mut(id).received_packets().pop_front(), Some(vec![0x77]));
    datagram(&mut world, vec![0x34, 0xff, 0, 8, a, b, c, d, 0, 0, 0, 0x85, 0, 0x10, 0, 0]);
    assert_eq!(world.ran.enb(EnbIndex(0)).unwrap().user_plane().malformed, 1);
}

#[test]
fn a_gateway_that_forgot_a_tunnel_brings_the_phone_to_rest() {
    let mut world = World::new();
    let id = world.attached(1);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue.0;
    let [a, b, c, d] = mme_ue.to_be_bytes();
    let body = [0x32, 26, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 16, a, b, c, d, 133, 0, 4, 10, 0, 0, 1];
    datagram(&mut world, body.to_vec());
    assert_eq!(world.mme.count("UEContextReleaseRequest"), 1);
    assert!(!world.phone(id).is_connected());
}

#[test]
fn what_finds_no_room_while_it_waits_is_counted() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.mme.mood = crate::fake_mme::Mood::Silent;
    (0..40).for_each(|_| world.command(id, Command::SendPacket(vec![0x45; 20])));
    assert_eq!(world.phone(id).counters().packets_dropped, 8);
    world.mme.mood = crate::fake_mme::Mood::Serves;
    world.pass(std::time::Duration::from_secs(5));
    assert_eq!(world.phone(id).counters().packets_sent, 32);
}

/// The gateway answers every echo request that has come, as the host that was asked.
fn answer_pings(world: &mut World) -> usize {
    let asked: Vec<_> =
        world.datagrams.drain(..).filter(|(_, octets)| octets[8 + 9] == 1 && octets[8 + 20] == 8).collect();
    for (_, octets) in &asked {
        let mut packet = octets[8..].to_vec();
        let (source, destination) = (octets[20..24].to_vec(), octets[24..28].to_vec());
        packet[12..16].copy_from_slice(&destination);
        packet[16..20].copy_from_slice(&source);
        // An echo reply is type 0: 0x0800 less in the sum (RFC 1624).
        let sum = u32::from(u16::from_be_bytes([packet[22], packet[23]])) + 0x0800;
        let sum = u16::try_from((sum & 0xffff) + (sum >> 16)).unwrap();
        packet[20] = 0;
        packet[22..24].copy_from_slice(&sum.to_be_bytes());
        let teid = world.mme.ue(sim(1).imsi).enb_teid.unwrap();
        datagram(world, g_pdu(teid.0, &packet));
    }
    asked.len()
}

#[test]
fn a_phone_with_a_stack_pings_through_its_tunnel_and_wakes_up_for_it() {
    let mut world = World::new();
    let id = world.add_phone(crate::world::config(1).with_ip_stack());
    world.power_on(id);
    let mme_ue = world.mme.ue(sim(1).imsi).mme_ue.0;
    let said = world.mme.release(mme_ue, pumice_wire::s1ap::Cause::NAS_NORMAL_RELEASE);
    world.say(said);
    let address = "192.0.2.1".parse().unwrap();
    world.command(id, Command::Ping { address, count: 3 });
    assert!(world.phone(id).has_bearers_up(), "the first packet asks for a bearer");
    for _ in 0..3 {
        assert_eq!(answer_pings(&mut world), 1);
        world.pass(std::time::Duration::from_secs(1));
    }
    let stack = world.phone_mut(id).ip_stack().unwrap();
    assert_eq!(stack.pings()[0].round_trips, [std::time::Duration::ZERO; 3]);
    assert_eq!(world.phone(id).counters().services, 1);
}

#[test]
fn a_phone_without_a_stack_is_small() {
    // Thousands of them are in one process.
    assert!(size_of::<pumice_ransim::phone::Phone>() < 4_096, "{}", size_of::<pumice_ransim::phone::Phone>());
}
