use core::time::Duration;

use pumice_dataplane::Cause;
use pumice_model::rules::*;

use crate::village::*;

/// Sends packets of 1,000 octets until one is refused, and says how many passed.
fn passed(village: &mut Village, packet: &[u8], uplink: bool) -> usize {
    let mut sent = 0;
    loop {
        let out = if uplink { village.uplink(1, packet) } else { village.core(packet) };
        if out == [Out::Dropped(Cause::Rate)] {
            return sent;
        }
        sent += 1;
    }
}

fn limited(uplink: Option<u64>, downlink: Option<u64>) -> Session {
    let mut session = session(1, to_cell(CELL, 1));
    (session.qers[0].uplink_mbr, session.qers[0].downlink_mbr) = (uplink, downlink);
    session
}

fn upward() -> Vec<u8> {
    ipv4(phone(1), WEB, &[0; 980])
}

#[test]
fn rate_is_kept_to_the_packet() {
    let mut village = Village::new();
    village.establish(limited(Some(800_000), None));
    // A burst of 200 ms, then 100 packets a second.
    assert_eq!(passed(&mut village, &upward(), true), 20);
    for _ in 0..50 {
        village.wait(Duration::from_millis(30));
        assert_eq!(passed(&mut village, &upward(), true), 3);
    }
    village.wait(Duration::from_millis(9));
    assert_eq!(passed(&mut village, &upward(), true), 0);
    village.wait(Duration::from_millis(1));
    assert_eq!(passed(&mut village, &upward(), true), 1);
}

#[test]
fn directions_have_their_own_rates() {
    let mut village = Village::new();
    village.establish(limited(Some(400_000), Some(800_000)));
    assert_eq!(passed(&mut village, &upward(), true), 10);
    assert_eq!(passed(&mut village, &ipv4(WEB, phone(1), &[0; 980]), false), 20);
}

#[test]
fn refused_packets_are_not_used_volume() {
    let mut village = Village::new();
    village.establish(limited(Some(400_000), None));
    passed(&mut village, &upward(), true);
    assert_eq!(village.usage(1).uplink_octets, 10_000);
}

#[test]
fn rate_of_zero_lets_nothing_pass() {
    let mut village = Village::new();
    village.establish(limited(Some(0), None));
    assert_eq!(passed(&mut village, &upward(), true), 0);
    village.wait(Duration::from_secs(3_600));
    assert_eq!(passed(&mut village, &upward(), true), 0);
}

#[test]
fn packet_that_one_rule_refuses_costs_the_other_nothing() {
    let mut village = Village::new();
    let mut session = limited(Some(800_000), None);
    let narrow = Qer { id: RuleId(30), uplink_mbr: Some(400_000), ..session.qers[0] };
    session.qers.push(narrow).unwrap();
    session.pdrs[0].qers.push(RuleId(30)).unwrap();
    village.establish(session.clone());
    assert_eq!(passed(&mut village, &upward(), true), 10);
    session.pdrs[0].qers.pop();
    village.establish(session);
    assert_eq!(passed(&mut village, &upward(), true), 10, "what the wide one still had");
}

#[test]
fn replaced_rules_with_the_same_rate_give_no_new_burst() {
    let mut village = Village::new();
    village.establish(limited(Some(800_000), None));
    passed(&mut village, &upward(), true);
    village.establish(limited(Some(800_000), None));
    assert_eq!(passed(&mut village, &upward(), true), 0);
    village.establish(limited(Some(1_600_000), None));
    assert_eq!(passed(&mut village, &upward(), true), 40);
}

#[test]
fn clock_that_stands_or_goes_back_gives_nothing() {
    let mut village = Village::new();
    village.establish(limited(Some(800_000), None));
    passed(&mut village, &upward(), true);
    village.now = village.now - Duration::from_millis(500);
    assert_eq!(passed(&mut village, &upward(), true), 0);
    village.now = village.now + Duration::from_millis(500);
    assert_eq!(passed(&mut village, &upward(), true), 0);
}
