//! The only program of a virtual machine: QEMU's `virt` for ARM64. It drives the board with this crate and says on the console
//! what it sees; `tests/virt` starts the machine, presses its power button, looks at its pins from outside, and judges.
//!
//! Every line of ours begins with `virt: `. Where the other side has something to do first, we wait for a line from it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what can't go on panics: the kernel says so on the console, and the test fails"
)]

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use embedded_hal::digital::{InputPin, OutputPin, PinState};
use nix::kmod::{ModuleInitFlags, finit_module};
use nix::mount::{MsFlags, mount};
use nix::sys::reboot::{RebootMode, reboot};
use pumice_board::led::LedState;
use pumice_board::recognise::recognise;
use pumice_board::sysfs::Tree;
use pumice_board::{Bias, Board, Event, Hardware, LineParts, gpio};

/// What the machine's file does not have, on the lines of its PL061.
const FITTED: &str = r#"
    name = "fitted"
    title = "QEMU virt with lamps"
    never_run = ["It is no board."]
    fallback_address = "10.1.2.3/24"
    backhaul = ["ethernet"]
    rtc = "rtc0"
    [[interface]]
    names = ["eth0"]
    medium = "ethernet"
    roles = ["cell", "backhaul"]
    [[led]]
    colour = "green"
    gpio = { chip = "gpiochip0", line = 5 }
    [[led]]
    colour = "red"
    gpio = { chip = "9030000.pl061", line = 6, active_low = true }
    [button]
    gpio = { chip = "gpiochip0", line = 3 }
    [cell_power]
    gpio = { chip = "gpiochip0", line = 4 }
    off_s = 10
    [watchdog]
    device = "/dev/watchdog0"
    timeout_s = 5
    [[temperature]]
    name = "processor"
    zone = "cpu-thermal"
"#;

/// For how long somebody may take to press the button, or the watchdog to reset the machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    // On anybody's own machine it would mount, load and halt.
    assert_eq!(std::process::id(), 1, "this is the first program of a virtual machine, and nothing else");
    for (kind, folder) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev")] {
        fs::create_dir_all(folder).unwrap();
        mount(Some(kind), folder, Some(kind), MsFlags::empty(), None::<&str>).unwrap();
    }
    let uptime = Tree::new("/").text("/proc/uptime").unwrap();
    say(&format!("up {}", uptime.split(' ').next().unwrap()));
    load("i6300esb");
    load("evdev");
    if own_file() {
        return halt();
    }
    lamps_and_cell();
    lines();
    button_on_a_line();
    load("gpio_keys");
    button_on_an_input_device();
    watchdog();
    halt();
}

fn say(text: &str) {
    println!("virt: {text}");
    io::stdout().flush().unwrap();
}

/// Until the other side has done what was said.
fn wait() {
    io::stdin().read_line(&mut String::new()).unwrap();
}

fn halt() {
    say("halts");
    reboot(RebootMode::RB_POWER_OFF).unwrap();
}

fn load(module: &str) {
    let file = File::open(Path::new("/modules").join(module).with_extension("ko")).unwrap();
    finit_module(&file, c"", ModuleInitFlags::empty()).unwrap_or_else(|error| panic!("{module}: {error}"));
}

fn missing(hardware: &Hardware) {
    let missing = hardware.missing().iter().map(|each| format!("{}: {}", each.part, each.reason));
    say(&format!("missing {}", missing.collect::<Vec<_>>().join("; ")));
}

/// The file in `boards/`, found by the device tree. Was the machine reset by its watchdog?
fn own_file() -> bool {
    let board = own_board();
    let mut hardware = Hardware::open(&board, Tree::new("/"), Duration::ZERO);
    hardware.start_watchdog();
    missing(&hardware);
    let watchdog = hardware.readings().watchdog.unwrap();
    say(&format!("watchdog {:?}, has reset the board: {:?}", watchdog.timeout, watchdog.reset_the_board));
    hardware.poll(Duration::ZERO);
    let rtc = |hardware: &Hardware| say(&format!("clock {}", hardware.readings().rtc.unwrap()));
    rtc(&hardware);
    std::thread::sleep(Duration::from_millis(2_000));
    hardware.poll(Duration::from_millis(2_000));
    rtc(&hardware);
    hardware.stop_watchdog().unwrap();
    say(&format!("by order it is {}", Tree::new("/").text("/sys/class/watchdog/watchdog0/state").unwrap()));
    watchdog.reset_the_board.unwrap()
}

fn own_board() -> Board {
    let found = recognise(&Tree::new("/"), &[], std::env::consts::ARCH).unwrap();
    say(&format!("board {}, warning: {:?}", found.board.name, found.warning));
    found.board
}

fn fitted(now: Duration) -> Hardware {
    Hardware::open(&pumice_board::parse(FITTED).unwrap(), Tree::new("/"), now)
}

/// What `Hardware` does to the pins. The time is made up, so nothing waits for a lamp to blink.
fn lamps_and_cell() {
    let mut hardware = fitted(Duration::ZERO);
    missing(&hardware);
    say("pins opened");
    wait();
    let mut at = |name: &str, state, cell, milliseconds| {
        hardware.show(state);
        assert!(hardware.power_cell(cell), "the board switches its cell");
        hardware.poll(Duration::from_millis(milliseconds));
        say(&format!("pins {name}, cell powered: {:?}", hardware.readings().cell_powered));
        wait();
    };
    at("serving", LedState::Serving, true, 0);
    at("off", LedState::Off, true, 1_000);
    at("failing", LedState::Failing, true, 2_000);
    at("failing, dark", LedState::Failing, true, 2_130);
    at("cell off", LedState::Serving, false, 3_000);
    at("cell wanted too early", LedState::Serving, true, 12_900);
    at("cell on", LedState::Serving, true, 13_000);
}

/// Single lines: read back, taken, absent.
fn lines() {
    let tree = Tree::new("/");
    let parts = |line| LineParts { chip: "gpiochip0".to_owned(), line, active_low: false, bias: Bias::AsIs };
    let mut lamp = gpio::output(&tree, &parts(5), PinState::High).unwrap();
    let mut seen = vec![lamp.is_high().unwrap()];
    for _ in 0..2 {
        lamp.set_low().unwrap();
        seen.push(lamp.is_high().unwrap());
        lamp.set_high().unwrap();
        seen.push(lamp.is_high().unwrap());
    }
    say(&format!("read back {seen:?}"));
    say(&format!("taken: {}", gpio::output(&tree, &parts(5), PinState::Low).unwrap_err()));
    assert!(lamp.is_high().unwrap(), "who asks in vain changes nothing");
    drop(lamp);
    // Given back, it may be taken as something else. This chip has no pull-ups; that it was asked for one is no mistake.
    let input = gpio::input(&tree, &LineParts { bias: Bias::PullUp, ..parts(5) }).unwrap();
    say("an input");
    wait();
    drop(input);
    say(&format!("absent line: {}", gpio::input(&tree, &parts(8)).unwrap_err()));
    let elsewhere = LineParts { chip: "gpiochip9".to_owned(), ..parts(0) };
    say(&format!("absent chip: {}", gpio::input(&tree, &elsewhere).unwrap_err()));
}

/// Polls in real time until `done` finds what it looks for.
fn poll_until<T>(
    hardware: &mut Hardware,
    start: Instant,
    mut done: impl FnMut(Duration, Vec<Event>) -> Option<T>,
) -> T {
    let patience = start.elapsed() + PATIENCE;
    loop {
        let now = start.elapsed();
        assert!(now < patience, "in vain");
        let events = hardware.poll(now);
        if let Some(found) = done(now, events) {
            return found;
        }
        std::thread::sleep(Hardware::POLL_EVERY);
    }
}

fn press(hardware: &mut Hardware, start: Instant) {
    // A button counts once it was seen up.
    let seen_up = start.elapsed() + Duration::from_millis(200);
    let mut asked = false;
    let press = poll_until(hardware, start, |now, events| {
        if now >= seen_up && !std::mem::replace(&mut asked, true) {
            say("press");
        }
        events.into_iter().find_map(|event| match event {
            Event::Button(press) => Some(press),
            _ => None,
        })
    });
    say(&format!("pressed {press:?}"));
}

fn button_on_a_line() {
    let start = Instant::now();
    press(&mut fitted(Duration::ZERO), start);
}

fn button_on_an_input_device() {
    let start = Instant::now();
    let mut hardware = Hardware::open(&own_board(), Tree::new("/"), Duration::ZERO);
    missing(&hardware);
    press(&mut hardware, start);
    // The kernel has the line now.
    missing(&fitted(Duration::ZERO));
}

/// Fed while the core makes progress, for longer than its time; then it does not, though this program lives on.
fn watchdog() {
    const FED: Duration = Duration::from_secs(8);
    let start = Instant::now();
    let mut hardware = fitted(Duration::ZERO);
    let core = hardware.watch("core", Duration::from_secs(1), Duration::ZERO).unwrap();
    hardware.start_watchdog();
    say(&format!("fed, {:?}", hardware.readings().watchdog.unwrap()));
    poll_until(&mut hardware, start, |now, events| {
        core.made();
        assert!(!events.iter().any(|event| matches!(event, Event::Stuck(_))), "{events:?}");
        (now >= FED).then_some(())
    });
    say("starves");
    let stuck = poll_until(&mut hardware, start, |_, events| {
        events.into_iter().find_map(|event| match event {
            Event::Stuck(stuck) => Some(stuck),
            _ => None,
        })
    });
    say(&format!("stuck {stuck:?}"));
    // Nothing is said after this: the machine is reset.
    poll_until(&mut hardware, start, |_, _| None::<()>);
}
