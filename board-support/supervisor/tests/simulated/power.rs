//! Rails, thresholds, halts, sleeps.

use pumice_link::{
    Answer, Command, Event, Notice, Rail, RailState, Refusal, Schedule, Thresholds, Wake, Why,
};

use crate::world::World;

#[test]
fn the_cell_follows_the_board_after_five_seconds() {
    let mut world = World::new();
    let mut life = world.start();
    assert!(!life.plant.board && !life.plant.cell);
    life.until(5, |life| life.plant.board);
    assert_eq!(life.status().rails.cell, RailState::Waiting);
    let waited = life.until(10, |life| life.plant.cell);
    assert!((4..=5).contains(&waited), "{waited}");
    assert_eq!(life.happened(Event::BoardOn(Wake::Start)), 1);
}

#[test]
fn a_falling_battery_takes_the_cell_and_then_the_board_and_a_rising_one_brings_both_back() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    *life.battery_mv = Some(12_300);
    let waited = life.until(60, |life| !life.plant.cell);
    assert!((30..=34).contains(&waited), "a dip of less than hold_s is none: {waited}");
    *life.battery_mv = Some(12_700);
    life.seconds(300);
    assert!(!life.plant.cell, "between the thresholds nothing changes");

    *life.battery_mv = Some(11_700);
    life.until(60, |life| life.asks(Why::LowBattery) > 0);
    assert!(life.plant.board);
    life.told(Command::HaltNotice { seconds: 7 });
    assert!((5..=7).contains(&life.until(20, |life| !life.plant.board)));
    *life.battery_mv = Some(12_700);
    life.minutes(120);
    assert!(!life.plant.board, "between the thresholds nothing changes");

    *life.battery_mv = Some(12_900);
    life.until(60, |life| life.plant.board);
    life.seconds(120);
    assert!(!life.plant.cell, "the cell has a threshold of its own");
    *life.battery_mv = Some(13_100);
    life.until(60, |life| life.plant.cell);
    let order = [
        Event::CellOn,
        Event::RailOff(Rail::Cell, Why::LowBattery),
        Event::HaltAsked(Why::LowBattery),
        Event::HaltNoticed(7),
        Event::RailOff(Rail::Board, Why::LowBattery),
        Event::BoardOn(Wake::Voltage),
        Event::CellOn,
    ];
    let events = world.events();
    let seen = events.iter().filter(|event| order.contains(event)).copied().collect::<Vec<_>>();
    assert_eq!(seen, order);
}

#[test]
fn a_sudden_fall_still_takes_the_cell_first() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    *life.battery_mv = Some(10_000);
    life.until(60, |life| !life.plant.cell);
    assert!(life.plant.board);
    assert_eq!(life.asks(Why::LowBattery), 0);
    let waited = life.until(60, |life| life.asks(Why::LowBattery) > 0);
    assert!(waited >= 29, "its load gone, the battery gets the time to recover: {waited}");
}

#[test]
fn a_board_that_does_not_answer_is_asked_every_second_and_cut_when_the_grace_is_over() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    *life.battery_mv = Some(11_000);
    life.until(120, |life| life.asks(Why::LowBattery) > 0);
    life.token = None;
    let waited = life.until(90, |life| !life.plant.board);
    assert!((59..=60).contains(&waited), "{waited}");
    assert_eq!(life.happened(Event::GraceOver), 1);
    assert!((59..=61).contains(&life.asks(Why::LowBattery)), "{}", life.asks(Why::LowBattery));
    let left = life.notices.iter().filter_map(|notice| match notice {
        Notice::RequestShutdown { seconds, .. } => Some(*seconds),
        Notice::Nudge { .. } => None,
    });
    let left = left.collect::<Vec<_>>();
    assert_eq!((left[0], left[59]), (60, 1), "{left:?}");
    assert_eq!(life.happened(Event::LinkLost), 0, "whoever is asked that often still has to be heard");
}

#[test]
fn a_halt_can_be_hastened_but_not_put_off() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    for seconds in [0, 301, u16::MAX] {
        assert_eq!(life.ask(Command::HaltNotice { seconds }), Answer::Refused(Refusal::OutOfRange));
    }
    life.told(Command::HaltNotice { seconds: 30 });
    assert!(!life.plant.cell, "the cell goes at once");
    life.seconds(10);
    life.told(Command::HaltNotice { seconds: 300 });
    assert!((18..=20).contains(&life.until(40, |life| !life.plant.board)));

    life.until(3_700, |life| life.plant.board);
    life.told(Command::HaltNotice { seconds: 200 });
    life.told(Command::HaltNotice { seconds: 3 });
    assert!(life.until(40, |life| !life.plant.board) <= 3);
}

#[test]
fn a_box_that_halts_sleeps_until_its_time_or_its_voltage_or_an_hour() {
    for (schedule, expected) in [
        (Schedule { after_s: Some(600), at_mv: None }, 600),
        (Schedule { after_s: Some(20_000), at_mv: Some(13_000) }, 30),
        (Schedule::default(), 3_600),
    ] {
        let mut world = World::new();
        let mut life = world.start();
        life.serving();
        life.told(Command::SetSchedule(schedule));
        life.told(Command::HaltNotice { seconds: 1 });
        life.until(5, |life| !life.plant.board);
        let slept = life.until(30_000, |life| life.plant.board);
        assert!((expected - 1..=expected + 1).contains(&slept), "{schedule:?}: {slept}");
        // It was for that one halt.
        life.told(Command::HaltNotice { seconds: 1 });
        life.until(5, |life| !life.plant.board);
        let slept = life.until(30_000, |life| life.plant.board);
        assert!((3_599..=3_601).contains(&slept), "{schedule:?}: {slept}");
    }
}

#[test]
fn what_is_off_stays_off_long_enough_to_be_off() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::SetSchedule(Schedule { after_s: Some(0), at_mv: None }));
    life.told(Command::HaltNotice { seconds: 1 });
    life.until(5, |life| !life.plant.board);
    assert_eq!(life.until(20, |life| life.plant.board), 5);
}

#[test]
fn a_time_that_comes_on_a_low_battery_waits_for_the_voltage() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::SetSchedule(Schedule { after_s: Some(60), at_mv: None }));
    life.told(Command::HaltNotice { seconds: 1 });
    life.until(5, |life| !life.plant.board);
    *life.battery_mv = Some(11_000);
    life.minutes(10);
    assert_eq!(life.status().rails.board, RailState::Off(Why::LowBattery));
    *life.battery_mv = Some(13_500);
    life.until(60, |life| life.plant.board);
    assert_eq!(life.happened(Event::BoardOn(Wake::Voltage)), 1);
}

#[test]
fn without_sensors_nothing_is_shed_and_a_box_starts_all_the_same() {
    let mut world = World::new();
    world.battery_mv = None;
    let mut life = world.start();
    assert!((9..=11).contains(&life.until(30, |life| life.plant.board)));
    assert_eq!(life.happened(Event::BoardOn(Wake::NoSensors)), 1);
    life.until(30, |life| life.plant.cell);
    *life.battery_mv = Some(13_500);
    life.seconds(5);
    // They fail on a battery that was falling: it may be the sensor.
    *life.battery_mv = Some(11_000);
    life.seconds(10);
    *life.battery_mv = None;
    life.token = Some(1);
    life.minutes(60);
    assert!(life.plant.board && life.plant.cell);
    assert!(!life.status().sensors);
    assert_eq!((life.happened(Event::SensorsLost), life.happened(Event::SensorsBack)), (2, 1));
}

#[test]
fn a_box_that_is_shed_comes_back_an_hour_after_the_sensors_failed() {
    let mut world = World::new();
    world.battery_mv = Some(11_000);
    let mut life = world.start();
    life.minutes(120);
    assert!(!life.plant.board, "it never had enough");
    *life.battery_mv = None;
    let waited = life.until(4_000, |life| life.plant.board);
    assert!((3_600..=3_620).contains(&waited), "{waited}");
}

#[test]
fn the_gateway_decides_over_the_cell_within_what_the_battery_gives() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::CellPower(false));
    assert!(!life.plant.cell);
    assert_eq!(life.status().rails.cell, RailState::Off(Why::Asked));
    life.told(Command::CellPower(true));
    assert!(life.plant.cell);
    *life.battery_mv = Some(12_000);
    life.until(60, |life| !life.plant.cell);
    life.told(Command::CellPower(true));
    life.seconds(10);
    assert!(!life.plant.cell);
}

#[test]
fn thresholds_that_make_no_sense_change_nothing() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    let upside_down = Thresholds { cell_off_mv: 11_000, ..Thresholds::DEFAULT };
    assert_eq!(life.ask(Command::SetThresholds(upside_down)), Answer::Refused(Refusal::OutOfRange));
    assert_eq!(life.happened(Event::SettingsChanged), 0);
}

#[test]
fn a_reset_of_the_supervisor_goes_on_where_it_was() {
    let mut world = World::new();
    world.start().serving();
    // In service.
    let mut life = world.start();
    life.seconds(20);
    assert!(life.plant.board && life.plant.cell);
    // In the midst of a halt: the board is still off in time.
    life.told(Command::SetSchedule(Schedule { after_s: Some(100), at_mv: None }));
    life.told(Command::HaltNotice { seconds: 20 });
    life.seconds(10);
    let mut life = world.start();
    assert!((9..=11).contains(&life.until(30, |life| !life.plant.board)));
    // Asleep.
    life.seconds(60);
    let mut life = world.start();
    let slept = life.until(200, |life| life.plant.board);
    assert!((38..=42).contains(&slept), "{slept}");
    // Asked, and without an answer.
    life.serving();
    *life.battery_mv = Some(11_000);
    life.until(120, |life| life.asks(Why::LowBattery) > 20);
    let mut life = world.start();
    life.until(60, |life| !life.plant.board);
    assert!(life.asks(Why::LowBattery) > 20, "it goes on asking");
}
