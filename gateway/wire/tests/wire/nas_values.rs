//! Values whose coding is easy to get wrong, each against octets of the standard, of a recording or of the second codec.

use std::net::Ipv4Addr;

use oxirush_nas::nas_eps::NasApnAggregateMaximumBitRate;
use proptest::prelude::*;
use pumice_model::identity::{Apn, Ebi, Imsi, Plmn, Tac, Tai};
use pumice_wire::nas::*;

use crate::recording::{digits, hex};

/// An activation of QCI 9, "srsapn" and 172.16.0.2.
const HEAD: &str = "5201c10109070673727361706e0501ac100002";

fn activate(ambr_downlink: u64, ambr_uplink: u64) -> Vec<u8> {
    let body = EsmBody::ActivateDefaultBearerRequest(Box::new(ActivateDefaultBearerRequest {
        qci: 9,
        apn: Apn::parse("srsapn").unwrap(),
        address: PdnAddress::Ipv4(Ipv4Addr::new(172, 16, 0, 2)),
        ambr_uplink,
        ambr_downlink,
        cause: None,
        pco: None,
    }));
    encode(&Plain::Esm(EsmMessage { ebi: Ebi::FIRST.get(), pti: 1, body }))
}

/// The value of the APN-AMBR in an activation.
fn ambr(downlink: u64, uplink: u64) -> Vec<u8> {
    let octets = activate(downlink, uplink);
    assert!(digits(&octets).starts_with(HEAD));
    let [0x5e, length, value @ ..] = &octets[HEAD.len() / 2..] else { panic!() };
    assert_eq!(usize::from(*length), value.len());
    value.to_vec()
}

#[test]
fn rates_are_said_in_as_many_octets_as_they_need() {
    let said = |kilobits: u64| digits(&ambr(kilobits * 1000, kilobits * 1000));
    for (kilobits, octets) in [
        (1, "0101"),
        (63, "3f3f"),
        (64, "4040"),
        (568, "7f7f"),
        (576, "8080"),
        (8_640, "fefe"),
        (8_700, "fefe0101"),
        (16_000, "fefe4a4a"),
        (17_000, "fefe4b4b"),
        (128_000, "fefebaba"),
        (130_000, "fefebbbb"),
        (256_000, "fefefafa"),
        (356_000, "fefe9e9e0101"),
        (512_000, "fefefafa0101"),
        (65_280_000, "fefefafafefe"),
        (1_000_000_000, "fefefafafefe"),
    ] {
        assert_eq!(said(kilobits), octets, "{kilobits}");
    }
    // Each direction has its own.
    assert_eq!(digits(&ambr(1_000_000_000, 64_000)), "fe40ee000300");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    /// What a phone understands is never more than was given, and nearly that; both codecs agree on it.
    #[test]
    fn a_rate_is_said_as_the_nearest_that_is_not_higher(exponent in 0_u32..37, mantissa in 0_u64..1 << 20) {
        let rate = ((1_u64 << exponent) + (mantissa << exponent >> 20)).max(1_000);
        let octets = activate(rate, rate);
        let Ok(Plain::Esm(EsmMessage { body: EsmBody::ActivateDefaultBearerRequest(read), .. })) = decode(&octets) else {
            panic!()
        };
        prop_assert!(read.ambr_uplink <= rate && read.ambr_uplink >= (rate.min(65_280_000_000) * 87 / 100).saturating_sub(999), "{rate} {}", read.ambr_uplink);
        prop_assert_eq!(read.ambr_uplink, read.ambr_downlink);
        let second = NasApnAggregateMaximumBitRate::new(ambr(rate, rate));
        prop_assert_eq!(second.ambr().unwrap().uplink_kbps().unwrap() * 1000, read.ambr_uplink);
    }
}

fn information(full_name: &str) -> String {
    let information = EmmInformation { full_name: Some(full_name.to_owned()), ..EmmInformation::default() };
    digits(&encode(&Plain::Emm(EmmMessage::EmmInformation(information))))
}

/// TS 23.038 6.1.2.1: letters of seven bits, the first in the low bits.
#[test]
fn a_name_is_said_in_the_gsm_alphabet_or_in_ucs2() {
    assert_eq!(information("Test"), "0761430584d4f29c0e");
    assert_eq!(information("12345678"), "076143088031d98c56b3dd70");
    assert_eq!(information("1234567"), "076143088731d98c56b3dd00");
    assert_eq!(information("Łąka"), "076143099001410105006b0061");
    assert_eq!(information("é@"), "07614303820500");
}

/// A hostile name of seven spare bits and no letters, or of more spare bits than there are.
#[test]
fn a_name_of_no_letters_is_empty() {
    for octets in ["0761430187", "076143028700", "0761430180"] {
        let octets = hex(octets);
        let Ok(Plain::Emm(EmmMessage::EmmInformation(message))) = decode(&octets) else { panic!() };
        assert_eq!(message.full_name.as_deref(), Some(""));
    }
}

/// TS 24.008 10.5.3.9: decimal digits with swapped nibbles, the zone's sign in its fourth bit.
#[test]
fn time_is_said_in_swapped_digits() {
    for (unix_seconds, zone_quarters, octets) in [
        (946_684_800, 0, "00101000000000"),
        // 2024-02-29 23:59:58, two hours east.
        (1_709_251_198, 8, "42209232958580"),
        // 2025-12-31 12:34:56, five and three quarter hours west.
        (1_767_184_496, -23, "5221132143653a"),
        (4_102_444_799, 79, "99211332959597"),
    ] {
        let time = Some(UniversalTime { unix_seconds, zone_quarters });
        let message =
            Plain::Emm(EmmMessage::EmmInformation(EmmInformation { time, ..EmmInformation::default() }));
        assert_eq!(digits(&encode(&message)), format!("076147{octets}"));
        assert_eq!(decode(&encode(&message)), Ok(message));
    }
    // No such day, no such hour, a nibble that is no digit.
    for octets in ["52209200000000", "52101042000000", "5a101000000000", "00001000000000"] {
        let octets = hex(&format!("076147{octets}"));
        assert_eq!(decode(&octets), Ok(Plain::Emm(EmmMessage::EmmInformation(EmmInformation::default()))));
    }
}

/// A time that cannot be said is said as the nearest that can.
#[test]
fn time_before_2000_and_after_2099_is_cut() {
    for (unix_seconds, said) in [(0, 946_684_800), (u64::MAX, 4_102_444_799)] {
        let time = Some(UniversalTime { unix_seconds, zone_quarters: 0 });
        let message =
            Plain::Emm(EmmMessage::EmmInformation(EmmInformation { time, ..EmmInformation::default() }));
        let octets = encode(&message);
        let Ok(Plain::Emm(EmmMessage::EmmInformation(read))) = decode(&octets) else { panic!() };
        assert_eq!(read.time.unwrap().unix_seconds, said);
    }
}

/// TS 24.008 10.5.1.4: an odd number of digits has no filler.
#[test]
fn identities_have_a_filler_when_their_digits_are_even() {
    let response =
        |identity| digits(&encode(&Plain::Emm(EmmMessage::IdentityResponse(IdentityResponse { identity }))));
    assert_eq!(
        response(MobileIdentity::Imsi(Imsi::parse("001010123456789").unwrap())),
        "0756080910101032547698"
    );
    assert_eq!(
        response(MobileIdentity::Imsi(Imsi::parse("00101012345678").unwrap())),
        "07560801101010325476f8"
    );
    assert_eq!(response(MobileIdentity::Tmsi(0x9f85_937b)), "075605f49f85937b");
    assert_eq!(response(MobileIdentity::None), "075603000000");
}

#[test]
fn areas_are_read_in_all_three_forms() {
    let tai = |plmn: &str, tac| Tai { plmn: Plmn::parse(plmn).unwrap(), tac: Tac(tac) };
    let read = |list: &str| {
        let octets = hex(&format!("07500bf600f110000201030003e654{:02x}{list}", list.len() / 2));
        match decode(&octets) {
            Ok(Plain::Emm(EmmMessage::GutiReallocationCommand(command))) => {
                command.tais.map(|tais| tais.to_vec())
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(read("0100f11000070009"), Some(vec![tai("00101", 7), tai("00101", 9)]));
    assert_eq!(read("2200f110ffff"), Some(vec![tai("00101", 0xffff), tai("00101", 0), tai("00101", 1)]));
    assert_eq!(read("4100f110000700f1200008"), Some(vec![tai("00101", 7), tai("00102", 8)]));
    // Two partial lists; thirty-two areas, of which sixteen are kept.
    assert_eq!(read("0000f11000072000f1100009"), Some(vec![tai("00101", 7), tai("00101", 9)]));
    assert_eq!(read("3f00f1100001").map(|tais| tais.len()), Some(16));
}

#[test]
fn bearer_status_has_bearer_5_in_its_first_octet() {
    let octets = hex("07490057026000");
    let Ok(Plain::Emm(EmmMessage::TrackingAreaUpdateAccept(accept))) = decode(&octets) else { panic!() };
    assert_eq!(accept.bearer_status, Some(1 << 5 | 1 << 6));
}
