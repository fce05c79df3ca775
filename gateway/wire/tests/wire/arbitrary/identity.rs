use proptest::option;
use proptest::prelude::*;
use pumice_model::identity::{
    Apn, CellIdentity, Ebi, Ecgi, EnbId, EnbUeS1apId, GlobalEnbId, Gummei, Guti, Imeisv, Imsi, MTmsi,
    MmeCode, MmeGroupId, MmeUeS1apId, Plmn, STmsi, Tac, Tai,
};

pub(super) fn any_plmn() -> impl Strategy<Value = Plmn> {
    "[0-9]{5,6}".prop_map(|digits| Plmn::parse(&digits).unwrap())
}

pub(super) fn any_tai() -> impl Strategy<Value = Tai> {
    (any_plmn(), any::<u16>()).prop_map(|(plmn, tac)| Tai { plmn, tac: Tac(tac) })
}

/// Areas of one network, or of any.
pub(super) fn any_tais() -> impl Strategy<Value = heapless::Vec<Tai, 16>> {
    let tacs = proptest::collection::vec(any::<u16>(), 1..=16);
    let same = (any_plmn(), tacs)
        .prop_map(|(plmn, tacs)| tacs.into_iter().map(|tac| Tai { plmn, tac: Tac(tac) }).collect());
    prop_oneof![same, super::few(any_tai(), 1)]
}

pub(super) fn any_ecgi() -> impl Strategy<Value = Ecgi> {
    (any_plmn(), 0_u32..1 << 28).prop_map(|(plmn, cell)| Ecgi { plmn, cell: CellIdentity(cell) })
}

pub(super) fn any_global_enb_id() -> impl Strategy<Value = GlobalEnbId> {
    let id = prop_oneof![
        (0_u32..1 << 20).prop_map(EnbId::Macro),
        (0_u32..1 << 28).prop_map(EnbId::Home),
        (0_u32..1 << 18).prop_map(EnbId::ShortMacro),
        (0_u32..1 << 21).prop_map(EnbId::LongMacro),
    ];
    (any_plmn(), id).prop_map(|(plmn, id)| GlobalEnbId { plmn, id })
}

pub(super) fn any_gummei() -> impl Strategy<Value = Gummei> {
    (any_plmn(), any::<u16>(), any::<u8>()).prop_map(|(plmn, group, code)| Gummei {
        plmn,
        group: MmeGroupId(group),
        code: MmeCode(code),
    })
}

pub(super) fn any_guti() -> impl Strategy<Value = Guti> {
    (any_gummei(), any::<u32>()).prop_map(|(gummei, m_tmsi)| Guti { gummei, m_tmsi: MTmsi(m_tmsi) })
}

pub(super) fn any_s_tmsi() -> impl Strategy<Value = STmsi> {
    (any::<u8>(), any::<u32>())
        .prop_map(|(code, m_tmsi)| STmsi { code: MmeCode(code), m_tmsi: MTmsi(m_tmsi) })
}

pub(super) fn any_imsi() -> impl Strategy<Value = Imsi> {
    "[0-9]{6,15}".prop_map(|digits| Imsi::parse(&digits).unwrap())
}

pub(super) fn any_imeisv() -> impl Strategy<Value = Imeisv> {
    "[0-9]{16}".prop_map(|digits| Imeisv::parse(&digits).unwrap())
}

pub(super) fn any_apn() -> impl Strategy<Value = Apn> {
    "[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,17}){0,2}".prop_map(|name| Apn::parse(&name).unwrap())
}

pub(super) fn any_mme_ue() -> impl Strategy<Value = MmeUeS1apId> {
    any::<u32>().prop_map(MmeUeS1apId)
}

pub(super) fn any_enb_ue() -> impl Strategy<Value = EnbUeS1apId> {
    (0_u32..1 << 24).prop_map(|id| EnbUeS1apId::new(id).unwrap())
}

pub(super) fn any_ebi() -> impl Strategy<Value = Ebi> {
    (5_u8..=15).prop_map(|id| Ebi::new(id).unwrap())
}

pub(super) fn maybe<S: Strategy>(value: S) -> impl Strategy<Value = Option<S::Value>> {
    option::of(value)
}
