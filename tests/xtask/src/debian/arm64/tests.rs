use super::dependency;

#[test]
fn the_kernel_is_what_the_newest_depends_on() {
    let said = "linux-image-arm64\n  Depends: linux-image-6.1.0-56-arm64\n  Suggests: linux-doc\n";
    assert_eq!(dependency(said).unwrap(), "linux-image-6.1.0-56-arm64");
    assert!(dependency("linux-image-arm64\n").is_err());
}
