//! The conversation without a supervisor; with one, it is tested where the supervisor is.

use super::*;

#[test]
fn the_thresholds_of_every_board_with_a_battery_are_some_that_a_supervisor_takes() {
    let boards =
        pumice_board::recognise::FILES.iter().filter_map(|(name, _)| pumice_board::recognise::by_name(name));
    let batteries: Vec<_> = boards.filter_map(|board| board.battery).collect();
    assert!(!batteries.is_empty());
    for battery in batteries {
        let thresholds = for_supervisor(&battery.thresholds).unwrap();
        assert!(u32::from(thresholds.board_off_mv) < battery.thresholds.step().halt);
    }
}

#[test]
fn nobody_at_the_other_end_is_greeted_and_waited_for() {
    let mut talk = Talk::new(None);
    let frames = talk.speak(Duration::ZERO, true);
    assert_eq!(frames.len(), 1, "a hello");
    assert_eq!(talk.said(), []);
    assert!(talk.speak(Duration::from_millis(10), true).is_empty());
    assert!(!talk.speak(Duration::from_secs(1), true).is_empty(), "greets again");
}

#[test]
fn noise_is_no_conversation() {
    let mut talk = Talk::new(None);
    talk.hear(Duration::ZERO, &[0x00, 0xff, 0x00, 0x31, 0x32, 0x00]);
    assert_eq!(talk.said(), []);
    assert!(!talk.client.is_up());
}

#[test]
fn orders_that_find_no_room_are_refused() {
    let mut talk = Talk::new(None);
    for _ in 0..WAITING {
        assert!(talk.want(Command::CellPower(false)));
    }
    assert!(!talk.want(Command::CellPower(true)));
}

#[test]
fn a_line_that_is_not_there_is_looked_for_seldom_and_harms_nothing() {
    let mut line = Line::new("/nonexistent/tty".into(), 115_200, None);
    assert_eq!(line.poll(Duration::ZERO, true), []);
    assert!(!line.is_up());
    assert!(!line.power_cell(false));
    assert_eq!(line.reopen_at, REOPEN_EVERY);
    assert_eq!(line.poll(Duration::from_secs(1), true), []);
    assert_eq!(line.reopen_at, REOPEN_EVERY);
}
