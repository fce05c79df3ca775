use super::{after, check, list};

#[test]
fn layer_workspace_and_image_agree() {
    check().unwrap();
}

#[test]
fn packages_of_the_registry_are_listed_in_order() {
    let lock = "version = 4\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\
        source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"22\"\n\n\
        [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n\
        source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"11\"\n";
    let expected = "# Made by `cargo xtask recipe` from Cargo.lock.\nSRC_URI += \" \\\n    \
        crate://crates.io/a/2.0.0 \\\n    crate://crates.io/b/1.0.0 \\\n\"\n\n\
        SRC_URI[a-2.0.0.sha256sum] = \"11\"\nSRC_URI[b-1.0.0.sha256sum] = \"22\"\n";
    assert_eq!(list(lock).unwrap(), expected);
}

#[test]
fn a_package_from_elsewhere_is_an_error() {
    let lock = "[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = \"git+https://example.org/x\"\n";
    assert!(list(lock).unwrap_err().contains("git+https"));
}

#[test]
fn paths_end_where_no_path_goes_on() {
    assert_eq!(after("a file://x.cfg;md5=1 file://y \\\n", "file://"), ["x.cfg", "y"]);
}
