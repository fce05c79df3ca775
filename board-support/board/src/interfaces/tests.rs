use super::*;
use crate::recognise::by_name;

fn tree(names: &[&str]) -> (tempfile::TempDir, Tree) {
    let root = tempfile::tempdir().unwrap();
    for name in names {
        std::fs::create_dir_all(root.path().join("sys/class/net").join(name)).unwrap();
    }
    let tree = Tree::new(root.path());
    (root, tree)
}

fn names(board: &str, there: &[&str]) -> Vec<String> {
    let board = by_name(board).unwrap();
    let (_root, tree) = tree(there);
    find(&board, &tree).into_iter().map(|found| found.name).collect()
}

#[test]
fn each_interface_is_given_once_in_the_order_of_the_file() {
    assert_eq!(names("raspberry-pi-4", &["lo", "wlan0", "eth1", "eth0"]), ["eth0", "eth1", "wlan0"]);
    assert_eq!(names("raspberry-pi-4", &["lo", "end0", "wlan0"]), ["end0", "wlan0"]);
    assert_eq!(names("generic-arm64", &["lo", "enp2s0", "enp1s0", "wlp3s0"]), ["enp1s0", "enp2s0", "wlp3s0"]);
}

#[test]
fn nothing_is_made_up() {
    assert_eq!(names("raspberry-pi-4", &["lo", "tun0", "veth3"]), Vec::<String>::new());
    assert_eq!(names("raspberry-pi-4", &[]), Vec::<String>::new());
}
