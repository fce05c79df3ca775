use proptest::prelude::*;

use super::*;

fn thresholds() -> Thresholds {
    let below = Step { warn: 12_400, drop_cell: 12_000, save: 11_800, halt: 11_500 };
    Thresholds::new(below, 300, 30, 600).unwrap()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Runs a battery second by second; what was done, and when.
struct Run {
    policy: Policy,
    now: u64,
    done: Vec<(u64, Action)>,
}

impl Run {
    fn new() -> Self {
        Self { policy: Policy::new(thresholds()), now: 0, done: Vec::new() }
    }

    fn at(&mut self, millivolts: impl Into<Option<u32>>, for_seconds: u64) {
        let millivolts = millivolts.into();
        for _ in 0..for_seconds {
            let actions = self.policy.observe(seconds(self.now), millivolts);
            self.done.extend(actions.into_iter().map(|action| (self.now, action)));
            self.now += 1;
        }
    }
}

#[test]
fn a_slow_night_and_the_sun_after_it() {
    let mut run = Run::new();
    run.at(12_800, 100);
    run.at(12_399, 100);
    run.at(11_999, 100);
    run.at(11_799, 100);
    assert_eq!(run.done, [(130, Action::Warn), (230, Action::DropCell), (330, Action::Save)]);
    assert_eq!(run.policy.level(), Level::Saving);
    run.done.clear();
    run.at(12_100, 1_000);
    run.at(12_300, 1_000);
    run.at(12_700, 1_000);
    assert_eq!(
        run.done,
        [
            (400 + 600, Action::EndSaving),
            (1_400 + 600, Action::RestoreCell),
            (2_400 + 600, Action::EndWarning)
        ]
    );
    assert_eq!(run.policy.level(), Level::Normal);
}

#[test]
fn a_battery_that_collapses_is_met_in_order_and_at_once() {
    let mut run = Run::new();
    run.at(12_800, 10);
    run.at(10_900, 40);
    assert_eq!(
        run.done,
        [(40, Action::Warn), (40, Action::DropCell), (40, Action::Save), (40, Action::Halt)]
    );
    run.done.clear();
    run.at(13_000, 5_000);
    assert_eq!(run.done, [], "a halt is not taken back");
    assert_eq!(run.policy.level(), Level::Halted);
}

#[test]
fn a_full_battery_brings_all_back_in_the_opposite_order() {
    let mut run = Run::new();
    run.at(11_600, 40);
    run.done.clear();
    run.at(13_000, 700);
    assert_eq!(run.done, [(640, Action::EndSaving), (640, Action::RestoreCell), (640, Action::EndWarning)]);
}

#[test]
fn a_dip_shorter_than_the_hold_does_nothing() {
    let mut run = Run::new();
    for _ in 0..100 {
        run.at(11_000, 30);
        run.at(12_500, 1);
    }
    assert_eq!(run.done, []);
    run.at(12_399, 31);
    assert_eq!(run.done, [(100 * 31 + 30, Action::Warn)]);
}

#[test]
fn the_rebound_after_the_cell_is_cut_does_not_bring_it_back() {
    let mut run = Run::new();
    run.at(11_950, 31);
    assert_eq!(run.policy.level(), Level::CellDropped);
    run.done.clear();
    // Without the load the battery says 250 mV more: within the hysteresis.
    run.at(12_200, 10_000);
    assert_eq!(run.done, []);
    run.at(12_300, 601);
    assert_eq!(run.done.len(), 1);
    assert_eq!(run.done[0].1, Action::RestoreCell);
}

#[test]
fn a_broken_sensor_halts_nobody() {
    for broken in [Some(0), Some(5_749), Some(100_001), Some(u32::MAX), None] {
        let mut run = Run::new();
        run.at(12_800, 10);
        run.at(broken, 5_000);
        assert_eq!(run.done, [], "{broken:?}");
        assert!(run.policy.is_blind(seconds(run.now)));
        run.at(12_800, 1);
        assert!(!run.policy.is_blind(seconds(run.now)));
    }
}

#[test]
fn a_gap_in_the_readings_begins_the_hold_anew() {
    let mut run = Run::new();
    run.at(11_000, 20);
    run.at(None, 60);
    run.at(11_000, 30);
    assert_eq!(run.done, []);
    run.at(11_000, 1);
    assert_eq!(run.done.len(), 4);

    // A gap in which nobody asked at all.
    let mut policy = Policy::new(thresholds());
    assert!(policy.observe(seconds(0), Some(11_000)).is_empty());
    assert!(policy.observe(seconds(3_600), Some(11_000)).is_empty());
    assert_eq!(policy.observe(seconds(3_630), Some(11_000)).len(), 4);
}

#[test]
fn one_missing_reading_is_no_gap() {
    let mut run = Run::new();
    run.at(12_300, 15);
    run.at(None, 5);
    run.at(12_300, 11);
    assert_eq!(run.done, [(30, Action::Warn)]);
}

#[test]
fn thresholds_out_of_order_are_refused() {
    let right = Step { warn: 4, drop_cell: 3, save: 2, halt: 1 };
    assert!(Thresholds::new(right, 1, 1, 1).is_ok());
    for wrong in [Step { drop_cell: 4, ..right }, Step { halt: 2, ..right }, Step { halt: 0, ..right }] {
        assert_eq!(Thresholds::new(wrong, 1, 1, 1), Err(ThresholdError::Order));
    }
    assert_eq!(Thresholds::new(right, 1, 0, 1), Err(ThresholdError::Hold));
    assert_eq!(Thresholds::new(right, 1, 2, 1), Err(ThresholdError::Hold));
    assert_eq!(Thresholds::new(Step { warn: 100_000, ..right }, 1, 1, 1), Err(ThresholdError::TooHigh));
}

proptest! {
    /// Whatever the battery does: each action fits the level before it, a step down needs its hold, and a full battery
    /// brings everything back unless the box was halted.
    #[test]
    fn every_walk_is_in_order(walk in prop::collection::vec((9_000_u32..13_500, 1_u64..900), 1..60)) {
        let mut policy = Policy::new(thresholds());
        let (mut now, mut level, mut lowest) = (0_u64, Level::Normal, u32::MAX);
        for (millivolts, for_seconds) in walk.into_iter().chain([(13_400, 700)]) {
            lowest = lowest.min(millivolts);
            for _ in 0..for_seconds {
                for action in policy.observe(seconds(now), Some(millivolts)) {
                    let (from, to) = match action {
                        Action::Warn => (Level::Normal, Level::Warned),
                        Action::DropCell => (Level::Warned, Level::CellDropped),
                        Action::Save => (Level::CellDropped, Level::Saving),
                        Action::Halt => (Level::Saving, Level::Halted),
                        Action::EndSaving => (Level::Saving, Level::CellDropped),
                        Action::RestoreCell => (Level::CellDropped, Level::Warned),
                        Action::EndWarning => (Level::Warned, Level::Normal),
                    };
                    prop_assert_eq!(level, from, "{:?} at {} s", action, now);
                    level = to;
                    let is_down = to > from;
                    prop_assert!(!is_down || millivolts < 12_400);
                    prop_assert!(is_down || millivolts > 12_000);
                }
                now += 1;
            }
        }
        prop_assert_eq!(level, policy.level());
        if lowest >= 11_500 {
            prop_assert_ne!(level, Level::Halted);
        }
        if level != Level::Halted {
            prop_assert_eq!(level, Level::Normal);
        }
    }
}
