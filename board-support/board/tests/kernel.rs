//! The drivers with the kernel's own mocks, under User-mode Linux: softdog, i2c-stub, a pulse per second made by a timer.
//!
//! This test program runs itself again inside (`tests/uml-run`). It loads the mocks itself there, because two of them want to be
//! told something.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on stops; clippy knows only the functions marked #[test]"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use embedded_hal::i2c::I2c;
use linux_embedded_hal::Delay;
use pumice_board::gnss::{Phase, Pps, Pulse};
use pumice_board::ina2xx::{Ina2xx, Ina2xxError, Measurement, Setup};
use pumice_board::smbus::{Bus, BusError};
use pumice_board::sysfs::Tree;
use pumice_board::watchdog::{Keeper, ProgressWatch, Verdict};
use pumice_board::{Chip, Hardware};

#[test]
fn the_kernels_mocks_are_driven() {
    pumice_lab::uml::again("the_kernels_mocks_are_driven", inside);
}

fn inside() {
    step("softdog", softdog);
    step("i2c-stub", i2c_stub);
    step("hardware", whole_board);
    step("pulse per second", pulse_per_second);
}

fn step(name: &str, test: impl FnOnce()) {
    let start = Instant::now();
    test();
    println!("{name}: {:.1} s", start.elapsed().as_secs_f32());
}

/// Loads a module of the kernel that runs.
fn load(module: &str, arguments: &[&str]) {
    let mut versions: Vec<PathBuf> =
        fs::read_dir("/usr/lib/uml/modules").unwrap().map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    let path = versions.last().unwrap().join("kernel/drivers").join(module).with_extension("ko");
    let status = Command::new("/usr/sbin/insmod").arg(path).args(arguments).status().unwrap();
    assert!(status.success(), "insmod {module}: {status}");
}

fn kernel_log() -> String {
    String::from_utf8_lossy(&Command::new("dmesg").output().unwrap().stdout).into_owned()
}

/// softdog that only says when it would have reset the board. The machine has a watchdog of its own; ours is the one that came.
fn softdog() {
    let names = || -> Vec<String> { Tree::new("/").names("/sys/class/watchdog") };
    let before = names();
    load("watchdog/softdog", &["soft_noboot=1", "nowayout=0"]);
    let name = names().into_iter().find(|name| !before.contains(name)).expect("softdog is a watchdog");
    let path = PathBuf::from("/dev").join(name);
    let fired = || kernel_log().matches("Triggered").count();

    let mut keeper = Keeper::open(&path, Duration::from_secs(2)).unwrap();
    assert_eq!(keeper.timeout(), Duration::from_secs(2));
    assert_eq!(keeper.has_reset_the_board(), Some(false));
    let busy = Keeper::open(&path, Duration::from_secs(2)).unwrap_err();
    assert_eq!(busy.raw_os_error(), Some(nix::libc::EBUSY), "one keeper only");

    // Fed while there is progress, for more than twice its timeout.
    let start = Instant::now();
    let mut watch = ProgressWatch::new();
    let core = watch.add("core", Duration::from_secs(1), start.elapsed()).unwrap();
    let mut round = |keeper: &mut Keeper, progress: bool| {
        std::thread::sleep(Duration::from_millis(250));
        if progress {
            core.made();
        }
        let verdict = watch.verdict(start.elapsed());
        if verdict == Verdict::Feed {
            keeper.feed().unwrap();
        }
        verdict
    };
    for _ in 0..20 {
        assert_eq!(round(&mut keeper, true), Verdict::Feed);
    }
    assert_eq!(fired(), 0);
    // The process lives, and the core stands still: it fires.
    let waited = Instant::now();
    let mut last = Verdict::Feed;
    while fired() == 0 {
        assert!(waited.elapsed() < Duration::from_secs(20), "it does not fire");
        last = round(&mut keeper, false);
    }
    assert!(waited.elapsed() >= Duration::from_secs(2), "too early");
    assert_eq!(last, Verdict::Starve(["core"].into_iter().collect()));

    // Stopped by order, it does not fire any more.
    keeper.feed().unwrap();
    keeper.stop().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(fired(), 1);
    // A keeper that dies leaves it running.
    drop(Keeper::open(&path, Duration::from_secs(1)).unwrap());
    let waited = Instant::now();
    while fired() == 1 {
        assert!(waited.elapsed() < Duration::from_secs(20), "a dead process is not noticed");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(kernel_log().contains("watchdog did not stop!"));
    Keeper::open(&path, Duration::from_secs(60)).unwrap().stop().unwrap();
}

/// What the registers of the mocked chips are made to say. They keep what is written.
fn set(bus: &mut Bus, address: u8, register: u8, value: u16) {
    let [high, low] = value.to_be_bytes();
    bus.write(address, &[register, high, low]).unwrap();
}

fn i2c_stub() {
    for module in ["i2c/i2c-core", "i2c/i2c-dev"] {
        load(module, &[]);
    }
    load("i2c/i2c-stub", &["chip_addr=0x40,0x41"]);
    let tree = Tree::new("/");
    let mut bus = Bus::open(&tree, 0).unwrap();
    assert!(Bus::open(&tree, 9).is_err());

    // An INA219: 12 V, 1 A.
    let setup = Setup::new(Chip::Ina219, 100_000, 2_000).unwrap();
    let mut chip = Ina2xx::open(Bus::open(&tree, 0).unwrap(), 0x40, setup, &mut Delay).unwrap();
    set(&mut bus, 0x40, 0x02, 3000 << 3);
    assert_eq!(chip.measure(), Err(Ina2xxError::NotReady));
    set(&mut bus, 0x40, 0x02, 3000 << 3 | 2);
    set(&mut bus, 0x40, 0x04, 16_128);
    assert_eq!(chip.measure(), Ok(Measurement { millivolts: 12_000, milliamps: 1_000 }));
    set(&mut bus, 0x40, 0x05, 0);
    assert_eq!(chip.measure(), Err(Ina2xxError::WasReset));
    assert_eq!(chip.measure(), Ok(Measurement { millivolts: 12_000, milliamps: 1_000 }));
    assert!(chip.release().is_smbus_only(), "i2c-stub knows no plain messages");

    // An INA226: it must say who it is.
    let setup = Setup::new(Chip::Ina226, 2_000, 20_000).unwrap();
    let open = || Ina2xx::open(Bus::open(&tree, 0).unwrap(), 0x41, setup, &mut Delay);
    assert_eq!(open().map(|_| ()), Err(Ina2xxError::WrongChip { register: 0xfe, value: 0 }));
    set(&mut bus, 0x41, 0xfe, 0x5449);
    let mut chip = open().unwrap();
    set(&mut bus, 0x41, 0x02, 9_600);
    set(&mut bus, 0x41, 0x06, 0x0008);
    set(&mut bus, 0x41, 0x04, (-1_500_i16).cast_unsigned());
    let Ok(Measurement { millivolts: 12_000, milliamps }) = chip.measure() else {
        panic!("{:?}", chip.measure())
    };
    // 1500 steps of 20 A / 32768, which were rounded up to 611 µA.
    assert!((-918..=-915).contains(&milliamps), "{milliamps} mA");

    // Nobody answers there.
    let setup = Setup::new(Chip::Ina219, 100_000, 2_000).unwrap();
    let opened = Ina2xx::open(Bus::open(&tree, 0).unwrap(), 0x45, setup, &mut Delay);
    assert_eq!(opened.map(|_| ()), Err(Ina2xxError::Bus(BusError { errno: nix::libc::ENODEV })));
}

/// A board whose parts are the kernel's, opened as the gateway does.
fn whole_board() {
    let text = r#"
        name = "mocked"
        title = "The kernel's mocks"
        never_run = ["It is no board."]
        fallback_address = "10.1.2.3/24"
        backhaul = ["ethernet"]
        [[interface]]
        names = ["eth0"]
        medium = "ethernet"
        roles = ["cell", "backhaul"]
        [watchdog]
        device = "/dev/WATCHDOG"
        timeout_s = 5
        [[supply]]
        name = "battery"
        chip = "ina219"
        bus = 0
        address = 0x40
        shunt_micro_ohm = 100_000
        max_milliamps = 2_000
        [battery]
        source = "battery"
        warn_mv = 12_400
        drop_cell_mv = 12_000
        save_mv = 11_800
        halt_mv = 11_500
        hold_s = 5
        return_hold_s = 5
    "#;
    let watchdogs = Tree::new("/").names("/sys/class/watchdog");
    let board = pumice_board::parse(&text.replace("WATCHDOG", watchdogs.last().unwrap())).unwrap();
    let mut hardware = Hardware::open(&board, Tree::new("/"), Duration::ZERO);
    hardware.start_watchdog();
    assert_eq!(hardware.missing(), []);
    assert_eq!(hardware.readings().watchdog.unwrap().timeout, Duration::from_secs(5));
    let mut bus = Bus::open(&Tree::new("/"), 0).unwrap();
    set(&mut bus, 0x40, 0x02, 3050 << 3 | 2);
    let mut events = Vec::new();
    for second in 0..10 {
        events.extend(hardware.poll(Duration::from_secs(second)));
    }
    assert_eq!(hardware.readings().supplies[0].measured.as_ref().unwrap().millivolts, 12_200);
    assert_eq!(events, [pumice_board::Event::Battery(pumice_board::power::Action::Warn)]);
    hardware.stop_watchdog().unwrap();
}

/// The kernel's timer makes a pulse a second; the fix is ours to say.
fn pulse_per_second() {
    load("pps/pps_core", &[]);
    load("pps/clients/pps-ktimer", &[]);
    let tree = Tree::new("/");
    let start = Instant::now();
    let mut pps = Pps::new();
    let mut phase = Phase::None;
    while phase != Phase::Locked {
        assert!(start.elapsed() < Duration::from_secs(30), "{phase:?}, {:?}", Pulse::read(&tree, "pps0"));
        std::thread::sleep(Duration::from_millis(200));
        phase = pps.observe(start.elapsed(), Pulse::read(&tree, "pps0"), true);
    }
    assert!(matches!(
        pps.observe(start.elapsed(), Pulse::read(&tree, "pps0"), false),
        Phase::Holdover { .. }
    ));
}
