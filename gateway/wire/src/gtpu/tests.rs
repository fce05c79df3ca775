mod recordings;

use core::net::IpAddr;

use oxirush_gtp_u as oracle;
use proptest::prelude::*;
use pumice_model::identity::Teid;

use super::*;

fn emitted(message: Message<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    message.emit(&mut out).unwrap();
    out
}

fn parsed(datagram: &[u8]) -> Result<Message<'_>, GtpuError> {
    Message::parse(&Packet::new_checked(datagram)?)
}

#[test]
fn recorded_messages_are_g_pdus_that_re_encode_to_the_same_octets() {
    let recorded = recordings::all();
    assert_eq!(recorded.len(), 77);
    for recorded in recorded {
        let packet = Packet::new_checked(&recorded.datagram).unwrap();
        assert_eq!(packet.message_type(), MessageType::GPdu);
        let extensions: Vec<_> = packet.extensions().map(Result::unwrap).collect();
        let header = Header {
            message_type: packet.message_type(),
            teid: packet.teid(),
            sequence: packet.sequence(),
            n_pdu: packet.n_pdu(),
            extensions: &extensions,
        };
        let mut again = Vec::new();
        header.emit(packet.payload(), &mut again).unwrap();
        assert_eq!(again, recorded.datagram);
    }
}

#[test]
fn recorded_messages_mean_the_same_to_the_second_opinion() {
    for recorded in recordings::all() {
        let ours = Packet::new_checked(&recorded.datagram).unwrap();
        let theirs = oracle::Packet::decode_borrowed(&recorded.datagram).unwrap();
        assert_eq!((ours.teid().0, ours.payload()), (theirs.teid, theirs.payload));
        let extensions = ours.extensions().count();
        assert_eq!(extensions, usize::from(theirs.pdu_session_container().is_some()));
    }
}

#[test]
fn a_pdu_session_container_of_another_core_is_stepped_over() {
    let container = recordings::all()
        .into_iter()
        .find_map(|recorded| {
            let packet = Packet::new_checked(&recorded.datagram).unwrap();
            let first = packet.extensions().next()?.unwrap();
            let inner = packet.payload()[0];
            Some((first.kind, packet.not_understood(&[first.kind]), packet.not_understood(&[]), inner))
        })
        .unwrap();
    let kind = ExtensionType::PDU_SESSION_CONTAINER;
    assert_eq!(container, (kind, None, Some(kind), 0x45));
}

#[test]
fn our_messages_decode_in_the_second_opinion() {
    let v4: IpAddr = "192.0.2.7".parse().unwrap();
    let v6: IpAddr = "2001:db8::7".parse().unwrap();
    let cases = [
        (Message::EchoRequest { sequence: 0xfffe }, oracle::Packet::echo_request(0xfffe)),
        (Message::EchoResponse { sequence: 7 }, oracle::Packet::echo_response(7)),
        (
            Message::ErrorIndication { teid: Teid(0xdead_beef), peer: v4 },
            oracle::Packet::error_indication(0xdead_beef, v4),
        ),
        (Message::ErrorIndication { teid: Teid(1), peer: v6 }, oracle::Packet::error_indication(1, v6)),
        (
            Message::SupportedExtensionHeaders { types: &[0x85, 0x40] },
            oracle::Packet::supported_extension_headers_notification(&[
                oracle::ExtensionHeaderType(0x85),
                oracle::ExtensionHeaderType(0x40),
            ]),
        ),
        (Message::EndMarker { teid: Teid(9) }, oracle::Packet::end_marker(9)),
        (Message::GPdu { teid: Teid(9), payload: b"ip" }, oracle::Packet::g_pdu(9, b"ip".to_vec())),
    ];
    for (ours, theirs) in cases {
        let octets = emitted(ours);
        assert_eq!(oracle::Packet::decode(&octets).unwrap(), theirs, "{ours:?}");
        assert_eq!(octets, theirs.encode().unwrap(), "{ours:?}");
        assert_eq!(parsed(&octets), Ok(ours));
    }
}

#[test]
fn g_pdu_header_is_what_emit_writes() {
    let mut octets = g_pdu_header(Teid(0x0102_0304), 2).to_vec();
    octets.extend_from_slice(b"ip");
    assert_eq!(octets, emitted(Message::GPdu { teid: Teid(0x0102_0304), payload: b"ip" }));
    assert_eq!(octets, [0x30, 0xff, 0, 2, 1, 2, 3, 4, b'i', b'p']);
}

#[test]
fn refused_headers() {
    let cases: [(&[u8], GtpuError); 8] = [
        (&[], GtpuError::Truncated),
        (&[0x30, 0xff, 0, 0, 0, 0, 0], GtpuError::Truncated),
        (&[0x50, 0xff, 0, 0, 0, 0, 0, 1], GtpuError::Version(2)),
        (&[0x20, 0xff, 0, 0, 0, 0, 0, 1], GtpuError::ProtocolType),
        (&[0x30, 0xff, 0, 1, 0, 0, 0, 1], GtpuError::Truncated),
        // A flag without its field, and an extension that is announced but not there.
        (&[0x32, 0xff, 0, 3, 0, 0, 0, 1, 0, 0, 0], GtpuError::Truncated),
        (&[0x34, 0xff, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x85], GtpuError::Truncated),
        // An extension header of length 0: others went round for ever.
        (&[0x34, 0xff, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0x85, 0, 0, 0, 0], GtpuError::ExtensionLength),
    ];
    for (octets, error) in cases {
        assert_eq!(Packet::new_checked(octets), Err(error), "{octets:02x?}");
    }
}

#[test]
fn every_length_of_an_extension_header() {
    for units in 0..=255_u8 {
        for present in [0, 1, 3, 4, 5, 8, 1019, 1020, 1021] {
            let mut octets = vec![0x34, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85];
            octets.push(units);
            octets.resize(12 + 1 + present, 0);
            let length = u16::try_from(octets.len() - HEADER_LEN).unwrap();
            octets[2..4].copy_from_slice(&length.to_be_bytes());
            let wanted = usize::from(units) * 4;
            let expected = match wanted {
                0 => Err(GtpuError::ExtensionLength),
                _ if wanted > present + 1 => Err(GtpuError::Truncated),
                _ => Ok(present + 1 - wanted),
            };
            let payload = Packet::new_checked(&octets).map(|packet| packet.payload().len());
            assert_eq!(payload, expected, "{units} units, {present} octets");
        }
    }
}

#[test]
fn a_chain_of_extension_headers_has_an_end() {
    let extension = Extension { kind: ExtensionType::SERVICE_CLASS_INDICATOR, content: &[1, 0] };
    let chain = [extension; MAX_EXTENSIONS + 1];
    let emit = |extensions: &[Extension<'_>]| {
        let mut out = Vec::new();
        let header = Header { extensions, ..Header::plain(MessageType::GPdu, Teid(5)) };
        header.emit(b"payload", &mut out).unwrap();
        out
    };
    let longest = emit(&chain[..MAX_EXTENSIONS]);
    let packet = Packet::new_checked(&longest).unwrap();
    assert_eq!((packet.extensions().count(), packet.payload()), (MAX_EXTENSIONS, &b"payload"[..]));
    assert_eq!(packet.payload_range(), longest.len() - 7..longest.len());
    assert_eq!(Packet::new_checked(&emit(&chain)), Err(GtpuError::TooManyExtensions));
}

#[test]
fn comprehension_follows_the_two_high_bits() {
    let required = [0x80, 0x85, 0xbf, 0xc0, 0xff].map(ExtensionType);
    let ignored = [0x01, 0x20, 0x3f, 0x40, 0x7f].map(ExtensionType);
    assert!(required.iter().all(|kind| kind.comprehension().by_endpoint()));
    assert!(!ignored.iter().any(|kind| kind.comprehension().by_endpoint()));
}

#[test]
fn not_understood_names_the_first_that_is_required() {
    let extensions = [0x3f, 0x85, 0xc5].map(|kind| Extension { kind: ExtensionType(kind), content: &[0, 0] });
    let mut octets = Vec::new();
    let header = Header { extensions: &extensions, ..Header::plain(MessageType::GPdu, Teid(5)) };
    header.emit(&[], &mut octets).unwrap();
    let packet = Packet::new_checked(&octets).unwrap();
    assert_eq!(packet.not_understood(&[]), Some(ExtensionType(0x85)));
    assert_eq!(packet.not_understood(&[ExtensionType(0x85)]), Some(ExtensionType(0xc5)));
    assert_eq!(packet.not_understood(&[ExtensionType(0x85), ExtensionType(0xc5)]), None);
}

#[test]
fn octets_beyond_the_stated_length_are_not_the_message() {
    let mut octets = emitted(Message::GPdu { teid: Teid(3), payload: b"ip" });
    octets.extend_from_slice(b"rest");
    assert_eq!(parsed(&octets), Ok(Message::GPdu { teid: Teid(3), payload: b"ip" }));
}

#[test]
fn every_length_of_a_peer_address() {
    // An address of another length has stopped others.
    for length in [0_u16, 1, 3, 4, 5, 15, 16, 17, 255, 256, 257, 65_535] {
        for present in [0_usize, 3, 4, 5, 16, 17, 300] {
            let mut elements = vec![element::TEID_DATA_I, 0, 0, 0, 9, element::PEER_ADDRESS];
            elements.extend_from_slice(&length.to_be_bytes());
            elements.resize(elements.len() + present, 0);
            let mut octets = Vec::new();
            Header::plain(MessageType::ErrorIndication, Teid(0)).emit(&elements, &mut octets).unwrap();
            let result = parsed(&octets);
            match usize::from(length) {
                length if length > present => assert_eq!(result, Err(GtpuError::Truncated)),
                4 | 16 => assert!(result.is_ok()),
                length => {
                    assert_eq!(
                        result,
                        Err(GtpuError::ElementLength { element: element::PEER_ADDRESS, length })
                    );
                }
            }
        }
    }
}

#[test]
fn error_indication_without_its_elements() {
    let cases: [(&[u8], GtpuError); 4] = [
        (&[], GtpuError::MissingElement(element::TEID_DATA_I)),
        (&[element::TEID_DATA_I, 0, 0, 0, 1], GtpuError::MissingElement(element::PEER_ADDRESS)),
        (&[element::TEID_DATA_I, 0, 0, 0], GtpuError::Truncated),
        // A type below 128 that is not known has no length, so nothing behind it can be found.
        (&[99, 0, 0, 0, 1], GtpuError::ElementType(99)),
    ];
    for (elements, error) in cases {
        let mut octets = Vec::new();
        Header::plain(MessageType::ErrorIndication, Teid(0)).emit(elements, &mut octets).unwrap();
        assert_eq!(parsed(&octets), Err(error), "{elements:02x?}");
    }
}

#[test]
fn elements_of_other_types_are_stepped_over() {
    let elements =
        [255, 0, 3, 1, 2, 3, element::RECOVERY, 0, 16, 0, 0, 0, 9, 133, 0, 4, 192, 0, 2, 1, 133, 0, 1, 0];
    let mut octets = Vec::new();
    Header::plain(MessageType::ErrorIndication, Teid(0)).emit(&elements, &mut octets).unwrap();
    let peer = IpAddr::from([192, 0, 2, 1]);
    assert_eq!(parsed(&octets), Ok(Message::ErrorIndication { teid: Teid(9), peer }));
}

#[test]
fn other_message_types_are_values() {
    for code in 0..=255_u8 {
        let kind = MessageType::from(code);
        assert_eq!(kind.code(), code);
        let octets = [0x30, code, 0, 0, 0, 0, 0, 0];
        let is_other = matches!(kind, MessageType::Other(_));
        assert_eq!(parsed(&octets) == Err(GtpuError::MessageType(code)), is_other);
    }
}

#[test]
fn what_is_too_long_is_refused() {
    let mut out = Vec::new();
    let payload = vec![0; 65_536];
    assert_eq!(
        Message::GPdu { teid: Teid(1), payload: &payload }.emit(&mut out),
        Err(GtpuError::TooLong(65_536))
    );
    assert_eq!(Message::GPdu { teid: Teid(1), payload: &payload[1..] }.emit(&mut out), Ok(()));
    let types = [0x85; 256];
    let list = Message::SupportedExtensionHeaders { types: &types };
    assert_eq!(list.emit(&mut Vec::new()), Err(GtpuError::TooLong(256)));
}

#[test]
fn cut_and_flipped_recordings_never_disagree_with_their_length() {
    for recorded in recordings::all().iter().take(40) {
        let octets = &recorded.datagram;
        for cut in 0..octets.len() {
            assert_eq!(Packet::new_checked(&octets[..cut]), Err(GtpuError::Truncated), "cut at {cut}");
        }
        for bit in 0..octets.len() * 8 {
            let mut flipped = octets.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(packet) = Packet::new_checked(&flipped) {
                assert_eq!(&flipped[packet.payload_range()], packet.payload(), "bit {bit}");
                let _ = Message::parse(&packet);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_octets(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(packet) = Packet::new_checked(&octets) {
            prop_assert_eq!(&octets[packet.payload_range()], packet.payload());
            prop_assert!(packet.extensions().all(|extension| extension.is_ok()));
            let _ = Message::parse(&packet);
        }
    }

    #[test]
    fn any_octets_behind_a_good_first_one(kind in any::<u8>(), flags in 0_u8..8,
                                          rest in proptest::collection::vec(any::<u8>(), 0..120)) {
        let mut octets = vec![0x30 | flags, kind];
        octets.extend_from_slice(&u16::try_from(rest.len()).unwrap().to_be_bytes());
        octets.extend_from_slice(&[0, 0, 0, 1]);
        octets.extend_from_slice(&rest);
        let theirs = oracle::Packet::decode_borrowed(&octets);
        match Packet::new_checked(&octets) {
            Ok(packet) => {
                let _ = Message::parse(&packet);
                // The second opinion also reads what is inside the extension headers, so it refuses more.
                if let Ok(theirs) = theirs {
                    prop_assert_eq!(theirs.payload, packet.payload());
                    prop_assert_eq!(theirs.sequence, packet.sequence());
                    prop_assert_eq!(theirs.n_pdu_number, packet.n_pdu());
                }
            }
            Err(GtpuError::TooManyExtensions) => {}
            Err(error) => prop_assert!(theirs.is_err(), "{}", error),
        }
    }

    #[test]
    fn messages_come_back(teid in any::<u32>(), sequence in any::<u16>(), address in any::<IpAddr>(),
                          payload in proptest::collection::vec(any::<u8>(), 0..255)) {
        let messages = [
            Message::EchoRequest { sequence },
            Message::EchoResponse { sequence },
            Message::ErrorIndication { teid: Teid(teid), peer: address },
            Message::SupportedExtensionHeaders { types: &payload },
            Message::EndMarker { teid: Teid(teid) },
            Message::GPdu { teid: Teid(teid), payload: &payload },
        ];
        for message in messages {
            let octets = emitted(message);
            prop_assert_eq!(parsed(&octets), Ok(message));
        }
    }
}
