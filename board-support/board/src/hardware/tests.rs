use std::fs;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::Path;

use super::*;
use crate::board::LampWire;
use crate::button::Press;
use crate::power::{Action, Level};

const KEY_RESTART: u16 = 0x198;

const BOARD: &str = r#"
name = "bench"
title = "A board on the bench"
never_run = ["All of it: it is a directory."]
fallback_address = "10.1.2.3/24"
backhaul = ["ethernet"]
rtc = "rtc0"
undervoltage = "rpi_volt"
storage = "/dev/mmcblk0"

[[interface]]
names = ["eth0"]
medium = "ethernet"
roles = ["cell", "backhaul"]

[[led]]
colour = "green"
sysfs = "ACT"

[[led]]
colour = "red"
sysfs = "PWR"

[button]
evdev = { name = "gpio-keys", key = 0x198 }

[watchdog]
device = "/dev/watchdog0"

[[temperature]]
name = "processor"
zone = "cpu-thermal"
hot = 80

[fan]
hwmon = "emc2305"
control = "curve"
curve = [{ celsius = 50, percent = 40 }, { celsius = 70, percent = 100 }]

[gnss]
tty = "/dev/ttyS7"
pps = "pps0"

[supervisor]
tty = "/dev/ttyS8"

[battery]
source = "supervisor"
warn_mv = 12_000
drop_cell_mv = 11_800
save_mv = 11_600
halt_mv = 11_400
hold_s = 5
return_hold_s = 10
"#;

/// A board of files, and a clock that goes in steps of 20 ms.
struct Bench {
    root: tempfile::TempDir,
    key: fs::File,
    gnss: fs::File,
    hardware: Hardware,
    now: Duration,
    events: Vec<Event>,
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

impl Bench {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let files = [
            ("sys/class/leds/ACT/max_brightness", "1"),
            ("sys/class/leds/ACT/brightness", "0"),
            ("sys/class/leds/PWR/max_brightness", "255"),
            ("sys/class/leds/PWR/brightness", "0"),
            ("sys/class/input/event3/device/name", "gpio-keys\n"),
            ("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n"),
            ("sys/class/thermal/thermal_zone0/temp", "45000\n"),
            ("sys/class/hwmon/hwmon0/name", "rpi_volt\n"),
            ("sys/class/hwmon/hwmon0/in0_lcrit_alarm", "0\n"),
            ("sys/class/hwmon/hwmon1/name", "emc2305\n"),
            ("sys/class/hwmon/hwmon1/pwm1", "255\n"),
            ("sys/class/hwmon/hwmon1/fan1_input", "1200\n"),
            ("sys/class/rtc/rtc0/since_epoch", "1753000000\n"),
            ("sys/class/pps/pps0/assert", "0.000000000#0\n"),
            ("dev/mmcblk0", ""),
            ("dev/watchdog0", ""),
        ];
        for (path, text) in files {
            put(root.path(), path, text);
        }
        fs::create_dir_all(root.path().join("dev/input")).unwrap();
        let fifo = root.path().join("dev/input/event3");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let pair = nix::pty::openpty(None, None).unwrap();
        let slave = fs::read_link(format!("/proc/self/fd/{}", pair.slave.as_raw_fd())).unwrap();
        std::os::unix::fs::symlink(slave, root.path().join("dev/ttyS7")).unwrap();
        let board = crate::parse(BOARD).unwrap();
        let now = Duration::from_secs(100);
        let hardware = Hardware::open(&board, Tree::new(root.path()), now);
        let key = fs::OpenOptions::new().write(true).open(fifo).unwrap();
        Self { root, key, gnss: fs::File::from(pair.master), hardware, now, events: Vec::new() }
    }

    fn run(&mut self, millis: u64) {
        for _ in 0..millis / 20 {
            self.events.extend(self.hardware.poll(self.now));
            self.now += Hardware::POLL_EVERY;
        }
    }

    fn press(&mut self, down: bool) {
        let mut event = vec![0; size_of::<nix::libc::timeval>()];
        event.extend(1_u16.to_ne_bytes());
        event.extend(KEY_RESTART.to_ne_bytes());
        event.extend(i32::from(down).to_ne_bytes());
        self.key.write_all(&event).unwrap();
    }

    fn say(&mut self, body: &str) {
        let sum = body.bytes().fold(0, |sum, octet| sum ^ octet);
        self.gnss.write_all(format!("${body}*{sum:02X}\r\n").as_bytes()).unwrap();
    }

    fn put(&self, path: &str, text: &str) {
        put(self.root.path(), path, text);
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.path().join(path)).unwrap()
    }

    fn burning(&self) -> (bool, bool) {
        let lit = |lamp| self.read(&format!("sys/class/leds/{lamp}/brightness")) != "0";
        (lit("ACT"), lit("PWR"))
    }
}

#[test]
fn what_is_not_there_is_listed_and_the_rest_works() {
    let bench = Bench::new();
    let missing: Vec<&str> = bench.hardware.missing().iter().map(|missing| missing.part.as_str()).collect();
    assert_eq!(missing, ["supervisor"]);

    let root = tempfile::tempdir().unwrap();
    let board = crate::parse(BOARD).unwrap();
    let mut hardware = Hardware::open(&board, Tree::new(root.path()), Duration::ZERO);
    hardware.start_watchdog();
    let missing: Vec<&str> = hardware.missing().iter().map(|missing| missing.part.as_str()).collect();
    assert_eq!(
        missing,
        [
            "led green",
            "led red",
            "button",
            "temperature processor",
            "undervoltage",
            "rtc",
            "fan",
            "gnss",
            "pps",
            "storage",
            "supervisor",
            "watchdog"
        ]
    );
    for second in 0..100 {
        assert_eq!(hardware.poll(Duration::from_secs(second)), []);
    }
    assert!(!hardware.power_cell(false), "this board does not switch the cell");
    hardware.stop_watchdog().unwrap();
}

#[test]
fn every_compiled_in_board_opens_where_there_is_nothing() {
    for (name, _) in crate::recognise::FILES {
        let board = crate::recognise::by_name(name).unwrap();
        let root = tempfile::tempdir().unwrap();
        let mut hardware = Hardware::open(&board, Tree::new(root.path()), Duration::ZERO);
        assert!(!hardware.missing().is_empty(), "{name}");
        assert_eq!(hardware.poll(Duration::ZERO), [], "{name}");
        let lines = board.lamps.iter().filter(|lamp| matches!(lamp.wire, LampWire::Line(_))).count();
        let told = hardware.missing().iter().filter(|each| each.reason.starts_with("no GPIO chip")).count();
        assert!(told >= lines, "{name}: {:?}", hardware.missing());
    }
}

#[test]
fn the_led_shows_the_state_and_the_button_what_it_would_do() {
    let mut bench = Bench::new();
    bench.hardware.show(LedState::Serving);
    bench.run(100);
    assert_eq!(bench.burning(), (true, false), "green");
    bench.hardware.show(LedState::WaitingForCell);
    bench.run(100);
    assert_eq!(bench.burning(), (true, true), "amber, mixed");
    bench.run(200);
    assert_eq!(bench.burning(), (false, false), "between two flashes");
    bench.hardware.show(LedState::Serving);
    bench.press(true);
    bench.run(16_000);
    let mut seen = Vec::new();
    for _ in 0..20 {
        bench.run(20);
        seen.push(bench.burning());
    }
    assert!(seen.contains(&(false, true)) && seen.contains(&(false, false)), "red, very fast: {seen:?}");
    assert_eq!(bench.events, []);
    bench.press(false);
    bench.run(100);
    assert_eq!(bench.events, [Event::Button(Press::VeryLong)]);
    assert_eq!(bench.burning(), (true, false), "green again");
}

#[test]
fn temperature_turns_the_fan_and_is_told_when_it_is_too_high() {
    let mut bench = Bench::new();
    bench.run(1_000);
    let readings = bench.hardware.readings();
    assert_eq!(readings.temperatures[0].millidegrees, Some(45_000));
    assert_eq!(
        (readings.fan_percent, readings.fan_rpm, readings.rtc),
        (Some(0), Some(1_200), Some(1_753_000_000))
    );
    bench.put("sys/class/thermal/thermal_zone0/temp", "80000\n");
    bench.run(1_000);
    assert_eq!(bench.read("sys/class/hwmon/hwmon1/pwm1"), "255");
    bench.put("sys/class/thermal/thermal_zone0/temp", "75001\n");
    bench.run(1_000);
    bench.put("sys/class/thermal/thermal_zone0/temp", "74999\n");
    bench.run(1_000);
    let told = |hot, millidegrees| Event::Hot { name: "processor".to_owned(), hot, millidegrees };
    assert_eq!(bench.events, [told(true, 80_000), told(false, 74_999)]);
    bench.put("sys/class/thermal/thermal_zone0/temp", "nonsense\n");
    bench.run(1_000);
    assert_eq!(bench.hardware.readings().temperatures[0].millidegrees, None);
    assert_eq!(bench.hardware.readings().fan_percent, Some(100));
}

#[test]
fn a_weak_supply_is_told_when_it_changes() {
    let mut bench = Bench::new();
    bench.run(2_000);
    assert_eq!(bench.events, []);
    bench.put("sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1\n");
    bench.run(2_000);
    bench.put("sys/class/hwmon/hwmon0/in0_lcrit_alarm", "0\n");
    bench.run(2_000);
    assert_eq!(bench.events, [Event::Undervoltage(true), Event::Undervoltage(false)]);
}

#[test]
fn the_supervisors_word_on_the_battery_is_acted_on_while_it_is_fresh() {
    let mut bench = Bench::new();
    for _ in 0..8 {
        bench.hardware.supervisor_says(bench.now, 11_700);
        bench.run(1_000);
    }
    assert_eq!(bench.events, [Event::Battery(Action::Warn), Event::Battery(Action::DropCell)]);
    let battery = bench.hardware.readings().battery.unwrap();
    assert_eq!((battery.millivolts, battery.level, battery.blind), (Some(11_700), Level::CellDropped, false));
    bench.run(60_000);
    let battery = bench.hardware.readings().battery.unwrap();
    assert_eq!((battery.millivolts, battery.level, battery.blind), (None, Level::CellDropped, true));
    assert_eq!(bench.events.len(), 2, "a supervisor that is silent halts nobody");
    for _ in 0..12 {
        bench.hardware.supervisor_says(bench.now, 13_000);
        bench.run(1_000);
    }
    assert_eq!(bench.events[2..], [Event::Battery(Action::RestoreCell), Event::Battery(Action::EndWarning)]);
}

#[test]
fn the_receiver_is_read_through_its_port_and_the_phase_follows() {
    let mut bench = Bench::new();
    for second in 0..20 {
        bench.say(&format!("GNRMC,1200{second:02}.00,A,,,,,,,200725,,,A"));
        bench.say("GNGGA,120000.00,0117.52395,S,03649.31670,E,1,07,0.62,1661.4,M,,M,,");
        bench.put(
            "sys/class/pps/pps0/assert",
            &format!("1753012{:03}.000000100#{}\n", 800 + second, second + 7),
        );
        bench.run(1_000);
    }
    let gnss = bench.hardware.readings().gnss.unwrap();
    assert_eq!(gnss.time.map(|time| time.utc), Some(Duration::from_secs(1_753_012_819)));
    assert_eq!(gnss.fix.map(|fix| fix.satellites), Some(7));
    assert_eq!(bench.hardware.readings().phase, Some(Phase::Locked));
    bench.run(10_000);
    let gnss = bench.hardware.readings().gnss.unwrap();
    assert_eq!((gnss.talking, gnss.fix, gnss.time), (false, None, None));
    let [Event::Phase(Phase::Locked), Event::Phase(Phase::Holdover { .. })] = bench.events.as_slice() else {
        panic!("{:?}", bench.events)
    };
}

#[test]
fn a_receiver_that_is_plugged_in_later_is_found() {
    let mut bench = Bench::new();
    let tty = bench.root.path().join("dev/ttyS7");
    let pair = nix::pty::openpty(None, None).unwrap();
    let slave = fs::read_link(format!("/proc/self/fd/{}", pair.slave.as_raw_fd())).unwrap();
    // Its other end is gone: reading says so.
    bench.gnss = fs::File::open("/dev/null").unwrap();
    bench.run(1_000);
    fs::remove_file(&tty).unwrap();
    bench.run(31_000);
    assert!(!bench.hardware.readings().gnss.unwrap().talking);
    std::os::unix::fs::symlink(slave, &tty).unwrap();
    bench.gnss = fs::File::from(pair.master);
    bench.run(31_000);
    bench.say("GNTXT,01,01,02,back");
    bench.run(2_000);
    assert!(bench.hardware.readings().gnss.unwrap().talking);
}

#[test]
fn who_is_stuck_is_told_once_and_a_halt_is_given_a_minute() {
    let mut bench = Bench::new();
    let core = bench.hardware.watch("core", Duration::from_secs(5), bench.now).unwrap();
    for _ in 0..10 {
        core.made();
        bench.run(1_000);
    }
    assert_eq!(bench.events, []);
    bench.run(20_000);
    let stuck = |names: &[&'static str]| Event::Stuck(names.iter().copied().collect());
    assert_eq!(bench.events, [stuck(&["core"])]);
    core.made();
    bench.run(1_000);
    assert_eq!(bench.events[1..], [stuck(&[])]);
    bench.hardware.halting(bench.now);
    bench.run(59_000);
    assert_eq!(bench.events.len(), 2);
    bench.run(5_000);
    assert_eq!(bench.events[2..], [stuck(&["halt"])]);
}

/// As at a start that is faster than the drivers.
#[test]
fn what_comes_late_is_found() {
    let root = tempfile::tempdir().unwrap();
    let board = crate::recognise::by_name("qemu-virt").unwrap();
    let mut hardware = Hardware::open(&board, Tree::new(root.path()), Duration::ZERO);
    hardware.start_watchdog();
    let missing = |hardware: &Hardware| {
        hardware.missing().iter().map(|missing| missing.part.clone()).collect::<Vec<_>>()
    };
    assert_eq!(missing(&hardware), ["button", "rtc", "storage", "watchdog"]);
    assert!(hardware.look_again(&board, Duration::from_secs(5)).is_empty());
    assert_eq!(missing(&hardware), ["button", "rtc", "storage", "watchdog"]);
    std::fs::create_dir_all(root.path().join("sys/class/rtc/rtc0")).unwrap();
    std::fs::create_dir_all(root.path().join("dev/vda")).unwrap();
    assert_eq!(hardware.look_again(&board, Duration::from_secs(10)), ["rtc", "storage"]);
    assert_eq!(missing(&hardware), ["button", "watchdog"]);
}
