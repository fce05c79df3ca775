use super::needed_in;

#[test]
fn the_loader_is_not_a_library_of_a_program() {
    let said = "\
File: /bin/a
 0x0000000000000001 (NEEDED)             Shared library: [libgcc_s.so.1]
 0x0000000000000001 (NEEDED)             Shared library: [ld-linux-aarch64.so.1]
 0x000000000000000e (SONAME)             Library soname: [a.so]
File: /bin/b
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
";
    let names: Vec<String> = needed_in(said).into_iter().collect();
    assert_eq!(names, ["libc.so.6", "libgcc_s.so.1"]);
}
