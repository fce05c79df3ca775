use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn stays_off_for_its_off_time() {
    let pin = Mock::new(&[
        Transaction::set(State::High),
        Transaction::set(State::Low),
        Transaction::set(State::High),
    ]);
    let mut gate = SupplyGate::new(pin, false, seconds(10));
    gate.poll(seconds(0)).unwrap();
    assert_eq!(gate.is_on(), Some(true));
    gate.want(false);
    gate.poll(seconds(5)).unwrap();
    gate.want(true);
    for second in 5..15 {
        gate.poll(seconds(second)).unwrap();
        assert_eq!(gate.is_on(), Some(false));
    }
    gate.poll(seconds(15)).unwrap();
    assert_eq!(gate.is_on(), Some(true));
    gate.release().done();
}

#[test]
fn a_pin_that_failed_is_tried_again() {
    let error = MockError::Io(std::io::ErrorKind::NotConnected);
    let pin = Mock::new(&[
        Transaction::set(State::Low).with_error(error.clone()),
        Transaction::set(State::Low),
        Transaction::set(State::High).with_error(error.clone()),
        Transaction::set(State::High),
    ]);
    let mut gate = SupplyGate::new(pin, true, seconds(10));
    assert_eq!(gate.poll(seconds(0)), Err(error.clone()));
    assert_eq!(gate.is_on(), None);
    gate.poll(seconds(1)).unwrap();
    gate.want(false);
    assert_eq!(gate.poll(seconds(2)), Err(error));
    gate.poll(seconds(3)).unwrap();
    assert_eq!(gate.is_on(), Some(false));
    gate.release().done();
}
