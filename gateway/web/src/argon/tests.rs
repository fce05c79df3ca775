use argon2::{Algorithm, Argon2, Params, Version};

use super::{MOST_KIB, Memory, NoMemory};

fn argon2(memory_kib: u32) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(memory_kib, 1, 1, None).unwrap())
}

#[test]
fn memory_that_was_used_before_makes_no_difference() {
    let mut memory = Memory::default();
    for kib in [256, 64, 128] {
        let (mut ours, mut theirs) = ([0; 32], [0; 32]);
        memory.derive(&argon2(kib), b"secret", b"salt of 16 octet", &mut ours).unwrap();
        argon2(kib).hash_password_into(b"secret", b"salt of 16 octet", &mut theirs).unwrap();
        assert_eq!(ours, theirs, "{kib}");
    }
}

#[test]
fn there_is_one_piece_until_it_is_given_back() {
    let mut memory = Memory::default();
    let mut out = [0; 32];
    let mut places = std::collections::BTreeSet::new();
    for kib in [64, 1_024, 64, 4_096] {
        memory.derive(&argon2(kib), b"secret", b"salt of 16 octet", &mut out).unwrap();
        places.insert(memory.0.as_ptr());
    }
    assert_eq!((places.len(), memory.0.capacity()), (1, MOST_KIB as usize));
    assert!(!memory.is_free());
    memory.free();
    assert!(memory.is_free());
    memory.derive(&argon2(64), b"secret", b"salt of 16 octet", &mut out).unwrap();
}

#[test]
fn more_than_there_is_is_not_given() {
    let mut memory = Memory::default();
    let refused = memory.derive(&argon2(MOST_KIB + 4), b"secret", b"salt of 16 octet", &mut [0; 32]);
    assert_eq!(refused, Err(NoMemory));
    assert!(memory.is_free());
}
