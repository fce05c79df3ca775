//! What is written is read as it was, by this codec and by the second one.

use std::mem::discriminant;

use oxirush_nas::nas_eps::NasEpsMessage;
use oxirush_s1ap::s1ap::S1AP_PDU;
use proptest::prelude::*;
use pumice_wire::nas::{self, EsmBody, Plain};
use pumice_wire::s1ap::{self, Decoded, ErrorIndication, Message};

use crate::arbitrary::{any_emm, any_esm, any_s1ap};
use crate::recording::digits;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_s1ap_message_comes_back(message in any_s1ap()) {
        let octets = s1ap::encode(&message).unwrap();
        prop_assert_eq!(s1ap::decode(&octets), Ok(Decoded { message, notify: None }));
    }

    #[test]
    fn any_s1ap_message_is_what_the_standard_assigns(message in any_s1ap()) {
        let octets = s1ap::encode(&message).unwrap();
        let mut deviations = S1AP_PDU::decode(&octets).unwrap().check().unwrap();
        // This gateway does not judge what it was asked to leave out, and so can say it.
        deviations.retain(|deviation| !is_left_out(&message, &deviation.to_string()));
        prop_assert_eq!(deviations, []);
    }

    #[test]
    fn any_emm_message_comes_back(message in any_emm()) {
        let octets = nas::encode(&message);
        prop_assert_eq!(nas::decode(&octets), Ok(message));
    }

    #[test]
    fn any_esm_message_comes_back(message in any_esm()) {
        let octets = nas::encode(&message);
        prop_assert_eq!(nas::decode(&octets), Ok(message));
    }

    #[test]
    fn the_second_codec_reads_any_nas_message(message in prop_oneof![any_emm(), any_esm()]) {
        prop_assume!(!has_no_body(&message));
        let octets = nas::encode(&message);
        let second = NasEpsMessage::decode(&octets);
        prop_assert!(second.is_ok(), "{}: {:?}", digits(&octets), second);
        prop_assert_eq!(digits(&second.unwrap().encode().unwrap()), digits(&octets));
    }

    /// An answer to what could not be understood is written whatever that was.
    #[test]
    fn an_error_indication_leaves_out_what_cannot_be_said(mme_ue: Option<u32>, enb_ue: Option<u32>) {
        let message = Message::ErrorIndication(ErrorIndication { mme_ue, enb_ue, ..ErrorIndication::default() });
        let octets = s1ap::encode(&message).unwrap();
        let expected = ErrorIndication { mme_ue, enb_ue: enb_ue.filter(|id| *id < 1 << 24), ..ErrorIndication::default() };
        prop_assert_eq!(s1ap::decode(&octets).unwrap().message, Message::ErrorIndication(expected));
    }
}

/// Every kind of message is among those that are tried.
#[test]
fn the_messages_that_are_tried_are_all() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut s1ap = std::collections::HashSet::new();
    let mut emm = std::collections::HashSet::new();
    let mut esm = std::collections::HashSet::new();
    for _ in 0..2_000 {
        s1ap.insert(discriminant(&any_s1ap().new_tree(&mut runner).unwrap().current()));
        match any_emm().new_tree(&mut runner).unwrap().current() {
            Plain::Emm(message) => emm.insert(discriminant(&message)),
            Plain::Esm(_) => panic!(),
        };
        match any_esm().new_tree(&mut runner).unwrap().current() {
            Plain::Esm(message) => esm.insert(discriminant(&message.body)),
            Plain::Emm(_) => panic!(),
        };
    }
    assert_eq!((s1ap.len(), emm.len(), esm.len()), (18, 28, 16));
}

/// An absent IE of a message that this codec writes on purpose.
fn is_left_out(message: &Message<'_>, deviation: &str) -> bool {
    let is_missing =
        |ie: &str| deviation.starts_with(ie) && deviation.ends_with("the message does not have it");
    match message {
        Message::InitialContextSetupResponse(message) => {
            message.erabs.is_empty() && is_missing("E-RABSetupListCtxtSURes")
        }
        Message::InitialUeMessage(message) => message.ecgi.is_none() && is_missing("EUTRAN-CGI"),
        Message::UplinkNasTransport(message) => {
            message.ecgi.is_none() && is_missing("EUTRAN-CGI") || message.tai.is_none() && is_missing("TAI")
        }
        _ => false,
    }
}

/// A message of which neither side needs more than that it came.
fn has_no_body(message: &Plain<'_>) -> bool {
    match message {
        Plain::Emm(_) => false,
        Plain::Esm(message) => matches!(
            message.body,
            EsmBody::BearerResourceAllocationRequest | EsmBody::BearerResourceModificationRequest
        ),
    }
}
