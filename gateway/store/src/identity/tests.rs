use super::*;

#[test]
fn all_bits_give_legal_numbers() {
    for bits in 0..=u16::MAX {
        let group = mme_group(bits).0;
        assert!(group & 0x8000 != 0 && group < 0xfffe, "{group:#06x}");
        let tac = tac(bits).0;
        assert!(tac != 0 && tac < 0xfffe, "{tac:#06x}");
    }
    for bits in [0, 1, u64::MAX, 0xdfff_ffff, 0xe000_0000] {
        assert!((0x1000_0000..=0xefff_ffff).contains(&first_teid(bits)), "{bits:#x}");
    }
}

#[test]
fn all_subsets_of_ind_are_drawn() {
    let mut seen = [false; 32];
    for _ in 0..500 {
        seen[usize::from(draw().unwrap().first_ind)] = true;
    }
    let drawn: Vec<_> = (0..32).filter(|&ind| seen[ind]).collect();
    assert_eq!(drawn, [0, 4, 8, 12, 16, 20, 24, 28]);
}
