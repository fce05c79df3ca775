//! Long octet strings, which APER sends in fragments of 16 kB, and lists at their longest.

use std::borrow::Cow;

use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};
use pumice_wire::s1ap::{
    Answer, Cause, FaultKind, Message, Reset, UeCapabilityInfoIndication, UeConnection, UplinkNasTransport,
    decode, encode,
};

const MME_UE: MmeUeS1apId = MmeUeS1apId(7);

#[test]
fn a_radio_capability_may_be_longer_than_a_fragment() {
    for length in [0, 1, 127, 128, 16_300, 16_383, 16_384, 16_385, 65_535, 65_536, 200_000] {
        let capability: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        let octets = encode(&capability_info(&capability)).unwrap();
        let Message::UeCapabilityInfoIndication(message) = decode(&octets).unwrap().message else { panic!() };
        assert_eq!(message.radio_capability, capability, "{length}");
        assert_eq!(message.paging_capability.as_deref(), Some(&[1, 2, 3][..]), "{length}");
        let is_in_place = matches!(message.radio_capability, Cow::Borrowed(_));
        assert_eq!(is_in_place, length < 16_350, "{length}");
    }
}

#[test]
fn a_nas_pdu_stays_where_it_is() {
    for length in [0, 1, 127, 128, 1_000, 16_000] {
        let nas = vec![0x5a; length];
        let octets = encode(&uplink(&nas)).unwrap();
        let Message::UplinkNasTransport(message) = decode(&octets).unwrap().message else { panic!() };
        assert_eq!(message.nas, nas);
        assert!(octets.as_ptr_range().contains(&message.nas.as_ptr()) || length == 0);
    }
}

/// No NAS message is longer than 16 kB, and one in fragments could not stay where it is.
#[test]
fn a_nas_pdu_in_fragments_is_refused() {
    for length in [16_384, 65_535, 100_000] {
        let octets = encode(&uplink(&vec![0x5a; length])).unwrap();
        let fault = decode(&octets).unwrap_err();
        assert_eq!(
            (fault.kind, fault.answer),
            (FaultKind::AbstractSyntaxReject, Answer::ErrorIndication),
            "{length}"
        );
        assert_eq!((fault.mme_ue_s1ap_id, fault.enb_ue_s1ap_id), (Some(7), Some(9)), "{length}");
    }
}

#[test]
fn a_reset_names_at_most_256_connections() {
    let connections = |count| Some(vec![UeConnection { mme_ue: Some(MME_UE), enb_ue: None }; count]);
    let reset =
        |count| Message::Reset(Reset { cause: Cause::MISC_UNSPECIFIED, connections: connections(count) });
    assert_eq!(decode(&encode(&reset(256)).unwrap()).unwrap().message, reset(256));
    assert!(encode(&reset(257)).is_err());
    assert!(encode(&reset(0)).is_err());
}

fn capability_info(capability: &[u8]) -> Message<'_> {
    Message::UeCapabilityInfoIndication(UeCapabilityInfoIndication {
        mme_ue: MME_UE,
        enb_ue: EnbUeS1apId::new(9).unwrap(),
        radio_capability: capability.into(),
        paging_capability: Some(Cow::Borrowed(&[1, 2, 3])),
    })
}

fn uplink(nas: &[u8]) -> Message<'_> {
    let enb_ue = EnbUeS1apId::new(9).unwrap();
    Message::UplinkNasTransport(UplinkNasTransport { mme_ue: MME_UE, enb_ue, nas, ecgi: None, tai: None })
}
