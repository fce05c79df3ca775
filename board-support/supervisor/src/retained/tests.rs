use proptest::collection::vec;
use proptest::prelude::*;

use pumice_link::{LadderStep, ResetCause, Schedule, Thresholds, Watchdog, WatchdogCounts, Why};

use super::{
    BoardMemory, COPY, LadderMemory, MARK, MIN_RETAINED, Mark, PowerMemory, Retained, SlotMemory, State,
};

#[test]
fn the_longest_state_fits() {
    let longest = State {
        generation: u32::MAX,
        starts: u32::MAX,
        thresholds: Thresholds {
            cell_off_mv: u16::MAX,
            cell_on_mv: u16::MAX,
            board_off_mv: u16::MAX,
            board_on_mv: u16::MAX,
            hold_s: u16::MAX,
            grace_s: u16::MAX,
        },
        schedule: Schedule { after_s: Some(u32::MAX), at_mv: Some(u16::MAX) },
        watchdog: Watchdog { feed_s: u16::MAX, nudge_s: u16::MAX, boot_s: u16::MAX, off_s: u16::MAX },
        cell_wanted: true,
        power: PowerMemory {
            board: BoardMemory::Halting {
                why: Why::BoardDown,
                left_s: u32::MAX,
                noticed: true,
                off_s: Some(u32::MAX),
            },
            cell_on: true,
            cell_shed: true,
        },
        ladder: LadderMemory {
            step: LadderStep::WasCycled,
            counts: WatchdogCounts { nudges: u16::MAX, resets: u16::MAX, cycles: u16::MAX },
            in_a_row: u8::MAX,
        },
        slot: SlotMemory::Trial { version: u32::MAX, left: u8::MAX },
        handed_over: Some(ResetCause::External),
    };
    assert_eq!(State::decode(&longest.encode().unwrap()), Some(longest));
}

#[test]
fn what_is_saved_is_there_after_a_reset() {
    let mut memory = [0x5a; MIN_RETAINED];
    let mut first = Retained::open(&mut memory);
    assert_eq!(first.cause, ResetCause::PowerOn);
    for starts in 1..=5 {
        first.state.starts = starts;
        first.save();
    }
    let second = Retained::open(&mut memory);
    assert_eq!((second.state.starts, second.cause), (5, ResetCause::External));
}

#[test]
fn the_mark_tells_how_a_run_ended_and_is_used_up() {
    let mut memory = [0; MIN_RETAINED];
    let mut run = Retained::open(&mut memory);
    run.state.starts = 1;
    run.save();
    for (mark, cause) in [(Mark::Restart, ResetCause::Restart), (Mark::Fault, ResetCause::Fault)] {
        memory[..MARK].copy_from_slice(&mark.word());
        assert_eq!(Retained::open(&mut memory).cause, cause);
        assert_eq!(Retained::open(&mut memory).cause, ResetCause::External);
    }
}

#[test]
fn a_write_that_was_cut_short_leaves_the_state_before_it() {
    let mut memory = [0; MIN_RETAINED];
    let mut run = Retained::open(&mut memory);
    run.state.starts = 1;
    run.save();
    let before = memory;
    let mut run = Retained::open(&mut memory);
    run.state.starts = 2;
    run.save();
    let after = memory;
    for cut in MARK..MARK + 2 * COPY {
        let mut torn = before;
        torn[..cut].copy_from_slice(&after[..cut]);
        let starts = Retained::open(&mut torn).state.starts;
        assert!(starts == 1 || starts == 2, "{starts} after {cut}");
    }
}

proptest! {
    #[test]
    fn noise_is_a_first_start(mut memory in vec(any::<u8>(), 0..2 * MIN_RETAINED)) {
        let mut run = Retained::open(&mut memory);
        prop_assert_eq!(run.cause, ResetCause::PowerOn);
        prop_assert_eq!(run.state, State::FRESH);
        run.state.starts = 9;
        run.save();
    }
}
