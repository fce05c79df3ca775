//! A real kernel for ARM64 on QEMU's machine `virt`, with a program of ours as its only one (`examples/on_virt.rs`): GPIO lines of
//! the PL061, the power button, the real-time clock, and a watchdog that does reset the machine.
//!
//! The program says what it sees. What it does is looked at from outside: the PL061's registers through QEMU's monitor, the
//! watchdog through QEMU's events.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on stops; clippy knows only the functions marked #[test]"
)]

mod guest;
mod initramfs;
mod machine;

use std::time::Instant;

use machine::{CLOCK, Machine};
use serde_json::json;

/// The lines of the PL061 that the program drives, as bits of its registers.
const CELL: u8 = 1 << 4;
const GREEN: u8 = 1 << 5;
/// Burns when low.
const RED: u8 = 1 << 6;

/// What the machine's clock may go on by in a whole run, in seconds, which takes half a minute.
const WHOLE_RUN: u64 = 240;

#[test]
fn the_board_is_driven_on_qemu_virt() {
    let built = Instant::now();
    let guest = match guest::provide() {
        Ok(guest) => guest,
        Err(reason) => return pumice_lab::skip::because(&reason),
    };
    println!("built: {:.1} s", built.elapsed().as_secs_f32());
    let started = Instant::now();
    let mut machine = Machine::start(&guest);
    let uptime = machine.heard("up ");
    println!("booted: {:.1} s, the kernel says {uptime} s", started.elapsed().as_secs_f32());

    own_file(&mut machine, false);
    lamps_and_cell(&mut machine);
    lines(&mut machine);
    buttons(&mut machine);
    println!("lines and buttons: {:.1} s", started.elapsed().as_secs_f32());
    watchdog(&mut machine);
    println!("reset and halted: {:.1} s", started.elapsed().as_secs_f32());
}

/// The machine's own file. Its power key has no driver yet, and there is no disk.
fn own_file(machine: &mut Machine, was_reset: bool) {
    assert_eq!(machine.heard("board "), "qemu-virt, warning: None");
    assert_eq!(machine.heard("missing "), "button: no input device gpio-keys; storage: no device /dev/vda");
    assert_eq!(machine.heard("watchdog "), format!("30s, has reset the board: Some({was_reset})"));
    let clock = |machine: &mut Machine| machine.heard("clock ").parse::<u64>().unwrap();
    let (first, second) = (clock(machine), clock(machine));
    assert!((CLOCK + 1..CLOCK + WHOLE_RUN).contains(&first), "{first}");
    assert!((2..=3).contains(&(second - first)), "{first}, {second}");
    assert_eq!(machine.heard("by order it is "), "inactive");
}

fn lamps_and_cell(machine: &mut Machine) {
    assert_eq!(machine.heard("missing "), "temperature processor: no thermal zone cpu-thermal");
    let stages = [
        // Lamps are dark, and the cell goes on serving.
        ("opened", RED | CELL),
        ("serving, cell powered: Some(true)", GREEN | RED | CELL),
        ("off, cell powered: Some(true)", RED | CELL),
        ("failing, cell powered: Some(true)", CELL),
        ("failing, dark, cell powered: Some(true)", RED | CELL),
        ("cell off, cell powered: Some(false)", GREEN | RED),
        ("cell wanted too early, cell powered: Some(false)", GREEN | RED),
        ("cell on, cell powered: Some(true)", GREEN | RED | CELL),
    ];
    for (said, levels) in stages {
        assert_eq!(machine.heard("pins "), said);
        let (found, outputs) = machine.pins();
        assert_eq!(outputs, GREEN | RED | CELL, "{said}");
        assert_eq!(found, levels, "{said}: {found:#010b}, not {levels:#010b}");
        machine.go_on();
    }
}

fn lines(machine: &mut Machine) {
    assert_eq!(machine.heard("read back "), "[true, false, true, false, true]");
    assert!(machine.heard("taken: ").contains("busy"));
    assert_eq!(machine.heard("an input"), "");
    // Lines that were let go stay as they were: a gateway that dies leaves the cell its power.
    assert_eq!(machine.pins(), (RED | CELL, RED | CELL), "green is no output any more");
    machine.go_on();
    assert_eq!(machine.heard("absent line: "), "gpiochip0 has 8 lines only");
    assert_eq!(machine.heard("absent chip: "), "no GPIO chip gpiochip9");
}

/// The same key twice: as a line that we read, then through the kernel's gpio-keys.
fn buttons(machine: &mut Machine) {
    let pressed = |machine: &mut Machine| {
        assert_eq!(machine.heard("press"), "");
        machine.press();
        assert_eq!(machine.heard("pressed "), "Short");
    };
    pressed(machine);
    assert_eq!(machine.heard("board "), "qemu-virt, warning: None");
    assert_eq!(machine.heard("missing "), "storage: no device /dev/vda");
    pressed(machine);
    // The kernel has the line now.
    let missing = machine.heard("missing ");
    assert!(missing.starts_with("button: ") && missing.contains("busy"), "{missing}");
}

/// Fed for longer than its time, it does nothing; then the machine is reset, and the next start knows why.
fn watchdog(machine: &mut Machine) {
    assert!(machine.heard("fed, ").contains("timeout: 5s"));
    assert_eq!(machine.heard("starves"), "");
    assert_eq!(machine.happened(), [""; 0], "a watchdog that is fed is quiet");
    assert_eq!(machine.heard("stuck "), "[\"core\"]");
    assert_eq!(machine.until_event("WATCHDOG"), json!({"action": "reset"}));
    machine.heard("up ");
    own_file(machine, true);
    assert_eq!(machine.heard("halts"), "");
    assert_eq!(machine.until_event("SHUTDOWN")["reason"], "guest-shutdown");
    assert!(machine.ended().success());
}
