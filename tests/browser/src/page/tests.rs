use super::{is_at_home, literal};

#[test]
fn an_origin_ends_where_it_ends() {
    let home = ["https://pumice.local", "https://192.168.77.1:8443"];
    for url in [
        "https://pumice.local",
        "https://pumice.local/",
        "https://pumice.local?x",
        "https://192.168.77.1:8443/phones#1",
        "data:text/plain,x",
        "blob:https://pumice.local/1",
        "about:blank",
    ] {
        assert!(is_at_home(url, &home), "{url}");
    }
    for url in [
        "https://pumice.local.example/",
        "https://pumice.local@example/",
        "http://pumice.local/",
        "https://192.168.77.1/",
        "https://192.168.77.1:84430/",
        "wss://pumice.local/",
        "",
    ] {
        assert!(!is_at_home(url, &home), "{url}");
    }
}

#[test]
fn a_literal_cannot_be_left() {
    assert_eq!(literal("a\"b\\c\n</script>"), r#""a\"b\\c\n</script>""#);
}
