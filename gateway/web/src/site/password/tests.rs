use pumice_model::people::AccountName;

use super::{Weak, check};

#[test]
fn length_counts_and_kinds_of_characters_do_not() {
    let amina = AccountName::parse("amina").unwrap();
    for good in [
        "correct horse",
        "mango-tree-7",
        "habari ya asubuhi",
        "\u{4f60}\u{597d}\u{5417}\u{6211}\u{5f88}\u{597d}\u{8c22}\u{8c22}\u{4f60}\u{5462}",
    ] {
        assert_eq!(check(good, &amina), Ok(()), "{good}");
    }
    for (bad, why) in [
        ("", Weak::Short),
        ("ninechars", Weak::Short),
        ("aminaamina", Weak::Name),
        ("AMINA-amina", Weak::Name),
        ("Password123", Weak::Common),
        ("1234567890", Weak::Common),
        ("abababababab", Weak::Common),
        (&"a1b2".repeat(80), Weak::Long),
    ] {
        assert_eq!(check(bad, &amina), Err(why), "{bad}");
    }
}
