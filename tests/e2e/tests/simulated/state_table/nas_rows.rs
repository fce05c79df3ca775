//! One of each NAS message, as fitting as the state allows.

use std::fmt;

use pumice_model::identity::{Ebi, Guti};
use pumice_wire::nas::*;

use crate::driver::{Handset, PTI, bearer_accept, connectivity_request};

/// A NAS message under a name.
pub(crate) struct NasRow {
    pub(crate) name: String,
    /// The plain message; the short service request has a protection of its own and none of this.
    pub(crate) plain: Option<Vec<u8>>,
}

impl NasRow {
    fn of(name: impl fmt::Display, message: &Plain<'_>) -> Self {
        Self { name: name.to_string(), plain: Some(encode(message)) }
    }
}

/// A number for each kind of EMM message: a new one does not compile until it has its row.
const fn emm_number(message: &EmmMessage<'_>) -> usize {
    match message {
        EmmMessage::AttachRequest(_) => 0,
        EmmMessage::AttachAccept(_) => 1,
        EmmMessage::AttachComplete(_) => 2,
        EmmMessage::AttachReject(_) => 3,
        EmmMessage::DetachRequestFromUe(_) => 4,
        EmmMessage::DetachRequestToUe(_) => 5,
        EmmMessage::DetachAccept => 6,
        EmmMessage::TrackingAreaUpdateRequest(_) => 7,
        EmmMessage::TrackingAreaUpdateAccept(_) => 8,
        EmmMessage::TrackingAreaUpdateComplete => 9,
        EmmMessage::TrackingAreaUpdateReject(_) => 10,
        EmmMessage::ExtendedServiceRequest(_) => 11,
        EmmMessage::ServiceReject(_) => 12,
        EmmMessage::GutiReallocationCommand(_) => 13,
        EmmMessage::GutiReallocationComplete => 14,
        EmmMessage::AuthenticationRequest(_) => 15,
        EmmMessage::AuthenticationResponse(_) => 16,
        EmmMessage::AuthenticationReject => 17,
        EmmMessage::AuthenticationFailure(_) => 18,
        EmmMessage::IdentityRequest(_) => 19,
        EmmMessage::IdentityResponse(_) => 20,
        EmmMessage::SecurityModeCommand(_) => 21,
        EmmMessage::SecurityModeComplete(_) => 22,
        EmmMessage::SecurityModeReject(_) => 23,
        EmmMessage::EmmStatus(_) => 24,
        EmmMessage::EmmInformation(_) => 25,
        EmmMessage::DownlinkNasTransport(_) => 26,
        EmmMessage::UplinkNasTransport(_) => 27,
    }
}

/// How many kinds of EMM message there are.
const EMM_KINDS: usize = 28;

/// The same of ESM.
const fn esm_number(body: &EsmBody) -> usize {
    match body {
        EsmBody::ActivateDefaultBearerRequest(_) => 0,
        EsmBody::ActivateDefaultBearerAccept { .. } => 1,
        EsmBody::ActivateDefaultBearerReject { .. } => 2,
        EsmBody::DeactivateBearerRequest { .. } => 3,
        EsmBody::DeactivateBearerAccept => 4,
        EsmBody::PdnConnectivityRequest(_) => 5,
        EsmBody::PdnConnectivityReject { .. } => 6,
        EsmBody::PdnDisconnectRequest { .. } => 7,
        EsmBody::PdnDisconnectReject { .. } => 8,
        EsmBody::BearerResourceAllocationRequest => 9,
        EsmBody::BearerResourceAllocationReject { .. } => 10,
        EsmBody::BearerResourceModificationRequest => 11,
        EsmBody::BearerResourceModificationReject { .. } => 12,
        EsmBody::EsmInformationRequest => 13,
        EsmBody::EsmInformationResponse { .. } => 14,
        EsmBody::EsmStatus { .. } => 15,
    }
}

/// How many kinds of ESM message there are.
const ESM_KINDS: usize = 16;

/// All rows, in this order: EMM, ESM, what is no message.
pub(crate) fn nas_rows(phone: &Handset) -> Vec<NasRow> {
    let mut rows = vec![NasRow { name: "Service request".to_owned(), plain: None }];
    let mut kinds = std::collections::BTreeSet::new();
    for (note, message) in emm_messages(phone, &connectivity_request(false), &bearer_accept()) {
        kinds.insert(emm_number(&message));
        let message = Plain::Emm(message);
        rows.push(NasRow::of(format!("{}{note}", message.name()), &message));
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), (0..EMM_KINDS).collect::<Vec<_>>(), "a row is missing");
    let mut kinds = std::collections::BTreeSet::new();
    for (note, ebi, pti, body) in esm_messages() {
        kinds.insert(esm_number(&body));
        let message = Plain::Esm(EsmMessage { ebi, pti, body });
        rows.push(NasRow::of(format!("{}{note}", message.name()), &message));
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), (0..ESM_KINDS).collect::<Vec<_>>(), "a row is missing");
    rows.extend(no_messages());
    rows
}

/// One of each, and those whose contents decide.
fn emm_messages<'a>(
    phone: &Handset,
    connectivity: &'a [u8],
    accept: &'a [u8],
) -> Vec<(&'static str, EmmMessage<'a>)> {
    let imsi = EpsMobileIdentity::Imsi(phone.imsi());
    let guti = phone.guti.unwrap_or_else(|| phone.strange_guti());
    // Another request than the one that may be running: it has a paging cycle.
    let attach =
        |identity| AttachRequest { drx: Some(0x0080), ..phone.attach_request(identity, connectivity) };
    let attach_request = |identity| EmmMessage::AttachRequest(attach(identity));
    let null_only = UeNetworkCapability(heapless::Vec::from_slice(&[0x80, 0x80]).expect("two octets"));
    let failure = |cause, auts| EmmMessage::AuthenticationFailure(AuthenticationFailure { cause, auts });
    let wrong = AuthenticationResponse { res: heapless::Vec::from_slice(&[0; 8]).expect("eight octets") };
    let identified = |identity| EmmMessage::IdentityResponse(IdentityResponse { identity });
    let extended = |service_type| {
        EmmMessage::ExtendedServiceRequest(ExtendedServiceRequest {
            service_type,
            ksi: phone.ksi(),
            m_tmsi: Some(guti.m_tmsi.0),
        })
    };
    let container = || NasMessageContainer { contents: vec![0x09, 0x01] };
    let emergency = AttachRequest { attach_type: AttachType::Emergency, ..attach(imsi) };
    let imsi_detach = DetachRequestFromUe { detach_type: 2, ..phone.detach_request(false) };
    let no_bearer = TrackingAreaUpdateRequest { bearer_status: Some(0), ..phone.tau_request(false) };
    let foreign = "26201".to_owned() + &phone.imsi().digits()[5..];
    let foreign = pumice_model::identity::Imsi::parse(&foreign).expect("an IMSI");
    vec![
        (" (IMSI)", attach_request(imsi)),
        (" (GUTI)", attach_request(EpsMobileIdentity::Guti(guti))),
        (" (strange GUTI)", attach_request(EpsMobileIdentity::Guti(phone.strange_guti()))),
        (" (IMEI)", attach_request(EpsMobileIdentity::Imei(353_490_069_873_319))),
        (" (foreign IMSI)", attach_request(EpsMobileIdentity::Imsi(foreign))),
        (
            " (EEA0 and EIA0 only)",
            EmmMessage::AttachRequest(AttachRequest { capability: null_only, ..attach(imsi) }),
        ),
        (" (emergency)", EmmMessage::AttachRequest(emergency)),
        (" (no PDN request in it)", EmmMessage::AttachRequest(AttachRequest { esm: accept, ..attach(imsi) })),
        ("", EmmMessage::AttachAccept(attach_accept(guti, accept))),
        ("", EmmMessage::AttachComplete(AttachComplete { esm: accept })),
        (" (no accept in it)", EmmMessage::AttachComplete(AttachComplete { esm: connectivity })),
        ("", EmmMessage::AttachReject(AttachReject { cause: EmmCause::ILLEGAL_UE, esm: None, t3346: None })),
        (" from the phone", EmmMessage::DetachRequestFromUe(phone.detach_request(false))),
        (" from the phone (switch off)", EmmMessage::DetachRequestFromUe(phone.detach_request(true))),
        (" from the phone (IMSI detach)", EmmMessage::DetachRequestFromUe(imsi_detach)),
        (" to the phone", EmmMessage::DetachRequestToUe(DetachRequestToUe { detach_type: 1, cause: None })),
        ("", EmmMessage::DetachAccept),
        ("", EmmMessage::TrackingAreaUpdateRequest(phone.tau_request(false))),
        (" (active)", EmmMessage::TrackingAreaUpdateRequest(phone.tau_request(true))),
        (" (no bearer)", EmmMessage::TrackingAreaUpdateRequest(no_bearer)),
        ("", EmmMessage::TrackingAreaUpdateAccept(tau_accept(guti))),
        ("", EmmMessage::TrackingAreaUpdateComplete),
        (
            "",
            EmmMessage::TrackingAreaUpdateReject(TrackingAreaUpdateReject {
                cause: EmmCause::ILLEGAL_UE,
                t3346: None,
            }),
        ),
        (" (packets)", extended(8)),
        (" (calls)", extended(0)),
        ("", EmmMessage::ServiceReject(ServiceReject { cause: EmmCause::ILLEGAL_UE, t3346: None })),
        ("", EmmMessage::GutiReallocationCommand(GutiReallocationCommand { guti, tais: None })),
        ("", EmmMessage::GutiReallocationComplete),
        (
            "",
            EmmMessage::AuthenticationRequest(AuthenticationRequest {
                ksi: NasKsi::native(0),
                rand: [0; 16],
                autn: [0; 16],
            }),
        ),
        ("", EmmMessage::AuthenticationResponse(phone.authentication_response())),
        (" (wrong RES)", EmmMessage::AuthenticationResponse(wrong)),
        ("", EmmMessage::AuthenticationReject),
        (" #20", failure(EmmCause::MAC_FAILURE, None)),
        (" #21", failure(EmmCause::SYNCH_FAILURE, Some(phone.auts(5_000)))),
        (" #21 (wrong AUTS)", failure(EmmCause::SYNCH_FAILURE, Some([0; 14]))),
        (" #21 (no AUTS)", failure(EmmCause::SYNCH_FAILURE, None)),
        (" #26", failure(EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE, None)),
        ("", EmmMessage::IdentityRequest(IdentityRequest { identity_type: IdentityType::Imsi })),
        (" (IMSI)", identified(MobileIdentity::Imsi(phone.imsi()))),
        (" (foreign IMSI)", identified(MobileIdentity::Imsi(foreign))),
        (" (none)", identified(MobileIdentity::None)),
        (
            "",
            EmmMessage::SecurityModeCommand(SecurityModeCommand {
                eea: 0,
                eia: 0,
                ksi: NasKsi::native(0),
                replayed_capability: heapless::Vec::from_slice(&[0xf0, 0x70]).expect("two octets"),
                imeisv_requested: false,
                hash_mme: None,
                replayed_additional_capability: None,
            }),
        ),
        ("", EmmMessage::SecurityModeComplete(SecurityModeComplete::default())),
        ("", EmmMessage::SecurityModeReject(SecurityModeReject { cause: EmmCause::SECURITY_MODE_REJECTED })),
        ("", EmmMessage::EmmStatus(EmmStatus { cause: EmmCause::PROTOCOL_ERROR })),
        ("", EmmMessage::EmmInformation(EmmInformation::default())),
        ("", EmmMessage::DownlinkNasTransport(container())),
        ("", EmmMessage::UplinkNasTransport(container())),
    ]
}

fn attach_accept(guti: Guti, esm: &[u8]) -> AttachAccept<'_> {
    AttachAccept {
        result: EpsResult::Eps,
        t3412: GprsTimer(0x21),
        tais: [crate::driver::tai()].into_iter().collect(),
        esm,
        guti: Some(guti),
        emm_cause: None,
        t3402: None,
        equivalent_plmns: heapless::Vec::new(),
        feature_support: None,
        t3412_extended: None,
    }
}

fn tau_accept(guti: Guti) -> TrackingAreaUpdateAccept {
    TrackingAreaUpdateAccept {
        result: EpsResult::Eps,
        t3412: None,
        guti: Some(guti),
        tais: None,
        bearer_status: None,
        emm_cause: None,
        feature_support: None,
        t3412_extended: None,
    }
}

/// Name, bearer, transaction and body.
fn esm_messages() -> Vec<(&'static str, u8, u8, EsmBody)> {
    let cause = EsmCause::REQUEST_REJECTED;
    let connectivity = || {
        EsmBody::PdnConnectivityRequest(Box::new(PdnConnectivityRequest {
            request_type: RequestType::Initial,
            pdn_type: PdnType::Ipv4,
            esm_information_transfer: false,
            apn: None,
            pco: None,
        }))
    };
    let activate = ActivateDefaultBearerRequest {
        qci: 9,
        apn: pumice_model::identity::Apn::parse("srsapn").expect("an APN"),
        address: PdnAddress::Ipv4([172, 16, 0, 9].into()),
        ambr_uplink: 0,
        ambr_downlink: 0,
        cause: None,
        pco: None,
    };
    let other = Ebi::new(6).expect("a bearer identity");
    let information = || EsmBody::EsmInformationResponse { apn: None, pco: None };
    vec![
        ("", 5, 0, EsmBody::ActivateDefaultBearerRequest(Box::new(activate))),
        ("", 5, 0, EsmBody::ActivateDefaultBearerAccept { pco: None }),
        ("", 5, 0, EsmBody::ActivateDefaultBearerReject { cause, pco: None }),
        ("", 5, 0, EsmBody::DeactivateBearerRequest { cause }),
        ("", 5, 0, EsmBody::DeactivateBearerAccept),
        ("", 0, PTI + 1, connectivity()),
        (" (PTI 0)", 0, 0, connectivity()),
        ("", 0, PTI, EsmBody::PdnConnectivityReject { cause, pco: None, back_off: None }),
        (" (own)", 0, PTI + 1, EsmBody::PdnDisconnectRequest { linked: Ebi::FIRST }),
        (" (no such)", 0, PTI + 1, EsmBody::PdnDisconnectRequest { linked: other }),
        (" (PTI 255)", 0, 255, EsmBody::PdnDisconnectRequest { linked: other }),
        ("", 0, PTI, EsmBody::PdnDisconnectReject { cause }),
        ("", 0, PTI + 1, EsmBody::BearerResourceAllocationRequest),
        (" (PTI 0)", 0, 0, EsmBody::BearerResourceAllocationRequest),
        ("", 0, PTI, EsmBody::BearerResourceAllocationReject { cause }),
        ("", 0, PTI + 1, EsmBody::BearerResourceModificationRequest),
        ("", 0, PTI, EsmBody::BearerResourceModificationReject { cause }),
        ("", 0, PTI, EsmBody::EsmInformationRequest),
        ("", 0, PTI, information()),
        (" (another PTI)", 0, PTI + 1, information()),
        (" (PTI 0)", 0, 0, information()),
        ("", 0, PTI, EsmBody::EsmStatus { cause }),
    ]
}

/// What does not decode (TS 24.301 7.2, 7.4, 7.5).
fn no_messages() -> Vec<NasRow> {
    let row = |name: &str, octets: &[u8]| NasRow { name: name.to_owned(), plain: Some(octets.to_vec()) };
    vec![
        row("no octet of NAS", &[]),
        row("another protocol", &[0x0e, 0x01, 0x02]),
        row("EMM of no known type", &[0x07, 0x7f, 0x00]),
        row("ESM of no known type", &[0x02, PTI + 1, 0xff]),
        row("Attach request, cut", &[0x07, 0x41, 0x71]),
        row("Identity response, cut", &[0x07, 0x56, 0x08, 0x29]),
        row("Authentication response, cut", &[0x07, 0x53, 0x08, 0x29]),
        row("Attach complete, cut", &[0x07, 0x43, 0x00]),
        row("PDN connectivity request, cut", &[0x02, PTI + 1, 0xd0]),
        row("PDN disconnect request, cut", &[0x02, PTI + 1, 0xd2]),
    ]
}
