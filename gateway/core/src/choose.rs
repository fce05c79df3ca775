//! What an MME may choose freely, one trait for each purpose: a test scripts them from a recording of another MME and then
//! replays the phone's answers.

use core::fmt;

use pumice_model::box_identity::BoxIdentity;
use pumice_model::identity::{MTmsi, MmeUeS1apId, Teid};

/// Chooses RAND.
pub trait ChooseRand: Send {
    /// A challenge: 128 bits that nobody can foresee.
    fn rand(&mut self) -> [u8; 16];
}

/// Chooses SQN of what may be used: a sequence number drawn under its ceiling and an index of this box's own.
pub trait ChooseSqn: Send {
    /// 48 bits (TS 33.102 C.1.1.1: SEQ, then five bits of IND).
    fn sqn(&mut self, seq: u64, ind: u8) -> u64;
}

/// Chooses M-TMSI.
pub trait ChooseMTmsi: Send {
    /// The M-TMSI of this index; different for every index below 2^32.
    fn m_tmsi(&mut self, index: u64) -> MTmsi;
}

/// Chooses the MME UE S1AP ID.
pub trait ChooseMmeUe: Send {
    /// One that was not used for long.
    fn mme_ue(&mut self) -> MmeUeS1apId;
}

/// Chooses TEIDs.
pub trait ChooseTeid: Send {
    /// One that was not used for long and is not zero.
    fn teid(&mut self) -> Teid;
}

/// Chooses the key set identifier of a new security context.
pub trait ChooseKsi: Send {
    /// One of 0 to 6 that is neither the phone's nor that of its context here.
    fn ksi(&mut self, of_phone: u8, here: Option<u8>) -> u8;
}

/// Chooses how much refused phones are spread in time.
pub trait ChooseSpread: Send {
    /// A number of which all values are equally likely.
    fn spread(&mut self) -> u32;
}

/// All choices.
pub struct Choices {
    /// RAND.
    pub rand: Box<dyn ChooseRand>,
    /// SQN.
    pub sqn: Box<dyn ChooseSqn>,
    /// M-TMSI.
    pub m_tmsi: Box<dyn ChooseMTmsi>,
    /// MME UE S1AP ID.
    pub mme_ue: Box<dyn ChooseMmeUe>,
    /// TEID.
    pub teid: Box<dyn ChooseTeid>,
    /// KSI.
    pub ksi: Box<dyn ChooseKsi>,
    /// The spread of T3346.
    pub spread: Box<dyn ChooseSpread>,
}

impl fmt::Debug for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Choices(..)")
    }
}

impl Choices {
    /// The product's choices. `entropy` fills a buffer from the operating system; a test gives a seeded one.
    pub fn new(entropy: impl Entropy + Clone + 'static, identity: &BoxIdentity) -> Self {
        let mut first = entropy.clone();
        Self {
            rand: Box::new(FromEntropy(entropy.clone())),
            sqn: Box::new(SeqThenInd),
            m_tmsi: Box::new(Permuted { seed: identity.m_tmsi_seed }),
            mme_ue: Box::new(Counting { next: number(&mut first) }),
            teid: Box::new(Counting { next: identity.first_teid ^ number(&mut first) & 0x00ff_ffff }),
            ksi: Box::new(LowestFree),
            spread: Box::new(FromEntropy(entropy)),
        }
    }
}

/// A source of randomness.
pub trait Entropy: Send {
    /// Fills all of the buffer.
    fn fill(&mut self, octets: &mut [u8]);
}

fn number(entropy: &mut impl Entropy) -> u32 {
    let mut octets = [0; 4];
    entropy.fill(&mut octets);
    u32::from_be_bytes(octets)
}

struct FromEntropy<E>(E);

impl<E: Entropy> ChooseRand for FromEntropy<E> {
    fn rand(&mut self) -> [u8; 16] {
        let mut rand = [0; 16];
        self.0.fill(&mut rand);
        rand
    }
}

impl<E: Entropy> ChooseSpread for FromEntropy<E> {
    fn spread(&mut self) -> u32 {
        number(&mut self.0)
    }
}

struct SeqThenInd;

impl ChooseSqn for SeqThenInd {
    fn sqn(&mut self, seq: u64, ind: u8) -> u64 {
        (seq << 5 | u64::from(ind & 0x1f)) & 0xffff_ffff_ffff
    }
}

struct LowestFree;

impl ChooseKsi for LowestFree {
    fn ksi(&mut self, of_phone: u8, here: Option<u8>) -> u8 {
        (0..7).find(|ksi| *ksi != of_phone && Some(*ksi) != here).unwrap_or(0)
    }
}

/// Counts up from a start that differs from run to run, so that what a cell still holds of an earlier run does not fit.
struct Counting {
    next: u32,
}

impl Counting {
    fn draw(&mut self) -> u32 {
        // Zero is no TEID, and an id of 2^32 - 1 is a trap for other implementations' tables.
        self.next = match self.next.wrapping_add(1) {
            0 | u32::MAX => 1,
            next => next,
        };
        self.next
    }
}

impl ChooseMmeUe for Counting {
    fn mme_ue(&mut self) -> MmeUeS1apId {
        MmeUeS1apId(self.draw())
    }
}

impl ChooseTeid for Counting {
    fn teid(&mut self) -> Teid {
        Teid(self.draw())
    }
}

/// A permutation of 32 bits by a four-round Feistel network: an M-TMSI tells neither how many were given before nor which is
/// next, and no two indexes give the same one.
struct Permuted {
    seed: u64,
}

impl ChooseMTmsi for Permuted {
    fn m_tmsi(&mut self, index: u64) -> MTmsi {
        let [.., a, b, c, d] = index.to_be_bytes();
        let (mut left, mut right) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        for round in 0..4_u64 {
            (left, right) = (right, left ^ mix(self.seed, round, right));
        }
        MTmsi(u32::from(left) << 16 | u32::from(right))
    }
}

/// The finaliser of SplitMix64, cut to 16 bits.
fn mix(seed: u64, round: u64, half: u16) -> u16 {
    let mut z = seed ^ (round << 16 | u64::from(half)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    let [high, low, ..] = (z ^ z >> 31).to_be_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests;
