use pumice_model::identity::{Apn, Imsi};
use pumice_model::secret::Key128;
use pumice_model::subscriber::{Ambr, ApnProfile, OperatorKey, Qci, SimKeys, Subscriber, SubscriberState};
use pumice_wire::nas::{ApnChoice, EsmCause, PdnType, RequestType};

use super::{PdnRequest, select};

fn apn(name: &str, qci: u8) -> ApnProfile {
    let ambr = Ambr { uplink: 1_000, downlink: 2_000 };
    ApnProfile { apn: Apn::parse(name).unwrap(), ambr, qci: Qci::try_from(qci).unwrap(), priority: 8 }
}

fn subscriber() -> Subscriber {
    let key = Key128::new([0; 16]);
    Subscriber {
        imsi: Imsi::parse("001010000000001").unwrap(),
        name: heapless::String::new(),
        state: SubscriberState::Active,
        keys: SimKeys { k: key.clone(), op: OperatorKey::Opc(key), amf: [0x80, 0] },
        seq_offset: 0,
        apns: [apn("internet", 9), apn("school", 7)].into_iter().collect(),
        ambr: Ambr { uplink: 1, downlink: 1 },
        ims_voice: false,
    }
}

fn asking(name: Option<&str>, pdn_type: PdnType) -> PdnRequest {
    let apn = name.map(|name| Apn::parse(name).map_or(ApnChoice::Illegal, ApnChoice::Named));
    let request_type = RequestType::Initial;
    PdnRequest { pti: 1, request_type, pdn_type, apn, pco: None, esm_information_transfer: false }
}

fn chosen(name: Option<&str>, any_apn: bool) -> Result<(String, u8), EsmCause> {
    let selected = select(&subscriber(), &asking(name, PdnType::Ipv4), any_apn)?;
    Ok((selected.apn.to_string(), selected.profile.qci.get()))
}

#[test]
fn without_a_name_it_is_the_default() {
    assert_eq!(chosen(None, false), Ok(("internet".into(), 9)));
}

#[test]
fn a_name_of_the_subscribers_has_its_own_profile_in_any_spelling() {
    assert_eq!(chosen(Some("School"), false), Ok(("school".into(), 7)));
    let whole = "school.mnc001.mcc001.gprs";
    assert_eq!(chosen(Some(whole), false), Ok((whole.into(), 7)));
}

#[test]
fn another_name_is_served_by_the_default_profile_only_where_any_is() {
    assert_eq!(chosen(Some("web.operator"), true), Ok(("web.operator".into(), 9)));
    assert_eq!(chosen(Some("web.operator"), false), Err(EsmCause::MISSING_OR_UNKNOWN_APN));
    assert_eq!(chosen(Some("no such.name!"), true), Err(EsmCause::MISSING_OR_UNKNOWN_APN));
}

#[test]
fn the_address_is_ipv4_whatever_else_is_wanted_too() {
    let select =
        |pdn_type| select(&subscriber(), &asking(None, pdn_type), true).map(|selected| selected.cause);
    assert_eq!(select(PdnType::Ipv4), Ok(None));
    assert_eq!(select(PdnType::Ipv4v6), Ok(Some(EsmCause::PDN_TYPE_IPV4_ONLY)));
    assert_eq!(select(PdnType::Ipv6), Err(EsmCause::PDN_TYPE_IPV4_ONLY));
    assert_eq!(select(PdnType::NonIp), Err(EsmCause::UNKNOWN_PDN_TYPE));
}

#[test]
fn emergency_calls_are_not_promised() {
    let request = PdnRequest { request_type: RequestType::Emergency, ..asking(None, PdnType::Ipv4) };
    assert_eq!(select(&subscriber(), &request, true).unwrap_err(), EsmCause::REQUEST_REJECTED);
}
