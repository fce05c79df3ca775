use super::newest_symbol;

#[test]
fn versions_are_numbers() {
    let said = "0x0010:   Name: GLIBC_2.9  Flags: none\n  Name: GLIBC_2.34  Version: 4\n  Name: GCC_3.0";
    assert_eq!(newest_symbol(said).as_deref(), Some("2.34"));
    assert_eq!(newest_symbol("nothing"), None);
}
