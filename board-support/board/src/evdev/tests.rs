use std::io::Write;

use nix::sys::stat::Mode;

use super::*;

const KEY_RESTART: u16 = 0x198;

fn event(kind: u16, code: u16, value: i32) -> Vec<u8> {
    let mut event = vec![0x55; size_of::<libc::timeval>()];
    event.extend(kind.to_ne_bytes());
    event.extend(code.to_ne_bytes());
    event.extend(value.to_ne_bytes());
    event
}

#[test]
fn follows_its_own_key_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let tree = Tree::new(root.path());
    for (device, name) in [("event0", "lid"), ("event1", "gpio-keys"), ("js0", "gpio-keys")] {
        let directory = root.path().join("sys/class/input").join(device).join("device");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("name"), format!("{name}\n")).unwrap();
    }
    std::fs::create_dir_all(root.path().join("dev/input")).unwrap();
    let fifo = root.path().join("dev/input/event1");
    nix::unistd::mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    let mut key = Key::open(&tree, "gpio-keys", KEY_RESTART).unwrap();
    let mut kernel = OpenOptions::new().write(true).open(&fifo).unwrap();
    assert!(!key.is_pressed().unwrap());
    let mut tell = |events: &[(u16, u16, i32)]| {
        let octets: Vec<u8> =
            events.iter().flat_map(|(kind, code, value)| event(*kind, *code, *value)).collect();
        kernel.write_all(&octets).unwrap();
        key.is_pressed().unwrap()
    };
    assert!(!tell(&[(EV_KEY, KEY_RESTART + 1, 1)]));
    assert!(!tell(&[(EV_SYN, KEY_RESTART, 1)]));
    assert!(tell(&[(EV_KEY, KEY_RESTART, 1), (EV_SYN, 0, 0)]));
    assert!(tell(&[]));
    assert!(tell(&[(EV_KEY, KEY_RESTART, 2), (EV_KEY, KEY_RESTART + 1, 0)]));
    assert!(!tell(&[(EV_KEY, KEY_RESTART, 0)]));
    assert!(!tell(&[(EV_KEY, KEY_RESTART, 1), (EV_SYN, SYN_DROPPED, 0)]));
}

#[test]
fn a_device_that_is_not_there_is_told() {
    let root = tempfile::tempdir().unwrap();
    let missing = Key::open(&Tree::new(root.path()), "gpio-keys", KEY_RESTART).unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);
}
