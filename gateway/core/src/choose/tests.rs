use std::collections::BTreeSet;

use super::{ChooseKsi, ChooseMTmsi, ChooseMmeUe, ChooseSqn, Counting, LowestFree, Permuted, SeqThenInd};

#[test]
fn m_tmsis_do_not_repeat_and_do_not_count_up() {
    let mut choice = Permuted { seed: 7 };
    let drawn: Vec<_> = (0..20_000).map(|index| choice.m_tmsi(index).0).collect();
    assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), drawn.len());
    let successors = drawn.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < 1_000).count();
    assert!(successors < 20, "{successors} neighbours among 20,000");
}

#[test]
fn another_box_gives_other_m_tmsis() {
    let (mut one, mut other) = (Permuted { seed: 1 }, Permuted { seed: 2 });
    let alike = (0..1_000).filter(|index| one.m_tmsi(*index) == other.m_tmsi(*index)).count();
    assert!(alike < 3, "{alike} of 1,000 are alike");
}

#[test]
fn an_sqn_is_the_sequence_number_then_five_bits_of_index() {
    assert_eq!(SeqThenInd.sqn(1, 3), 0b1_00011);
    assert_eq!(SeqThenInd.sqn(u64::MAX, 31), 0xffff_ffff_ffff);
}

#[test]
fn identities_leave_out_zero_and_all_ones() {
    let mut choice = Counting { next: u32::MAX - 2 };
    assert_eq!([choice.mme_ue().0, choice.mme_ue().0, choice.mme_ue().0], [u32::MAX - 1, 1, 2]);
}

#[test]
fn a_key_set_is_neither_the_phones_nor_ours() {
    assert_eq!(LowestFree.ksi(0, Some(1)), 2);
    assert_eq!(LowestFree.ksi(7, None), 0);
}
