use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State as Level, Transaction};
use proptest::prelude::*;

use super::*;

const LOOK: u64 = 20;

/// A button and a clock that is looked at every 20 ms.
struct Bench {
    button: Button,
    now: u64,
    presses: Vec<Press>,
}

impl Bench {
    fn new() -> Self {
        Self { button: Button::new(), now: 1_000, presses: Vec::new() }
    }

    fn ready() -> Self {
        let mut bench = Self::new();
        bench.hold(false, 200);
        bench
    }

    fn hold(&mut self, pressed: bool, millis: u64) {
        for _ in 0..millis / LOOK {
            self.presses.extend(self.button.sample(Duration::from_millis(self.now), Some(pressed)));
            self.now += LOOK;
        }
    }

    fn shown(&self) -> Option<LedState> {
        self.button.shown(Duration::from_millis(self.now))
    }
}

#[test]
fn the_length_of_a_press_says_what_it_means() {
    let means = [
        (20, None),
        (40, None),
        (60, Some(Press::Short)),
        (2_980, Some(Press::Short)),
        (3_000, None),
        (4_980, None),
        (5_000, Some(Press::Long)),
        (14_980, Some(Press::Long)),
        (15_000, Some(Press::VeryLong)),
        (29_980, Some(Press::VeryLong)),
        (30_100, None),
        (300_000, None),
    ];
    for (held, press) in means {
        let mut bench = Bench::ready();
        bench.hold(true, held);
        bench.hold(false, 500);
        assert_eq!(bench.presses, Vec::from_iter(press), "held for {held} ms");
        bench.hold(true, 500);
        bench.hold(false, 500);
        assert_eq!(bench.presses.last(), Some(&Press::Short), "works again after {held} ms");
    }
}

#[test]
fn the_led_shows_what_a_release_would_do() {
    let mut bench = Bench::ready();
    assert_eq!(bench.shown(), None);
    bench.hold(true, 200);
    assert_eq!(bench.shown(), Some(LedState::ResetShort));
    bench.hold(true, 3_000);
    assert_eq!(bench.shown(), Some(LedState::ResetNothing));
    bench.hold(true, 2_000);
    assert_eq!(bench.shown(), Some(LedState::ResetLong));
    bench.hold(true, 10_000);
    assert_eq!(bench.shown(), Some(LedState::ResetVeryLong));
    bench.hold(true, 15_000);
    assert_eq!(bench.shown(), None, "stuck");
    assert_eq!(bench.presses, []);
}

#[test]
fn bouncing_is_one_press() {
    let mut bench = Bench::ready();
    for _ in 0..5 {
        bench.hold(true, 20);
        bench.hold(false, 20);
    }
    bench.hold(true, 6_000);
    for _ in 0..5 {
        bench.hold(false, 20);
        bench.hold(true, 20);
    }
    bench.hold(false, 500);
    assert_eq!(bench.presses, [Press::Long]);
}

#[test]
fn a_button_that_is_down_at_the_start_erases_nothing() {
    let mut bench = Bench::new();
    bench.hold(true, 20_000);
    bench.hold(false, 500);
    assert_eq!(bench.presses, []);
    bench.hold(true, 500);
    bench.hold(false, 500);
    assert_eq!(bench.presses, [Press::Short]);
}

#[test]
fn a_time_in_which_nobody_looked_ends_the_press() {
    let mut bench = Bench::ready();
    bench.hold(true, 500);
    bench.now += 16_000;
    bench.hold(true, 500);
    bench.hold(false, 500);
    assert_eq!(bench.presses, []);

    let mut bench = Bench::ready();
    bench.hold(true, 16_000);
    assert_eq!(bench.button.sample(Duration::from_millis(bench.now), None), None);
    bench.hold(false, 500);
    assert_eq!(bench.presses, [], "could not be read");
}

#[test]
fn a_contact_is_read_by_its_polarity() {
    let mut contact = Contact::new(Mock::new(&[Transaction::get(Level::Low)]), true);
    assert_eq!(contact.is_pressed(), Ok(true));
    contact.release().done();
    let error = MockError::Io(std::io::ErrorKind::NotConnected);
    let mut contact = Contact::new(
        Mock::new(&[
            Transaction::get(Level::Low),
            Transaction::get(Level::High),
            Transaction::get(Level::High).with_error(error.clone()),
        ]),
        false,
    );
    assert_eq!(contact.is_pressed(), Ok(false));
    assert_eq!(contact.is_pressed(), Ok(true));
    assert_eq!(contact.is_pressed(), Err(error));
    contact.release().done();
}

proptest! {
    /// Whatever the wire does: all is erased only after at least 14.9 s in which no release was seen to last.
    #[test]
    fn noise_erases_nothing(levels in prop::collection::vec((any::<bool>(), 1_u64..400), 1..200)) {
        let mut bench = Bench::ready();
        let mut last_release = bench.now;
        for (pressed, looks) in levels {
            let before = bench.presses.len();
            bench.hold(pressed, looks * LOOK);
            for press in bench.presses.iter().skip(before) {
                if *press == Press::VeryLong {
                    prop_assert!(bench.now - last_release >= 15_000);
                }
            }
            if !pressed && looks > 4 {
                last_release = bench.now;
            }
        }
    }
}
