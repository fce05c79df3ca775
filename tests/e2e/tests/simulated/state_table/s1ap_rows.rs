//! One of each S1AP message, as fitting as the state allows.

use std::borrow::Cow;
use std::collections::BTreeSet;

use pumice_model::identity::{Ebi, EnbUeS1apId, Guti, MmeCode, MmeGroupId, Tac, Teid};
use pumice_model::secret::Key256;
use pumice_wire::s1ap::*;

use crate::driver::{CELL, Handset, plmn, setup_request, tai};

/// Octets under a name.
pub(crate) struct S1apRow {
    pub(crate) name: String,
    pub(crate) octets: Vec<u8>,
}

/// A number for each kind of message: a new one does not compile until it has its row.
const fn number(message: &Message<'_>) -> usize {
    match message {
        Message::DownlinkNasTransport(_) => 0,
        Message::ErrorIndication(_) => 1,
        Message::InitialContextSetupFailure(_) => 2,
        Message::InitialContextSetupRequest(_) => 3,
        Message::InitialContextSetupResponse(_) => 4,
        Message::InitialUeMessage(_) => 5,
        Message::NasNonDeliveryIndication(_) => 6,
        Message::Paging(_) => 7,
        Message::Reset(_) => 8,
        Message::ResetAcknowledge(_) => 9,
        Message::S1SetupFailure(_) => 10,
        Message::S1SetupRequest(_) => 11,
        Message::S1SetupResponse(_) => 12,
        Message::UeCapabilityInfoIndication(_) => 13,
        Message::UeContextReleaseCommand(_) => 14,
        Message::UeContextReleaseComplete(_) => 15,
        Message::UeContextReleaseRequest(_) => 16,
        Message::UplinkNasTransport(_) => 17,
    }
}

/// How many kinds of message there are.
const KINDS: usize = 18;

/// All rows for the connection of this phone.
pub(crate) fn s1ap_rows(phone: &Handset) -> Vec<S1apRow> {
    let mut kinds = BTreeSet::new();
    let mut rows = Vec::new();
    for (note, message) in messages(phone) {
        kinds.insert(number(&message));
        let octets = encode(&message).expect("a test's message is legal");
        rows.push(S1apRow { name: format!("{}{note}", message.name()), octets });
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), (0..KINDS).collect::<Vec<_>>(), "a row is missing");
    rows.extend(no_messages());
    rows
}

/// The ids of messages of a connection that do not fit: which, and what is wrong with them.
pub(crate) fn misnamed(phone: &Handset) -> Vec<S1apRow> {
    let strange = Handset { mme_ue: pumice_model::identity::MmeUeS1apId(0xffff_ffff), ..phone.clone() };
    let enb_ue = EnbUeS1apId::new(0x7f_ffff).expect("24 bits");
    let other = Handset { enb_ue, ..phone.clone() };
    let neither = Handset { enb_ue, ..strange.clone() };
    let all = [("MME id unknown", strange), ("eNB id of nobody", other), ("both unknown", neither)];
    let mut rows = Vec::new();
    for (what, phone) in all {
        for (note, message) in messages(&phone).into_iter().filter(|(_, message)| has_mme_id(message)) {
            let octets = encode(&message).expect("a test's message is legal");
            rows.push(S1apRow { name: format!("{}{note}, {what}", message.name()), octets });
        }
    }
    rows
}

const fn has_mme_id(message: &Message<'_>) -> bool {
    match message {
        Message::ErrorIndication(_)
        | Message::InitialContextSetupFailure(_)
        | Message::InitialContextSetupResponse(_)
        | Message::NasNonDeliveryIndication(_)
        | Message::UeCapabilityInfoIndication(_)
        | Message::UeContextReleaseComplete(_)
        | Message::UeContextReleaseRequest(_)
        | Message::UplinkNasTransport(_) => true,
        Message::DownlinkNasTransport(_)
        | Message::InitialContextSetupRequest(_)
        | Message::InitialUeMessage(_)
        | Message::Paging(_)
        | Message::Reset(_)
        | Message::ResetAcknowledge(_)
        | Message::S1SetupFailure(_)
        | Message::S1SetupRequest(_)
        | Message::S1SetupResponse(_)
        | Message::UeContextReleaseCommand(_) => false,
    }
}

/// An EMM status in the clear: nothing follows from it.
const NAS: &[u8] = &[0x07, 0x60, 0x6f];

fn messages(phone: &Handset) -> Vec<(&'static str, Message<'static>)> {
    let mut all = of_connections(phone);
    all.extend(of_cells(phone));
    all
}

fn of_connections(phone: &Handset) -> Vec<(&'static str, Message<'static>)> {
    let (mme_ue, enb_ue) = (phone.mme_ue, phone.enb_ue);
    let cause = Cause::RADIO_CONNECTION_WITH_UE_LOST;
    let stands = phone.context_setup_response();
    let ecgi = Some(crate::driver::ecgi());
    let mut nothing_stands = stands.clone();
    nothing_stands.erabs.clear();
    nothing_stands.failed.push((Ebi::FIRST, cause)).expect("there is room for one");
    let erab = ErabToSetup {
        ebi: Ebi::FIRST,
        qci: 9,
        priority: 8,
        transport_address: "127.0.1.1".parse().expect("an address"),
        teid: Teid(1),
        nas: None,
    };
    let context_request = InitialContextSetupRequest {
        mme_ue,
        enb_ue,
        ue_ambr_uplink: 1,
        ue_ambr_downlink: 1,
        erabs: [erab].into_iter().collect(),
        encryption_algorithms: 0,
        integrity_algorithms: 0,
        security_key: Key256::new([0; 32]),
        radio_capability: None,
    };
    let again = phone.initial(NAS);
    let initial = InitialUeMessage { enb_ue: EnbUeS1apId::new(0x7f_0000).expect("24 bits"), ..again.clone() };
    vec![
        (" (new)", Message::InitialUeMessage(initial)),
        (" (same eNB id)", Message::InitialUeMessage(again)),
        (
            "",
            Message::UplinkNasTransport(UplinkNasTransport {
                mme_ue,
                enb_ue,
                nas: NAS,
                ecgi,
                tai: Some(tai()),
            }),
        ),
        ("", Message::NasNonDeliveryIndication(NasNonDeliveryIndication { mme_ue, enb_ue, nas: NAS, cause })),
        ("", Message::InitialContextSetupResponse(stands)),
        (" (no bearer)", Message::InitialContextSetupResponse(nothing_stands)),
        ("", Message::InitialContextSetupFailure(InitialContextSetupFailure { mme_ue, enb_ue, cause })),
        (
            "",
            Message::UeCapabilityInfoIndication(UeCapabilityInfoIndication {
                mme_ue,
                enb_ue,
                radio_capability: Cow::Borrowed(&[1, 2, 3]),
                paging_capability: None,
            }),
        ),
        ("", Message::UeContextReleaseRequest(UeContextReleaseRequest { mme_ue, enb_ue, cause })),
        ("", Message::UeContextReleaseComplete(UeContextReleaseComplete { mme_ue, enb_ue })),
        (" (unknown pair)", error_indication(phone, Cause::UNKNOWN_PAIR_UE_ID)),
        (" (semantic error)", error_indication(phone, Cause::SEMANTIC_ERROR)),
        ("", Message::DownlinkNasTransport(DownlinkNasTransport { mme_ue, enb_ue, nas: NAS })),
        ("", Message::InitialContextSetupRequest(context_request)),
        (
            "",
            Message::UeContextReleaseCommand(UeContextReleaseCommand { mme_ue, enb_ue: Some(enb_ue), cause }),
        ),
    ]
}

fn error_indication(phone: &Handset, cause: Cause) -> Message<'static> {
    Message::ErrorIndication(ErrorIndication {
        mme_ue: Some(phone.mme_ue.0),
        enb_ue: Some(phone.enb_ue.get()),
        cause: Some(cause),
        diagnostics: None,
    })
}

fn of_cells(phone: &Handset) -> Vec<(&'static str, Message<'static>)> {
    let cause = Cause::HARDWARE_FAILURE;
    let this = UeConnection { mme_ue: Some(phone.mme_ue), enb_ue: Some(phone.enb_ue) };
    let nobody = UeConnection { mme_ue: None, enb_ue: Some(EnbUeS1apId::MAX) };
    let s_tmsi = phone.guti.unwrap_or_else(|| phone.strange_guti());
    let setup = setup_request(CELL);
    let elsewhere = SupportedTa { tac: Tac(8), broadcast_plmns: [plmn()].into_iter().collect() };
    let served = ServedGummeis {
        plmns: [plmn()].into_iter().collect(),
        groups: [MmeGroupId(1)].into_iter().collect(),
        codes: [MmeCode(1)].into_iter().collect(),
    };
    vec![
        ("", Message::S1SetupRequest(setup.clone())),
        (
            " (no area of ours)",
            Message::S1SetupRequest(S1SetupRequest { supported_tas: vec![elsewhere], ..setup }),
        ),
        (
            "",
            Message::S1SetupResponse(S1SetupResponse {
                name: None,
                served,
                relative_capacity: 1,
                diagnostics: None,
            }),
        ),
        ("", Message::S1SetupFailure(S1SetupFailure { cause, time_to_wait: None, diagnostics: None })),
        (" (all)", Message::Reset(Reset { cause, connections: None })),
        (" (this one)", Message::Reset(Reset { cause, connections: Some(vec![this]) })),
        (" (nobody)", Message::Reset(Reset { cause, connections: Some(vec![nobody]) })),
        ("", Message::ResetAcknowledge(ResetAcknowledge { connections: None })),
        (
            " (no ids)",
            Message::ErrorIndication(ErrorIndication {
                cause: Some(Cause::TRANSFER_SYNTAX_ERROR),
                ..ErrorIndication::default()
            }),
        ),
        (
            "",
            Message::Paging(Paging {
                ue_identity_index: 1,
                s_tmsi: Guti::s_tmsi(s_tmsi),
                paging_drx: None,
                tais: [tai()].into_iter().collect(),
            }),
        ),
    ]
}

/// What does not decode, and what this gateway does not carry out (TS 36.413 10.2, 10.3.4.1).
fn no_messages() -> Vec<S1apRow> {
    let row = |name: &str, octets: &[u8]| S1apRow { name: name.to_owned(), octets: octets.to_vec() };
    vec![
        row("no octet", &[]),
        row("\"Hello!\"", b"Hello!"),
        row("an unknown procedure (reject)", &[0x00, 0xc8, 0x00, 0x03, 0x00, 0x00, 0x00]),
        row("an unknown procedure (ignore)", &[0x00, 0xc8, 0x40, 0x03, 0x00, 0x00, 0x00]),
        row("an unknown procedure (notify)", &[0x00, 0xc8, 0x80, 0x03, 0x00, 0x00, 0x00]),
        row("PathSwitchRequest", &[0x00, 0x03, 0x00, 0x03, 0x00, 0x00, 0x00]),
        row("HandoverNotify", &[0x00, 0x02, 0x40, 0x03, 0x00, 0x00, 0x00]),
        row("E-RABSetupResponse", &[0x20, 0x05, 0x00, 0x03, 0x00, 0x00, 0x00]),
        row("InitialUEMessage without IEs", &[0x00, 0x0c, 0x40, 0x03, 0x00, 0x00, 0x00]),
        row("UplinkNASTransport without IEs", &[0x00, 0x0d, 0x40, 0x03, 0x00, 0x00, 0x00]),
        row("S1SetupRequest without IEs", &[0x00, 0x11, 0x00, 0x03, 0x00, 0x00, 0x00]),
    ]
}
