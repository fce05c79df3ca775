use oxirush_s1ap::s1ap as asn1;

use crate::s1ap::{Cause, CauseGroup};

/// The values of each group in the order of their numbers.
macro_rules! numbered {
    ($($name:ident: $type:ident = [$($value:ident),* $(,)?];)*) => {
        $(const $name: &[asn1::$type] = &[$(asn1::$type::$value),*];)*
    };
}

/// A number that the standard does not have in its group becomes "unspecified" of that group.
pub(super) fn write(cause: Cause) -> asn1::Cause {
    let number = usize::from(cause.value);
    match cause.group {
        CauseGroup::RadioNetwork => asn1::Cause::radioNetwork(
            RADIO_NETWORK.get(number).copied().unwrap_or(asn1::CauseRadioNetwork::unspecified),
        ),
        CauseGroup::Transport => asn1::Cause::transport(
            TRANSPORT.get(number).copied().unwrap_or(asn1::CauseTransport::unspecified),
        ),
        CauseGroup::Nas => asn1::Cause::nas(NAS.get(number).copied().unwrap_or(asn1::CauseNas::unspecified)),
        CauseGroup::Protocol => {
            asn1::Cause::protocol(PROTOCOL.get(number).copied().unwrap_or(asn1::CauseProtocol::unspecified))
        }
        CauseGroup::Misc => {
            asn1::Cause::misc(MISC.get(number).copied().unwrap_or(asn1::CauseMisc::unspecified))
        }
    }
}

pub(super) fn read(cause: asn1::Cause) -> Option<Cause> {
    let (group, number) = match cause {
        asn1::Cause::radioNetwork(value) => (CauseGroup::RadioNetwork, position(RADIO_NETWORK, value)),
        asn1::Cause::transport(value) => (CauseGroup::Transport, position(TRANSPORT, value)),
        asn1::Cause::nas(value) => (CauseGroup::Nas, position(NAS, value)),
        asn1::Cause::protocol(value) => (CauseGroup::Protocol, position(PROTOCOL, value)),
        asn1::Cause::misc(value) => (CauseGroup::Misc, position(MISC, value)),
        _ => return None,
    };
    Some(Cause { group, value: number? })
}

fn position<T: PartialEq>(values: &[T], value: T) -> Option<u8> {
    values.iter().position(|known| *known == value).and_then(|number| u8::try_from(number).ok())
}

numbered! {
    RADIO_NETWORK: CauseRadioNetwork = [
        unspecified,
        tx2relocoverall_expiry,
        successful_handover,
        release_due_to_eutran_generated_reason,
        handover_cancelled,
        partial_handover,
        ho_failure_in_target_EPC_eNB_or_target_system,
        ho_target_not_allowed,
        tS1relocoverall_expiry,
        tS1relocprep_expiry,
        cell_not_available,
        unknown_targetID,
        no_radio_resources_available_in_target_cell,
        unknown_mme_ue_s1ap_id,
        unknown_enb_ue_s1ap_id,
        unknown_pair_ue_s1ap_id,
        handover_desirable_for_radio_reason,
        time_critical_handover,
        resource_optimisation_handover,
        reduce_load_in_serving_cell,
        user_inactivity,
        radio_connection_with_ue_lost,
        load_balancing_tau_required,
        cs_fallback_triggered,
        ue_not_available_for_ps_service,
        radio_resources_not_available,
        failure_in_radio_interface_procedure,
        invalid_qos_combination,
        interrat_redirection,
        interaction_with_other_procedure,
        unknown_E_RAB_ID,
        multiple_E_RAB_ID_instances,
        encryption_and_or_integrity_protection_algorithms_not_supported,
        s1_intra_system_handover_triggered,
        s1_inter_system_handover_triggered,
        x2_handover_triggered,
        redirection_towards_1xRTT,
        not_supported_QCI_value,
        invalid_CSG_Id,
        release_due_to_pre_emption,
        n26_interface_not_available,
        insufficient_ue_capabilities,
        maximum_bearer_pre_emption_rate_exceeded,
        up_integrity_protection_not_possible,
        release_due_to_discontinuous_coverage,
    ];
    TRANSPORT: CauseTransport = [
        transport_resource_unavailable,
        unspecified,
    ];
    NAS: CauseNas = [
        normal_release,
        authentication_failure,
        detach,
        unspecified,
        csg_subscription_expiry,
        uE_not_in_PLMN_serving_area,
        iab_not_authorized,
    ];
    PROTOCOL: CauseProtocol = [
        transfer_syntax_error,
        abstract_syntax_error_reject,
        abstract_syntax_error_ignore_and_notify,
        message_not_compatible_with_receiver_state,
        semantic_error,
        abstract_syntax_error_falsely_constructed_message,
        unspecified,
    ];
    MISC: CauseMisc = [
        control_processing_overload,
        not_enough_user_plane_processing_resources,
        hardware_failure,
        om_intervention,
        unspecified,
        unknown_PLMN,
    ];
}
