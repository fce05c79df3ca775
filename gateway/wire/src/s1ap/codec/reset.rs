//! Reset (8.7.1).

use oxirush_s1ap::s1ap::{self as asn1, ProtocolIEField, decode_open_type};
use oxirush_s1ap::{Error, Octets, build_s1ap_ie, ie};
use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};

use super::nas_transport::read_cause;
use super::reading::Reading;
use super::{cause, write_pdu};
use crate::s1ap::{Message, Reset, ResetAcknowledge, UeConnection};

pub(super) fn read<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let cause = read_cause(reading);
    let connections = reading.ie::<ie::ResetType, _>(|kind| match kind {
        asn1::ResetType::s1_Interface(_) => Some(None),
        asn1::ResetType::partOfS1_Interface(list) => {
            Some(Some(list.0.into_iter().map(ProtocolIEField::into_owned).collect()))
        }
        _ => None,
    })?;
    let connections = connections.map(|items: Vec<_>| read_items(reading, items));
    Some(Message::Reset(Reset { cause, connections }))
}

pub(super) fn write(message: &Reset) -> Result<Vec<u8>, Error> {
    let kind = match &message.connections {
        None => asn1::ResetType::s1_Interface(asn1::ResetAll::reset_all),
        Some(connections) => {
            let item = |connection| build_s1ap_ie!(REJECT UE_associatedLogicalS1_ConnectionItem(write_item(connection)));
            let items = connections.iter().map(item).collect::<Result<Vec<_>, _>>()?;
            asn1::ResetType::partOfS1_Interface(asn1::UEAssociatedLogicalS1ConnectionListRes(items))
        }
    };
    let ies = vec![
        build_s1ap_ie!(Reset, Cause(cause::write(message.cause)))?,
        build_s1ap_ie!(Reset, ResetType(kind))?,
    ];
    write_pdu(asn1::Reset::new, ies)
}

pub(super) fn read_acknowledge<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let items = reading.list::<ie::UE_associatedLogicalS1_ConnectionListResAck>();
    let connections = (!items.is_empty()).then(|| read_items(reading, items));
    Some(Message::ResetAcknowledge(ResetAcknowledge { connections }))
}

pub(super) fn write_acknowledge(message: &ResetAcknowledge) -> Result<Vec<u8>, Error> {
    let mut ies = Vec::new();
    if let Some(connections) = &message.connections {
        let item =
            |connection| build_s1ap_ie!(IGNORE UE_associatedLogicalS1_ConnectionItem(write_item(connection)));
        let items = connections.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let list = asn1::UEAssociatedLogicalS1ConnectionListResAck(items);
        ies.push(build_s1ap_ie!(ResetAcknowledge, UE_associatedLogicalS1_ConnectionListResAck(list))?);
    }
    write_pdu(asn1::ResetAcknowledge::new, ies)
}

fn read_items<'a>(reading: &mut Reading<'a>, items: Vec<ProtocolIEField<'a>>) -> Vec<UeConnection> {
    reading.items::<ie::UE_associatedLogicalS1_ConnectionItem, _>(items, read_item).collect()
}

fn read_item(octets: &Octets<'_>) -> Option<UeConnection> {
    let item: asn1::UEAssociatedLogicalS1ConnectionItem = decode_open_type(octets).ok()?;
    Some(UeConnection {
        mme_ue: item.mme_ue_s1ap_id.map(|id| MmeUeS1apId(id.0)),
        enb_ue: item.enb_ue_s1ap_id.and_then(|id| EnbUeS1apId::new(id.0).ok()),
    })
}

fn write_item(connection: &UeConnection) -> asn1::UEAssociatedLogicalS1ConnectionItem {
    asn1::UEAssociatedLogicalS1ConnectionItem::new(
        connection.mme_ue.map(|id| asn1::MMEUES1APID(id.0)),
        connection.enb_ue.map(|id| asn1::ENBUES1APID(id.get())),
        None,
    )
}
