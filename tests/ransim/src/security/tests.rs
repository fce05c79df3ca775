use pumice_wire::nas::{self, SecurityHeader};

use super::{NasSecurity, SecurityFault, Side};

fn pair(eea: u8, eia: u8) -> (NasSecurity, NasSecurity) {
    (
        NasSecurity::new(Side::Phone, 2, [7; 32], eea, eia),
        NasSecurity::new(Side::Network, 2, [7; 32], eea, eia),
    )
}

const CIPHERED: SecurityHeader = SecurityHeader::IntegrityProtectedAndCiphered;

#[test]
fn every_pair_of_algorithms_round_trips_both_ways() {
    let message = [0x07, 0x5d, 1, 2, 3, 4, 5];
    for (eea, eia) in (0..4).flat_map(|eea| (1..4).map(move |eia| (eea, eia))) {
        let (mut phone, mut network) = pair(eea, eia);
        let up = phone.protect(CIPHERED, &message);
        assert_eq!(up[6..] == message, eea == 0, "EEA{eea} must cipher");
        assert_eq!(network.unprotect(&nas::open(&up).unwrap()).unwrap(), message);
        let down = network.protect(CIPHERED, &message);
        assert_ne!(up, down, "the direction must matter");
        assert_eq!(phone.unprotect(&nas::open(&down).unwrap()).unwrap(), message);
    }
}

#[test]
fn a_replay_and_a_flipped_bit_are_told_apart() {
    let (mut phone, mut network) = pair(2, 2);
    let first = network.protect(CIPHERED, &[7, 0x61]);
    let second = network.protect(CIPHERED, &[7, 0x61]);
    phone.unprotect(&nas::open(&second).unwrap()).unwrap();
    let replay = |phone: &mut NasSecurity, octets: &[u8]| phone.unprotect(&nas::open(octets).unwrap());
    assert_eq!(replay(&mut phone, &second), Err(SecurityFault::Replay { count: 1 }));
    assert_eq!(replay(&mut phone, &first), Err(SecurityFault::Replay { count: 0 }));
    let mut flipped = network.protect(CIPHERED, &[7, 0x61]);
    flipped[7] ^= 1;
    assert!(matches!(phone.unprotect(&nas::open(&flipped).unwrap()), Err(SecurityFault::Mac { .. })));
}

#[test]
fn the_count_passes_an_overflow_of_the_sequence_number() {
    let (mut phone, mut network) = pair(1, 3);
    phone.send_count = 0xfe;
    network.receive_count = 0xf0;
    for count in 0xfe..0x104 {
        let message = phone.protect(CIPHERED, &[7, 0x43]);
        assert_eq!(network.open(&nas::open(&message).unwrap()).unwrap().1, count);
        network.unprotect(&nas::open(&message).unwrap()).unwrap();
    }
}

#[test]
fn a_service_request_is_checked_by_its_short_code() {
    let (mut phone, mut network) = pair(2, 1);
    phone.send_count = 0x5f;
    network.receive_count = 0x5a;
    let request = phone.service_request();
    let (_, count) = network.open(&nas::open(&request).unwrap()).unwrap();
    assert_eq!(count, 0x5f);
    let mut wrong = request;
    wrong[3] ^= 1;
    assert_eq!(network.open(&nas::open(&wrong).unwrap()), Err(SecurityFault::Mac { count: 0x5f }));
}
