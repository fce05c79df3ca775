use super::decode;

#[test]
fn the_vectors_of_rfc_4648_decode() {
    for (text, plain) in [
        ("", ""),
        ("Zg==", "f"),
        ("Zm8=", "fo"),
        ("Zm9v", "foo"),
        ("Zm9vYg==", "foob"),
        ("Zm9vYmE=", "fooba"),
        ("Zm9vYmFy", "foobar"),
    ] {
        assert_eq!(decode(text).as_deref(), Some(plain.as_bytes()), "{text}");
    }
    assert_eq!(decode("+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
}

#[test]
fn what_is_not_base64_is_refused() {
    for text in ["Zg", "Zg=", "Z===", "Zm9v=", "Zm=v", "Zm9!", "Zh==", "====", "Zm 9"] {
        assert_eq!(decode(text), None, "{text}");
    }
}
