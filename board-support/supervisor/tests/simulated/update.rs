//! Updates: what is accepted, tried, kept, left.

use pumice_link::{Answer, Bytes, Command, Event, Refusal, ResetCause, Slot, UpdateState, crc32c};

use crate::world::{Life, World};

const IMAGE: [u8; 1_000] = [0x42; 1_000];
const SIZE: u32 = 1_000;

fn begin(life: &mut Life<'_>) -> Answer {
    life.ask(Command::UpdateBegin { size: SIZE, crc: crc32c(&IMAGE), version: 2 })
}

fn chunk(life: &mut Life<'_>, offset: u32) -> Answer {
    let start = usize::try_from(offset).unwrap();
    let bytes = Bytes::from_slice(&IMAGE[start..IMAGE.len().min(start + 64)]).unwrap();
    life.ask(Command::UpdateChunk { offset, bytes })
}

/// A world whose slot has an image on trial.
fn with_image() -> World {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    begin(&mut life);
    for offset in (0..SIZE).step_by(64) {
        assert_eq!(chunk(&mut life, offset), Answer::Done);
    }
    assert_eq!(life.ask(Command::UpdateFinish), Answer::Update(UpdateState::Ready { version: 2 }));
    life.until(3, |life| life.plant.restart);
    world
}

/// A start that is chosen, and ends by a reset before anybody says hello.
fn fails(world: &mut World) -> Slot {
    let life = world.start();
    let started = life.plant.events.last().unwrap().event;
    let Event::Started { slot, .. } = started else { panic!("{started:?}") };
    slot
}

#[test]
fn pieces_come_in_order_and_may_come_twice() {
    let mut world = World::new();
    let mut life = world.start();
    assert_eq!(chunk(&mut life, 0), Answer::Refused(Refusal::NotUpdating));
    assert_eq!(life.ask(Command::UpdateFinish), Answer::Refused(Refusal::NotUpdating));
    for size in [0, 4_096 - 255, u32::MAX] {
        let answer = life.ask(Command::UpdateBegin { size, crc: 0, version: 2 });
        assert_eq!(answer, Answer::Refused(Refusal::TooLarge), "{size}");
    }
    assert_eq!(begin(&mut life), Answer::Update(UpdateState::Receiving { expected: 0, size: SIZE }));
    assert_eq!(chunk(&mut life, 0), Answer::Done);
    assert_eq!(chunk(&mut life, 0), Answer::Done);
    assert_eq!(chunk(&mut life, 128), Answer::Refused(Refusal::Gap { expected: 64 }));
    // The same begin again is a gateway that was interrupted.
    assert_eq!(begin(&mut life), Answer::Update(UpdateState::Receiving { expected: 64, size: SIZE }));
    assert_eq!(life.ask(Command::UpdateFinish), Answer::Refused(Refusal::Incomplete { expected: 64 }));
    let beyond = Command::UpdateChunk { offset: u32::MAX, bytes: Bytes::from_slice(&[1; 64]).unwrap() };
    assert_eq!(life.ask(beyond), Answer::Refused(Refusal::TooLarge));
}

#[test]
fn an_image_that_greets_stays() {
    let mut world = with_image();
    let mut life = world.start();
    life.seconds(5);
    assert_eq!(life.happened(Event::UpdateGood { version: 2 }), 1);
    assert_eq!(life.ask(Command::UpdateState), Answer::Update(UpdateState::Good { version: 2 }));
    assert_eq!(begin(&mut life), Answer::Refused(Refusal::SlotInUse));
    let started = Event::Started { cause: ResetCause::Restart, slot: Slot::Update };
    assert_eq!(world.plant.events.iter().filter(|record| record.event == started).count(), 1);
    // Good ones may be reset often, as long as they greet in between.
    for _ in 0..20 {
        let mut life = world.start();
        life.seconds(2);
        assert_eq!(life.ask(Command::UpdateState), Answer::Update(UpdateState::Good { version: 2 }));
    }
    // When it fails again and again, it is left.
    let starts = (0..6).map(|_| fails(&mut world)).collect::<Vec<_>>();
    assert_eq!(starts.iter().filter(|slot| **slot == Slot::Update).count(), 4, "{starts:?}");
    assert_eq!(starts.last(), Some(&Slot::Factory));
    assert_eq!(fails(&mut world), Slot::Factory, "for good");
}

#[test]
fn an_image_that_dies_is_tried_twice() {
    let mut world = with_image();
    assert_eq!(
        [(); 4].map(|()| fails(&mut world)),
        [Slot::Update, Slot::Update, Slot::Factory, Slot::Factory]
    );
    let mut life = world.start();
    assert_eq!(life.ask(Command::UpdateState), Answer::Update(UpdateState::FellBack { version: 2 }));
    // And the next update is welcome.
    assert!(matches!(begin(&mut life), Answer::Update(UpdateState::Receiving { .. })));
}

#[test]
fn an_image_that_runs_but_is_not_greeted_gives_itself_up() {
    let mut world = with_image();
    for _ in 0..2 {
        let mut life = world.start();
        life.connected = false;
        let waited = life.until(400, |life| life.plant.restart);
        assert!((299..=301).contains(&waited), "{waited}");
    }
    assert_eq!(fails(&mut world), Slot::Factory);
    assert!(world.plant.board && world.plant.cell, "the box kept its power through all of it");
}

#[test]
fn a_trial_waits_while_the_board_is_off() {
    let mut world = with_image();
    world.battery_mv = Some(11_000);
    let mut life = world.start();
    life.connected = false;
    life.until(200, |life| !life.plant.board);
    life.minutes(600);
    assert!(!life.plant.restart, "nobody could have greeted it");
}

#[test]
fn an_image_that_rots_in_the_slot_is_not_started() {
    let mut world = with_image();
    world.flash.0.borrow_mut()[700] ^= 1;
    assert_eq!(fails(&mut world), Slot::Factory);
    let mut life = world.start();
    assert_eq!(life.ask(Command::UpdateState), Answer::Update(UpdateState::FellBack { version: 2 }));
    let Answer::Events { next, .. } = life.ask(Command::ReadBlackBox { from: 0 }) else { panic!() };
    let Answer::Events { records, .. } = life.ask(Command::ReadBlackBox { from: next - 4 }) else { panic!() };
    assert!(records.iter().any(|record| record.event == Event::FellBack { version: 2 }), "{records:?}");
}

#[test]
fn a_damaged_image_is_refused_and_the_factory_image_goes_on() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.ask(Command::UpdateBegin { size: SIZE, crc: 1, version: 2 });
    for offset in (0..SIZE).step_by(64) {
        chunk(&mut life, offset);
    }
    assert_eq!(life.ask(Command::UpdateFinish), Answer::Refused(Refusal::BadCrc));
    assert_eq!(life.ask(Command::UpdateState), Answer::Update(UpdateState::None));
    life.seconds(10);
    assert!(!life.plant.restart);
    assert_eq!(fails(&mut world), Slot::Factory);
}

#[test]
fn an_update_is_left_on_request() {
    let mut world = with_image();
    let mut life = world.start();
    life.seconds(5);
    assert_eq!(life.ask(Command::UpdateRevert), Answer::Update(UpdateState::FellBack { version: 2 }));
    life.until(3, |life| life.plant.restart);
    let mut life = world.start();
    assert!(matches!(begin(&mut life), Answer::Update(UpdateState::Receiving { .. })));
    // Where nothing is to be left, nothing happens.
    assert!(matches!(life.ask(Command::UpdateRevert), Answer::Update(UpdateState::Receiving { .. })));
    life.seconds(5);
    assert!(!life.plant.restart);
}
