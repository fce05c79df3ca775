//! Each IE of each message absent, twice, in the wrong place and with a value that is none, and each message with an IE that
//! nobody knows (10.3.4.2, 10.3.5, 10.3.6).

use std::net::{IpAddr, Ipv4Addr};

use oxirush_s1ap::Octets;
use oxirush_s1ap::aper::protocol::ie_name;
use oxirush_s1ap::s1ap::{
    Criticality as Written, ProtocolIEContainer, ProtocolIEField, ProtocolIEID, S1AP_PDU,
};
use pumice_model::identity::*;
use pumice_model::secret::Key256;
use pumice_wire::s1ap::*;

/// An IE of no release.
const STRANGE: u16 = 65_000;

#[test]
fn each_fault_has_the_answer_of_its_criticality() {
    let mut lines = Vec::new();
    for message in messages() {
        lines.push(format!("# {}", message.name()));
        let pdu = S1AP_PDU::decode(&encode(&message).unwrap()).unwrap();
        let ies = pdu.protocol_ies().unwrap().into_owned().0;
        for (at, ie) in ies.iter().enumerate() {
            let name = ie_name::<oxirush_s1ap::S1ap>(ie.id.0);
            let mut put = |what: &str, ies: Vec<ProtocolIEField<'static>>| {
                lines.push(format!("{name} {:?}, {what}: {}", ie.criticality, outcome(&pdu, ies)));
            };
            put("absent", without(&ies, at));
            put("twice", with(&ies, at, ie.clone()));
            if ies.len() > 1 {
                let place = if at + 1 == ies.len() { 0 } else { ies.len() - 1 };
                put("misplaced", with(&without(&ies, at), place, ie.clone()));
            }
            put("not understood", with(&without(&ies, at), at, too_long(ie)));
        }
        for criticality in [Written::reject, Written::notify, Written::ignore] {
            let strange =
                ProtocolIEField { id: ProtocolIEID(STRANGE), criticality, value: Octets::owned(vec![0]) };
            lines.push(format!(
                "{STRANGE} {criticality:?}, strange: {}",
                outcome(&pdu, with(&ies, ies.len(), strange))
            ));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

/// The receiver acts on the criticality that a strange IE brings, not on one of its own.
#[test]
fn sixteen_faulty_ies_are_reported_and_more_are_refused_all_the_same() {
    let pdu = S1AP_PDU::decode(&encode(&messages()[0]).unwrap()).unwrap();
    let mut ies = pdu.protocol_ies().unwrap().into_owned().0;
    for id in 0..100 {
        let (id, value) = (ProtocolIEID(STRANGE + id), Octets::owned(vec![0]));
        ies.push(ProtocolIEField { id, criticality: Written::reject, value });
    }
    let mut broken = pdu.clone();
    broken.set_protocol_ies(ProtocolIEContainer(ies)).unwrap();
    let fault = decode(&broken.encode().unwrap()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::AbstractSyntaxReject);
    assert_eq!(fault.diagnostics.unwrap().ies.len(), 16);
}

fn outcome(pdu: &S1AP_PDU, ies: Vec<ProtocolIEField<'static>>) -> String {
    let mut broken = pdu.clone();
    broken.set_protocol_ies(ProtocolIEContainer(ies)).unwrap();
    match decode(&broken.encode().unwrap()) {
        Ok(Decoded { notify: None, .. }) => "taken".to_owned(),
        Ok(Decoded { notify: Some(diagnostics), .. }) => format!("taken, and told {}", said(&diagnostics)),
        Err(fault) => {
            let ids = match (fault.mme_ue_s1ap_id, fault.enb_ue_s1ap_id) {
                (None, None) => "no ids".to_owned(),
                (Some(mme), None) => format!("MME {mme}"),
                (None, Some(enb)) => format!("eNB {enb}"),
                (Some(mme), Some(enb)) => format!("MME {mme} eNB {enb}"),
            };
            format!("{:?}, {:?}, {ids}, {}", fault.kind, fault.answer, said(&fault.diagnostics.unwrap()))
        }
    }
}

fn said(diagnostics: &CriticalityDiagnostics) -> String {
    let ies: Vec<_> = diagnostics
        .ies
        .iter()
        .map(|ie| {
            format!(
                "{} {:?} {}",
                ie.id,
                ie.criticality,
                if ie.missing { "missing" } else { "not understood" }
            )
        })
        .collect();
    let procedure = if diagnostics.procedure.is_some() { "procedure" } else { "no procedure" };
    assert_eq!(diagnostics.procedure.is_some(), diagnostics.triggering.is_some());
    format!("{procedure} [{}]", ies.join(", "))
}

fn without(ies: &[ProtocolIEField<'static>], at: usize) -> Vec<ProtocolIEField<'static>> {
    let mut ies = ies.to_vec();
    ies.remove(at);
    ies
}

fn with(
    ies: &[ProtocolIEField<'static>],
    at: usize,
    ie: ProtocolIEField<'static>,
) -> Vec<ProtocolIEField<'static>> {
    let mut ies = ies.to_vec();
    ies.insert(at, ie);
    ies
}

/// No value goes on behind its end.
fn too_long(ie: &ProtocolIEField<'static>) -> ProtocolIEField<'static> {
    let mut ie = ie.clone();
    ie.value.to_mut().push(0);
    ie
}

/// One of each message, with all IEs that it can have here.
fn messages() -> Vec<Message<'static>> {
    let plmn = Plmn::parse("00101").unwrap();
    let (mme_ue, enb_ue) = (MmeUeS1apId(1), EnbUeS1apId::new(2).unwrap());
    let tai = Tai { plmn, tac: Tac(7) };
    let ecgi = Some(Ecgi { plmn, cell: CellIdentity(0x19b01) });
    let s_tmsi = STmsi { code: MmeCode(26), m_tmsi: MTmsi(0x9f85_937b) };
    let gummei = Some(Gummei { plmn, group: MmeGroupId(1), code: MmeCode(26) });
    let cause = Cause::USER_INACTIVITY;
    let address = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 1));
    let diagnostics =
        Some(CriticalityDiagnostics { procedure: Some(17), ..CriticalityDiagnostics::default() });
    let connections = Some(vec![UeConnection { mme_ue: Some(mme_ue), enb_ue: Some(enb_ue) }]);
    let (ebi, teid, nas) = (Ebi::FIRST, Teid(1), &[0x07, 0x46][..]);
    let erab =
        ErabToSetup { ebi, qci: 9, priority: 15, transport_address: address, teid, nas: Some(nas.into()) };
    let set_up = ErabSetUp { ebi, transport_address: address, second_address: None, teid };
    vec![
        Message::S1SetupRequest(S1SetupRequest {
            enb: GlobalEnbId { plmn, id: EnbId::Macro(0x19b) },
            name: Some("cell".to_owned()),
            supported_tas: vec![SupportedTa { tac: Tac(7), broadcast_plmns: [plmn].into_iter().collect() }],
            default_paging_drx: PagingDrx::V128,
        }),
        Message::S1SetupResponse(S1SetupResponse {
            name: Some("box".to_owned()),
            served: ServedGummeis {
                plmns: [plmn].into_iter().collect(),
                groups: [MmeGroupId(1)].into_iter().collect(),
                codes: [MmeCode(26)].into_iter().collect(),
            },
            relative_capacity: 255,
            diagnostics: diagnostics.clone(),
        }),
        Message::S1SetupFailure(S1SetupFailure {
            cause,
            time_to_wait: Some(TimeToWait::V10),
            diagnostics: diagnostics.clone(),
        }),
        Message::InitialUeMessage(InitialUeMessage {
            enb_ue,
            nas,
            tai,
            ecgi,
            establishment_cause: 4,
            s_tmsi: Some(s_tmsi),
            gummei,
        }),
        Message::DownlinkNasTransport(DownlinkNasTransport { mme_ue, enb_ue, nas }),
        Message::UplinkNasTransport(UplinkNasTransport { mme_ue, enb_ue, nas, ecgi, tai: Some(tai) }),
        Message::NasNonDeliveryIndication(NasNonDeliveryIndication { mme_ue, enb_ue, nas, cause }),
        Message::InitialContextSetupRequest(InitialContextSetupRequest {
            mme_ue,
            enb_ue,
            ue_ambr_uplink: 1_000_000,
            ue_ambr_downlink: 1_000_000,
            erabs: [erab].into_iter().collect(),
            encryption_algorithms: 0xe000,
            integrity_algorithms: 0xe000,
            security_key: Key256::new([7; 32]),
            radio_capability: Some(nas.into()),
        }),
        Message::InitialContextSetupResponse(InitialContextSetupResponse {
            mme_ue,
            enb_ue,
            erabs: [set_up].into_iter().collect(),
            failed: [(Ebi::new(6).unwrap(), cause)].into_iter().collect(),
        }),
        Message::InitialContextSetupFailure(InitialContextSetupFailure { mme_ue, enb_ue, cause }),
        Message::UeCapabilityInfoIndication(UeCapabilityInfoIndication {
            mme_ue,
            enb_ue,
            radio_capability: nas.into(),
            paging_capability: Some(nas.into()),
        }),
        Message::UeContextReleaseRequest(UeContextReleaseRequest { mme_ue, enb_ue, cause }),
        Message::UeContextReleaseCommand(UeContextReleaseCommand { mme_ue, enb_ue: Some(enb_ue), cause }),
        Message::UeContextReleaseComplete(UeContextReleaseComplete { mme_ue, enb_ue }),
        Message::Paging(Paging {
            ue_identity_index: 80,
            s_tmsi,
            paging_drx: Some(PagingDrx::V128),
            tais: [tai].into_iter().collect(),
        }),
        Message::Reset(Reset { cause, connections: connections.clone() }),
        Message::ResetAcknowledge(ResetAcknowledge { connections }),
        Message::ErrorIndication(ErrorIndication {
            mme_ue: Some(1),
            enb_ue: Some(2),
            cause: Some(cause),
            diagnostics,
        }),
    ]
}
