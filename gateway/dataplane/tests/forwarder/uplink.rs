use pumice_dataplane::Cause;
use pumice_model::rules::*;
use pumice_wire::gtpu::{Extension, ExtensionType, Header, MessageType};
use smoltcp::wire::IpProtocol;

use crate::village::*;

#[test]
fn packet_of_a_phone_goes_out_without_its_tunnel() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), WEB, b"get");
    assert_eq!(village.uplink(1, &packet), [Out::Core(packet.clone())]);
    let counted = Usage { uplink_octets: 23, uplink_packets: 1, ..Usage::default() };
    assert_eq!((village.usage(1), village.usage(2)), (counted, Usage::default()));
    assert_eq!(village.forwarder.usage_of(SessionId(1), VOLUME), Some(counted));
}

#[test]
fn phones_of_several_cells() {
    let mut village = Village::with_phones();
    village.establish(session(3, to_cell(OTHER_CELL, 3)));
    let packet = ipv4(phone(3), WEB, b"get");
    assert_eq!(village.access(OTHER_CELL, &g_pdu(teid(3), &packet)), [Out::Core(packet)]);
    let packet = ipv4(phone(2), WEB, b"get");
    assert_eq!(village.uplink(2, &packet), [Out::Core(packet)]);
}

#[test]
fn sequence_number_and_n_pdu_number_change_nothing() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), WEB, b"get");
    let plain = Header::plain(MessageType::GPdu, teid(1));
    for header in [
        Header { sequence: Some(7), ..plain },
        Header { n_pdu: Some(7), ..plain },
        Header { sequence: Some(7), n_pdu: Some(9), ..plain },
    ] {
        let mut datagram = Vec::new();
        header.emit(&packet, &mut datagram).unwrap();
        assert_eq!(village.access(CELL, &datagram), [Out::Core(packet.clone())]);
    }
}

#[test]
fn extension_headers_are_stepped_over() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), WEB, b"get");
    let kinds =
        [ExtensionType::PDU_SESSION_CONTAINER, ExtensionType::SERVICE_CLASS_INDICATOR, ExtensionType(0x7e)];
    let extensions = kinds.map(|kind| Extension { kind, content: &[0x10, 9, 0, 0, 0, 0] });
    let header = Header { extensions: &extensions, ..Header::plain(MessageType::GPdu, teid(1)) };
    let mut datagram = Vec::new();
    header.emit(&packet, &mut datagram).unwrap();
    assert_eq!(village.access(CELL, &datagram), [Out::Core(packet)]);
}

#[test]
fn padding_behind_the_packet_is_cut_off() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), WEB, b"get");
    let padded = [&packet[..], &[0; 9]].concat();
    assert_eq!(village.uplink(1, &padded), [Out::Core(packet)]);
    assert_eq!(village.usage(1).uplink_octets, 23);
}

#[test]
fn source_of_another_phone_is_spoofed() {
    let mut village = Village::with_phones();
    let spoofed = [Out::Dropped(Cause::SpoofedSource)];
    assert_eq!(village.uplink(1, &ipv4(phone(2), WEB, b"x")), spoofed);
    assert_eq!(village.uplink(1, &ipv4(phone(9), WEB, b"x")), spoofed);
    assert_eq!(village.uplink(1, &ipv4(WEB, phone(2), b"x")), spoofed);
    assert_eq!(village.usage(1), Usage::default());
    assert_eq!(village.usage(2), Usage::default());
}

#[test]
fn ipv6_on_an_ipv4_bearer_is_counted_apart() {
    let mut village = Village::with_phones();
    let solicitation = ipv6("fe80::1", "ff02::2", IpProtocol::Icmpv6, &[133, 0, 0, 0, 0, 0, 0, 0]);
    let query = ipv6("fe80::1", "ff02::fb", IpProtocol::Udp, &[0; 20]);
    let empty = ipv6("fe80::1", "ff02::2", IpProtocol::Icmpv6, &[]);
    assert_eq!(village.uplink(1, &solicitation), [Out::Dropped(Cause::RouterSolicitation)]);
    assert_eq!(village.uplink(1, &query), [Out::Dropped(Cause::OtherFamily)]);
    assert_eq!(village.uplink(1, &empty), [Out::Dropped(Cause::OtherFamily)]);
}

#[test]
fn ipv6_session_takes_any_source_in_its_prefix() {
    let mut village = Village::new();
    let mut session = session(1, to_cell(CELL, 1));
    for pdr in &mut session.pdrs {
        pdr.pdi.ue_address = "2001:db8:45:1::".parse().unwrap();
    }
    village.establish(session);
    let web = "2001:db8:113::80";
    let packet = ipv6("2001:db8:45:1::abcd", web, IpProtocol::Udp, b"get");
    assert_eq!(village.uplink(1, &packet), [Out::Core(packet)]);
    let neighbour = ipv6("2001:db8:45:2::abcd", web, IpProtocol::Udp, b"get");
    assert_eq!(village.uplink(1, &neighbour), [Out::Dropped(Cause::SpoofedSource)]);
    assert_eq!(village.uplink(1, &ipv4(phone(1), WEB, b"x")), [Out::Dropped(Cause::OtherFamily)]);
    let answer = ipv6(web, "2001:db8:45:1::abcd", IpProtocol::Udp, b"page");
    assert_eq!(village.core(&answer), [down(CELL, 1, &answer)]);
}

#[test]
fn inner_packets_that_are_no_ip() {
    let mut village = Village::with_phones();
    let good = ipv4(phone(1), WEB, b"get");
    let changed = |at: usize, value: u8| {
        let mut packet = good.clone();
        packet[at] = value;
        packet
    };
    let malformed = [Out::Dropped(Cause::InnerMalformed)];
    assert_eq!(village.uplink(1, &[]), malformed, "empty");
    assert_eq!(village.uplink(1, &good[..19]), malformed, "shorter than a header");
    assert_eq!(village.uplink(1, &good[..22]), malformed, "shorter than its total length");
    assert_eq!(village.uplink(1, &changed(0, 0x65)), malformed, "version 6 in 23 octets");
    assert_eq!(village.uplink(1, &changed(0, 0x05)), malformed, "version 0");
    assert_eq!(village.uplink(1, &changed(0, 0x44)), malformed, "header of 16 octets");
    assert_eq!(village.uplink(1, &changed(0, 0x40)), malformed, "header of 0 octets");
    assert_eq!(village.uplink(1, &changed(0, 0x4f)), malformed, "header beyond the packet");
    assert_eq!(village.uplink(1, &changed(3, 19)), malformed, "total length within the header");
    assert_eq!(village.uplink(1, &changed(3, 0)), malformed, "total length 0");
    assert_eq!(village.uplink(1, &changed(8, 63)), malformed, "checksum");
    assert_eq!(village.uplink(1, &good), [Out::Core(good.clone())], "bystander");
}

#[test]
fn ipv6_lengths_that_lie() {
    let mut village = Village::with_phones();
    let good = ipv6("fe80::1", "ff02::fb", IpProtocol::Udp, &[0; 8]);
    assert_eq!(village.uplink(1, &good[..39]), [Out::Dropped(Cause::InnerMalformed)]);
    assert_eq!(village.uplink(1, &good[..47]), [Out::Dropped(Cause::InnerMalformed)]);
    // Payload length 0 with next header UDP is a legal header; nothing behind it is read.
    let mut empty = good;
    empty[5] = 0;
    assert_eq!(village.uplink(1, &empty), [Out::Dropped(Cause::OtherFamily)]);
}

#[test]
fn datagram_from_a_stranger_gets_no_answer() {
    let mut village = Village::with_phones();
    let stranger = "10.90.0.66".parse().unwrap();
    let unknown = [Out::Dropped(Cause::UnknownPeer)];
    assert_eq!(village.access(stranger, &g_pdu(teid(1), &ipv4(phone(1), WEB, b"x"))), unknown);
    assert_eq!(village.access(stranger, &g_pdu(teid(99), &ipv4(phone(1), WEB, b"x"))), unknown);
    assert_eq!(village.access(stranger, b""), unknown);
}

#[test]
fn cell_is_admitted_until_its_last_admission_is_retired() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), WEB, b"x");
    village.admit(CELL);
    village.command(&UserPlaneCommand::RetirePeer(CELL));
    assert_eq!(village.uplink(1, &packet), [Out::Core(packet.clone())]);
    village.command(&UserPlaneCommand::RetirePeer(CELL));
    assert_eq!(village.uplink(1, &packet), [Out::Dropped(Cause::UnknownPeer)]);
    village.command(&UserPlaneCommand::RetirePeer(CELL));
    village.admit(CELL);
    assert_eq!(village.uplink(1, &packet), [Out::Core(packet)]);
}

#[test]
fn ipv4_cell_seen_through_an_ipv6_socket_is_the_same_cell() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), WEB, b"x");
    let mapped = "[::ffff:10.90.0.2]:2152".parse().unwrap();
    assert_eq!(village.access_from(mapped, &g_pdu(teid(1), &packet)), [Out::Core(packet)]);
}

#[test]
fn phone_cannot_speak_to_a_cell() {
    let mut village = Village::with_phones();
    assert_eq!(village.uplink(1, &ipv4(phone(1), CELL, b"x")), [Out::Dropped(Cause::TowardsCell)]);
    assert_eq!(village.uplink(1, &ipv4(phone(1), OTHER_CELL, b"x")), [Out::Dropped(Cause::TowardsCell)]);
}

#[test]
fn phone_cannot_pose_as_a_cell_to_the_gateway() {
    let mut village = Village::with_phones();
    assert_eq!(village.uplink(1, &ipv4(phone(1), GATEWAY, b"x")), [Out::Dropped(Cause::TowardsGateway)]);
}

#[test]
fn lower_precedence_value_is_tried_first() {
    let mut village = Village::new();
    let mut session = session(1, to_cell(CELL, 1));
    let blocked = Far { id: RuleId(9), action: Action::Drop };
    session.fars.push(blocked).unwrap();
    let mut first = session.pdrs[0].clone();
    (first.id, first.far, first.precedence) = (RuleId(9), RuleId(9), 10);
    session.pdrs.push(first).unwrap();
    village.establish(session.clone());
    let packet = ipv4(phone(1), WEB, b"x");
    assert_eq!(village.uplink(1, &packet), [Out::Dropped(Cause::ForwardingDrop)]);
    session.pdrs.last_mut().unwrap().precedence = 300;
    village.establish(session);
    assert_eq!(village.uplink(1, &packet), [Out::Core(packet)]);
}

#[test]
fn rule_without_forwarding_action_drops() {
    // A rule that names no action has stopped others.
    let mut village = Village::new();
    let mut session = session(1, to_cell(CELL, 1));
    session.fars.clear();
    village.establish(session);
    assert_eq!(village.uplink(1, &ipv4(phone(1), WEB, b"x")), [Out::Dropped(Cause::NoRule)]);
    assert_eq!(village.core(&ipv4(WEB, phone(1), b"x")), [Out::Dropped(Cause::NoRule)]);
}

#[test]
fn two_bearers_of_a_phone_are_two_tunnels() {
    let mut village = Village::new();
    let mut session = session(1, to_cell(CELL, 1));
    let second = Pdi { source: Interface::Access, local_teid: Some(teid(51)), ue_address: phone(1) };
    session.pdrs.push(Pdr { far: UPLINK, ..pdr(RuleId(8), second) }).unwrap();
    village.establish(session);
    let packet = ipv4(phone(1), WEB, b"x");
    for bearer in [1, 51] {
        assert_eq!(village.uplink(bearer, &packet), [Out::Core(packet.clone())]);
    }
    assert_eq!(village.usage(1).uplink_packets, 2);
}

#[test]
fn removed_session_is_unknown() {
    let mut village = Village::with_phones();
    village.remove(1);
    let indication = village.uplink(1, &ipv4(phone(1), WEB, b"x"));
    assert_eq!(indication[1..], [Out::Dropped(Cause::UnknownTeid)]);
    assert_eq!(village.core(&ipv4(WEB, phone(1), b"x")), [Out::Dropped(Cause::NoSession)]);
    assert_eq!(village.forwarder.usage(SessionId(1)), None);
    let packet = ipv4(phone(2), WEB, b"x");
    assert_eq!(village.uplink(2, &packet), [Out::Core(packet)]);
}
