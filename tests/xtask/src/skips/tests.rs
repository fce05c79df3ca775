use super::entries;

#[test]
fn each_line_is_a_skip() {
    let text = "SKIPPED: sctp::kernel: no user-mode-linux\nSKIPPED: e2e::dissect: no tshark\n";
    assert_eq!(entries(text), ["sctp::kernel: no user-mode-linux", "e2e::dissect: no tshark"]);
    assert_eq!(entries(""), Vec::<String>::new());
}
