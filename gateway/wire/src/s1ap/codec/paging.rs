//! Paging (8.5).

use oxirush_s1ap::s1ap::{self as asn1, decode_open_type};
use oxirush_s1ap::{Error, build_s1ap_ie, ie};

use super::reading::Reading;
use super::{identity, write_pdu};
use crate::s1ap::{Message, Paging, PagingDrx};

pub(super) fn read<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let ue_identity_index =
        reading.ie::<ie::UEIdentityIndexValue, _>(|index| u16::try_from(index.0.value()).ok());
    let s_tmsi = reading.ie::<ie::UEPagingID, _>(|id| match id {
        asn1::UEPagingID::s_TMSI(s_tmsi) => Some(identity::read_s_tmsi(s_tmsi)),
        // A phone is called by its IMSI only after a failure of the network that this one does not have.
        _ => None,
    });
    let paging_drx = reading.ie::<ie::pagingDRX, _>(read_drx);
    let items = reading.list::<ie::TAIList>();
    let tais = reading
        .items::<ie::TAIItem, _>(items, |item| {
            identity::read_tai(decode_open_type::<asn1::TAIItem>(item).ok()?.tai)
        })
        .take(16)
        .collect();
    Some(Message::Paging(Paging { ue_identity_index: ue_identity_index?, s_tmsi: s_tmsi?, paging_drx, tais }))
}

pub(super) fn write(message: &Paging) -> Result<Vec<u8>, Error> {
    let index = asn1::UEIdentityIndexValue(identity::bits(message.ue_identity_index.into(), 10)?);
    let id = asn1::UEPagingID::s_TMSI(identity::write_s_tmsi(message.s_tmsi));
    let item = |tai| build_s1ap_ie!(IGNORE TAIItem(asn1::TAIItem::new(identity::write_tai(tai), None)));
    let tais = message.tais.iter().copied().map(item).collect::<Result<Vec<_>, _>>()?;
    let mut ies =
        vec![build_s1ap_ie!(Paging, UEIdentityIndexValue(index))?, build_s1ap_ie!(Paging, UEPagingID(id))?];
    if let Some(drx) = message.paging_drx {
        ies.push(build_s1ap_ie!(Paging, pagingDRX(write_drx(drx)))?);
    }
    ies.push(build_s1ap_ie!(Paging, CNDomain(asn1::CNDomain::ps))?);
    ies.push(build_s1ap_ie!(Paging, TAIList(asn1::TAIList(tais)))?);
    write_pdu(asn1::Paging::new, ies)
}

pub(super) fn read_drx(drx: asn1::PagingDRX) -> Option<PagingDrx> {
    Some(match drx {
        asn1::PagingDRX::v32 => PagingDrx::V32,
        asn1::PagingDRX::v64 => PagingDrx::V64,
        asn1::PagingDRX::v128 => PagingDrx::V128,
        asn1::PagingDRX::v256 => PagingDrx::V256,
        _ => return None,
    })
}

pub(super) fn write_drx(drx: PagingDrx) -> asn1::PagingDRX {
    match drx {
        PagingDrx::V32 => asn1::PagingDRX::v32,
        PagingDrx::V64 => asn1::PagingDRX::v64,
        PagingDrx::V128 => asn1::PagingDRX::v128,
        PagingDrx::V256 => asn1::PagingDRX::v256,
    }
}
