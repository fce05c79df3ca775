//! Milenage (TS 35.206), with its example constants c1 to c5 and r1 to r5.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

/// A SIM's functions f1 to f5* with its K and OPc.
#[derive(Clone)]
pub struct Milenage {
    cipher: Aes128,
    opc: [u8; 16],
}

impl Milenage {
    /// Of K and OPc.
    pub fn new(k: &[u8; 16], opc: &[u8; 16]) -> Self {
        Self { cipher: Aes128::new(&(*k).into()), opc: *opc }
    }

    /// f1 and f1*: MAC-A and MAC-S.
    pub fn f1(&self, rand: &[u8; 16], sqn: [u8; 6], amf: [u8; 2]) -> ([u8; 8], [u8; 8]) {
        let [s0, s1, s2, s3, s4, s5] = sqn;
        let [a0, a1] = amf;
        let half = [s0, s1, s2, s3, s4, s5, a0, a1];
        let mut in1 = [0; 16];
        in1.iter_mut().zip(half.iter().chain(&half)).for_each(|(to, from)| *to = *from);
        // r1 is 64 bits; c1 is zero.
        let rotated = rotate_left(xor(in1, self.opc), 8);
        let out = xor(self.encrypt(xor(self.temp(rand), rotated)), self.opc);
        halves(out)
    }

    /// f2 and f5: RES and AK.
    pub fn f2_f5(&self, rand: &[u8; 16]) -> ([u8; 8], [u8; 6]) {
        let (high, low) = halves(self.out(rand, 0, 1));
        (low, first_six(high))
    }

    /// f3: CK.
    pub fn f3(&self, rand: &[u8; 16]) -> [u8; 16] {
        self.out(rand, 4, 2)
    }

    /// f4: IK.
    pub fn f4(&self, rand: &[u8; 16]) -> [u8; 16] {
        self.out(rand, 8, 4)
    }

    /// f5*: the AK of a resynchronisation.
    pub fn f5_star(&self, rand: &[u8; 16]) -> [u8; 6] {
        first_six(halves(self.out(rand, 12, 8)).0)
    }

    /// OUT2 to OUT5: `octets` is the rotation, `constant` the last octet of the constant.
    fn out(&self, rand: &[u8; 16], octets: usize, constant: u8) -> [u8; 16] {
        let mut block = rotate_left(xor(self.temp(rand), self.opc), octets);
        if let Some(last) = block.last_mut() {
            *last ^= constant;
        }
        xor(self.encrypt(block), self.opc)
    }

    fn temp(&self, rand: &[u8; 16]) -> [u8; 16] {
        self.encrypt(xor(*rand, self.opc))
    }

    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        self.cipher.encrypt_block(&mut block);
        block.into()
    }
}

impl core::fmt::Debug for Milenage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Milenage(..)")
    }
}

/// OPc of K and OP.
pub fn opc(k: &[u8; 16], op: &[u8; 16]) -> [u8; 16] {
    let mut block = (*op).into();
    Aes128::new(&(*k).into()).encrypt_block(&mut block);
    xor(block.into(), *op)
}

fn xor(mut left: [u8; 16], right: [u8; 16]) -> [u8; 16] {
    left.iter_mut().zip(right).for_each(|(to, from)| *to ^= from);
    left
}

fn rotate_left(mut block: [u8; 16], octets: usize) -> [u8; 16] {
    block.rotate_left(octets);
    block
}

fn halves(block: [u8; 16]) -> ([u8; 8], [u8; 8]) {
    let number = u128::from_be_bytes(block);
    let [high, low] = [number >> 64, number & u128::from(u64::MAX)].map(|half| {
        let mut octets = [0; 8];
        octets.iter_mut().zip(half.to_be_bytes().iter().skip(8)).for_each(|(to, from)| *to = *from);
        octets
    });
    (high, low)
}

fn first_six([a, b, c, d, e, f, _, _]: [u8; 8]) -> [u8; 6] {
    [a, b, c, d, e, f]
}
