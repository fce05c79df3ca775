use super::is_code;

#[test]
fn a_code_may_be_typed_as_it_is_read() {
    let label = "0K1M-7Q01-AB2C";
    for typed in [
        label,
        "0k1m 7q01 ab2c",
        "OK1M-7QO1-AB2C",
        "oklm7qoiab2c",
        " 0KIM\u{2013}7Q0L\u{2014}AB2C ",
        "0K1M_7Q01_AB2C",
    ] {
        assert!(is_code(typed, label), "{typed}");
    }
    for typed in
        ["", "0K1M-7Q01-AB2", "0K1M-7Q01-AB2CC", "0K1M-7Q01-A82C", "QK1M-7Q01-AB2C", "0K1M.7Q01.AB2C"]
    {
        assert!(!is_code(typed, label), "{typed}");
    }
    assert!(!is_code("", "") && !is_code("--", "-"), "without a code nothing is one");
}
