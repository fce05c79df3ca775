//! The ciphering and integrity algorithms of NAS (TS 33.401 annex B). NAS uses them with bearer 0 and whole octets; the
//! bearer and lengths in bits are there for the test sets of the standard.

use super::aes_modes;
use super::snow3g::{Snow3g, multiply_64};
use super::zuc::Zuc;

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the phone: 0.
    Uplink,
    /// To the phone: 1.
    Downlink,
}

impl Direction {
    /// The DIRECTION bit.
    pub const fn bit(self) -> u8 {
        match self {
            Self::Uplink => 0,
            Self::Downlink => 1,
        }
    }
}

/// Ciphers or deciphers a NAS message with EEA0 to EEA3. Unknown algorithms leave it as it is, like EEA0.
pub fn cipher(eea: u8, key: &[u8; 16], count: u32, direction: Direction, data: &mut [u8]) {
    match eea {
        1 => eea1(key, count, 0, direction, data),
        2 => eea2(key, count, 0, direction, data),
        3 => eea3(key, count, 0, direction, data),
        _ => {}
    }
}

/// The message authentication code of a NAS message with EIA0 to EIA3; zero for EIA0 and unknown algorithms.
pub fn mac(eia: u8, key: &[u8; 16], count: u32, direction: Direction, message: &[u8]) -> u32 {
    let bits = message.len() * 8;
    match eia {
        1 => eia1(key, count, 0, direction, message, bits),
        2 => eia2(key, count, 0, direction, message, bits),
        3 => eia3(key, count, 0, direction, message, bits),
        _ => 0,
    }
}

pub(crate) fn eea1(key: &[u8; 16], count: u32, bearer: u8, direction: Direction, data: &mut [u8]) {
    let second = u32::from(bearer) << 27 | u32::from(direction.bit()) << 26;
    let mut snow = Snow3g::new(key_words(key), [second, count, second, count]);
    apply(data, || snow.next());
}

pub(crate) fn eea2(key: &[u8; 16], count: u32, bearer: u8, direction: Direction, data: &mut [u8]) {
    aes_modes::ctr(key, u128::from(count_bearer_direction(count, bearer, direction)) << 64, data);
}

pub(crate) fn eea3(key: &[u8; 16], count: u32, bearer: u8, direction: Direction, data: &mut [u8]) {
    let half = u128::from(count_bearer_direction(count, bearer, direction));
    let mut zuc = Zuc::new(key, &(half << 64 | half).to_be_bytes());
    apply(data, || zuc.next());
}

pub(crate) fn eia1(
    key: &[u8; 16],
    count: u32,
    bearer: u8,
    direction: Direction,
    message: &[u8],
    bits: usize,
) -> u32 {
    let fresh = u32::from(bearer) << 27;
    let way = u32::from(direction.bit());
    let mut snow = Snow3g::new(key_words(key), [fresh ^ way << 15, count ^ way << 31, fresh, count]);
    let mut pair = || u64::from(snow.next()) << 32 | u64::from(snow.next());
    let (p, q) = (pair(), pair());
    let mut eval = 0;
    for chunk in masked(message, bits).chunks(8) {
        let block = chunk.iter().fold(0, |block, octet| block << 8 | u64::from(*octet));
        let block = if chunk.len() < 8 { block << ((8 - chunk.len()) * 8) } else { block };
        eval = multiply_64(eval ^ block, p);
    }
    eval = multiply_64(eval ^ bits as u64, q);
    high_word(eval) ^ snow.next()
}

pub(crate) fn eia2(
    key: &[u8; 16],
    count: u32,
    bearer: u8,
    direction: Direction,
    message: &[u8],
    bits: usize,
) -> u32 {
    let mut text = count_bearer_direction(count, bearer, direction).to_be_bytes().to_vec();
    text.extend_from_slice(message);
    let [a, b, c, d, ..] = aes_modes::cmac(key, &text, bits + 64).to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

pub(crate) fn eia3(
    key: &[u8; 16],
    count: u32,
    bearer: u8,
    direction: Direction,
    message: &[u8],
    bits: usize,
) -> u32 {
    let half = u128::from(count_bearer_direction(count, bearer, Direction::Uplink));
    let way = u128::from(direction.bit());
    // The direction goes into the first bits of IV[8] and IV[14].
    let iv = half << 64 | half ^ way << 63 ^ way << 15;
    let mut zuc = Zuc::new(key, &iv.to_be_bytes());
    // Two words: the bits from `at` on are its upper half, shifted.
    let mut window = u64::from(zuc.next()) << 32 | u64::from(zuc.next());
    let mut tag = 0;
    for at in 0..bits {
        let octet = message.get(at / 8).copied().unwrap_or(0);
        if octet << (at % 8) & 0x80 != 0 {
            tag ^= high_word(window << (at % 32));
        }
        if at % 32 == 31 {
            window = window << 32 | u64::from(zuc.next());
        }
    }
    tag ^= high_word(window << (bits % 32));
    // The last word of keystream: word ceil(bits / 32) + 1.
    tag ^ if bits.is_multiple_of(32) { low_word(window) } else { zuc.next() }
}

/// COUNT, BEARER, DIRECTION and 26 zeros.
fn count_bearer_direction(count: u32, bearer: u8, direction: Direction) -> u64 {
    u64::from(count) << 32 | u64::from(bearer) << 27 | u64::from(direction.bit()) << 26
}

/// k0 to k3: k3 is the first word of the key.
fn key_words(key: &[u8; 16]) -> [u32; 4] {
    let number = u128::from_be_bytes(*key);
    [0, 32, 64, 96].map(|shift| {
        let [.., a, b, c, d] = (number >> shift).to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    })
}

fn apply(data: &mut [u8], mut next: impl FnMut() -> u32) {
    for chunk in data.chunks_mut(4) {
        chunk.iter_mut().zip(next().to_be_bytes()).for_each(|(octet, key)| *octet ^= key);
    }
}

/// The message's octets with what is behind `bits` cleared.
fn masked(message: &[u8], bits: usize) -> Vec<u8> {
    let mut octets: Vec<u8> = message.iter().copied().take(bits.div_ceil(8)).collect();
    if let (Some(last), false) = (octets.last_mut(), bits.is_multiple_of(8)) {
        *last &= 0xff << (8 - bits % 8);
    }
    octets
}

fn high_word(value: u64) -> u32 {
    low_word(value >> 32)
}

fn low_word(value: u64) -> u32 {
    let [.., a, b, c, d] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}
