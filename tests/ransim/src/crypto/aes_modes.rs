//! AES in counter mode and CMAC (NIST SP 800-38A and 800-38B), as 128-EEA2 and 128-EIA2 use them.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

/// XORs the keystream that starts at `counter` into `data`.
pub(crate) fn ctr(key: &[u8; 16], counter: u128, data: &mut [u8]) {
    let cipher = Aes128::new(&(*key).into());
    let mut counter = counter;
    for chunk in data.chunks_mut(16) {
        let stream = encrypt(&cipher, counter).to_be_bytes();
        chunk.iter_mut().zip(stream).for_each(|(octet, key)| *octet ^= key);
        counter = counter.wrapping_add(1);
    }
}

/// CMAC of the first `bits` bits of `message`.
pub(crate) fn cmac(key: &[u8; 16], message: &[u8], bits: usize) -> u128 {
    let cipher = Aes128::new(&(*key).into());
    let k1 = double(encrypt(&cipher, 0));
    let k2 = double(k1);
    let blocks = bits.div_ceil(128).max(1);
    let mut state = 0;
    for (at, block) in
        message.chunks(16).chain((message.is_empty()).then_some(&[][..])).enumerate().take(blocks)
    {
        let mut value = block.iter().fold(0, |value, octet| value << 8 | u128::from(*octet));
        value <<= (16 - block.len()) * 8 % 128;
        if at + 1 == blocks {
            let used = bits - at * 128;
            value = if used == 128 {
                value ^ k1
            } else {
                let keep = if used == 0 { 0 } else { u128::MAX << (128 - used) };
                (value & keep | 1 << (127 - used)) ^ k2
            };
        }
        state = encrypt(&cipher, state ^ value);
    }
    state
}

fn encrypt(cipher: &Aes128, block: u128) -> u128 {
    let mut block = block.to_be_bytes().into();
    cipher.encrypt_block(&mut block);
    u128::from_be_bytes(block.into())
}

/// Multiplication by x in GF(2^128).
const fn double(value: u128) -> u128 {
    let shifted = value << 1;
    if value >> 127 == 1 { shifted ^ 0x87 } else { shifted }
}
