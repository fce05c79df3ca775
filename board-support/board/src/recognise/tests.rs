use super::*;

fn tree(compatible: &[u8], model: &[u8]) -> (tempfile::TempDir, Tree) {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("proc/device-tree");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("compatible"), compatible).unwrap();
    std::fs::write(directory.join("model"), model).unwrap();
    let tree = Tree::new(root.path());
    (root, tree)
}

#[test]
fn the_most_specific_string_decides() {
    // A carrier of ours holds a module that has a file of its own.
    let (_root, tree) =
        tree(b"pumice,solar-1\0raspberrypi,4-compute-module\0brcm,bcm2711\0", b"Pumice Solar 1\0");
    let found = recognise(&tree, &[], "aarch64").unwrap();
    assert_eq!((found.board.name.as_str(), found.warning), ("solar-1", None));
}

#[test]
fn an_unknown_board_is_generic_with_a_warning_that_says_what_it_is() {
    let (_root, tree) = tree(b"vendor,board\0vendor,chip\0", b"Vendor\x1b[31m Board\0");
    let found = recognise(&tree, &[], "aarch64").unwrap();
    assert_eq!(found.board.name, "generic-arm64");
    let warning = found.warning.unwrap();
    assert_eq!(warning.model.as_deref(), Some("Vendor[31m Board"), "no control characters");
    assert_eq!(
        warning.to_string(),
        "no board file is for \"Vendor[31m Board\" (vendor,board vendor,chip); generic-arm64 is used: \
         LEDs, button and sensors may be missing"
    );
}

#[test]
fn without_a_device_tree_the_architecture_decides() {
    let root = tempfile::tempdir().unwrap();
    let tree = Tree::new(root.path());
    for (architecture, name) in
        [("aarch64", "generic-arm64"), ("x86_64", "generic-pc"), ("riscv64", "generic")]
    {
        let found = recognise(&tree, &[], architecture).unwrap();
        assert_eq!(found.board.name, name);
        let warning = found.warning.unwrap();
        assert_eq!((warning.model, warning.compatible), (None, Vec::new()));
    }
}

#[test]
fn a_loaded_board_goes_before_a_compiled_in_one() {
    let mut mine = by_name("raspberry-pi-4").unwrap();
    mine.name = "mine".to_owned();
    let (_root, tree) = tree(b"raspberrypi,4-model-b\0brcm,bcm2711\0", b"Raspberry Pi 4 Model B Rev 1.4\0");
    assert_eq!(recognise(&tree, &[mine], "aarch64").unwrap().board.name, "mine");
    assert_eq!(recognise(&tree, &[], "aarch64").unwrap().board.name, "raspberry-pi-4");
}

#[test]
fn a_hostile_device_tree_is_bounded() {
    let many: Vec<u8> = b"x,y\0".repeat(5_000);
    let (_root, tree) = tree(&many, &[b'm'; 10_000]);
    let warning = recognise(&tree, &[], "aarch64").unwrap().warning.unwrap();
    assert_eq!(warning.compatible.len(), MAX_COMPATIBLE);
    assert_eq!(warning.model.unwrap().len(), 64);
    let (_root, tree) = self::tree(&[0xff; 100], &[0; 100]);
    let warning = recognise(&tree, &[], "aarch64").unwrap().warning.unwrap();
    assert_eq!(warning.model, None);
}
