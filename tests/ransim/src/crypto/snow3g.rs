//! SNOW 3G, the core of UEA2 and UIA2 and so of 128-EEA1 and 128-EIA1 (ETSI/SAGE documents 1 and 2 of TS 35.215, 35.216).
//! The tables come from the algebra of the specification, not from its lists.

const SR: [u8; 256] = rijndael_box();
const SQ: [u8; 256] = dickson_box();
const MUL_ALPHA: [u32; 256] = alpha_table([23, 245, 48, 239]);
const DIV_ALPHA: [u32; 256] = alpha_table([16, 39, 6, 64]);

/// The generator after its initialisation.
pub(crate) struct Snow3g {
    // s0 to s15, as a ring: `first` is the place of s0.
    lfsr: [u32; 16],
    first: usize,
    r1: u32,
    r2: u32,
    r3: u32,
}

impl Snow3g {
    /// `key` and `iv` are k0 to k3 and IV0 to IV3 of the specification.
    pub(crate) fn new(key: [u32; 4], iv: [u32; 4]) -> Self {
        let [k0, k1, k2, k3] = key;
        let [iv0, iv1, iv2, iv3] = iv;
        let lfsr =
            [!k0, !k1, !k2, !k3, k0, k1, k2, k3, !k0, !k1 ^ iv3, !k2 ^ iv2, !k3, k0 ^ iv1, k1, k2, k3 ^ iv0];
        let mut this = Self { lfsr, first: 0, r1: 0, r2: 0, r3: 0 };
        for _ in 0..32 {
            let f = this.clock_fsm();
            this.clock_lfsr(f);
        }
        let _ = this.clock_fsm();
        this.clock_lfsr(0);
        this
    }

    /// The next 32 bits of keystream.
    pub(crate) fn next(&mut self) -> u32 {
        let z = self.clock_fsm() ^ self.s(0);
        self.clock_lfsr(0);
        z
    }

    fn s(&self, at: usize) -> u32 {
        self.lfsr.get((self.first + at) % 16).copied().unwrap_or(0)
    }

    fn clock_fsm(&mut self) -> u32 {
        let f = self.s(15).wrapping_add(self.r1) ^ self.r2;
        let r = self.r2.wrapping_add(self.r3 ^ self.s(5));
        self.r3 = mix(&SQ, 0x69, self.r2);
        self.r2 = mix(&SR, 0x1b, self.r1);
        self.r1 = r;
        f
    }

    fn clock_lfsr(&mut self, f: u32) {
        let (s0, s11) = (self.s(0), self.s(11));
        let v = s0 << 8
            ^ lookup(&MUL_ALPHA, s0.to_be_bytes()[0])
            ^ self.s(2)
            ^ s11 >> 8
            ^ lookup(&DIV_ALPHA, s11.to_be_bytes()[3])
            ^ f;
        if let Some(place) = self.lfsr.get_mut(self.first) {
            *place = v;
        }
        self.first = (self.first + 1) % 16;
    }
}

/// Multiplication in GF(2^64) modulo x^64 + x^4 + x^3 + x + 1 (UIA2's MUL).
pub(crate) const fn multiply_64(v: u64, p: u64) -> u64 {
    let (mut v, mut p, mut sum) = (v, p, 0);
    while p != 0 {
        if p & 1 == 1 {
            sum ^= v;
        }
        v = if v >> 63 == 1 { v << 1 ^ 0x1b } else { v << 1 };
        p >>= 1;
    }
    sum
}

/// S1 and S2: a box and the mixing of MixColumn with the polynomial's low octet.
fn mix(table: &[u8; 256], polynomial: u8, word: u32) -> u32 {
    let [a, b, c, d] = word.to_be_bytes().map(|octet| lookup(table, octet));
    let x = |octet| mulx(octet, polynomial);
    u32::from_be_bytes([
        x(a) ^ b ^ c ^ x(d) ^ d,
        x(a) ^ a ^ x(b) ^ c ^ d,
        a ^ x(b) ^ b ^ x(c) ^ d,
        a ^ b ^ x(c) ^ c ^ x(d),
    ])
}

fn lookup<T: Copy + Default>(table: &[T; 256], octet: u8) -> T {
    table.get(usize::from(octet)).copied().unwrap_or_default()
}

const fn mulx(v: u8, c: u8) -> u8 {
    if v & 0x80 != 0 { v << 1 ^ c } else { v << 1 }
}

const fn mulx_pow(v: u8, times: u8, c: u8) -> u8 {
    let mut v = v;
    let mut done = 0;
    while done < times {
        v = mulx(v, c);
        done += 1;
    }
    v
}

const fn multiply(a: u8, b: u8, c: u8) -> u8 {
    let (mut a, mut b, mut sum) = (a, b, 0);
    while b != 0 {
        if b & 1 == 1 {
            sum ^= a;
        }
        a = mulx(a, c);
        b >>= 1;
    }
    sum
}

const fn power(v: u8, exponent: u8, c: u8) -> u8 {
    let mut product = 1;
    let mut done = 0;
    while done < exponent {
        product = multiply(product, v, c);
        done += 1;
    }
    product
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, octet by octet"
)]
const fn alpha_table(powers: [u8; 4]) -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let octet = at as u8;
        table[at] = u32::from_be_bytes([
            mulx_pow(octet, powers[0], 0xa9),
            mulx_pow(octet, powers[1], 0xa9),
            mulx_pow(octet, powers[2], 0xa9),
            mulx_pow(octet, powers[3], 0xa9),
        ]);
        at += 1;
    }
    table
}

/// The box of Rijndael: inversion in GF(2^8) and an affine map.
#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, octet by octet"
)]
const fn rijndael_box() -> [u8; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let inverse = power(at as u8, 254, 0x1b);
        table[at] = inverse
            ^ inverse.rotate_left(1)
            ^ inverse.rotate_left(2)
            ^ inverse.rotate_left(3)
            ^ inverse.rotate_left(4)
            ^ 0x63;
        at += 1;
    }
    table
}

/// S_Q: the Dickson polynomial g49 in GF(2^8) modulo x^8 + x^6 + x^5 + x^3 + 1, plus 0x25.
#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, octet by octet"
)]
const fn dickson_box() -> [u8; 256] {
    let exponents = [1, 9, 13, 15, 33, 41, 45, 47, 49];
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut sum = 0x25;
        let mut term = 0;
        while term < exponents.len() {
            sum ^= power(at as u8, exponents[term], 0x69);
            term += 1;
        }
        table[at] = sum;
        at += 1;
    }
    table
}
