//! The language of the status LED: what it shows, in which colour, in which rhythm.
//!
//! No two states share a rhythm, so a board with one lamp, and an eye that does not tell red from green, still read all of them.
//!
//! | state | colour | rhythm |
//! |---|---|---|
//! | booting | blue | half a second on, half a second off |
//! | waiting for the cell | amber | one flash every two seconds |
//! | serving | green | steady |
//! | serving, backhaul off | green | steady with a short gap every two seconds |
//! | needs attention | amber | two flashes every two seconds |
//! | battery low | red | three flashes every three seconds |
//! | failing | red | fast, four times a second |
//! | button: released now it restarts | white | two seconds on, a quarter off |
//! | button: released now nothing happens | - | off |
//! | button: released now settings are reset | amber | on and off, twice a second |
//! | button: released now all is erased | red | very fast, eight times a second |
//! | off: the power may be taken away | - | off |

use core::time::Duration;

use crate::board::Colour;

#[cfg(test)]
mod tests;

/// What the LED shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedState {
    /// Starting.
    Booting,
    /// All is well and there is no cell.
    WaitingForCell,
    /// Phones are served.
    Serving,
    /// Phones are served, the internet is away.
    BackhaulOff,
    /// Somebody should look at the page.
    NeedsAttention,
    /// On battery, and it is emptying.
    BatteryLow,
    /// Phones are not served, by our own fault.
    Failing,
    /// The button is down: released now, the board restarts.
    ResetShort,
    /// The button is down: released now, nothing happens.
    ResetNothing,
    /// The button is down: released now, settings are reset.
    ResetLong,
    /// The button is down: released now, all is erased.
    ResetVeryLong,
    /// Halted: the power may be taken away.
    Off,
}

impl LedState {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Booting,
        Self::WaitingForCell,
        Self::Serving,
        Self::BackhaulOff,
        Self::NeedsAttention,
        Self::BatteryLow,
        Self::Failing,
        Self::ResetShort,
        Self::ResetNothing,
        Self::ResetLong,
        Self::ResetVeryLong,
        Self::Off,
    ];

    const fn pattern(self) -> Pattern {
        match self {
            Self::Booting => Pattern::new(Colour::Blue, &[500, 500]),
            Self::WaitingForCell => Pattern::new(Colour::Amber, &[200, 1800]),
            Self::Serving => Pattern::new(Colour::Green, &[1000]),
            Self::BackhaulOff => Pattern::new(Colour::Green, &[1800, 200]),
            Self::NeedsAttention => Pattern::new(Colour::Amber, &[200, 200, 200, 1400]),
            Self::BatteryLow => Pattern::new(Colour::Red, &[200, 200, 200, 200, 200, 2000]),
            Self::Failing => Pattern::new(Colour::Red, &[125, 125]),
            Self::ResetShort => Pattern::new(Colour::White, &[2000, 250]),
            Self::ResetNothing | Self::Off => Pattern::new(Colour::White, &[]),
            Self::ResetLong => Pattern::new(Colour::Amber, &[250, 250]),
            Self::ResetVeryLong => Pattern::new(Colour::Red, &[60, 65]),
        }
    }
}

/// A colour, and how long it is on, off, on, off, in milliseconds; an empty one is off.
#[derive(Debug, Clone, Copy)]
struct Pattern {
    colour: Colour,
    spans: &'static [u16],
}

impl Pattern {
    const fn new(colour: Colour, spans: &'static [u16]) -> Self {
        Self { colour, spans }
    }

    fn is_on(&self, since: Duration) -> bool {
        let period: u128 = self.spans.iter().map(|span| u128::from(*span)).sum();
        let Some(mut into) = since.as_millis().checked_rem(period) else { return false };
        let mut on = true;
        for span in self.spans {
            let span = u128::from(*span);
            if into < span {
                return on;
            }
            into -= span;
            on = !on;
        }
        false
    }
}

/// Which lamps a board has. Two of one colour are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lamps {
    bits: u8,
}

impl Lamps {
    /// None, or all dark.
    pub const NONE: Self = Self { bits: 0 };

    /// With this one too.
    #[must_use]
    pub const fn with(self, colour: Colour) -> Self {
        Self { bits: self.bits | bit(colour) }
    }

    /// Whether it is among them.
    pub const fn has(self, colour: Colour) -> bool {
        self.bits & bit(colour) != 0
    }

    /// The lamps that make a colour of those that there are: its own lamp, else a mixture, else the nearest there is.
    fn mixed(self, wanted: Colour) -> Self {
        let choices: &[&[Colour]] = match wanted {
            Colour::Green => &[&[Colour::Green], &[Colour::White], &[Colour::Blue], &[Colour::Amber]],
            Colour::Red => &[&[Colour::Red], &[Colour::Amber], &[Colour::White], &[Colour::Blue]],
            Colour::Blue => {
                &[&[Colour::Blue], &[Colour::White], &[Colour::Red, Colour::Green], &[Colour::Amber]]
            }
            Colour::Amber => {
                &[&[Colour::Amber], &[Colour::Red, Colour::Green], &[Colour::Red], &[Colour::White]]
            }
            Colour::White => &[
                &[Colour::White],
                &[Colour::Red, Colour::Green, Colour::Blue],
                &[Colour::Red, Colour::Green],
                &[Colour::Blue],
                &[Colour::Amber],
            ],
        };
        let mixtures =
            choices.iter().map(|choice| choice.iter().fold(Self::NONE, |lamps, colour| lamps.with(*colour)));
        let possible = mixtures.into_iter().find(|mixture| self.bits & mixture.bits == mixture.bits);
        possible.unwrap_or(self)
    }
}

const fn bit(colour: Colour) -> u8 {
    match colour {
        Colour::Green => 1,
        Colour::Red => 2,
        Colour::Blue => 4,
        Colour::Amber => 8,
        Colour::White => 16,
    }
}

/// Plays a state on the lamps that there are.
#[derive(Debug, Clone)]
pub struct Player {
    fitted: Lamps,
    state: LedState,
    began: Duration,
}

impl Player {
    /// Begins with [`LedState::Booting`].
    pub const fn new(fitted: Lamps, now: Duration) -> Self {
        Self { fitted, state: LedState::Booting, began: now }
    }

    /// Shows a state from now on. The one that is shown already goes on in its rhythm.
    pub fn show(&mut self, state: LedState, now: Duration) {
        if state != self.state {
            self.state = state;
            self.began = now;
        }
    }

    /// What is shown.
    pub const fn state(&self) -> LedState {
        self.state
    }

    /// The lamps that burn now.
    pub fn lamps(&self, now: Duration) -> Lamps {
        let pattern = self.state.pattern();
        let on = pattern.is_on(now.saturating_sub(self.began));
        if on { self.fitted.mixed(pattern.colour) } else { Lamps::NONE }
    }
}
