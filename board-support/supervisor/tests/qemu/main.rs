//! The firmware in QEMU against the gateway's real driver, over a serial line.
//!
//! The image runs on an emulated LM3S6965, built as for the real one. What it switches is read from the pins' registers. Time is real,
//! so this shows what only the whole can show; every rule in detail is tested in simulated time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that can't go on stops; clippy knows only the functions marked #[test]"
)]

mod debug_log;
mod elf;
mod firmware;
mod machine;
mod update;

use pumice_link::{
    Answer, Command, Event, Incoming, LadderStep, Notice, Rail, RailState, Refusal, ResetCause, Slot, Status,
    Thresholds, Versions, Wake, Watchdog, Why,
};

use crate::elf::Elf;
use crate::firmware::Images;
use crate::machine::{BOARD, CELL, Gateway, Machine};

/// What is small enough for one page of the smallest microcontroller that would do: 32 kB of flash.
const MAX_TEXT: usize = 32 * 1_024;

fn images() -> Option<&'static Images> {
    match firmware::images() {
        Ok(images) => Some(images),
        Err(reason) => {
            pumice_lab::skip::because(&reason);
            None
        }
    }
}

fn status(gateway: &mut Gateway) -> Status {
    let Answer::Status(status) = gateway.ask(Command::Status) else { panic!("not a status") };
    status
}

/// `wanted` happened, in this order, perhaps with something else in between.
#[track_caller]
fn assert_in_order(events: &[Event], wanted: &[Event]) {
    let mut rest = events.iter();
    for one in wanted {
        assert!(rest.any(|event| event == one), "{one:?} is missing or out of order in {events:#?}");
    }
}

/// Thresholds that count at once.
const QUICK: Thresholds = Thresholds { hold_s: 0, grace_s: 2, ..Thresholds::DEFAULT };

#[test]
fn the_shipped_image_is_small_and_greets_and_measures() {
    let Some(images) = images() else { return };
    let elf = Elf::read(&images.shipped);
    println!("the firmware has {} octets of code and constants", elf.text_size());
    assert!(elf.text_size() <= MAX_TEXT, "{} octets", elf.text_size());

    let mut machine = Machine::start(&images.shipped);
    // One that speaks only what is to come is told what there is.
    let mut future = machine.gateway(Versions { min: 2, max: 9 });
    let theirs = future.until("a refusal", |incoming| match incoming {
        Incoming::Refused { theirs } => Some(*theirs),
        Incoming::Up { .. } => panic!("version 1 was not offered"),
        _ => None,
    });
    assert_eq!(theirs, Versions { min: 1, max: 1 });
    future.hang_up();

    // One that speaks that too falls back to what both speak; noise on the line costs a repetition at most.
    let mut gateway = machine.gateway(Versions { min: 1, max: 9 });
    gateway.noise(b"\x01\x02AT+CGMI\r\n\x00\xff\xff");
    let (version, identity) = gateway.up();
    assert_eq!((version, identity.firmware, identity.slot, identity.starts), (1, 1, Slot::Factory, 1));

    // QEMU's ADC reads a constant, just above the middle: about 13.2 V behind our divider. Board and cell get power, in order.
    gateway.until_pins(&mut machine, BOARD | CELL);
    let status = status(&mut gateway);
    assert!(status.sensors, "{status:?}");
    assert!((13_150..=13_450).contains(&status.battery_mv), "{status:?}");
    assert!((13_150..=13_450).contains(&status.solar_mv), "{status:?}");
    assert!((300..=400).contains(&status.temperature_dc), "{status:?}");
    assert_eq!(status.reset_cause, ResetCause::PowerOn);
    let events = gateway.events();
    let started = Event::Started { cause: ResetCause::PowerOn, slot: Slot::Factory };
    assert_in_order(&events, &[started, Event::BoardOn(Wake::Start), Event::CellOn]);
    assert_in_order(&events, &[Event::LinkRefused, Event::LinkUp { version: 1 }]);

    let log = debug_log::decode(&machine.debug_log(), &elf);
    assert_eq!(log[0], "start: image {=u32}, from the slot: {=bool}");
    for line in ["{=u32} started", "{=u32} board on", "{=u32} cell on", "{=u32} link up, version {=u8}"] {
        assert!(log.iter().any(|logged| logged == line), "{line} is not in {log:#?}");
    }
}

#[test]
fn a_falling_battery_sheds_the_cell_then_asks_the_board_and_cuts_it_and_all_comes_back() {
    let Some(images) = images() else { return };
    let mut machine = Machine::start(&images.simulated);
    let mut gateway = machine.gateway(Versions::OURS);
    gateway.up();
    gateway.told(Command::SetThresholds(QUICK));
    let upside_down = Thresholds { cell_off_mv: 11_000, ..QUICK };
    assert_eq!(gateway.ask(Command::SetThresholds(upside_down)), Answer::Refused(Refusal::OutOfRange));

    machine.battery(13_500);
    gateway.until_pins(&mut machine, BOARD);
    gateway.until_pins(&mut machine, BOARD | CELL);

    machine.battery(12_200);
    gateway.until_pins(&mut machine, BOARD);
    let now = status(&mut gateway);
    assert_eq!((now.rails.board, now.rails.cell), (RailState::On, RailState::Off(Why::LowBattery)));

    machine.battery(11_500);
    let why = gateway.until("a request to halt", |incoming| match incoming {
        Incoming::Notice(Notice::RequestShutdown { why, .. }) => Some(*why),
        _ => None,
    });
    assert_eq!(why, Why::LowBattery);
    assert_eq!(machine.pins() & (BOARD | CELL), BOARD);
    gateway.told(Command::HaltNotice { seconds: 1 });
    gateway.until_pins(&mut machine, 0);

    machine.battery(13_500);
    gateway.until_pins(&mut machine, BOARD);
    gateway.until_pins(&mut machine, BOARD | CELL);
    let wanted = [
        Event::SettingsChanged,
        Event::BoardOn(Wake::Start),
        Event::CellOn,
        Event::RailOff(Rail::Cell, Why::LowBattery),
        Event::HaltAsked(Why::LowBattery),
        Event::HaltNoticed(1),
        Event::RailOff(Rail::Board, Why::LowBattery),
        Event::BoardOn(Wake::Voltage),
        Event::CellOn,
    ];
    let events = gateway.events();
    assert_in_order(&events, &wanted);
    assert!(!events.contains(&Event::GraceOver), "{events:?}");
}

#[test]
fn a_box_without_progress_is_nudged_then_reset_then_cycled() {
    let Some(images) = images() else { return };
    let mut machine = Machine::start(&images.simulated);
    let mut gateway = machine.gateway(Versions::OURS);
    gateway.up();
    machine.battery(13_500);
    gateway.told(Command::SetThresholds(QUICK));
    gateway.until_pins(&mut machine, BOARD | CELL);
    gateway.told(Command::Feed { token: 1 });
    gateway.told(Command::SetWatchdog(Watchdog { feed_s: 1, nudge_s: 1, boot_s: 2, off_s: 6 }));
    let seconds = gateway.until("a nudge", |incoming| match incoming {
        Incoming::Notice(Notice::Nudge { seconds }) => Some(*seconds),
        _ => None,
    });
    assert_eq!(seconds, 1);
    gateway.until_pins(&mut machine, 0);
    assert!(
        gateway
            .notices
            .iter()
            .any(|notice| matches!(notice, Notice::RequestShutdown { why: Why::Watchdog, .. })),
        "{:?}",
        gateway.notices
    );
    let cycled = status(&mut gateway);
    assert_eq!(cycled.step, LadderStep::WasCycled);
    assert_eq!((cycled.watchdog.nudges, cycled.watchdog.resets, cycled.watchdog.cycles), (1, 1, 1));
    // Time enough for a busy machine.
    gateway.told(Command::SetWatchdog(Watchdog::DEFAULT));
    gateway.until_pins(&mut machine, BOARD);
    gateway.told(Command::Feed { token: 2 });
    assert_eq!(status(&mut gateway).step, LadderStep::Watching);
    let wanted = [
        Event::Nudged,
        Event::ResetPulsed,
        Event::PowerCycled { off_s: 6 },
        Event::HaltAsked(Why::Watchdog),
        Event::RailOff(Rail::Cell, Why::BoardDown),
        Event::GraceOver,
        Event::RailOff(Rail::Board, Why::Watchdog),
        Event::BoardOn(Wake::Time),
    ];
    assert_in_order(&gateway.events(), &wanted);
}

#[test]
fn a_reset_changes_nothing_for_the_box_and_the_black_box_remembers() {
    let Some(images) = images() else { return };
    let mut machine = Machine::start(&images.simulated);
    let mut gateway = machine.gateway(Versions::OURS);
    let (_, first) = gateway.up();
    machine.battery(13_500);
    gateway.told(Command::SetThresholds(QUICK));
    gateway.told(Command::CellPower(false));
    gateway.until_pins(&mut machine, BOARD);
    let before = gateway.black_box();

    machine.reset();
    let (_, second) = gateway.up();
    assert_eq!(second.starts, first.starts + 1);
    // The rails are put back before the sensors have said anything.
    assert_eq!(machine.pins() & (BOARD | CELL), BOARD);
    assert_eq!(status(&mut gateway).reset_cause, ResetCause::External);
    let after = gateway.black_box();
    assert_eq!(after[..before.len()], before);
    let started = Event::Started { cause: ResetCause::External, slot: Slot::Factory };
    assert_eq!(after[before.len()].event, started);
    assert!(after.windows(2).all(|pair| pair[0].number + 1 == pair[1].number), "{after:#?}");
    // The settings too: the same again is no change.
    gateway.told(Command::SetThresholds(QUICK));
    gateway.told(Command::CellPower(false));
    assert_eq!(gateway.black_box().len(), after.len());
}
