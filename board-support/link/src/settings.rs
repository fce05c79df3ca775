//! What the gateway tells the supervisor to keep to. The supervisor keeps it over its resets.

use serde::{Deserialize, Serialize};

/// The longest time that a box may ask for to halt in, in seconds.
pub const MAX_HALT_S: u16 = 300;

/// Supplies from 5 V to 60 V: beyond is a mistake of scale.
const SANE_MV: core::ops::RangeInclusive<u16> = 5_000..=60_000;

/// What the supervisor switches.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Rail {
    /// The computer that runs the gateway.
    Board,
    /// The small cell.
    Cell,
}

/// Battery voltages at which loads are shed and come back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Thresholds {
    /// Below it the cell is switched off.
    pub cell_off_mv: u16,
    /// Above it the cell comes back.
    pub cell_on_mv: u16,
    /// Below it, the cell being off, the board is asked to halt and then switched off.
    pub board_off_mv: u16,
    /// Above it the board comes back.
    pub board_on_mv: u16,
    /// How long a voltage must stay beyond a threshold before it counts.
    pub hold_s: u16,
    /// How long a board that was asked to halt may take when it does not answer.
    pub grace_s: u16,
}

impl Thresholds {
    /// For a 12 V LiFePO4 battery of four cells.
    pub const DEFAULT: Self = Self {
        cell_off_mv: 12_400,
        cell_on_mv: 13_000,
        board_off_mv: 11_800,
        board_on_mv: 12_800,
        hold_s: 30,
        grace_s: 60,
    };

    /// Whether they make sense: the cell goes first, everything comes back above where it went, and no voltage is one that
    /// this battery never has.
    #[must_use]
    pub fn are_sane(&self) -> bool {
        let all = [self.cell_off_mv, self.cell_on_mv, self.board_off_mv, self.board_on_mv];
        let highest = self.board_off_mv.saturating_add(self.board_off_mv / 2);
        all.iter().all(|mv| SANE_MV.contains(mv) && *mv <= highest)
            && self.board_off_mv < self.cell_off_mv
            && self.board_off_mv < self.board_on_mv
            && self.cell_off_mv < self.cell_on_mv
            && self.hold_s <= 600
            && (1..=MAX_HALT_S).contains(&self.grace_s)
    }
}

/// When a box that halted by itself is switched on again. Without either it sleeps an hour: a box is never off for good.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Schedule {
    /// After so many seconds from the cut. The supervisor has no calendar.
    pub after_s: Option<u32>,
    /// When the battery has reached this voltage.
    pub at_mv: Option<u16>,
}

impl Schedule {
    /// Whether it can come true: within 30 days, at a voltage that batteries have.
    #[must_use]
    pub fn is_sane(&self) -> bool {
        self.after_s.is_none_or(|after| after <= 30 * 86_400)
            && self.at_mv.is_none_or(|mv| SANE_MV.contains(&mv))
    }
}

/// The patience of the watchdog over the box.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Watchdog {
    /// The longest time without progress. 0: nobody watches.
    pub feed_s: u16,
    /// From the nudge to the reset line.
    pub nudge_s: u16,
    /// What a box may take from power or reset to its first sign of progress.
    pub boot_s: u16,
    /// How long the first power cycle is off; each further one takes twice as long, up to an hour.
    pub off_s: u16,
}

impl Watchdog {
    /// A minute without progress, and five minutes to boot.
    pub const DEFAULT: Self = Self { feed_s: 60, nudge_s: 30, boot_s: 300, off_s: 10 };

    /// Whether a box could live with it.
    #[must_use]
    pub fn is_sane(&self) -> bool {
        let all = [self.nudge_s, self.boot_s, self.off_s];
        all.iter().all(|seconds| (1..=3_600).contains(seconds)) && self.feed_s <= 3_600
    }
}
