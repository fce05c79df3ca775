use super::SimProfile;
use crate::crypto::Milenage;

/// Bits of IND in a sequence number (TS 33.102 C.1.1.1, C.3.2).
const IND_BITS: u32 = 5;
/// How far a sequence number may jump ahead (TS 33.102 C.2.1).
const DELTA: u64 = 1 << 28;

/// A USIM: authentication with the array scheme of TS 33.102 annex C.
#[derive(Debug, Clone)]
pub struct Usim {
    profile: SimProfile,
    milenage: Milenage,
    // SEQ_MS by IND.
    seq: [u64; 1 << IND_BITS],
}

/// What the card says to a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// The network knows K and its sequence number is fresh.
    Accepted(AuthenticationVector),
    /// AUTN was not made with this K.
    MacFailure,
    /// The separation bit of AMF is not set: the challenge is for another system (TS 33.401 6.1.1).
    NotForEps,
    /// The sequence number is old, or too far ahead; AUTS tells the network where the card is.
    SynchFailure {
        /// The card's own sequence number, concealed, and MAC-S.
        auts: [u8; 14],
    },
}

/// What follows from an accepted challenge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AuthenticationVector {
    /// RES.
    pub res: [u8; 8],
    /// CK.
    pub ck: [u8; 16],
    /// IK.
    pub ik: [u8; 16],
    /// SQN xor AK, as AUTN has it.
    pub sqn_xor_ak: [u8; 6],
}

impl Usim {
    /// A new card: no sequence number was used.
    pub fn new(profile: SimProfile) -> Self {
        Self { profile, milenage: Milenage::new(&profile.k, &profile.opc), seq: [0; 1 << IND_BITS] }
    }

    /// What is on the card.
    pub const fn profile(&self) -> &SimProfile {
        &self.profile
    }

    /// SQN_MS: the highest sequence number that was accepted.
    pub fn highest_sqn(&self) -> u64 {
        let with_ind = |(ind, seq): (usize, &u64)| seq << IND_BITS | ind as u64;
        self.seq.iter().enumerate().map(with_ind).max().unwrap_or(0)
    }

    /// Puts the card ahead, as if this sequence number had been accepted: a card that served in another network.
    pub fn use_sqn(&mut self, sqn: u64) {
        if let Some(seq) = self.seq_of(sqn) {
            *seq = sqn >> IND_BITS;
        }
    }

    /// Runs a challenge (TS 33.102 6.3.3).
    pub fn authenticate(&mut self, rand: &[u8; 16], autn: &[u8; 16]) -> Authentication {
        let [s0, s1, s2, s3, s4, s5, a0, a1, mac @ ..] = *autn;
        let sqn_xor_ak = [s0, s1, s2, s3, s4, s5];
        let (res, ak) = self.milenage.f2_f5(rand);
        let sqn = xor(sqn_xor_ak, ak);
        let (mac_a, _) = self.milenage.f1(rand, sqn, [a0, a1]);
        if mac_a != mac {
            return Authentication::MacFailure;
        }
        if a0 & 0x80 == 0 {
            return Authentication::NotForEps;
        }
        if !self.accept(number(sqn)) {
            return Authentication::SynchFailure { auts: self.auts(rand) };
        }
        let (ck, ik) = (self.milenage.f3(rand), self.milenage.f4(rand));
        Authentication::Accepted(AuthenticationVector { res, ck, ik, sqn_xor_ak })
    }

    /// AUTS for a challenge (TS 33.102 6.3.3): SQN_MS under AK*, and MAC-S with an AMF of zero.
    pub fn auts(&self, rand: &[u8; 16]) -> [u8; 14] {
        let [_, _, sqn @ ..] = self.highest_sqn().to_be_bytes();
        let (_, mac_s) = self.milenage.f1(rand, sqn, [0; 2]);
        let concealed = xor(sqn, self.milenage.f5_star(rand));
        let mut auts = [0; 14];
        auts.iter_mut().zip(concealed.iter().chain(&mac_s)).for_each(|(to, from)| *to = *from);
        auts
    }

    fn accept(&mut self, sqn: u64) -> bool {
        let highest = self.highest_sqn() >> IND_BITS;
        let fresh = sqn >> IND_BITS;
        match self.seq_of(sqn) {
            Some(seq) if fresh > *seq && fresh.saturating_sub(highest) <= DELTA => {
                *seq = fresh;
                true
            }
            _ => false,
        }
    }

    fn seq_of(&mut self, sqn: u64) -> Option<&mut u64> {
        let ind = usize::try_from(sqn & ((1 << IND_BITS) - 1)).ok()?;
        self.seq.get_mut(ind)
    }
}

impl core::fmt::Debug for AuthenticationVector {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AuthenticationVector(..)")
    }
}

fn number([a, b, c, d, e, f]: [u8; 6]) -> u64 {
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

fn xor(mut left: [u8; 6], right: [u8; 6]) -> [u8; 6] {
    left.iter_mut().zip(right).for_each(|(to, from)| *to ^= from);
    left
}
