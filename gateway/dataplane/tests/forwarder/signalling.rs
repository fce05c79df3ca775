use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use pumice_dataplane::Cause;
use pumice_model::identity::Teid;
use pumice_model::rules::*;
use pumice_wire::gtpu::{Extension, ExtensionType, Header, Message, MessageType};

use crate::village::*;

fn answer(cell: IpAddr, message: Message<'_>) -> Out {
    Out::Access(GATEWAY, SocketAddr::new(cell, 2152), octets(message))
}

fn error_indication(cell: IpAddr, n: u16) -> Vec<u8> {
    octets(Message::ErrorIndication { teid: tunnel(cell, n).teid, peer: cell })
}

fn gone(n: u16) -> Out {
    Out::Event(UserPlaneEvent::ErrorIndication { session: SessionId(n.into()), tunnel: tunnel(CELL, n) })
}

#[test]
fn echo_is_answered_to_the_port_that_asked() {
    let mut village = Village::new();
    let from: SocketAddr = "10.90.0.2:40000".parse().unwrap();
    let response = octets(Message::EchoResponse { sequence: 0xabcd });
    assert_eq!(
        village.access_from(from, &octets(Message::EchoRequest { sequence: 0xabcd })),
        [Out::Access(GATEWAY, from, response)]
    );
    assert_eq!(village.forwarder.counters().echo_requests, 1);
}

#[test]
fn unknown_teid_is_indicated_with_our_own_end() {
    let mut village = Village::with_phones();
    let indication = Message::ErrorIndication { teid: teid(9), peer: GATEWAY };
    let from = "10.90.0.2:40000".parse().unwrap();
    let out = village.access_from(from, &g_pdu(teid(9), &ipv4(phone(1), WEB, b"x")));
    assert_eq!(out, [answer(CELL, indication), Out::Dropped(Cause::UnknownTeid)]);
}

#[test]
fn error_indications_are_rate_bounded_for_each_peer() {
    let mut village = Village::with_phones();
    let stale = g_pdu(Teid(0xffff_ffff), b"");
    for _ in 0..10_000 {
        village.access(CELL, &stale);
    }
    let burst = village.forwarder.counters().error_indications_sent;
    assert!((100..200).contains(&burst), "{burst}");
    assert_eq!(village.drops(Cause::UnknownTeid), 10_000);
    assert_eq!(village.access(OTHER_CELL, &stale).len(), 2, "another cell has its own share");
    village.wait(Duration::from_secs(1));
    assert_eq!(village.access(CELL, &stale).len(), 2, "and time gives a new one");
}

#[test]
fn error_indication_from_the_cell_frees_its_tunnel_but_keeps_the_bearer() {
    let mut village = Village::with_phones();
    let packet = ipv4(WEB, phone(1), b"page");
    assert_eq!(village.access(CELL, &error_indication(CELL, 1)), [gone(1)]);
    assert_eq!(village.core(&packet), [], "waits, and the core knows already");
    let up = ipv4(phone(1), WEB, b"get");
    assert_eq!(village.uplink(1, &up), [Out::Core(up)], "the bearer lives");
    let bystander = ipv4(WEB, phone(2), b"page");
    assert_eq!(village.core(&bystander), [down(CELL, 2, &bystander)]);
    assert_eq!(village.modify(1, to_cell(OTHER_CELL, 1)), [down(OTHER_CELL, 1, &packet)]);
}

#[test]
fn error_indication_repeated_is_told_once() {
    let mut village = Village::with_phones();
    assert_eq!(village.access(CELL, &error_indication(CELL, 1)), [gone(1)]);
    assert_eq!(village.access(CELL, &error_indication(CELL, 1)), []);
    assert_eq!(village.forwarder.counters().error_indications_received, 2);
}

#[test]
fn phone_whose_tunnel_went_is_paged_for_what_waits() {
    let mut village = Village::with_phones();
    village.access(CELL, &error_indication(CELL, 1));
    village.core(&ipv4(WEB, phone(1), b"page"));
    let told = Out::Event(UserPlaneEvent::DownlinkData { session: SessionId(1) });
    assert_eq!(village.modify(1, Action::BufferAndNotify { packets: 4 }), [told]);
}

#[test]
fn error_indication_from_another_cell_is_forged() {
    let mut village = Village::with_phones();
    let packet = ipv4(WEB, phone(1), b"page");
    assert_eq!(
        village.access(OTHER_CELL, &error_indication(CELL, 1)),
        [Out::Dropped(Cause::ErrorIndicationForged)]
    );
    assert_eq!(village.core(&packet), [down(CELL, 1, &packet)]);
}

#[test]
fn error_indication_for_a_tunnel_that_nobody_uses() {
    // The session is gone: others have stopped on this.
    let mut village = Village::with_phones();
    let unknown = [Out::Dropped(Cause::ErrorIndicationUnknown)];
    assert_eq!(village.access(CELL, &error_indication(CELL, 9)), unknown);
    village.remove(1);
    assert_eq!(village.access(CELL, &error_indication(CELL, 1)), unknown);
    village.modify(2, Action::BufferAndNotify { packets: 1 });
    assert_eq!(village.access(CELL, &error_indication(CELL, 2)), unknown);
}

#[test]
fn error_indication_without_address() {
    let mut village = Village::with_phones();
    let mut datagram = Vec::new();
    Header::plain(MessageType::ErrorIndication, Teid(0)).emit(&[16, 0, 0, 0, 1], &mut datagram).unwrap();
    assert_eq!(village.access(CELL, &datagram), [Out::Dropped(Cause::SignallingMalformed)]);
}

#[test]
fn extension_that_must_be_understood_is_answered_with_those_that_are() {
    let mut village = Village::with_phones();
    let notification = Message::SupportedExtensionHeaders { types: &[0x40, 0x85] };
    for kind in [0x80, 0x81, 0x82, 0x83, 0x84, 0xc0, 0xff] {
        let extensions = [Extension { kind: ExtensionType(kind), content: &[0, 0] }];
        let header = Header { extensions: &extensions, ..Header::plain(MessageType::GPdu, teid(1)) };
        let mut datagram = Vec::new();
        header.emit(&ipv4(phone(1), WEB, b"x"), &mut datagram).unwrap();
        let out = village.access(CELL, &datagram);
        assert_eq!(
            out,
            [answer(CELL, notification), Out::Dropped(Cause::ExtensionNotUnderstood)],
            "{kind:02x}"
        );
    }
}

#[test]
fn notification_is_never_answered_by_a_notification() {
    let mut village = Village::with_phones();
    let extensions = [Extension { kind: ExtensionType(0xc5), content: &[0, 0] }];
    for message_type in [MessageType::SupportedExtensionHeadersNotification, MessageType::ErrorIndication] {
        let header = Header { extensions: &extensions, ..Header::plain(message_type, Teid(0)) };
        let mut datagram = Vec::new();
        header.emit(&[], &mut datagram).unwrap();
        assert_eq!(village.access(CELL, &datagram), [Out::Dropped(Cause::ExtensionNotUnderstood)]);
    }
}

#[test]
fn end_marker_is_only_counted() {
    let mut village = Village::with_phones();
    assert_eq!(village.access(CELL, &octets(Message::EndMarker { teid: teid(1) })), []);
    assert_eq!(village.forwarder.counters().end_markers, 1);
}

#[test]
fn messages_that_nobody_asked_for() {
    let mut village = Village::with_phones();
    for message in
        [Message::EchoResponse { sequence: 1 }, Message::SupportedExtensionHeaders { types: &[0x85] }]
    {
        assert_eq!(village.access(CELL, &octets(message)), [Out::Dropped(Cause::Unsolicited)]);
    }
}

#[test]
fn headers_that_are_none() {
    let mut village = Village::with_phones();
    let cases: [(&[u8], Cause); 6] = [
        (&[], Cause::Truncated),
        (&[0x30, 0xff, 0, 9, 0, 0, 0, 1], Cause::Truncated),
        (&[0x48, 0xff, 0, 0, 0, 0, 0, 1], Cause::Version),
        (&[0x20, 0xff, 0, 0, 0, 0, 0, 1], Cause::Version),
        (&[0x34, 0xff, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0x85, 0, 0, 0, 0], Cause::ExtensionMalformed),
        (&[0x30, 0x20, 0, 0, 0, 0, 0, 0], Cause::MessageType),
    ];
    for (datagram, cause) in cases {
        assert_eq!(village.access(CELL, datagram), [Out::Dropped(cause)], "{datagram:02x?}");
    }
}
