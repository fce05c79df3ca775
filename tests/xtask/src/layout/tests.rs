use super::{MAX_LINES, breaches_of};

#[test]
fn tests_beside_the_module_are_fine() {
    assert_eq!(breaches_of("fn a() {}\n#[cfg(test)]\nmod tests;\n"), Vec::<String>::new());
    assert_eq!(breaches_of("#[cfg(test)]\nfn helper() {\n}\nmod b {\n}\n"), Vec::<String>::new());
}

#[test]
fn inline_tests_are_found() {
    let found = breaches_of("fn a() {}\n#[cfg(test)]\n#[allow(unused)]\npub(crate) mod tests {\n}\n");
    assert_eq!(found, ["line 4: unit tests inline; move them to tests.rs"]);
}

#[test]
fn long_files_are_found() {
    assert_eq!(breaches_of(&"//\n".repeat(MAX_LINES)), Vec::<String>::new());
    let found = breaches_of(&"//\n".repeat(MAX_LINES + 1));
    assert_eq!(found.len(), 1, "{found:?}");
}
