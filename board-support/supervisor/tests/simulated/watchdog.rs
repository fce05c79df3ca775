//! The ladder: nudge, reset line, power cycle, longer and longer.

use pumice_link::{Answer, Command, Event, LadderStep, Notice, Refusal, Watchdog, Why};

use crate::world::World;

const PATIENCE: Watchdog = Watchdog { feed_s: 20, nudge_s: 10, boot_s: 100, off_s: 10 };

#[test]
fn the_ladder_is_climbed_step_by_step() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::SetWatchdog(PATIENCE));
    life.seconds(300);
    assert!(life.notices.is_empty(), "{:?}", life.notices);

    life.token = None;
    let waited = life.until(60, |life| !life.notices.is_empty());
    assert!((18..=20).contains(&waited), "{waited}");
    assert_eq!(life.notices, [Notice::Nudge { seconds: 10 }]);
    assert!((9..=10).contains(&life.until(60, |life| life.plant.reset_line)));
    assert!(life.until(5, |life| !life.plant.reset_line) == 0, "a pulse");
    assert!(life.plant.board && life.plant.cell);
    assert!((98..=100).contains(&life.until(200, |life| life.asks(Why::Watchdog) > 0)));
    assert!((59..=60).contains(&life.until(200, |life| !life.plant.board)), "the grace");
    assert!((9..=10).contains(&life.until(200, |life| life.plant.board)));
    assert_eq!(life.status().step, LadderStep::WasCycled);
    // From now on the pause doubles.
    for pause in [20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600] {
        life.until(200, |life| !life.plant.board);
        let waited = life.until(4_000, |life| life.plant.board);
        assert!((pause - 1..=pause).contains(&waited), "{waited} instead of {pause}");
    }
    let counts = life.status().watchdog;
    assert_eq!((counts.nudges, counts.resets, counts.cycles), (1, 1, 11));
}

#[test]
fn a_nudge_that_helps_ends_it() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::SetWatchdog(PATIENCE));
    life.token = None;
    life.until(60, |life| !life.notices.is_empty());
    life.token = Some(1_000);
    life.seconds(300);
    assert_eq!(life.status().step, LadderStep::Watching);
    assert_eq!(life.happened(Event::ResetPulsed), 0);
}

#[test]
fn the_same_token_again_is_no_progress() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::SetWatchdog(PATIENCE));
    life.token = None;
    life.told(Command::Feed { token: 7 });
    for _ in 0..30 {
        life.told(Command::Feed { token: 7 });
        life.seconds(1);
    }
    assert_eq!(life.happened(Event::Nudged), 1, "it lives, and does nothing");
}

#[test]
fn an_image_that_boots_and_dies_again_does_not_flap() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::SetWatchdog(PATIENCE));
    let mut pauses = Vec::new();
    for round in 0..4 {
        // A moment of progress after each boot.
        life.token = Some(round * 1_000);
        life.seconds(60);
        life.token = None;
        life.until(1_000, |life| !life.plant.board);
        pauses.push(life.until(1_000, |life| life.plant.board));
    }
    assert_eq!(pauses, [10, 20, 40, 80]);
    // Ten minutes of progress, and all is forgotten.
    life.token = Some(1_000_000);
    life.seconds(700);
    assert_eq!(life.happened(Event::Recovered), 1);
    life.token = None;
    life.until(1_000, |life| !life.plant.board);
    assert_eq!(life.until(1_000, |life| life.plant.board), 10);
}

#[test]
fn a_box_that_never_says_anything_is_given_its_time_to_boot() {
    let mut world = World::new();
    let mut life = world.start();
    life.connected = false;
    life.until(20, |life| life.plant.board);
    let waited = life.until(400, |life| life.happened(Event::Nudged) == 1);
    assert!((299..=300).contains(&waited), "{waited}");
    life.minutes(60 * 24);
    assert!(life.plant.board || life.happened(Event::GraceOver) > 5);
}

#[test]
fn the_row_of_power_cycles_outlives_a_reset_of_the_supervisor() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    life.told(Command::SetWatchdog(PATIENCE));
    life.token = None;
    life.until(1_000, |life| !life.plant.board);
    let mut life = world.start();
    life.until(1_000, |life| life.plant.board);
    life.until(1_000, |life| !life.plant.board);
    assert_eq!(life.until(1_000, |life| life.plant.board), 20);
}

#[test]
fn whoever_does_not_want_to_be_watched_is_not() {
    let mut world = World::new();
    let mut life = world.start();
    life.serving();
    let impatient = Watchdog { boot_s: 0, ..PATIENCE };
    assert_eq!(life.ask(Command::SetWatchdog(impatient)), Answer::Refused(Refusal::OutOfRange));
    life.told(Command::SetWatchdog(Watchdog { feed_s: 0, ..PATIENCE }));
    life.token = None;
    life.minutes(600);
    assert!(life.plant.board && life.plant.cell && life.notices.is_empty());
}
