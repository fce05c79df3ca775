use pumice_model::secret::Key256;
use pumice_wire::nas::{Outer, open};

use super::*;

const LAST: u32 = 0x00ff_ffff;

/// A context of this life, not a restored one, whose COUNTs have come so far.
fn at(downlink: u32, uplink: u32) -> SecurityContext {
    let record = SecurityRecord {
        ksi: 1,
        k_asme: Key256::new([7; 32]),
        eea: 2,
        eia: 2,
        downlink_ceiling: downlink,
        uplink_floor: uplink,
    };
    SecurityContext { restored: false, ..SecurityContext::restored(&record) }
}

/// A message from the phone of a context with this COUNT.
fn from_phone(context: &SecurityContext, count: u32) -> Vec<u8> {
    let count = NasCount::new(count).expect("24 bits");
    let covered = [count.sequence_number(), 7, 0x46];
    let (key, algorithm) = context.integrity.as_ref().expect("an integrity key");
    let mac = nas_mac(key, count, Direction::Uplink, &covered, *algorithm);
    protect(SecurityHeader::IntegrityProtected, mac, &covered)
}

fn is_accepted(context: &mut SecurityContext, count: u32) -> bool {
    let octets = from_phone(context, count);
    let Ok(Outer::Protected { header, mac, sequence, covered }) = open(&octets) else {
        panic!("it is protected")
    };
    context.open(header, mac, sequence, covered).is_some()
}

#[test]
fn a_context_is_renewed_before_its_counts_end() {
    let early = LAST - RENEWED_BEFORE_LAST;
    assert!(!at(early, 0).must_renew());
    assert!(at(early + 1, 0).must_renew());
    assert!(!at(0, early).must_renew());
    assert!(at(0, early + 1).must_renew());
}

#[test]
fn downlink_counts_end_and_do_not_begin_anew() {
    let mut context = at(LAST - 1, 0);
    for sequence in [0xfe, 0xff] {
        let (octets, _) =
            context.protect(SecurityHeader::IntegrityProtected, &[7, 0x46], Ticket(0)).expect("a COUNT");
        assert_eq!(octets[5], sequence);
    }
    assert_eq!(context.protect(SecurityHeader::IntegrityProtected, &[7, 0x46], Ticket(0)), None);
    assert_eq!(context.protect(SecurityHeader::IntegrityProtected, &[7, 0x46], Ticket(0)), None);
}

#[test]
fn a_context_that_cannot_answer_verifies_nothing() {
    assert!(is_accepted(&mut at(LAST, 5), 5));
    assert!(!is_accepted(&mut at(LAST + 1, 5), 5));
}

#[test]
fn uplink_counts_end_and_do_not_begin_anew() {
    let mut context = at(0, LAST - 1);
    assert!(is_accepted(&mut context, LAST - 1));
    assert!(is_accepted(&mut context, LAST));
    for count in [LAST, 0, 1, 255] {
        assert!(!is_accepted(&mut context, count), "{count}");
    }
}

#[test]
fn a_count_is_accepted_once_and_never_after_a_later_one() {
    let mut context = at(0, 0);
    assert!(is_accepted(&mut context, 3));
    assert!(!is_accepted(&mut context, 3));
    assert!(!is_accepted(&mut context, 2));
    assert!(is_accepted(&mut context, 4));
    assert!(is_accepted(&mut context, 259), "the sequence number has come round");
    assert!(!is_accepted(&mut context, 516), "it has come round twice: nobody can tell");
}
