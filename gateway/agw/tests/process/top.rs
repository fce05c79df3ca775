//! `pumice top` on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use nix::pty::{Winsize, openpty};
use nix::sys::termios::tcgetattr;

/// Columns of the terminal.
const WIDTH: u16 = 38;

#[test]
fn it_draws_into_the_terminals_width_quits_with_q_and_sets_the_terminal_back() {
    let size = Winsize { ws_row: 10, ws_col: WIDTH, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(&size, None).unwrap();
    let before = tcgetattr(&pty.slave).unwrap();
    let end = || Stdio::from(pty.slave.try_clone().unwrap());
    // Nothing listens on port 9 of this machine.
    let mut top = Command::new(env!("CARGO_BIN_EXE_pumice"))
        .args(["top", "--api", "127.0.0.1:9"])
        .stdin(end())
        .stdout(end())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut terminal = File::from(pty.master);
    let drawn = read_until(&mut terminal, "\u{1b}[J");
    assert!(drawn.starts_with("\u{1b}[?1049h"), "{drawn:?}");
    assert!(drawn.contains("no gateway answers at http://127.0.0.1"), "{drawn:?}");
    for line in drawn.split("\r\n") {
        let shown = line.rsplit("\u{1b}[H").next().unwrap().split('\u{1b}').next().unwrap().trim();
        assert!(shown.chars().count() <= usize::from(WIDTH), "{line:?}");
    }
    terminal.write_all(b"xq").unwrap();
    let rest = read_until(&mut terminal, "\u{1b}[?1049l");
    assert!(rest.contains("\u{1b}[?25h"), "{rest:?}");
    assert!(top.wait().unwrap().success());
    assert_eq!(tcgetattr(&pty.slave).unwrap().local_flags, before.local_flags);
}

fn read_until(terminal: &mut File, end: &str) -> String {
    let mut text = Vec::new();
    let mut octet = [0];
    while !text.ends_with(end.as_bytes()) {
        terminal.read_exact(&mut octet).unwrap();
        text.push(octet[0]);
    }
    String::from_utf8(text).unwrap()
}
