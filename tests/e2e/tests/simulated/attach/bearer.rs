//! The default bearer of an attach: APN, address, and what the phone is told beside them (TS 24.301 6.5.1).

use core::net::Ipv4Addr;

use pumice_model::identity::Apn;
use pumice_model::subscriber::ApnProfile;
use pumice_ransim::phone::PhoneConfig;
use pumice_wire::nas::{EmmCause, EsmCause, Ipcp, IpcpCode, IpcpOption, PcoUnit, PdnAddress, PdnType};

use crate::support::{FULL_ATTACH, Village, seconds};

fn apn(name: &str) -> Apn {
    Apn::parse(name).expect("an APN")
}

/// What a phone with these wishes is given, in a network that takes any APN or not.
fn attached(
    any_apn: bool,
    wishes: impl FnOnce(&mut PhoneConfig),
) -> Result<pumice_ransim::phone::Bearer, EsmCause> {
    let mut village = Village::with(pumice_e2e::Settings::default().with(|config| config.any_apn = any_apn));
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    sim.subscribe(&card, |subscriber| {
        let first = subscriber.apns[0].clone();
        let second = ApnProfile { apn: apn("office"), priority: 3, ..first };
        subscriber.apns.push(second).expect("room for two");
    });
    let phone = sim.add_stranger(card, *cell, wishes);
    sim.switch_on(phone);
    sim.run_for(seconds(3));
    let given = match sim.rejection(phone, 0) {
        Some(rejection) => {
            assert_eq!(rejection.emm, EmmCause::ESM_FAILURE);
            assert!(sim.view(phone).is_none());
            Err(rejection.esm.expect("an ESM cause"))
        }
        None => {
            sim.assert_served(phone);
            Ok(sim.phone_of(phone).bearers()[0].clone())
        }
    };
    village.finish();
    given
}

#[test]
fn without_an_apn_it_is_the_subscribers_first() {
    assert_eq!(attached(false, |_| {}).expect("a bearer").apn, apn("internet"));
}

#[test]
fn an_apn_of_its_own_is_given() {
    assert_eq!(
        attached(false, |config| config.apn = Some(apn("office"))).expect("a bearer").apn,
        apn("office")
    );
}

#[test]
fn an_unknown_apn_is_refused_where_it_is_not_served() {
    let refused = attached(false, |config| config.apn = Some(apn("elsewhere")));
    assert_eq!(refused, Err(EsmCause::MISSING_OR_UNKNOWN_APN));
}

#[test]
fn an_unknown_apn_is_served_by_the_first_where_any_is() {
    let bearer = attached(true, |config| config.apn = Some(apn("elsewhere"))).expect("a bearer");
    assert_eq!((bearer.apn, bearer.qci), (apn("elsewhere"), 9));
}

#[test]
fn both_families_are_answered_by_the_one_that_there_is() {
    let bearer = attached(true, |config| config.pdn_type = PdnType::Ipv4v6).expect("a bearer");
    assert!(matches!(bearer.address, PdnAddress::Ipv4(_)));
    assert_eq!(bearer.cause, Some(EsmCause::PDN_TYPE_IPV4_ONLY));
}

#[test]
fn ipv4_has_no_cause() {
    assert_eq!(attached(true, |_| {}).expect("a bearer").cause, None);
}

#[test]
fn ipv6_alone_is_refused() {
    assert_eq!(attached(true, |config| config.pdn_type = PdnType::Ipv6), Err(EsmCause::PDN_TYPE_IPV4_ONLY));
}

#[test]
fn types_without_ip_are_refused() {
    assert_eq!(attached(true, |config| config.pdn_type = PdnType::NonIp), Err(EsmCause::UNKNOWN_PDN_TYPE));
}

#[test]
fn dns_and_mtu_are_told_to_who_asks() {
    let pco = attached(true, |_| {}).expect("a bearer").pco.expect("options");
    let unit = |id| pco.units.iter().find(|unit| unit.id == id).map(|unit| unit.contents.clone());
    assert_eq!(unit(PcoUnit::DNS_IPV4).as_deref(), Some(&[198, 51, 100, 53][..]));
    assert_eq!(unit(PcoUnit::IPV4_LINK_MTU).as_deref(), Some(&1_400_u16.to_be_bytes()[..]));
    assert_eq!(pco.units.len(), 2);
}

#[test]
fn who_asks_nothing_is_told_nothing() {
    assert_eq!(attached(true, |config| config.pco = None).expect("a bearer").pco, None);
}

#[test]
fn ipcp_is_answered_with_the_servers() {
    let zero = Ipv4Addr::UNSPECIFIED;
    let options = heapless::Vec::from_iter([IpcpOption::PrimaryDns(zero)]);
    let ask = Ipcp { code: IpcpCode::ConfigureRequest, identifier: 7, options };
    let bearer = attached(true, |config| {
        let unit = PcoUnit { id: PcoUnit::IPCP, contents: ask.encode() };
        config.pco = Some(pumice_wire::nas::Pco { units: [unit].into_iter().collect() });
    });
    let pco = bearer.expect("a bearer").pco.expect("options");
    let answer = Ipcp::decode(&pco.units[0].contents).expect("IPCP");
    assert_eq!((answer.code, answer.identifier), (IpcpCode::ConfigureNak, 7));
    assert_eq!(answer.options[..], [IpcpOption::PrimaryDns(Ipv4Addr::new(198, 51, 100, 53))]);
}

#[test]
fn a_secretive_phone_is_asked_under_protection() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone_with(1, *cell, |config| *config = config.clone().secretive(apn("office")));
    sim.attach(phone);
    let ladder = sim.ladder(phone);
    assert_eq!(ladder[..5], FULL_ATTACH[..5]);
    assert_eq!(ladder[5..7], ["< ESM information request", "> ESM information response"]);
    assert_eq!(ladder[7..], FULL_ATTACH[5..]);
    assert_eq!(sim.phone_of(phone).bearers()[0].apn, apn("office"));
    assert!(sim.phone_of(phone).bearers()[0].pco.is_some(), "what it asked in secret is answered");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_secretive_phone_whose_context_is_known_is_asked_as_well() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone_with(1, *cell, |config| *config = config.clone().secretive(apn("office")));
    sim.attach(phone);
    sim.order(phone, pumice_ransim::phone::Command::Detach);
    sim.settle();
    let mark = sim.trace().mark();
    sim.order(phone, pumice_ransim::phone::Command::Attach);
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..3], ["> Attach request", "< ESM information request", "> ESM information response"]);
    sim.assert_served(phone);
    village.finish();
}
