//! The reset button: what a press means, by how long it was held.
//!
//! | held for | on release |
//! |---|---|
//! | up to 3 s | restart |
//! | 3 to 5 s | nothing: room to change one's mind |
//! | 5 to 15 s | settings are reset |
//! | 15 to 30 s | all is erased |
//! | longer | nothing: something lies on the button, or its wire is broken |
//!
//! Nothing happens before the release, and the LED shows all the time what a release would do. A button that is down when
//! the box starts, or in a time when nobody looked, is not pressed: it must be seen up first.

use core::time::Duration;

use embedded_hal::digital::InputPin;

use crate::led::LedState;

#[cfg(test)]
mod tests;

/// For how long a level must last to be one.
const DEBOUNCE: Duration = Duration::from_millis(40);
/// Nobody having looked for longer than this ends a press without effect: it is not known whether the button was down.
const BLIND: Duration = Duration::from_secs(1);
const SHORT_UNTIL: Duration = Duration::from_secs(3);
const LONG_FROM: Duration = Duration::from_secs(5);
const VERY_LONG_FROM: Duration = Duration::from_secs(15);
const STUCK_FROM: Duration = Duration::from_secs(30);

/// What a press means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Restart.
    Short,
    /// Reset the settings; subscribers and usage stay.
    Long,
    /// Erase everything.
    VeryLong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not seen up yet, or held for too long.
    Ignored,
    Up,
    Down {
        since: Duration,
    },
}

/// Reads samples of the button's level.
#[derive(Debug, Clone)]
pub struct Button {
    state: State,
    /// The level that was seen last, since when, and when it was looked at last.
    level: bool,
    level_since: Duration,
    last_look: Option<Duration>,
}

impl Default for Button {
    fn default() -> Self {
        Self::new()
    }
}

impl Button {
    /// A button of which nothing is known.
    pub const fn new() -> Self {
        Self { state: State::Ignored, level: true, level_since: Duration::ZERO, last_look: None }
    }

    /// Takes a sample; a press that has just ended. `None` as level says that it could not be read.
    pub fn sample(&mut self, now: Duration, pressed: Option<bool>) -> Option<Press> {
        let Some(pressed) = pressed else {
            self.forget(now);
            return None;
        };
        let was_blind = self.last_look.replace(now).is_none_or(|last| now.saturating_sub(last) > BLIND);
        if was_blind {
            self.forget(now);
            self.last_look = Some(now);
        }
        if pressed != self.level {
            self.level = pressed;
            self.level_since = now;
        }
        let level_since = self.level_since;
        let is_steady = now.saturating_sub(level_since) >= DEBOUNCE;
        match self.state {
            State::Ignored | State::Up if !is_steady => None,
            State::Ignored => {
                if !pressed {
                    self.state = State::Up;
                }
                None
            }
            State::Up => {
                if pressed {
                    self.state = State::Down { since: level_since };
                }
                None
            }
            State::Down { since } if pressed && now.saturating_sub(since) >= STUCK_FROM => {
                self.state = State::Ignored;
                None
            }
            State::Down { since } if !pressed && is_steady => {
                self.state = State::Up;
                meaning(level_since.saturating_sub(since)).0
            }
            State::Down { .. } => None,
        }
    }

    /// What the LED shows instead of the box's state while the button is down.
    pub fn shown(&self, now: Duration) -> Option<LedState> {
        let State::Down { since } = self.state else { return None };
        Some(meaning(now.saturating_sub(since)).1)
    }

    fn forget(&mut self, now: Duration) {
        self.state = State::Ignored;
        self.level = true;
        self.level_since = now;
        self.last_look = None;
    }
}

fn meaning(held: Duration) -> (Option<Press>, LedState) {
    match held {
        held if held < SHORT_UNTIL => (Some(Press::Short), LedState::ResetShort),
        held if held < LONG_FROM => (None, LedState::ResetNothing),
        held if held < VERY_LONG_FROM => (Some(Press::Long), LedState::ResetLong),
        held if held < STUCK_FROM => (Some(Press::VeryLong), LedState::ResetVeryLong),
        _ => (None, LedState::ResetNothing),
    }
}

/// A button on a pin.
#[derive(Debug)]
pub struct Contact<P> {
    pin: P,
    active_low: bool,
}

impl<P: InputPin> Contact<P> {
    /// A button that is down when the pin is high, or low.
    pub const fn new(pin: P, active_low: bool) -> Self {
        Self { pin, active_low }
    }

    /// Whether it is down.
    ///
    /// # Errors
    /// The pin cannot be read.
    pub fn is_pressed(&mut self) -> Result<bool, P::Error> {
        if self.active_low { self.pin.is_low() } else { self.pin.is_high() }
    }

    /// Gives the pin back.
    pub fn release(self) -> P {
        self.pin
    }
}
