use super::fits;

#[test]
fn an_asterisk_stands_for_any_characters() {
    for (pattern, name) in [("a", "a"), ("*", ""), ("*", "a"), ("lib*.so.*", "libc.so.6"), ("*.so", ".so.so")]
    {
        assert!(fits(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in [("a", "b"), ("a*", "b"), ("*.so", "a.so.1"), ("a*b*c", "acb")] {
        assert!(!fits(pattern, name), "{pattern} {name}");
    }
}
