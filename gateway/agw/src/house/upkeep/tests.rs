use pumice_board::recognise;

use super::*;

const SERVING: Looked = Looked { set_up: true, cells: 1, failing: false };

#[test]
fn the_lamp_tells_the_worst_first() {
    assert_eq!(state_of_lamp(SERVING, false, false), LedState::Serving);
    assert_eq!(state_of_lamp(SERVING, false, true), LedState::BackhaulOff);
    assert_eq!(state_of_lamp(Looked { cells: 0, ..SERVING }, false, true), LedState::WaitingForCell);
    assert_eq!(state_of_lamp(SERVING, true, true), LedState::BatteryLow);
    assert_eq!(state_of_lamp(Looked { set_up: false, ..SERVING }, false, false), LedState::NeedsAttention);
    assert_eq!(state_of_lamp(Looked { failing: true, ..SERVING }, true, true), LedState::NeedsAttention);
}

fn tree_with(interfaces: &[&str]) -> (tempfile::TempDir, Tree) {
    let root = tempfile::tempdir().unwrap();
    for interface in interfaces {
        std::fs::create_dir_all(root.path().join("sys/class/net").join(interface)).unwrap();
    }
    let tree = Tree::new(root.path());
    (root, tree)
}

#[test]
fn each_board_gives_its_interfaces_their_roles() {
    for (name, _) in recognise::FILES {
        let board = recognise::by_name(name).unwrap();
        let names: Vec<String> = board
            .interfaces
            .iter()
            .filter_map(|interface| interface.names.first())
            .map(|name| name.replace('*', "0"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (_root, tree) = tree_with(&names);
        let roles = roles(&board, &tree);
        assert!(roles.lan.is_some(), "{name}: where is the page's fixed address? {roles:?}");
        assert_eq!(roles.fallback.0, board.fallback_address);
        assert!(!roles_by_name(&board, &tree).is_empty(), "{name}");
    }
}

#[test]
fn a_board_without_interfaces_has_no_roles() {
    let board = recognise::by_name("generic").unwrap();
    let (_root, tree) = tree_with(&[]);
    assert_eq!(roles(&board, &tree).lan, None);
    assert!(roles_by_name(&board, &tree).is_empty());
}

#[test]
fn of_two_sockets_the_better_one_leads_to_the_internet() {
    for (name, interfaces, backhaul, lan) in [
        ("raspberry-pi-4", &["eth0", "eth1"][..], "eth1", "eth0"),
        ("raspberry-pi-4", &["eth0"], "eth0", "eth0"),
        ("qemu-virt", &["eth0", "eth1"], "eth1", "eth0"),
        ("solar-1", &["eth0", "eth1"], "eth1", "eth0"),
    ] {
        let board = recognise::by_name(name).unwrap();
        let (_root, tree) = tree_with(interfaces);
        let roles = roles(&board, &tree);
        assert_eq!((roles.backhaul.as_deref(), roles.lan.as_deref()), (Some(backhaul), Some(lan)), "{name}");
    }
}
