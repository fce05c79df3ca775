//! The envelope of a message, and the values that are more than octets: timers, capabilities, IPCP.

use std::net::Ipv4Addr;
use std::time::Duration;

use oxirush_nas::nas_eps::{NasGprsTimer, NasGprsTimer3};
use pumice_wire::nas::*;

use crate::recorded;
use crate::recording::hex;

#[test]
fn an_envelope_is_read_as_it_was_put_on() {
    use SecurityHeader::{IntegrityProtected, IntegrityProtectedAndCiphered, NewContext, NewContextCiphered};
    for (number, header) in [
        (1, IntegrityProtected),
        (2, IntegrityProtectedAndCiphered),
        (3, NewContext),
        (4, NewContextCiphered),
    ] {
        let octets = protect(header, 0x1234_5678, &[9, 0x07, 0x46]);
        assert_eq!(octets[0], number << 4 | 0x07);
        let expected = Outer::Protected { header, mac: 0x1234_5678, sequence: 9, covered: &[9, 0x07, 0x46] };
        assert_eq!(open(&octets), Ok(expected));
        for end in 1..octets.len() {
            let expected = NasFault::bare(NasFaultKind::TooShort);
            assert_eq!(open(&octets[..end]), Err(expected), "{end}");
        }
    }
}

#[test]
fn headers_of_other_releases_are_not_opened() {
    for number in 5..12 {
        let octets = [number << 4 | 7, 1, 2, 3, 4, 5, 0x07, 0x46];
        assert_eq!(open(&octets), Err(NasFault::bare(NasFaultKind::UnknownSecurityHeader)));
    }
    assert_eq!(open(&[]), Err(NasFault::bare(NasFaultKind::TooShort)));
    // ESM and what is neither are not enveloped.
    for first in [0x02, 0x52, 0x00, 0xf8] {
        assert_eq!(open(&[first, 1, 2]), Ok(Outer::Plain(&[first, 1, 2])));
    }
}

/// 9.3.1: the reserved header types above the service request's are read as it.
#[test]
fn a_service_request_is_four_octets() {
    let covered = service_request(5, 0x1e);
    assert_eq!(covered, [0xc7, 0xbe]);
    for number in 12..16 {
        let first = number << 4 | 7;
        let expected =
            Outer::ServiceRequest { ksi: 5, sequence: 0x1e, short_mac: 0xabcd, covered: [first, 0xbe] };
        assert_eq!(open(&[first, 0xbe, 0xab, 0xcd]), Ok(expected));
        assert_eq!(open(&[first, 0xbe, 0xab]), Err(NasFault::bare(NasFaultKind::TooShort)));
    }
}

/// The phone refuses a security mode command whose capabilities are not what it sent (9.9.3.36).
#[test]
fn recorded_capabilities_are_replayed_as_they_were_sent() {
    let mut sent = None;
    let mut compared = 0;
    for (name, frame, octets) in recorded::plain_nas_messages() {
        match decode(&octets) {
            Ok(Plain::Emm(EmmMessage::AttachRequest(request))) => sent = Some(request.capability),
            Ok(Plain::Emm(EmmMessage::SecurityModeCommand(command))) => {
                let sent = sent.take().unwrap();
                assert_eq!(command.replayed_capability, [sent.eea(), sent.eia()], "{name} {frame}");
                compared += 1;
            }
            _ => {}
        }
    }
    assert_eq!(compared, 3);
}

#[test]
fn capabilities_of_older_networks_are_where_the_replay_wants_them() {
    let capability = UeNetworkCapability([0xf0, 0x70, 0xc0, 0xe0, 0x18].into_iter().collect());
    // The high bit beside the UIA is UCS2.
    assert_eq!((capability.uea(), capability.uia()), (Some(0xc0), Some(0x60)));
    let gea = |octets: &[u8]| MsNetworkCapability(octets.iter().copied().collect()).gea();
    // TS 24.008 10.5.5.12: GEA1 is the first bit, GEA2 to GEA7 follow the PFC feature mode.
    assert_eq!(gea(&[0x80, 0x00]), 0x40);
    assert_eq!(gea(&[0x00, 0x40]), 0x20);
    assert_eq!(gea(&[0xe5, 0xe0, 0x34]), 0x70);
    assert_eq!(gea(&[0x65, 0x81]), 0x00);
}

#[test]
fn timers_are_at_least_as_long_as_wanted() {
    for seconds in (0..5_000).chain([7_200, 11_160, 11_161, 40_000, 35_712_000]) {
        let span = Duration::from_secs(seconds);
        let (timer, timer3) = (GprsTimer::at_least(span), GprsTimer3::at_least(span));
        assert!(timer.span().unwrap() >= span.min(Duration::from_secs(11_160)), "{seconds}");
        assert!(timer3.span().unwrap() >= span, "{seconds}");
        assert!(timer.span().unwrap() <= span + Duration::from_secs(360), "{seconds}");
    }
    for octet in 0..=u8::MAX {
        let second = NasGprsTimer::new(octet).to_seconds();
        assert_eq!(GprsTimer(octet).span().map(|span| span.as_secs()), second, "{octet:x}");
        // Steps of 320 hours are of the extended T3412 only (TS 24.008 10.5.7.4a); the second codec does not judge them.
        if octet >> 5 == 6 {
            continue;
        }
        let second = NasGprsTimer3::new(vec![octet]).to_seconds();
        assert_eq!(GprsTimer3(octet).span().map(|span| span.as_secs()), second, "{octet:x}");
    }
}

/// RFC 1332 and RFC 1877, as phones ask for their addresses.
#[test]
fn ipcp_is_read_and_written() {
    let octets = hex("0107001603060000000081060000000083060a000001");
    let packet = Ipcp::decode(&octets).unwrap();
    let expected = [
        IpcpOption::Address(Ipv4Addr::UNSPECIFIED),
        IpcpOption::PrimaryDns(Ipv4Addr::UNSPECIFIED),
        IpcpOption::SecondaryDns(Ipv4Addr::new(10, 0, 0, 1)),
    ];
    assert_eq!(
        (packet.code, packet.identifier, &packet.options[..]),
        (IpcpCode::ConfigureRequest, 7, &expected[..])
    );
    assert_eq!(packet.encode(), octets);
    for wrong in ["01070003", "0107ffff", "010700050306", "010700060301", "010700060300", "05070004"] {
        assert_eq!(Ipcp::decode(&hex(wrong)), None, "{wrong}");
    }
}
