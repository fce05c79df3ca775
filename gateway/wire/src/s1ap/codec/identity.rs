//! Networks, cells and temporary identities.

use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Bits, Error};
use pumice_model::identity::{
    CellIdentity, Ecgi, EnbId, GlobalEnbId, Gummei, MTmsi, MmeCode, MmeGroupId, Plmn, STmsi, Tac, Tai,
};

pub(super) fn read_plmn(plmn: asn1::PLMNidentity) -> Option<Plmn> {
    Plmn::from_octets(plmn.0.0)
}

pub(super) fn write_plmn(plmn: Plmn) -> asn1::PLMNidentity {
    asn1::PLMNidentity(asn1::TBCDSTRING(plmn.octets()))
}

pub(super) fn read_tac(tac: asn1::TAC) -> Tac {
    Tac(u16::from_be_bytes(tac.0))
}

pub(super) fn write_tac(tac: Tac) -> asn1::TAC {
    asn1::TAC(tac.0.to_be_bytes())
}

pub(super) fn read_tai(tai: asn1::TAI) -> Option<Tai> {
    Some(Tai { plmn: read_plmn(tai.plmn_identity)?, tac: read_tac(tai.tac) })
}

pub(super) fn write_tai(tai: Tai) -> asn1::TAI {
    asn1::TAI::new(write_plmn(tai.plmn), write_tac(tai.tac), None)
}

pub(super) fn read_ecgi(ecgi: asn1::EUTRANCGI) -> Option<Ecgi> {
    let cell = CellIdentity(number(ecgi.cell_id.0)?);
    Some(Ecgi { plmn: read_plmn(ecgi.plmn_identity)?, cell })
}

pub(super) fn write_ecgi(ecgi: Ecgi) -> Result<asn1::EUTRANCGI, Error> {
    let cell = asn1::CellIdentity(bits(ecgi.cell.0, 28)?);
    Ok(asn1::EUTRANCGI::new(write_plmn(ecgi.plmn), cell, None))
}

pub(super) fn read_global_enb_id(id: asn1::GlobalENBID) -> Option<GlobalEnbId> {
    let enb = match id.enb_id {
        asn1::ENBID::macroENB_ID(id) => EnbId::Macro(number(id)?),
        asn1::ENBID::homeENB_ID(id) => EnbId::Home(number(id)?),
        asn1::ENBID::short_macroENB_ID(id) => EnbId::ShortMacro(number(id)?),
        asn1::ENBID::long_macroENB_ID(id) => EnbId::LongMacro(number(id)?),
        _ => return None,
    };
    Some(GlobalEnbId { plmn: read_plmn(id.plmn_identity)?, id: enb })
}

pub(super) fn write_global_enb_id(id: GlobalEnbId) -> Result<asn1::GlobalENBID, Error> {
    let enb = match id.id {
        EnbId::Macro(id) => asn1::ENBID::macroENB_ID(bits(id, 20)?),
        EnbId::Home(id) => asn1::ENBID::homeENB_ID(bits(id, 28)?),
        EnbId::ShortMacro(id) => asn1::ENBID::short_macroENB_ID(bits(id, 18)?),
        EnbId::LongMacro(id) => asn1::ENBID::long_macroENB_ID(bits(id, 21)?),
    };
    Ok(asn1::GlobalENBID::new(write_plmn(id.plmn), enb, None))
}

pub(super) fn read_gummei(gummei: asn1::GUMMEI) -> Option<Gummei> {
    Some(Gummei {
        plmn: read_plmn(gummei.plmn_identity)?,
        group: MmeGroupId(u16::from_be_bytes(gummei.mme_group_id.0)),
        code: read_mme_code(gummei.mme_code),
    })
}

pub(super) fn write_gummei(gummei: Gummei) -> asn1::GUMMEI {
    let group = asn1::MMEGroupID(gummei.group.0.to_be_bytes());
    asn1::GUMMEI::new(write_plmn(gummei.plmn), group, write_mme_code(gummei.code), None)
}

pub(super) fn read_s_tmsi(s_tmsi: asn1::STMSI) -> STmsi {
    let m_tmsi = MTmsi(u32::from_be_bytes(s_tmsi.m_tmsi.0));
    STmsi { code: read_mme_code(s_tmsi.mmec), m_tmsi }
}

pub(super) fn write_s_tmsi(s_tmsi: STmsi) -> asn1::STMSI {
    let m_tmsi = asn1::MTMSI(s_tmsi.m_tmsi.0.to_be_bytes());
    asn1::STMSI::new(write_mme_code(s_tmsi.code), m_tmsi, None)
}

pub(super) fn read_mme_code(code: asn1::MMECode) -> MmeCode {
    let [code] = code.0;
    MmeCode(code)
}

pub(super) fn write_mme_code(code: MmeCode) -> asn1::MMECode {
    asn1::MMECode([code.0])
}

/// The low bits of a number.
pub(super) fn bits(number: u32, length: u8) -> Result<Bits, Error> {
    let mask = (1_u64 << length) - 1;
    Bits::new(u64::from(number) & mask, usize::from(length))
}

pub(super) fn number(bits: Bits) -> Option<u32> {
    u32::try_from(bits.value()).ok()
}
