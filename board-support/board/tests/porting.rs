//! Every board file is checked, and every board is recognised: a new board is one file, one line in `recognise::FILES`, and one
//! line here.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on stops; clippy knows only the functions marked #[test]"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use pumice_board::Board;
use pumice_board::recognise::{FILES, by_name, recognise};
use pumice_board::sysfs::Tree;

/// What the device tree of each real board says, most specific first, as the kernel's and the vendors' sources have it.
const DEVICE_TREES: [(&str, &[&str]); 5] = [
    ("raspberry-pi-4", &["raspberrypi,4-model-b", "brcm,bcm2711"]),
    ("raspberry-pi-5", &["raspberrypi,5-model-b", "brcm,bcm2712"]),
    ("raspberry-pi-cm4", &["raspberrypi,4-compute-module", "brcm,bcm2711"]),
    ("solar-1", &["pumice,solar-1", "raspberrypi,4-compute-module", "brcm,bcm2711"]),
    ("qemu-virt", &["linux,dummy-virt"]),
];

fn boards() -> Vec<Board> {
    let directory: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "boards"].iter().collect();
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let load = |path: &PathBuf| {
        let board = pumice_board::load(path).unwrap_or_else(|error| panic!("{}:\n{error}", path.display()));
        assert_eq!(path.file_stem().unwrap(), board.name.as_str(), "a file is called as its board");
        board
    };
    paths.iter().map(load).collect()
}

#[test]
fn every_file_is_right_compiled_in_and_honest() {
    let boards = boards();
    let names: BTreeSet<&str> = boards.iter().map(|board| board.name.as_str()).collect();
    assert_eq!(
        names,
        FILES.iter().map(|(name, _)| *name).collect(),
        "a file that is not in recognise::FILES"
    );
    for board in &boards {
        assert_eq!(by_name(&board.name).as_ref(), Some(board));
        assert!(!board.never_run.is_empty(), "{}: what has run on the real board?", board.name);
    }
}

#[test]
fn every_board_is_recognised_by_its_device_tree() {
    let known: BTreeSet<&str> = DEVICE_TREES.iter().map(|(name, _)| *name).collect();
    let boards = boards();
    let specific: BTreeSet<&str> =
        boards.iter().filter(|board| !board.compatible.is_empty()).map(|board| board.name.as_str()).collect();
    assert_eq!(specific, known, "a board without a line in DEVICE_TREES");
    for (name, compatible) in DEVICE_TREES {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("proc/device-tree");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("compatible"), compatible.join("\0") + "\0").unwrap();
        let found = recognise(&Tree::new(root.path()), &[], "aarch64").unwrap();
        assert_eq!((found.board.name.as_str(), found.warning), (name, None));
    }
}

#[test]
fn no_string_means_two_boards() {
    let boards = boards();
    let strings: Vec<&String> = boards.iter().flat_map(|board| &board.compatible).collect();
    assert_eq!(strings.iter().collect::<BTreeSet<_>>().len(), strings.len(), "{strings:?}");
}
