use std::net::Ipv4Addr;

use proptest::collection::vec;
use proptest::prelude::*;
use pumice_wire::nas::*;

use super::identity::*;
use super::{few, octets};

/// Rates that can be said as they are, bit/s.
const RATES: [u64; 9] =
    [0, 1_000, 63_000, 576_000, 8_640_000, 16_000_000, 256_000_000, 1_024_000_000, 65_280_000_000];

pub(crate) fn any_emm() -> impl Strategy<Value = Plain<'static>> {
    prop_oneof![
        attach(),
        tracking_area(),
        authentication(),
        identification(),
        service(),
        detach(),
        information()
    ]
    .prop_map(Plain::Emm)
}

fn attach() -> impl Strategy<Value = EmmMessage<'static>> {
    use AttachType::{Combined, Emergency, Eps};
    let head = (
        prop::sample::select(vec![Eps, Combined, Emergency]),
        any_ksi(),
        any_identity(),
        any_capability(),
        any_inner(),
    );
    let place = (maybe(any_tai()), maybe(any::<u16>()), maybe(any_guti()));
    let tail = (maybe(any_ms_capability()), maybe(0_u8..16), maybe(any_additional_capability()));
    let request = (head, place, tail).prop_map(
        |((attach_type, ksi, identity, capability, esm), (last_visited_tai, drx, additional_guti), tail)| {
            EmmMessage::AttachRequest(AttachRequest {
                attach_type,
                ksi,
                identity,
                capability,
                esm,
                last_visited_tai,
                drx,
                additional_guti,
                ms_network_capability: tail.0,
                additional_update_type: tail.1,
                additional_security_capability: tail.2,
            })
        },
    );
    let head = (any_result(), any_timer(), any_tais(), any_inner(), maybe(any_guti()));
    let tail = (
        maybe(any_emm_cause()),
        maybe(any_timer()),
        few(any_plmn(), 0),
        maybe(any_support()),
        maybe(any_timer3()),
    );
    let accept = (head, tail).prop_map(
        |(
            (result, t3412, tais, esm, guti),
            (emm_cause, t3402, equivalent_plmns, feature_support, t3412_extended),
        )| {
            EmmMessage::AttachAccept(AttachAccept {
                result,
                t3412,
                tais,
                esm,
                guti,
                emm_cause,
                t3402,
                equivalent_plmns,
                feature_support,
                t3412_extended,
            })
        },
    );
    let complete = any_inner().prop_map(|esm| EmmMessage::AttachComplete(AttachComplete { esm }));
    let reject = (any_emm_cause(), maybe(any_inner()), maybe(any_timer()))
        .prop_map(|(cause, esm, t3346)| EmmMessage::AttachReject(AttachReject { cause, esm, t3346 }));
    prop_oneof![request, accept, complete, reject]
}

fn tracking_area() -> impl Strategy<Value = EmmMessage<'static>> {
    use UpdateType::{CombinedTaLa, CombinedTaLaWithImsiAttach, Periodic, Ta};
    let update_type = prop::sample::select(vec![Ta, CombinedTaLa, CombinedTaLaWithImsiAttach, Periodic]);
    let head = (
        update_type,
        any::<bool>(),
        any_ksi(),
        any_guti().prop_map(EpsMobileIdentity::Guti),
        maybe(any_capability()),
        maybe(any_tai()),
    );
    let tail = (
        maybe(any::<u16>()),
        any::<bool>(),
        maybe(any::<u16>()),
        maybe(any_ms_capability()),
        maybe(0_u8..16),
        maybe(any_additional_capability()),
    );
    let request = (head, tail).prop_map(
        |((update_type, active, ksi, old_guti, capability, last_visited_tai), tail)| {
            EmmMessage::TrackingAreaUpdateRequest(TrackingAreaUpdateRequest {
                update_type,
                active,
                ksi,
                old_guti,
                capability,
                last_visited_tai,
                drx: tail.0,
                radio_capability_update_needed: tail.1,
                bearer_status: tail.2,
                ms_network_capability: tail.3,
                additional_update_type: tail.4,
                additional_security_capability: tail.5,
            })
        },
    );
    let head = (any_result(), maybe(any_timer()), maybe(any_guti()), maybe(any_tais()));
    let tail = (maybe(any::<u16>()), maybe(any_emm_cause()), maybe(any_support()), maybe(any_timer3()));
    let accept = (head, tail).prop_map(
        |((result, t3412, guti, tais), (bearer_status, emm_cause, feature_support, t3412_extended))| {
            EmmMessage::TrackingAreaUpdateAccept(TrackingAreaUpdateAccept {
                result,
                t3412,
                guti,
                tais,
                bearer_status,
                emm_cause,
                feature_support,
                t3412_extended,
            })
        },
    );
    let reject = (any_emm_cause(), maybe(any_timer())).prop_map(|(cause, t3346)| {
        EmmMessage::TrackingAreaUpdateReject(TrackingAreaUpdateReject { cause, t3346 })
    });
    prop_oneof![request, accept, reject, Just(EmmMessage::TrackingAreaUpdateComplete)]
}

fn authentication() -> impl Strategy<Value = EmmMessage<'static>> {
    let request = (any_ksi(), any::<[u8; 16]>(), any::<[u8; 16]>()).prop_map(|(ksi, rand, autn)| {
        EmmMessage::AuthenticationRequest(AuthenticationRequest { ksi, rand, autn })
    });
    let response = few(any::<u8>(), 4)
        .prop_map(|res| EmmMessage::AuthenticationResponse(AuthenticationResponse { res }));
    let failure = (any_emm_cause(), maybe(any::<[u8; 14]>()))
        .prop_map(|(cause, auts)| EmmMessage::AuthenticationFailure(AuthenticationFailure { cause, auts }));
    let command = (
        0_u8..8,
        0_u8..8,
        any_ksi(),
        any_replayed_capability(),
        any::<bool>(),
        maybe(any::<[u8; 8]>()),
        maybe(any_additional_capability()),
    )
        .prop_map(
            |(
                eea,
                eia,
                ksi,
                replayed_capability,
                imeisv_requested,
                hash_mme,
                replayed_additional_capability,
            )| {
                EmmMessage::SecurityModeCommand(SecurityModeCommand {
                    eea,
                    eia,
                    ksi,
                    replayed_capability,
                    imeisv_requested,
                    hash_mme,
                    replayed_additional_capability,
                })
            },
        );
    let complete =
        (maybe(any_imeisv()), maybe(vec(any::<u8>(), 0..700))).prop_map(|(imeisv, replayed_request)| {
            EmmMessage::SecurityModeComplete(SecurityModeComplete { imeisv, replayed_request })
        });
    let reject =
        any_emm_cause().prop_map(|cause| EmmMessage::SecurityModeReject(SecurityModeReject { cause }));
    prop_oneof![request, response, failure, Just(EmmMessage::AuthenticationReject), command, complete, reject]
}

fn identification() -> impl Strategy<Value = EmmMessage<'static>> {
    use IdentityType::{Imei, Imeisv, Imsi, Tmsi};
    let request = prop::sample::select(vec![Imsi, Imei, Imeisv, Tmsi])
        .prop_map(|identity_type| EmmMessage::IdentityRequest(IdentityRequest { identity_type }));
    let identity = prop_oneof![
        any_imsi().prop_map(MobileIdentity::Imsi),
        (0_u64..1_000_000_000_000_000).prop_map(MobileIdentity::Imei),
        any_imeisv().prop_map(MobileIdentity::Imeisv),
        any::<u32>().prop_map(MobileIdentity::Tmsi),
        Just(MobileIdentity::None),
    ];
    let response = identity.prop_map(|identity| EmmMessage::IdentityResponse(IdentityResponse { identity }));
    let command = (any_guti(), maybe(any_tais()))
        .prop_map(|(guti, tais)| EmmMessage::GutiReallocationCommand(GutiReallocationCommand { guti, tais }));
    prop_oneof![request, response, command, Just(EmmMessage::GutiReallocationComplete)]
}

fn service() -> impl Strategy<Value = EmmMessage<'static>> {
    let extended = (0_u8..16, any_ksi(), maybe(any::<u32>())).prop_map(|(service_type, ksi, m_tmsi)| {
        EmmMessage::ExtendedServiceRequest(ExtendedServiceRequest { service_type, ksi, m_tmsi })
    });
    let reject = (any_emm_cause(), maybe(any_timer()))
        .prop_map(|(cause, t3346)| EmmMessage::ServiceReject(ServiceReject { cause, t3346 }));
    prop_oneof![extended, reject]
}

fn detach() -> impl Strategy<Value = EmmMessage<'static>> {
    let from_ue = (any::<bool>(), 0_u8..8, any_ksi(), any_identity()).prop_map(
        |(switch_off, detach_type, ksi, identity)| {
            EmmMessage::DetachRequestFromUe(DetachRequestFromUe { switch_off, detach_type, ksi, identity })
        },
    );
    let to_ue = (0_u8..8, maybe(any_emm_cause())).prop_map(|(detach_type, cause)| {
        EmmMessage::DetachRequestToUe(DetachRequestToUe { detach_type, cause })
    });
    prop_oneof![from_ue, to_ue, Just(EmmMessage::DetachAccept)]
}

fn information() -> impl Strategy<Value = EmmMessage<'static>> {
    let name =
        || maybe(prop_oneof!["[A-Za-z0-9 @£$¥èéùìòÇØøÅåΔΦΓΛΩÄÖÑÜ§äöñüà]{0,120}", "[a-zА-Яа-яकख-ह]{0,120}"]);
    let time = (946_684_800_u64..4_102_444_800, -79_i8..=79)
        .prop_map(|(unix_seconds, zone_quarters)| UniversalTime { unix_seconds, zone_quarters });
    let information = (name(), name(), maybe(time)).prop_map(|(full_name, short_name, time)| {
        EmmMessage::EmmInformation(EmmInformation { full_name, short_name, time })
    });
    let status = any_emm_cause().prop_map(|cause| EmmMessage::EmmStatus(EmmStatus { cause }));
    let container = || vec(any::<u8>(), 2..252).prop_map(|contents| NasMessageContainer { contents });
    prop_oneof![
        information,
        status,
        container().prop_map(EmmMessage::DownlinkNasTransport),
        container().prop_map(EmmMessage::UplinkNasTransport),
    ]
}

pub(crate) fn any_esm() -> impl Strategy<Value = Plain<'static>> {
    let body = prop_oneof![activation(), connectivity(), rest_of_esm()];
    (0_u8..16, any::<u8>(), body).prop_map(|(ebi, pti, body)| Plain::Esm(EsmMessage { ebi, pti, body }))
}

fn activation() -> impl Strategy<Value = EsmBody> {
    let address = prop_oneof![
        any::<u32>().prop_map(|address| PdnAddress::Ipv4(Ipv4Addr::from(address))),
        any::<[u8; 8]>().prop_map(PdnAddress::Ipv6),
        (any::<[u8; 8]>(), any::<u32>())
            .prop_map(|(id, address)| PdnAddress::Ipv4v6(id, Ipv4Addr::from(address))),
    ];
    let rate = || prop::sample::select(RATES.to_vec());
    let request = (any::<u8>(), any_apn(), address, rate(), rate(), maybe(any_esm_cause()), maybe(any_pco()))
        .prop_map(|(qci, apn, address, ambr_uplink, ambr_downlink, cause, pco)| {
            EsmBody::ActivateDefaultBearerRequest(Box::new(ActivateDefaultBearerRequest {
                qci,
                apn,
                address,
                ambr_uplink,
                ambr_downlink,
                cause,
                pco,
            }))
        });
    let accept = maybe(any_pco()).prop_map(|pco| EsmBody::ActivateDefaultBearerAccept { pco });
    let reject = (any_esm_cause(), maybe(any_pco()))
        .prop_map(|(cause, pco)| EsmBody::ActivateDefaultBearerReject { cause, pco });
    prop_oneof![request, accept, reject]
}

fn connectivity() -> impl Strategy<Value = EsmBody> {
    use RequestType::{Emergency, Handover, Initial};
    let pdn_type = prop_oneof![
        prop::sample::select(vec![
            PdnType::Ipv4,
            PdnType::Ipv6,
            PdnType::Ipv4v6,
            PdnType::NonIp,
            PdnType::Ethernet
        ]),
        prop::sample::select(vec![0, 4, 7]).prop_map(PdnType::Reserved),
    ];
    let apn = prop_oneof![any_apn().prop_map(ApnChoice::Named), Just(ApnChoice::Illegal)];
    let request_type = prop::sample::select(vec![Initial, Handover, Emergency]);
    let request = (request_type, pdn_type, any::<bool>(), maybe(apn), maybe(any_pco())).prop_map(
        |(request_type, pdn_type, esm_information_transfer, apn, pco)| {
            EsmBody::PdnConnectivityRequest(Box::new(PdnConnectivityRequest {
                request_type,
                pdn_type,
                esm_information_transfer,
                apn,
                pco,
            }))
        },
    );
    let reject = (any_esm_cause(), maybe(any_pco()), maybe(any_timer3()))
        .prop_map(|(cause, pco, back_off)| EsmBody::PdnConnectivityReject { cause, pco, back_off });
    prop_oneof![request, reject]
}

fn rest_of_esm() -> impl Strategy<Value = EsmBody> {
    prop_oneof![
        any_esm_cause().prop_map(|cause| EsmBody::BearerResourceAllocationReject { cause }),
        any_esm_cause().prop_map(|cause| EsmBody::BearerResourceModificationReject { cause }),
        any_esm_cause().prop_map(|cause| EsmBody::DeactivateBearerRequest { cause }),
        any_esm_cause().prop_map(|cause| EsmBody::EsmStatus { cause }),
        any_esm_cause().prop_map(|cause| EsmBody::PdnDisconnectReject { cause }),
        any_ebi().prop_map(|linked| EsmBody::PdnDisconnectRequest { linked }),
        Just(EsmBody::DeactivateBearerAccept),
        Just(EsmBody::EsmInformationRequest),
        Just(EsmBody::BearerResourceAllocationRequest),
        Just(EsmBody::BearerResourceModificationRequest),
        (maybe(any_apn()), maybe(any_pco()))
            .prop_map(|(apn, pco)| EsmBody::EsmInformationResponse { apn, pco }),
    ]
}

/// As many units as may be, of few octets each so that all fit.
fn any_pco() -> impl Strategy<Value = Pco> {
    let unit = (any::<u16>(), vec(any::<u8>(), 0..5)).prop_map(|(id, contents)| PcoUnit { id, contents });
    vec(unit, 0..=32).prop_map(|units| Pco { units })
}

/// An ESM message inside of an EMM message, as far as EMM looks at it.
fn any_inner() -> impl Strategy<Value = &'static [u8]> {
    octets(3..600)
}

fn any_identity() -> impl Strategy<Value = EpsMobileIdentity> {
    prop_oneof![
        any_guti().prop_map(EpsMobileIdentity::Guti),
        (0_u64..1_000_000_000_000_000).prop_map(EpsMobileIdentity::Imei),
        any_imsi().prop_map(EpsMobileIdentity::Imsi),
    ]
}

fn any_ksi() -> impl Strategy<Value = NasKsi> {
    (any::<bool>(), 0_u8..8).prop_map(|(mapped, value)| NasKsi { mapped, value })
}

fn any_capability() -> impl Strategy<Value = UeNetworkCapability> {
    few(any::<u8>(), 2).prop_map(UeNetworkCapability)
}

/// EEA and EIA; also UEA and UIA; also GEA.
fn any_replayed_capability() -> impl Strategy<Value = heapless::Vec<u8, 5>> {
    let octets = prop::sample::select(vec![2, 4, 5]).prop_flat_map(|length| vec(any::<u8>(), length));
    octets.prop_map(|octets| octets.into_iter().collect())
}

fn any_ms_capability() -> impl Strategy<Value = MsNetworkCapability> {
    few(any::<u8>(), 2).prop_map(MsNetworkCapability)
}

fn any_additional_capability() -> impl Strategy<Value = AdditionalSecurityCapability> {
    few(any::<u8>(), 4).prop_map(AdditionalSecurityCapability)
}

fn any_result() -> impl Strategy<Value = EpsResult> {
    prop::sample::select(vec![EpsResult::Eps, EpsResult::Combined])
}

fn any_support() -> impl Strategy<Value = EpsNetworkFeatureSupport> {
    (any::<bool>(), any::<bool>()).prop_map(|(ims_voice_over_ps, emergency_bearer_services)| {
        EpsNetworkFeatureSupport { ims_voice_over_ps, emergency_bearer_services }
    })
}

fn any_timer() -> impl Strategy<Value = GprsTimer> {
    any::<u8>().prop_map(GprsTimer)
}

fn any_timer3() -> impl Strategy<Value = GprsTimer3> {
    any::<u8>().prop_map(GprsTimer3)
}

fn any_emm_cause() -> impl Strategy<Value = EmmCause> {
    any::<u8>().prop_map(EmmCause)
}

fn any_esm_cause() -> impl Strategy<Value = EsmCause> {
    any::<u8>().prop_map(EsmCause)
}
