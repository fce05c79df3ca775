use std::collections::BTreeSet;

use super::*;

fn keys() -> impl Iterator<Item = RecoveryKey> {
    (0..200_u128).map(|n| {
        RecoveryKey::from_entropy(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes())
    })
}

#[test]
fn what_is_printed_is_read() {
    for key in keys() {
        let text = key.text();
        assert_eq!(text.len(), 29);
        assert!(text.split('-').all(|group| group.len() == 4));
        assert_eq!(RecoveryKey::parse(&text).as_ref(), Some(&key));
        assert_eq!(RecoveryKey::parse(&text.to_lowercase().replace('-', " ")).as_ref(), Some(&key));
        assert_eq!(RecoveryKey::parse(&format!("  {}\n", text.replace('-', ""))).as_ref(), Some(&key));
        let misread = text.replace('0', "o").replace('1', "l");
        assert_eq!(RecoveryKey::parse(&misread).as_ref(), Some(&key));
        assert_eq!(RecoveryKey::parse(&text.replace('1', "I")).as_ref(), Some(&key));
    }
    assert_eq!(format!("{:?}", keys().next().unwrap()), "RecoveryKey(..)");
}

#[test]
fn all_its_bits_count() {
    let texts: BTreeSet<String> = (0..115)
        .map(|bit| RecoveryKey::from_entropy(&(1_u128 << bit).to_be_bytes()).text().to_string())
        .collect();
    assert_eq!(texts.len(), 115);
}

#[test]
fn every_wrong_character_is_noticed() {
    for key in keys().take(20) {
        let text = key.text();
        for at in (0..text.len()).filter(|at| &text[*at..=*at] != "-") {
            for wrong in ALPHABET
                .iter()
                .map(|letter| char::from(*letter))
                .filter(|wrong| !text[at..].starts_with(*wrong))
            {
                let mut typed = text.to_string();
                typed.replace_range(at..=at, &wrong.to_string());
                assert_eq!(RecoveryKey::parse(&typed), None, "{typed}");
            }
        }
    }
}

#[test]
fn swapped_neighbours_are_noticed_but_for_one_pair() {
    for key in keys() {
        let text: Vec<char> = key.text().chars().filter(|letter| *letter != '-').collect();
        for at in 1..text.len() {
            let mut typed = text.clone();
            typed.swap(at - 1, at);
            let pair = [text[at - 1], text[at]];
            if pair[0] != pair[1] && !(pair.contains(&'0') && pair.contains(&'Z')) {
                assert_eq!(RecoveryKey::parse(&typed.iter().collect::<String>()), None);
            }
        }
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let text = keys().nth(7).unwrap().text().to_string();
    for wrong in ["", "-", "U", &text[..28], &format!("{text}0"), &text.replace('-', "_"), &"é".repeat(24)] {
        assert_eq!(RecoveryKey::parse(wrong), None, "{wrong}");
    }
}
