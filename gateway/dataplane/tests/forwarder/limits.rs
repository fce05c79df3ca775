use pumice_dataplane::PhoneToPhone;
use pumice_model::identity::Teid;
use pumice_model::limits::Limits;
use pumice_model::rules::*;

use crate::village::*;

fn program(village: &mut Village, command: UserPlaneCommand) -> Result<(), UserPlaneFull> {
    village.forwarder.program(&command)
}

fn establish(village: &mut Village, session: Session) -> Result<(), UserPlaneFull> {
    program(village, UserPlaneCommand::Establish(Box::new(session)))
}

fn with_bearers(bearers: u32) -> Village {
    Village::with(Limits { bearers, ..Limits::default() }, PhoneToPhone::Direct)
}

#[test]
fn sessions_to_the_last_slot() {
    let limits = Limits::default();
    let mut village = Village::with(limits, PhoneToPhone::Direct);
    let last = u16::try_from(limits.bearers).unwrap();
    for n in 1..=last {
        assert_eq!(establish(&mut village, session(n, to_cell(CELL, n))), Ok(()), "{n}");
    }
    let mut without_keys = bare_session(last + 1);
    without_keys.pdrs.clear();
    assert_eq!(establish(&mut village, session(last + 1, Action::Drop)), Err(UserPlaneFull));
    assert_eq!(establish(&mut village, without_keys), Err(UserPlaneFull));
    assert_eq!(village.forwarder.counters().sessions, usize::from(last));
    for n in [1, last / 2, last] {
        let packet = ipv4(WEB, phone(n), b"page");
        assert_eq!(village.core(&packet), [down(CELL, n, &packet)], "bystander {n}");
    }
    assert_eq!(
        establish(&mut village, session(5, to_cell(OTHER_CELL, 5))),
        Ok(()),
        "replacing needs no room"
    );
    village.remove(7);
    assert_eq!(establish(&mut village, session(last + 1, to_cell(CELL, last + 1))), Ok(()));
    let packet = ipv4(WEB, phone(last + 1), b"page");
    assert_eq!(village.core(&packet), [down(CELL, last + 1, &packet)]);
}

#[test]
fn tunnels_to_the_last_slot_and_a_refusal_leaves_no_trace() {
    let mut village = with_bearers(3);
    let bearer = |n: u16| {
        let pdi = Pdi { source: Interface::Access, local_teid: Some(teid(n)), ue_address: phone(1) };
        Pdr { far: UPLINK, ..pdr(RuleId(n), pdi) }
    };
    let mut three = session(1, to_cell(CELL, 1));
    three.pdrs.extend([bearer(11), bearer(12)]);
    assert_eq!(establish(&mut village, three.clone()), Ok(()));
    assert_eq!(establish(&mut village, session(2, to_cell(CELL, 2))), Err(UserPlaneFull));
    assert_eq!(village.forwarder.usage(SessionId(2)), None);
    assert_eq!(village.core(&ipv4(WEB, phone(2), b"x")), [Out::Dropped(pumice_dataplane::Cause::NoSession)]);
    let mut four = three.clone();
    four.pdrs.push(bearer(13)).unwrap();
    assert_eq!(establish(&mut village, four), Err(UserPlaneFull));
    let packet = ipv4(phone(1), WEB, b"x");
    assert_eq!(village.uplink(12, &packet), [Out::Core(packet)], "the former rules stand");
    three.pdrs.pop();
    assert_eq!(establish(&mut village, three), Ok(()));
    assert_eq!(establish(&mut village, session(2, to_cell(CELL, 2))), Ok(()));
}

#[test]
fn cells_tunnel_ends_to_the_last_slot() {
    let mut village = with_bearers(2);
    let mut two = session(1, to_cell(CELL, 1));
    two.fars.push(Far { id: RuleId(50), action: to_cell(CELL, 50) }).unwrap();
    assert_eq!(establish(&mut village, two), Ok(()));
    assert_eq!(establish(&mut village, session(2, Action::BufferAndNotify { packets: 1 })), Ok(()));
    let far = Far { id: DOWNLINK, action: to_cell(CELL, 2) };
    let modify = UserPlaneCommand::Modify { session: SessionId(2), far };
    assert_eq!(program(&mut village, modify.clone()), Err(UserPlaneFull));
    let event = UserPlaneEvent::DownlinkData { session: SessionId(2) };
    assert_eq!(village.core(&ipv4(WEB, phone(2), b"x")), [Out::Event(event)], "the former action stands");
    let free = Far { id: RuleId(50), action: Action::Drop };
    assert_eq!(program(&mut village, UserPlaneCommand::Modify { session: SessionId(1), far: free }), Ok(()));
    assert_eq!(program(&mut village, modify), Ok(()));
}

#[test]
fn peers_to_the_last_slot() {
    let mut village = Village::with(Limits { cells: 2, ..Limits::default() }, PhoneToPhone::Direct);
    let address = |n: u8| std::net::IpAddr::from([10, 91, 0, n]);
    // Two of the eight are the village's own cells.
    for n in 0..6 {
        assert_eq!(program(&mut village, UserPlaneCommand::AdmitPeer(address(n))), Ok(()));
    }
    assert_eq!(program(&mut village, UserPlaneCommand::AdmitPeer(address(6))), Err(UserPlaneFull));
    assert_eq!(program(&mut village, UserPlaneCommand::AdmitPeer(address(0))), Ok(()), "known already");
    assert_eq!(program(&mut village, UserPlaneCommand::RetirePeer(address(5))), Ok(()));
    assert_eq!(program(&mut village, UserPlaneCommand::AdmitPeer(address(6))), Ok(()));
    assert_eq!(village.forwarder.counters().peers, 8);
}

#[test]
fn event_that_finds_no_place_is_asked_for_again() {
    let mut village = with_bearers(2);
    let idle = Action::BufferAndNotify { packets: 4 };
    for n in [1, 2] {
        establish(&mut village, session(n, idle)).unwrap();
    }
    let core = |village: &mut Village, n| {
        let mut frame = vec![0; 8];
        frame.extend(ipv4(WEB, phone(n), b"x"));
        assert_eq!(village.forwarder.from_core(village.now, &mut frame), None);
    };
    core(&mut village, 1);
    core(&mut village, 2);
    // Nobody has fetched the two events; a third finds no place.
    establish(&mut village, session(2, idle)).unwrap();
    core(&mut village, 2);
    let told = |n| Some(UserPlaneEvent::DownlinkData { session: SessionId(n) });
    assert_eq!([(); 3].map(|()| village.forwarder.poll_event()), [told(1), told(2), None]);
    core(&mut village, 2);
    assert_eq!([(); 2].map(|()| village.forwarder.poll_event()), [told(2), None]);
}

#[test]
fn packets_that_wait_are_bounded_when_every_phone_is_idle() {
    let limits = Limits::default();
    let mut village = Village::with(limits, PhoneToPhone::Direct);
    for n in 1..=200 {
        establish(&mut village, session(n, Action::BufferAndNotify { packets: u16::MAX })).unwrap();
    }
    for round in 0..40 {
        for n in 1..=200 {
            village.core(&ipv4(WEB, phone(n), &vec![round; usize::from(round) * 30]));
            let counters = village.forwarder.counters();
            assert!(counters.kept_octets <= usize::try_from(limits.buffered_octets).unwrap());
            assert!(counters.kept_packets <= 200 * usize::try_from(limits.buffered_packets).unwrap());
        }
    }
    for n in 1..=200 {
        village.remove(n);
    }
    let counters = village.forwarder.counters();
    assert_eq!((counters.kept_octets, counters.kept_packets, counters.sessions), (0, 0, 0));
}

#[test]
fn sessions_that_come_and_go_leave_nothing() {
    let mut village = with_bearers(4);
    for round in 0..5_000_u32 {
        let n = u16::try_from(round % 600).unwrap() + 1;
        let mut session = session(n, to_cell(CELL, n));
        session.id = SessionId(u64::from(round));
        session.pdrs[0].pdi.local_teid = Some(Teid(round + 1));
        establish(&mut village, session).unwrap();
        if round >= 4 {
            program(&mut village, UserPlaneCommand::Remove(SessionId(u64::from(round - 4 + 1)))).unwrap();
        }
        if round == 3 {
            program(&mut village, UserPlaneCommand::Remove(SessionId(0))).unwrap();
        }
    }
    assert_eq!(village.forwarder.counters().sessions, 3);
}
