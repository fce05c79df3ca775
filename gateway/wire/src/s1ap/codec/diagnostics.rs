use oxirush_s1ap::s1ap::{self as asn1, ProcedureCode, ProtocolIEID};

use crate::s1ap::{Criticality, CriticalityDiagnostics, FaultyIe, Triggering};

impl From<asn1::Criticality> for Criticality {
    fn from(criticality: asn1::Criticality) -> Self {
        match criticality {
            asn1::Criticality::reject => Self::Reject,
            asn1::Criticality::ignore => Self::Ignore,
            asn1::Criticality::notify => Self::Notify,
        }
    }
}

impl From<Criticality> for asn1::Criticality {
    fn from(criticality: Criticality) -> Self {
        match criticality {
            Criticality::Reject => Self::reject,
            Criticality::Ignore => Self::ignore,
            Criticality::Notify => Self::notify,
        }
    }
}

pub(super) fn read(value: asn1::CriticalityDiagnostics) -> Option<CriticalityDiagnostics> {
    let items = value.ies_criticality_diagnostics.map(|list| list.0).unwrap_or_default();
    let ies = items.into_iter().take(16).map(|item| FaultyIe {
        criticality: item.ie_criticality.into(),
        id: item.ie_id.0,
        missing: matches!(item.type_of_error, asn1::TypeOfError::missing),
    });
    Some(CriticalityDiagnostics {
        procedure: value.procedure_code.map(|code| code.0),
        triggering: value.triggering_message.map(|message| match message {
            asn1::TriggeringMessage::initiating_message => Triggering::InitiatingMessage,
            asn1::TriggeringMessage::successful_outcome => Triggering::SuccessfulOutcome,
            asn1::TriggeringMessage::unsuccessfull_outcome => Triggering::UnsuccessfulOutcome,
        }),
        criticality: value.procedure_criticality.map(Criticality::from),
        ies: ies.collect(),
    })
}

pub(super) fn write(diagnostics: &CriticalityDiagnostics) -> asn1::CriticalityDiagnostics {
    let items: Vec<_> = diagnostics.ies.iter().map(write_item).collect();
    asn1::CriticalityDiagnostics::new(
        diagnostics.procedure.map(ProcedureCode),
        diagnostics.triggering.map(|triggering| match triggering {
            Triggering::InitiatingMessage => asn1::TriggeringMessage::initiating_message,
            Triggering::SuccessfulOutcome => asn1::TriggeringMessage::successful_outcome,
            Triggering::UnsuccessfulOutcome => asn1::TriggeringMessage::unsuccessfull_outcome,
        }),
        diagnostics.criticality.map(asn1::Criticality::from),
        (!items.is_empty()).then_some(asn1::CriticalityDiagnosticsIEList(items)),
        None,
    )
}

fn write_item(faulty: &FaultyIe) -> asn1::CriticalityDiagnosticsIEItem {
    let error = if faulty.missing { asn1::TypeOfError::missing } else { asn1::TypeOfError::not_understood };
    asn1::CriticalityDiagnosticsIEItem::new(faulty.criticality.into(), ProtocolIEID(faulty.id), error, None)
}
