use super::is_older;

#[test]
fn versions_are_compared_by_their_numbers() {
    for (older, newer) in [
        ("0.1.0", "0.1.1"),
        ("0.9", "0.10"),
        ("1", "1.0.1"),
        ("1.0-rc1", "1.0"),
        ("1.0-rc1", "1.0-rc2"),
        ("x", "0.1"),
    ] {
        assert!(is_older(older, newer), "{older} {newer}");
        assert!(!is_older(newer, older), "{newer} {older}");
    }
    for same in [("1.0", "1.0.0"), ("2.3.4", "2.3.4")] {
        assert!(!is_older(same.0, same.1) && !is_older(same.1, same.0), "{same:?}");
    }
}
