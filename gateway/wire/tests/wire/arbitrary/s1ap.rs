use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::prelude::*;
use pumice_model::identity::{MmeCode, MmeGroupId, Tac, Teid};
use pumice_model::secret::Key256;
use pumice_wire::s1ap::*;

use super::identity::*;
use super::{few, octets};

pub(crate) fn any_s1ap() -> impl Strategy<Value = Message<'static>> {
    prop_oneof![
        context_messages(),
        transport_messages(),
        release_messages(),
        setup_messages(),
        other_messages(),
    ]
}

fn setup_messages() -> impl Strategy<Value = Message<'static>> {
    let name = || maybe("[A-Za-z0-9 '()+,./:=?-]{1,150}");
    let ta = (any::<u16>(), few(any_plmn(), 1))
        .prop_map(|(tac, broadcast_plmns)| SupportedTa { tac: Tac(tac), broadcast_plmns });
    let request = (any_global_enb_id(), name(), vec(ta, 1..257), any_drx()).prop_map(
        |(enb, name, supported_tas, default_paging_drx)| {
            Message::S1SetupRequest(S1SetupRequest { enb, name, supported_tas, default_paging_drx })
        },
    );
    let served = (
        few(any_plmn(), 1),
        few(any::<u16>().prop_map(MmeGroupId), 1),
        few(any::<u8>().prop_map(MmeCode), 1),
    )
        .prop_map(|(plmns, groups, codes)| ServedGummeis { plmns, groups, codes });
    let response = (name(), served, any::<u8>(), maybe(any_diagnostics())).prop_map(
        |(name, served, relative_capacity, diagnostics)| {
            Message::S1SetupResponse(S1SetupResponse { name, served, relative_capacity, diagnostics })
        },
    );
    use TimeToWait::{V1, V2, V5, V10, V20, V60};
    let time = prop::sample::select(vec![V1, V2, V5, V10, V20, V60]);
    let failure = (any_cause(), maybe(time), maybe(any_diagnostics())).prop_map(
        |(cause, time_to_wait, diagnostics)| {
            Message::S1SetupFailure(S1SetupFailure { cause, time_to_wait, diagnostics })
        },
    );
    prop_oneof![request, response, failure]
}

fn transport_messages() -> impl Strategy<Value = Message<'static>> {
    let initial = (
        any_enb_ue(),
        octets(0..300),
        any_tai(),
        maybe(any_ecgi()),
        0_u8..8,
        maybe(any_s_tmsi()),
        maybe(any_gummei()),
    )
        .prop_map(|(enb_ue, nas, tai, ecgi, establishment_cause, s_tmsi, gummei)| {
            Message::InitialUeMessage(InitialUeMessage {
                enb_ue,
                nas,
                tai,
                ecgi,
                establishment_cause,
                s_tmsi,
                gummei,
            })
        });
    let downlink = (any_mme_ue(), any_enb_ue(), octets(0..300)).prop_map(|(mme_ue, enb_ue, nas)| {
        Message::DownlinkNasTransport(DownlinkNasTransport { mme_ue, enb_ue, nas })
    });
    let uplink = (any_mme_ue(), any_enb_ue(), octets(0..300), maybe(any_ecgi()), maybe(any_tai())).prop_map(
        |(mme_ue, enb_ue, nas, ecgi, tai)| {
            Message::UplinkNasTransport(UplinkNasTransport { mme_ue, enb_ue, nas, ecgi, tai })
        },
    );
    let lost =
        (any_mme_ue(), any_enb_ue(), octets(0..300), any_cause()).prop_map(|(mme_ue, enb_ue, nas, cause)| {
            Message::NasNonDeliveryIndication(NasNonDeliveryIndication { mme_ue, enb_ue, nas, cause })
        });
    let capability = (any_mme_ue(), any_enb_ue(), octets(0..600), maybe(octets(0..300))).prop_map(
        |(mme_ue, enb_ue, radio_capability, paging_capability)| {
            Message::UeCapabilityInfoIndication(UeCapabilityInfoIndication {
                mme_ue,
                enb_ue,
                radio_capability: radio_capability.into(),
                paging_capability: paging_capability.map(Cow::Borrowed),
            })
        },
    );
    prop_oneof![initial, downlink, uplink, lost, capability]
}

fn context_messages() -> impl Strategy<Value = Message<'static>> {
    let address = || prop_oneof![any::<u32>().prop_map(ipv4), any::<u128>().prop_map(ipv6)];
    let erab = (any_ebi(), any::<u8>(), 0_u8..16, address(), any::<u32>(), maybe(octets(0..200))).prop_map(
        |(ebi, qci, priority, transport_address, teid, nas)| ErabToSetup {
            ebi,
            qci,
            priority,
            transport_address,
            teid: Teid(teid),
            nas: nas.map(Cow::Borrowed),
        },
    );
    let ids = || (any_mme_ue(), any_enb_ue());
    let rates = (0_u64..=10_000_000_000, 0_u64..=10_000_000_000);
    let security = (any::<u16>(), any::<u16>(), any::<[u8; 32]>());
    let request = (ids(), rates, few(erab, 1), security, maybe(octets(0..600))).prop_map(
        |((mme_ue, enb_ue), rates, erabs, (encryption_algorithms, integrity_algorithms, key), capability)| {
            Message::InitialContextSetupRequest(InitialContextSetupRequest {
                mme_ue,
                enb_ue,
                ue_ambr_uplink: rates.0,
                ue_ambr_downlink: rates.1,
                erabs,
                encryption_algorithms,
                integrity_algorithms,
                security_key: Key256::new(key),
                radio_capability: capability.map(Cow::Borrowed),
            })
        },
    );
    let addresses = prop_oneof![
        address().prop_map(|address| (address, None)),
        (any::<u32>(), any::<u128>()).prop_map(|(first, second)| (ipv4(first), Some(ipv6(second)))),
    ];
    let set_up =
        (any_ebi(), addresses, any::<u32>()).prop_map(|(ebi, (transport_address, second_address), teid)| {
            ErabSetUp { ebi, transport_address, second_address, teid: Teid(teid) }
        });
    let response = (ids(), few(set_up, 0), few((any_ebi(), any_cause()), 0)).prop_map(
        |((mme_ue, enb_ue), erabs, failed)| {
            Message::InitialContextSetupResponse(InitialContextSetupResponse {
                mme_ue,
                enb_ue,
                erabs,
                failed,
            })
        },
    );
    let failure = (ids(), any_cause()).prop_map(|((mme_ue, enb_ue), cause)| {
        Message::InitialContextSetupFailure(InitialContextSetupFailure { mme_ue, enb_ue, cause })
    });
    prop_oneof![request, response, failure]
}

fn release_messages() -> impl Strategy<Value = Message<'static>> {
    let request = (any_mme_ue(), any_enb_ue(), any_cause()).prop_map(|(mme_ue, enb_ue, cause)| {
        Message::UeContextReleaseRequest(UeContextReleaseRequest { mme_ue, enb_ue, cause })
    });
    let command = (any_mme_ue(), maybe(any_enb_ue()), any_cause()).prop_map(|(mme_ue, enb_ue, cause)| {
        Message::UeContextReleaseCommand(UeContextReleaseCommand { mme_ue, enb_ue, cause })
    });
    let complete = (any_mme_ue(), any_enb_ue()).prop_map(|(mme_ue, enb_ue)| {
        Message::UeContextReleaseComplete(UeContextReleaseComplete { mme_ue, enb_ue })
    });
    prop_oneof![request, command, complete]
}

fn other_messages() -> impl Strategy<Value = Message<'static>> {
    let paging = (0_u16..1024, any_s_tmsi(), maybe(any_drx()), any_tais()).prop_map(
        |(ue_identity_index, s_tmsi, paging_drx, tais)| {
            Message::Paging(Paging { ue_identity_index, s_tmsi, paging_drx, tais })
        },
    );
    let connection = || {
        (maybe(any_mme_ue()), maybe(any_enb_ue()))
            .prop_map(|(mme_ue, enb_ue)| UeConnection { mme_ue, enb_ue })
    };
    let connections = || maybe(vec(connection(), 1..257));
    let reset = (any_cause(), connections())
        .prop_map(|(cause, connections)| Message::Reset(Reset { cause, connections }));
    let acknowledge =
        connections().prop_map(|connections| Message::ResetAcknowledge(ResetAcknowledge { connections }));
    let error = (maybe(any::<u32>()), maybe(0_u32..1 << 24), maybe(any_cause()), maybe(any_diagnostics()))
        .prop_map(|(mme_ue, enb_ue, cause, diagnostics)| {
            Message::ErrorIndication(ErrorIndication { mme_ue, enb_ue, cause, diagnostics })
        });
    prop_oneof![paging, reset, acknowledge, error]
}

fn any_drx() -> impl Strategy<Value = PagingDrx> {
    use PagingDrx::{V32, V64, V128, V256};
    prop::sample::select(vec![V32, V64, V128, V256])
}

fn any_cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        (0_u8..45).prop_map(|value| Cause { group: CauseGroup::RadioNetwork, value }),
        (0_u8..2).prop_map(|value| Cause { group: CauseGroup::Transport, value }),
        (0_u8..7).prop_map(|value| Cause { group: CauseGroup::Nas, value }),
        (0_u8..7).prop_map(|value| Cause { group: CauseGroup::Protocol, value }),
        (0_u8..6).prop_map(|value| Cause { group: CauseGroup::Misc, value }),
    ]
}

fn any_diagnostics() -> impl Strategy<Value = CriticalityDiagnostics> {
    use Criticality::{Ignore, Notify, Reject};
    use Triggering::{InitiatingMessage, SuccessfulOutcome, UnsuccessfulOutcome};
    let triggering = prop::sample::select(vec![InitiatingMessage, SuccessfulOutcome, UnsuccessfulOutcome]);
    let criticality = || prop::sample::select(vec![Reject, Ignore, Notify]);
    let ie = (criticality(), any::<u16>(), any::<bool>()).prop_map(|(criticality, id, missing)| FaultyIe {
        criticality,
        id,
        missing,
    });
    (maybe(any::<u8>()), maybe(triggering), maybe(criticality()), few(ie, 0)).prop_map(
        |(procedure, triggering, criticality, ies)| CriticalityDiagnostics {
            procedure,
            triggering,
            criticality,
            ies,
        },
    )
}

fn ipv4(address: u32) -> IpAddr {
    Ipv4Addr::from(address).into()
}

fn ipv6(address: u128) -> IpAddr {
    Ipv6Addr::from(address).into()
}
