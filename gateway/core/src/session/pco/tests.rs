use std::net::{IpAddr, Ipv4Addr};

use pumice_wire::nas::{Ipcp, IpcpCode, IpcpOption, Pco, PcoUnit};

use super::answer;

const FIRST: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);
const SECOND: Ipv4Addr = Ipv4Addr::new(1, 1, 1, 1);

fn dns() -> Vec<IpAddr> {
    vec![FIRST.into(), SECOND.into(), "2620:fe::fe".parse().unwrap()]
}

fn asked(units: &[(u16, &[u8])]) -> Pco {
    Pco {
        units: units.iter().map(|(id, contents)| PcoUnit { id: *id, contents: contents.to_vec() }).collect(),
    }
}

fn ipcp(options: &[IpcpOption]) -> Vec<u8> {
    Ipcp { code: IpcpCode::ConfigureRequest, identifier: 7, options: options.iter().cloned().collect() }
        .encode()
}

fn ipcp_answer(options: &[IpcpOption]) -> Ipcp {
    let pco = answer(&asked(&[(PcoUnit::IPCP, &ipcp(options))]), &dns(), 1_400).unwrap();
    Ipcp::decode(&pco.units[0].contents).unwrap()
}

#[test]
fn nothing_is_told_that_was_not_asked() {
    assert_eq!(answer(&asked(&[]), &dns(), 1_400), None);
    assert_eq!(answer(&asked(&[(PcoUnit::ADDRESS_THROUGH_NAS, &[])]), &dns(), 1_400), None);
}

#[test]
fn two_servers_of_each_family_and_the_mtu() {
    let request = asked(&[(PcoUnit::DNS_IPV4, &[]), (PcoUnit::DNS_IPV6, &[]), (PcoUnit::IPV4_LINK_MTU, &[])]);
    let told = answer(&request, &dns(), 1_400).unwrap();
    let ids: Vec<_> = told.units.iter().map(|unit| unit.id).collect();
    assert_eq!(ids, [PcoUnit::DNS_IPV4, PcoUnit::DNS_IPV4, PcoUnit::DNS_IPV6, PcoUnit::IPV4_LINK_MTU]);
    assert_eq!(told.units[1].contents, SECOND.octets());
    assert_eq!(told.units[3].contents, 1_400_u16.to_be_bytes());
}

#[test]
fn a_question_asked_often_is_answered_once() {
    let request = asked(&[(PcoUnit::IPV4_LINK_MTU, &[][..]); 30]);
    assert_eq!(answer(&request, &dns(), 1_400).unwrap().units.len(), 1);
}

#[test]
fn ipcp_names_servers_asked_for_by_zeros() {
    let zero = Ipv4Addr::UNSPECIFIED;
    let told = ipcp_answer(&[IpcpOption::PrimaryDns(zero), IpcpOption::SecondaryDns(zero)]);
    assert_eq!((told.code, told.identifier), (IpcpCode::ConfigureNak, 7));
    assert_eq!(told.options[..], [IpcpOption::PrimaryDns(FIRST), IpcpOption::SecondaryDns(SECOND)]);
}

#[test]
fn ipcp_acknowledges_what_is_right_and_rejects_what_is_unknown() {
    let right = [IpcpOption::PrimaryDns(FIRST), IpcpOption::SecondaryDns(SECOND)];
    assert_eq!(ipcp_answer(&right).code, IpcpCode::ConfigureAck);
    let address = [IpcpOption::Address(Ipv4Addr::UNSPECIFIED)];
    assert_eq!(ipcp_answer(&address).code, IpcpCode::ConfigureReject);
}

#[test]
fn a_broken_packet_has_no_answer() {
    let packet = ipcp(&[IpcpOption::PrimaryDns(FIRST)]);
    for cut in 0..packet.len() {
        assert_eq!(answer(&asked(&[(PcoUnit::IPCP, &packet[..cut])]), &dns(), 1_400), None, "cut at {cut}");
    }
}

#[test]
fn a_password_is_acknowledged() {
    let told = answer(&asked(&[(PcoUnit::PAP, &[1, 9, 0, 6, 0, 0])]), &dns(), 1_400).unwrap();
    assert_eq!(told.units[0].contents, [2, 9, 0, 5, 0]);
}
