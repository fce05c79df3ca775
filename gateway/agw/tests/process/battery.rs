//! A battery that runs down: the gateway on a board whose supervisor, with the logic of the real firmware, sits at the other end of
//! a serial line.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::unistd::ttyname;
use pumice_link::{Event, Rail, Slot};
use pumice_supervisor::{Effect, Effects, Flash, FlashError, Input, Retained, Sample, Supervisor};

use super::Gateway;

/// Each step holds for a second, to be seen in a test's time. The supervisor's own thresholds are below.
const BOARD: &str = r#"
name = "test-solar"
title = "Test board"
never_run = ["It is made of a pseudo-terminal."]
fallback_address = "192.168.73.1/24"
backhaul = ["ethernet"]
[[interface]]
names = ["eth0"]
medium = "ethernet"
roles = ["cell", "backhaul"]
[supervisor]
tty = "TTY"
baud = 115_200
[battery]
source = "supervisor"
warn_mv = 13_200
drop_cell_mv = 13_000
save_mv = 12_800
halt_mv = 12_600
hysteresis_mv = 100
hold_s = 1
return_hold_s = 1
"#;

const FULL: u16 = 13_600;

/// Slots that nobody writes to.
struct NoFlash;

impl Flash for NoFlash {
    fn capacity(&self) -> u32 {
        0
    }

    fn erase(&mut self) -> Result<(), FlashError> {
        Err(FlashError)
    }

    fn write(&mut self, _: u32, _: &[u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }

    fn read(&self, _: u32, _: &mut [u8]) -> Result<(), FlashError> {
        Err(FlashError)
    }
}

#[derive(Default)]
struct Wires {
    cell: bool,
    events: Vec<Event>,
    to_gateway: Vec<u8>,
}

impl Effects for Wires {
    fn apply(&mut self, effect: Effect<'_>) {
        match effect {
            Effect::Rail(Rail::Cell, on) => self.cell = on,
            Effect::Send(octets) => self.to_gateway.extend(octets),
            Effect::Recorded(record) => self.events.push(record.event),
            Effect::Rail(Rail::Board, _) | Effect::ResetLine(_) | Effect::Restart => {}
        }
    }
}

/// The supervisor in a thread, on the master's side of a pseudo-terminal.
struct Board {
    tty: PathBuf,
    battery_mv: Arc<AtomicU16>,
    wires: Arc<Mutex<Wires>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Board {
    fn start() -> Self {
        let pty = openpty(None, None).unwrap();
        let tty = ttyname(&pty.slave).unwrap();
        let flags = OFlag::from_bits_truncate(fcntl(&pty.master, FcntlArg::F_GETFL).unwrap());
        fcntl(&pty.master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).unwrap();
        let battery_mv = Arc::new(AtomicU16::new(FULL));
        let (wires, stop) = (Arc::new(Mutex::new(Wires::default())), Arc::new(AtomicBool::new(false)));
        let (battery, seen, ends) = (Arc::clone(&battery_mv), Arc::clone(&wires), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            // Open for as long as the master: a line does not hang up because nobody listens.
            let _slave = pty.slave;
            assert!(_slave.as_raw_fd() >= 0);
            live(File::from(pty.master), &battery, &seen, &ends);
        });
        Self { tty, battery_mv, wires, stop, thread: Some(thread) }
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Wires) -> bool) {
        let patience = Instant::now() + Duration::from_secs(30);
        while !is_so(&self.wires.lock().unwrap()) {
            assert!(Instant::now() < patience, "{what}: {:?}", self.wires.lock().unwrap().events);
            thread::yield_now();
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))), "the supervisor panicked");
    }
}

fn live(mut line: File, battery_mv: &AtomicU16, wires: &Mutex<Wires>, stop: &AtomicBool) {
    let begun = Instant::now();
    let mut memory = vec![0; 2_048];
    let mut supervisor = Supervisor::start(
        0,
        Retained::open(&mut memory),
        NoFlash,
        Slot::Factory,
        1,
        &mut *wires.lock().unwrap(),
    );
    while !stop.load(Ordering::Relaxed) {
        let now_ms = u64::try_from(begun.elapsed().as_millis()).unwrap();
        let mut octets = [0; 256];
        let count = match line.read(&mut octets) {
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Other) => 0,
            Err(error) => panic!("{error}"),
        };
        let mut wires = wires.lock().unwrap();
        if count > 0 {
            supervisor.handle(now_ms, Input::Received(&octets[..count]), &mut *wires);
        }
        let sample = Sample {
            battery_mv: battery_mv.load(Ordering::Relaxed),
            battery_ma: -500,
            solar_mv: 0,
            solar_ma: 0,
            temperature_dc: 250,
        };
        supervisor.handle(now_ms, Input::Sample(sample), &mut *wires);
        let out = std::mem::take(&mut wires.to_gateway);
        drop(wires);
        let _ = line.write_all(&out);
        // The pace of the firmware's own timer.
        thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn the_cell_goes_first_then_the_box_and_the_cell_comes_back_by_itself() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let board = Board::start();
    let mut gateway = Gateway::new();
    gateway.watched = false;
    let description = gateway.config().with_file_name("board.toml");
    fs::write(&description, BOARD.replace("TTY", &board.tty.display().to_string())).unwrap();
    gateway.configure(&format!("[board]\ndescription = \"{}\"", description.display()));
    gateway.start();
    board.wait("the cell has power", |wires| wires.cell);
    board.wait("it was told the board's thresholds", |wires| {
        wires.events.iter().any(|event| matches!(event, Event::SettingsChanged))
    });

    board.battery_mv.store(12_900, Ordering::Relaxed);
    board.wait("the cell is off", |wires| !wires.cell);
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let machine = gateway.get("/api/v1/machine").text();
        if machine.contains("\"low\":true") && machine.contains("\"cell_off\":true") {
            break;
        }
        assert!(Instant::now() < patience, "{machine}");
    }

    board.battery_mv.store(FULL, Ordering::Relaxed);
    board.wait("the cell is back", |wires| wires.cell);

    board.battery_mv.store(12_500, Ordering::Relaxed);
    board.wait("the box says that it halts", |wires| {
        wires.events.iter().any(|event| matches!(event, Event::HaltNoticed(_)))
    });
    let (code, log) = gateway.wait();
    assert_eq!(code, Some(6), "{log}");
    assert!(log.contains("the battery is nearly empty: everything is saved"), "{log}");
    // What the supervisor did stands in the log, each thing once.
    assert_eq!(log.matches("the supervisor noted: RailOff(Cell").count(), 2, "{log}");
    // It starts again, and serves, when the power is back.
    board.battery_mv.store(FULL, Ordering::Relaxed);
    gateway.start();
    assert_eq!(gateway.get("/api/v1/status").status, 200);
}
