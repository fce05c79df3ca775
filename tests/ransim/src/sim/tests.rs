use super::{Authentication, SimProfile, Usim};
use crate::crypto::Milenage;

const RAND: [u8; 16] = [0x5a; 16];

fn autn(profile: &SimProfile, sqn: u64, amf: [u8; 2]) -> [u8; 16] {
    let sim = Milenage::new(&profile.k, &profile.opc);
    let sqn: [u8; 6] = sqn.to_be_bytes()[2..].try_into().unwrap();
    let (_, ak) = sim.f2_f5(&RAND);
    let (mac, _) = sim.f1(&RAND, sqn, amf);
    let concealed = sqn.iter().zip(ak).map(|(a, b)| a ^ b);
    concealed.chain(amf).chain(mac).collect::<Vec<u8>>().try_into().unwrap()
}

fn card() -> (SimProfile, Usim) {
    let profile = SimProfile::numbered("00101".parse().unwrap(), 1).unwrap();
    (profile, Usim::new(profile))
}

fn run(card: &mut Usim, sqn: u64) -> Authentication {
    let autn = autn(card.profile(), sqn, [0x80, 0]);
    card.authenticate(&RAND, &autn)
}

fn accepted(outcome: &Authentication) -> bool {
    matches!(outcome, Authentication::Accepted(_))
}

#[test]
fn profiles_are_numbered_and_distinct() {
    let plmn = "00101".parse().unwrap();
    let (one, two) = (SimProfile::numbered(plmn, 1).unwrap(), SimProfile::numbered(plmn, 2).unwrap());
    assert_eq!(one.imsi.digits(), "001010000000001");
    assert_eq!(one, SimProfile::numbered(plmn, 1).unwrap());
    assert_ne!(one.k, two.k);
    assert_ne!(one.opc, two.opc);
    assert!(SimProfile::numbered(plmn, 10_000_000_000).is_err());
}

#[test]
fn a_sequence_number_is_accepted_once() {
    let (_, mut card) = card();
    assert!(accepted(&run(&mut card, 32)));
    assert!(matches!(run(&mut card, 32), Authentication::SynchFailure { .. }));
    assert!(accepted(&run(&mut card, 64)));
}

#[test]
fn each_ind_has_its_own_sequence() {
    let (_, mut card) = card();
    assert!(accepted(&run(&mut card, 10 << 5)));
    // Older, but of another IND: a vector that was made before and used later.
    assert!(accepted(&run(&mut card, 9 << 5 | 1)));
    assert!(!accepted(&run(&mut card, 9 << 5 | 1)));
    assert_eq!(card.highest_sqn(), 10 << 5);
}

#[test]
fn a_jump_of_more_than_delta_is_refused() {
    let (_, mut card) = card();
    card.use_sqn(5 << 5);
    assert!(!accepted(&run(&mut card, (5 + (1 << 28) + 1) << 5)));
    assert!(accepted(&run(&mut card, (5 + (1 << 28)) << 5)));
}

#[test]
fn auts_tells_where_the_card_is() {
    let (profile, mut card) = card();
    card.use_sqn(77 << 5 | 3);
    let Authentication::SynchFailure { auts } = run(&mut card, 3) else {
        panic!("an old SQN must be refused")
    };
    let sim = Milenage::new(&profile.k, &profile.opc);
    let ak = sim.f5_star(&RAND);
    let sqn: [u8; 6] = std::array::from_fn(|at| auts[at] ^ ak[at]);
    assert_eq!(sqn, [0, 0, 0, 0, 9, 0xa3]);
    let (_, mac_s) = sim.f1(&RAND, sqn, [0, 0]);
    assert_eq!(auts[6..], mac_s);
}

#[test]
fn a_wrong_key_and_a_challenge_for_umts_are_told_apart() {
    let (profile, mut card) = card();
    let mut wrong = autn(&profile, 32, [0x80, 0]);
    wrong[15] ^= 1;
    assert_eq!(card.authenticate(&RAND, &wrong), Authentication::MacFailure);
    assert_eq!(card.authenticate(&RAND, &autn(&profile, 32, [0, 0])), Authentication::NotForEps);
    // Neither has used the sequence number up.
    assert!(accepted(&run(&mut card, 32)));
}
