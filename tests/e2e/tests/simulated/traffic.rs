//! Packets through the tunnels: what users do, and what becomes of tunnels that a cell has lost (TS 23.007 22).

use core::net::IpAddr;

use pumice_dataplane::Cause as DropCause;
use pumice_e2e::{HOST, Sim, echo_request, udp};
use pumice_model::identity::{Fteid, Teid};
use pumice_ransim::enb::{EnbCommand, PhoneId};
use pumice_ransim::phone::Command;
use pumice_ransim::ran::RanInput;
use pumice_wire::gtpu;
use pumice_wire::s1ap::Message;

use crate::support::{Village, seconds};

fn with_stack(village: &mut Village, number: u64) -> PhoneId {
    let phone =
        village.sim.add_phone_with(number, village.cell, |config| *config = config.clone().with_ip_stack());
    village.sim.attach(phone);
    phone
}

fn get(sim: &mut Sim, phone: PhoneId, octets: usize) {
    let path = format!("/{octets}");
    sim.order(phone, Command::HttpGet { address: IpAddr::V4(HOST), port: 80, path });
    sim.run_for(seconds(20));
    let download =
        sim.phone_mut(phone).ip_stack().expect("a stack").downloads().last().expect("it was begun").clone();
    assert!(download.is_complete(), "{download:?}");
    assert_eq!(download.status(), Some(200));
    assert!(download.octets as usize > octets);
}

#[test]
fn phones_fetch_pages_over_tcp() {
    let mut village = Village::new();
    let phones: Vec<_> = (1..=4).map(|number| with_stack(&mut village, number)).collect();
    for phone in &phones {
        get(&mut village.sim, *phone, 50_000);
        let usage = village.sim.view(*phone).expect("it is registered").bearers[0].usage;
        assert!(usage.downlink_octets > 50_000);
    }
    village.finish();
}

#[test]
fn a_phone_that_went_idle_fetches_on() {
    let mut village = Village::new();
    let phone = with_stack(&mut village, 1);
    get(&mut village.sim, phone, 1_000);
    village.sim.make_idle(phone);
    get(&mut village.sim, phone, 20_000);
    assert_eq!(village.sim.phone_of(phone).counters().services, 1);
    village.finish();
}

#[test]
fn phones_talk_to_each_other() {
    let mut village = Village::new();
    let phones = village.sim.add_phones(1..=2, village.cell);
    let Village { sim, .. } = &mut village;
    for phone in &phones {
        sim.attach(*phone);
    }
    let (from, to) =
        (sim.address(phones[0]).expect("an address"), sim.address(phones[1]).expect("an address"));
    sim.make_idle(phones[1]);
    sim.order(phones[0], Command::SendPacket(udp((from, 1), (to, 2), b"are you up?")));
    sim.settle();
    assert_eq!(sim.phone_mut(phones[1]).received_packets().len(), 1, "it was called");
    village.finish();
}

#[test]
fn a_borrowed_address_goes_nowhere() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, bystander, .. } = &mut village;
    sim.attach(phone);
    let victim = sim.address(*bystander).expect("an address");
    sim.order(phone, Command::SendPacket(echo_request(victim, HOST, 9, b"as somebody else")));
    sim.settle();
    let counters = sim.gateway().forwarder().counters();
    assert_eq!(counters.drops(DropCause::SpoofedSource), 1);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_tunnel_that_the_cell_has_lost_is_dropped_and_the_bearer_kept() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, cell, .. } = &mut village;
    sim.attach(phone);
    let address = sim.address(phone).expect("an address");
    let tunnel = sim.messages(phone, 0).find_map(|entry| match entry.s1ap()? {
        Message::InitialContextSetupResponse(response) => {
            Some(Fteid { address: response.erabs[0].transport_address, teid: response.erabs[0].teid })
        }
        _ => None,
    });
    let tunnel = tunnel.expect("a tunnel");
    let to = sim.settings().config.user_plane_address;
    let say = |sim: &mut Sim, teid: Teid| {
        let mut octets = Vec::new();
        gtpu::Message::ErrorIndication { teid, peer: tunnel.address }.emit(&mut octets).expect("it fits");
        sim.tell(RanInput::Enb { enb: *cell, command: EnbCommand::SendDatagram { to, octets } });
        sim.settle();
    };
    // Of a tunnel that nobody has: nothing happens.
    say(sim, Teid(tunnel.teid.0 + 1000));
    assert!(sim.view(phone).is_some_and(|view| view.connected));
    // Packets were sent into it, and the cell says that it does not know it.
    sim.send_from_internet(udp((HOST, 9), (address, 9), b"into the dark"));
    sim.settle();
    let mark = sim.trace().mark();
    say(sim, tunnel.teid);
    assert_eq!(sim.metric("gtpu_error_indication_total"), 1);
    let view = sim.view(phone).expect("it stays registered");
    assert_eq!(view.bearers.len(), 1);
    assert!(!view.connected);
    assert_eq!(sim.count(phone, mark, "< UEContextReleaseCommand"), 1);
    sim.send_from_internet(udp((HOST, 9), (address, 9), b"and again"));
    sim.settle();
    assert_eq!(sim.count(phone, mark, "< Paging"), 1);
    sim.assert_served(phone);
    village.finish();
}
