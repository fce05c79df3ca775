use pumice_model::event::Event;
use pumice_model::time::Instant;

use super::EventLog;

#[test]
fn the_oldest_is_overwritten_and_numbers_go_on() {
    let mut log = EventLog::new(3);
    for _ in 0..5 {
        log.record(Instant::ZERO, None, Event::StoreRecovered);
    }
    let sequences = |after| log.after(after).map(|record| record.sequence).collect::<Vec<_>>();
    assert_eq!(sequences(0), [3, 4, 5]);
    assert_eq!(sequences(4), [5]);
    assert_eq!(sequences(9), [0_u64; 0]);
}
