//! Octets that are no message, and procedures that the gateway does not know or does not carry out (10.2, 10.3.4.1).

use oxirush_s1ap::aper::BitString;
use oxirush_s1ap::build_s1ap;
use oxirush_s1ap::build_s1ap_ie;
use oxirush_s1ap::s1ap as asn1;
use pumice_wire::s1ap::{Answer, Criticality, FaultKind, Message, Triggering, decode, encode};

const REJECT: u8 = 0;
const IGNORE: u8 = 1;
const NOTIFY: u8 = 2;

#[test]
fn what_is_no_s1ap_is_a_transfer_syntax_error() {
    for octets in [&b""[..], b"Hello!", &[0x00], &[0xff; 40], &[0x00, 0x11, 0x00, 0xff, 0x00]] {
        let fault = decode(octets).unwrap_err();
        assert_eq!(
            (fault.kind, fault.answer),
            (FaultKind::TransferSyntax, Answer::ErrorIndication),
            "{octets:x?}"
        );
        assert_eq!((fault.mme_ue_s1ap_id, fault.enb_ue_s1ap_id), (None, None));
    }
}

/// An Error Indication is never answered by another, whatever is wrong with it (10.5).
#[test]
fn a_broken_error_indication_is_not_answered() {
    const ERROR_INDICATION: u8 = 15;
    for content in [&[0x00, 0x00, 0x05][..], &[0x00, 0x00, 0x01, 0xfd, 0xe8, REJECT << 6, 0x01, 0x00]] {
        let mut octets = vec![0x00, ERROR_INDICATION, IGNORE << 6, u8::try_from(content.len()).unwrap()];
        octets.extend_from_slice(content);
        let fault = decode(&octets).unwrap_err();
        assert_eq!(fault.answer, Answer::Nothing);
        assert_eq!(fault.diagnostics.unwrap().procedure, Some(ERROR_INDICATION));
    }
}

/// All 256 procedures in their three directions with each criticality, without any IE.
#[test]
fn a_procedure_that_is_not_known_is_judged_by_its_criticality() {
    let mut seen = std::collections::BTreeMap::new();
    for procedure in 0..=u8::MAX {
        for (kind, triggering) in
            [Triggering::InitiatingMessage, Triggering::SuccessfulOutcome, Triggering::UnsuccessfulOutcome]
                .iter()
                .enumerate()
        {
            for criticality in [REJECT, IGNORE, NOTIFY] {
                let head = u8::try_from(kind).unwrap() << 5;
                let octets = [head, procedure, criticality << 6, 3, 0, 0, 0];
                let line = match decode(&octets) {
                    Ok(decoded) => format!("{:?} {}", triggering, decoded.message.name()),
                    Err(fault) => {
                        let diagnostics = fault.diagnostics.unwrap();
                        assert!(diagnostics.procedure.is_none_or(|code| code == procedure));
                        assert!(diagnostics.triggering.is_none_or(|which| which == *triggering));
                        let name = [Criticality::Reject, Criticality::Ignore, Criticality::Notify]
                            [usize::from(criticality)];
                        format!("{triggering:?} {name:?} -> {:?}, {:?}", fault.kind, fault.answer)
                    }
                };
                seen.entry(line).or_insert_with(Vec::new).push(procedure);
            }
        }
    }
    let lines: Vec<_> =
        seen.into_iter().map(|(line, procedures)| format!("{line}: {}", ranges(&procedures))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// A network whose digits are none: in an area it is refused, in a cell identity, which may be ignored, it counts as absent.
#[test]
fn a_network_that_is_none_is_judged_by_its_ie() {
    let illegal = asn1::PLMNidentity(asn1::TBCDSTRING([0xaa, 0xaa, 0xaa]));
    let legal = asn1::PLMNidentity(asn1::TBCDSTRING([0x00, 0xf1, 0x10]));
    for (area, cell) in [(illegal, legal), (legal, illegal)] {
        let cell = asn1::EUTRANCGI::new(cell, asn1::CellIdentity::new(1).unwrap(), None);
        let pdu = build_s1ap!(
            InitiatingMessage,
            initialUEMessage,
            InitialUEMessage,
            eNB_UE_S1AP_ID(2u32),
            NAS_PDU(vec![0x07, 0x41]),
            TAI(asn1::TAI::new(area, asn1::TAC([0, 7]), None)),
            EUTRAN_CGI(cell),
            RRC_Establishment_Cause(asn1::RRCEstablishmentCause::mo_Data),
        );
        match decode(&pdu.unwrap().encode().unwrap()) {
            Ok(decoded) => {
                let Message::InitialUeMessage(message) = decoded.message else { panic!() };
                assert_eq!((message.ecgi, area), (None, legal));
            }
            Err(fault) => {
                assert_eq!(
                    (fault.kind, fault.answer),
                    (FaultKind::AbstractSyntaxReject, Answer::ErrorIndication)
                );
                assert_eq!((fault.enb_ue_s1ap_id, area), (Some(2), illegal));
            }
        }
    }
}

/// A PrintableString has no underscore; cells are seen to send one.
#[test]
fn a_name_with_an_underscore_is_a_name() {
    let octets = crate::recording::load_list("s1ap.tsv").remove(0).1;
    let at = octets.windows(8).position(|letters| letters == b"srsenb01").unwrap();
    let mut named = octets.clone();
    named[at + 3] = b'_';
    let Message::S1SetupRequest(message) = decode(&named).unwrap().message else { panic!() };
    assert_eq!(message.name.as_deref(), Some("srs_nb01"));
    // It is said again as what the standard allows.
    let said = encode(&Message::S1SetupRequest(message)).unwrap();
    assert_eq!(&said[at..at + 8], b"srs-nb01");
}

/// Only 32, 128 and 160 bits are addresses; an E-RAB with another one does not stand.
#[test]
fn an_address_of_another_size_is_not_taken() {
    for bits in 1..=168_usize {
        let address = asn1::TransportLayerAddress(BitString::new(vec![0; bits.div_ceil(8)], bits).unwrap());
        let item =
            asn1::ERABSetupItemCtxtSURes::new(asn1::ERABID(5), address, asn1::GTPTEID([0, 0, 0, 1]), None);
        let items =
            asn1::ERABSetupListCtxtSURes(vec![build_s1ap_ie!(IGNORE E_RABSetupItemCtxtSURes(item)).unwrap()]);
        let Ok(pdu) = build_s1ap!(
            SuccessfulOutcome,
            InitialContextSetup,
            InitialContextSetupResponse,
            MME_UE_S1AP_ID(1u32),
            eNB_UE_S1AP_ID(2u32),
            E_RABSetupListCtxtSURes(items),
        ) else {
            assert!(bits > 160, "{bits}");
            continue;
        };
        let octets = pdu.encode().unwrap();
        let Message::InitialContextSetupResponse(message) = decode(&octets).unwrap().message else {
            panic!()
        };
        assert_eq!(message.erabs.len(), usize::from(matches!(bits, 32 | 128 | 160)), "{bits}");
        assert_eq!(message.erabs.iter().any(|erab| erab.second_address.is_some()), bits == 160, "{bits}");
    }
}

fn ranges(numbers: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = numbers;
    while let [first, ..] = rest {
        let length =
            rest.iter().zip(*first..=u8::MAX).take_while(|(number, expected)| **number == *expected).count();
        let separator = if text.is_empty() { "" } else { " " };
        text += &match length {
            1 => format!("{separator}{first}"),
            _ => format!("{separator}{first}-{}", rest[length - 1]),
        };
        rest = &rest[length..];
    }
    text
}
