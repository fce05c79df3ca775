use super::{is_proof, proof};
use crate::site::token::Token;

#[test]
fn a_proof_is_good_for_its_token_under_any_mask() {
    let (one, other) = (Token::new([7; 32]), Token::new([8; 32]));
    let first = proof(&one, [1; 32]);
    let second = proof(&one, [2; 32]);
    assert_ne!(first, second);
    assert!(is_proof(&first, &one) && is_proof(&second, &one));
    assert!(!is_proof(&first, &other));
}

#[test]
fn anything_else_is_none() {
    let token = Token::new([7; 32]);
    let good = proof(&token, [1; 32]);
    for at in 0..good.len() {
        let mut bad = good.clone().into_bytes();
        bad[at] = if bad[at] == b'0' { b'1' } else { b'0' };
        assert!(!is_proof(&String::from_utf8(bad).unwrap(), &token));
        assert!(!is_proof(&good[..at], &token));
    }
    for bad in
        ["", "x", &"0".repeat(128), &"\u{e9}".repeat(64), &format!("{good}0"), &good.replace('a', "A ")]
    {
        assert!(!is_proof(bad, &token), "{bad}");
    }
}
