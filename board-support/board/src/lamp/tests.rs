use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};

use super::*;

#[test]
fn a_pin_is_set_only_when_it_changes() {
    let pin = Mock::new(&[Transaction::set(State::Low), Transaction::set(State::High)]);
    let mut lamp = PinLamp::new(pin, true);
    for lit in [true, true, false, false] {
        lamp.light(lit).unwrap();
    }
    lamp.release().done();
}

#[test]
fn a_pin_that_failed_is_tried_again() {
    let error = MockError::Io(io::ErrorKind::NotConnected);
    let pin = Mock::new(&[
        Transaction::set(State::High),
        Transaction::set(State::Low).with_error(error.clone()),
        Transaction::set(State::High),
    ]);
    let mut lamp = PinLamp::new(pin, false);
    lamp.light(true).unwrap();
    assert_eq!(lamp.light(false), Err(error));
    // After a failure it is not known what the lamp does.
    lamp.light(true).unwrap();
    lamp.release().done();
}

#[test]
fn a_lamp_of_the_kernel_loses_its_trigger_and_burns_fully() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("sys/class/leds/ACT");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("max_brightness"), "255\n").unwrap();
    std::fs::write(directory.join("trigger"), "none [mmc0] timer\n").unwrap();
    std::fs::write(directory.join("brightness"), "0\n").unwrap();
    let tree = Tree::new(root.path());
    let mut lamp = SysfsLamp::open(&tree, "ACT").unwrap();
    let read = |name| std::fs::read_to_string(directory.join(name)).unwrap();
    assert_eq!(read("trigger"), "none");
    lamp.light(true).unwrap();
    assert_eq!(read("brightness"), "255");
    std::fs::write(directory.join("brightness"), "untouched").unwrap();
    lamp.light(true).unwrap();
    assert_eq!(read("brightness"), "untouched");
    lamp.light(false).unwrap();
    assert_eq!(read("brightness"), "0");
    assert!(SysfsLamp::open(&tree, "PWR").is_err());
}
