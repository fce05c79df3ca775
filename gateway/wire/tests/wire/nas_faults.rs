//! What TS 24.301 section 7 says of messages that are wrong.

use pumice_wire::nas::*;

use crate::recording::hex;

fn fault(digits: &str) -> NasFault {
    decode(&hex(digits)).expect_err(digits)
}

fn emm(digits: &str) -> EmmMessage<'static> {
    match decode(hex(digits).leak()) {
        Ok(Plain::Emm(message)) => message,
        other => panic!("{digits}: {other:?}"),
    }
}

fn esm(digits: &str) -> EsmBody {
    match decode(hex(digits).leak()) {
        Ok(Plain::Esm(message)) => message.body,
        other => panic!("{digits}: {other:?}"),
    }
}

#[test]
fn a_message_without_a_type_is_too_short() {
    for digits in ["", "07", "02", "0201", "5201"] {
        assert_eq!(fault(digits), NasFault::bare(NasFaultKind::TooShort), "{digits}");
    }
}

#[test]
fn other_discriminators_and_protected_messages_are_not_plain() {
    for discriminator in 0..16 {
        let expected = match discriminator {
            0x2 | 0x7 => continue,
            _ => NasFaultKind::UnknownDiscriminator,
        };
        assert_eq!(decode(&[discriminator, 0x41, 0x41]), Err(NasFault::bare(expected)));
    }
    for header in 1..16 {
        let expected = NasFault::bare(NasFaultKind::UnknownSecurityHeader);
        assert_eq!(decode(&[header << 4 | 7, 0x41, 0x41]), Err(expected));
    }
}

/// Each type that is not one of these is unknown; each of these says what it lacks, not that it is unknown.
#[test]
fn message_types_that_do_not_exist_are_unknown() {
    let is_unknown = |octets: &[u8]| {
        decode(octets).err().is_some_and(|fault| fault.kind == NasFaultKind::UnknownMessageType)
    };
    let emm: Vec<u8> = (0..=u8::MAX).filter(|number| !is_unknown(&[0x07, *number])).collect();
    let esm: Vec<u8> = (0..=u8::MAX).filter(|number| !is_unknown(&[0x02, 0x01, *number])).collect();
    assert_eq!(
        emm,
        [
            0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4e, 0x50, 0x51, 0x52, 0x53,
            0x54, 0x55, 0x56, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x61, 0x62, 0x63,
        ]
    );
    assert_eq!(
        esm,
        [0xc1, 0xc2, 0xc3, 0xcd, 0xce, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd9, 0xda, 0xe8,]
    );
}

#[test]
fn an_esm_fault_says_whom_to_answer() {
    let expected = NasFault {
        kind: NasFaultKind::InvalidMandatoryInformation,
        esm: Some((5, 0x2a)),
        message_type: Some(0xd2),
    };
    // No linked bearer, and one that is none.
    assert_eq!(fault("522ad2"), expected);
    assert_eq!(fault("522ad204"), expected);
    assert_eq!(fault("522ac5").kind, NasFaultKind::UnknownMessageType);
    assert_eq!(fault("522ac5").esm, Some((5, 0x2a)));
}

#[test]
fn a_mandatory_ie_that_is_missing_or_wrong_is_a_fault() {
    for digits in [
        // Attach request: nothing; identity of no length, beyond the end, cut, of a reserved type.
        "0741",
        "074171",
        "07417100",
        "0741710b",
        "0741710bf600f1",
        "07417101f5",
        // IMSI: a digit that is none, an even number without filler, one digit, sixteen digits.
        "0741710809a010103254769802807000040201d011",
        "07417108011010103254762802807000040201d011",
        "0741710109",
        "0741710901101010325476981102807000040201d011",
        // UE network capability of one octet; ESM container of no length, of two octets, beyond the end.
        "074171080910101032547698018000040201d011",
        "0741710809101010325476980280700000",
        "074171080910101032547698028070000201d0",
        "0741710809101010325476980280700005020101d0",
        // Authentication response: RES of three octets, beyond the end. AUTN of fifteen.
        "075303010203",
        "07530801020304",
        "07520000000000000000000000000000000000000f000000000000000000000000000000",
        // Identity response of no length; security mode command with one octet of capability.
        "075600",
        "075d220001e0",
        // Area list of no length, of a reserved form, beyond the end.
        "07420149000004020100d9",
        "07420149066000f110000700045201c1ff",
        "07420149060f00f110000700045201c1ff",
        // PDN address of no length, of a reserved type, cut; APN of no length, with a label beyond the end.
        "5201c101090908696e7465726e657400",
        "5201c101090908696e7465726e65740504ac100002",
        "5201c101090908696e7465726e65740301ac10",
        "5201c10109000501ac100002",
        "5201c10109030873670501ac100002",
    ] {
        assert_eq!(fault(digits).kind, NasFaultKind::InvalidMandatoryInformation, "{digits}");
    }
}

const ATTACH: &str = "07417108091010103254769802e0e000040201d011";

fn attach(optional: &str) -> AttachRequest<'static> {
    match emm(&format!("{ATTACH}{optional}")) {
        EmmMessage::AttachRequest(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_optional_ie_is_stepped_over() {
    let tai = "5200f1100007";
    let expected = attach(tai);
    assert!(expected.last_visited_tai.is_some());
    for strange in [
        // One octet; with a length of none and of some; with a length of two octets; without a length, as this message has.
        "85",
        "2a00",
        "2a0300f110",
        "7e00020000",
        "7a000100",
        "1900f110",
        "1300f1100007",
        "17ff",
        // Emergency numbers and a linked transaction identifier, of other messages.
        "3403021f11",
        "5d0100",
        "34ff",
    ] {
        let message = attach(&format!("{strange}{tai}"));
        if strange == "34ff" {
            // Beyond the end: nothing behind it can be found.
            assert_eq!(message, attach(""));
        } else {
            assert_eq!(message, expected, "{strange}");
        }
    }
}

#[test]
fn an_unknown_ie_that_must_be_comprehended_is_a_fault() {
    for iei in 0..0x10 {
        let fault = fault(&format!("{ATTACH}{iei:02x}0100"));
        assert_eq!(fault.kind, NasFaultKind::UnknownComprehensionRequired);
        assert_eq!(fault.kind.emm_cause(), Some(EmmCause::INVALID_MANDATORY_INFORMATION));
    }
    assert_eq!(fault("0201d0110a00").esm, Some((0, 1)));
}

#[test]
fn of_a_repeated_ie_the_first_counts_even_if_it_is_wrong() {
    let first = attach("5c0a005c0b00");
    assert_eq!(first.drx, Some(0x0a00));
    let wrong = attach("52f0ff1100075200f1100007");
    assert_eq!(wrong.last_visited_tai, None);
}

#[test]
fn an_optional_ie_that_is_wrong_counts_as_absent() {
    assert_eq!(attach("5003f600f1").additional_guti, None);
    assert_eq!(attach("3101e5").ms_network_capability, None);
    assert_eq!(attach("6f03f0f0f0").additional_security_capability, None);
    assert_eq!(
        emm("075e2308f300000000000000"),
        EmmMessage::SecurityModeComplete(SecurityModeComplete::default())
    );
    let EmmMessage::AttachReject(reject) = emm("07440f7800020201") else { panic!() };
    assert_eq!(reject.esm, None);
}

#[test]
fn octets_behind_an_ie_of_an_earlier_release_are_dropped() {
    let long = attach("5010f600f110000201030003e600000000003105e5e0340000");
    assert!(long.additional_guti.is_some());
    assert_eq!(long.ms_network_capability.unwrap().0, [0xe5, 0xe0, 0x34, 0, 0]);
    // Sixteen octets of UE network capability: thirteen are kept.
    let message = emm("07417108091010103254769810e0e0000000000000000000000000000000040201d011");
    let EmmMessage::AttachRequest(message) = message else { panic!() };
    assert_eq!(message.capability.0.len(), 13);
}

/// The length of a tracking area update request is nowhere held in one octet.
#[test]
fn a_request_may_be_a_multiple_of_256_octets_long() {
    for length in [256_usize, 512, 1024, 65_536] {
        let mut octets = hex("07480b0bf600f110000201030003e6");
        while length - octets.len() >= 300 {
            octets.extend_from_slice(&[0x2a, 200]);
            octets.extend_from_slice(&[0; 200]);
        }
        octets.resize(length - 4, 0x90);
        octets.extend_from_slice(&hex("57022000"));
        assert_eq!(octets.len(), length);
        let Ok(Plain::Emm(EmmMessage::TrackingAreaUpdateRequest(message))) = decode(&octets) else {
            panic!()
        };
        assert_eq!(message.bearer_status, Some(0x0020), "{length}");
    }
}

fn requested_pco(pco: &[u8]) -> Option<Pco> {
    let mut octets = hex("0201d01127");
    octets.push(u8::try_from(pco.len()).unwrap());
    octets.extend_from_slice(pco);
    let Ok(Plain::Esm(message)) = decode(&octets) else { panic!() };
    let EsmBody::PdnConnectivityRequest(request) = message.body else { panic!() };
    request.pco
}

#[test]
fn protocol_options_are_bounded() {
    assert_eq!(requested_pco(&[]), None);
    assert_eq!(requested_pco(&[0x80]), Some(Pco::default()));
    assert_eq!(requested_pco(&[0x80, 0x00, 0x0d]), None);
    assert_eq!(requested_pco(&[0x80, 0x00, 0x0d, 0x04, 8, 8, 8]), None);
    let many: Vec<u8> = std::iter::once(0x80).chain([0x00, 0x0d, 0x00].repeat(80)).collect();
    assert_eq!(requested_pco(&many).unwrap().units.len(), 32);
}

#[test]
fn an_apn_that_is_no_name_is_still_answered() {
    for apn in ["00", "01", "40", "0361", "03615f62", "03612062", "08c3a4c3a4c3a4c3a4", "0161016100"] {
        let body = esm(&format!("0201d01128{:02x}{apn}", apn.len() / 2));
        let EsmBody::PdnConnectivityRequest(request) = body else { panic!() };
        assert_eq!(request.apn, Some(ApnChoice::Illegal), "{apn}");
    }
    // 101 octets are a name, 102 are none.
    for (last, is_name) in [(36, true), (37, false)] {
        let value = format!("3f{}{last:02x}{}", "61".repeat(63), "62".repeat(last));
        let body = esm(&format!("0201d01128{:02x}{value}", value.len() / 2));
        let EsmBody::PdnConnectivityRequest(request) = body else { panic!() };
        assert_eq!(matches!(request.apn, Some(ApnChoice::Named(_))), is_name, "{last}");
    }
}

/// The type of a detach request does not say who sends it.
#[test]
fn a_detach_request_is_told_by_what_follows() {
    assert!(matches!(emm("0745190bf600f110000201030003e6"), EmmMessage::DetachRequestFromUe(_)));
    assert!(matches!(emm("074501"), EmmMessage::DetachRequestToUe(_)));
    assert!(matches!(emm("074501530a"), EmmMessage::DetachRequestToUe(_)));
    assert_eq!(fault("0745190b").kind, NasFaultKind::InvalidMandatoryInformation);
}
