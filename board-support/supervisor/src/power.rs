//! The rails: what is on, what is shed, what comes back when.
//!
//! ```text
//!                        the box halts, battery low, watchdog
//!         ┌──────► On ─────────────────────────────► Halting
//!   wakes │        the cell follows after 5 s,        the cell goes at once; the board is asked,
//!         │        unless shed or not wanted          and cut when it said so or the grace is over
//!         └────── Off ◄──────────────────────────────────┘
//! ```

use pumice_link::{Event, MAX_HALT_S, Notice, Rail, RailState, Rails, Thresholds, Wake, Why};

use crate::effect::{Effect, Held, Outside, seconds_left};
use crate::measure::Battery;
use crate::retained::{BoardMemory, PowerMemory, State};
use crate::watchdog::ms;

/// From the board's power to the cell's: two surges at once are more than a low battery gives.
const CELL_DELAY_MS: u64 = 5_000;
/// What is off stays off for so long, so that it really is.
const MIN_OFF_MS: u64 = 5_000;
/// Between two requests to halt.
const ASK_MS: u64 = 1_000;
/// How long a box sleeps that halted and did not say until when, and one that is low on battery when the sensors fail.
const DEFAULT_SLEEP_S: u32 = 3_600;
/// The longest sleep until a voltage.
const MAX_SLEEP_S: u32 = 7 * 86_400;

#[derive(Clone, Copy, Debug)]
enum Board {
    Off { why: Why, since_ms: u64, until_ms: Option<u64>, at_mv: Option<u16> },
    On { cell_from_ms: u64 },
    Halting(Halting),
}

#[derive(Clone, Copy, Debug)]
struct Halting {
    why: Why,
    cut_ms: u64,
    /// When to ask next. `None`: the board has answered.
    ask_ms: Option<u64>,
    /// How long the watchdog wants it off.
    off_s: Option<u32>,
}

/// Both rails.
#[derive(Debug)]
pub(crate) struct Power {
    board: Board,
    cell_on: bool,
    cell_shed: bool,
    low_cell: Held,
    high_cell: Held,
    low_board: Held,
    high_board: Held,
    no_sensors: Held,
}

impl Power {
    /// As it was before the supervisor's restart: the pins are put back first of all.
    pub(crate) fn restore(memory: PowerMemory, out: &mut Outside<'_, '_>) -> Self {
        let now_ms = out.now_ms;
        let later = |seconds: u32| now_ms + u64::from(seconds) * 1_000;
        let board = match memory.board {
            BoardMemory::Off { why, left_s, at_mv } => {
                Board::Off { why, since_ms: now_ms, until_ms: left_s.map(later), at_mv }
            }
            BoardMemory::On => Board::On { cell_from_ms: now_ms },
            BoardMemory::Halting { why, left_s, noticed, off_s } => {
                let ask_ms = (!noticed).then_some(now_ms);
                Board::Halting(Halting { why, cut_ms: later(left_s), ask_ms, off_s })
            }
        };
        let cell_on = memory.cell_on && matches!(board, Board::On { .. });
        out.apply(Effect::Rail(Rail::Board, !matches!(board, Board::Off { .. })));
        out.apply(Effect::Rail(Rail::Cell, cell_on));
        Self {
            board,
            cell_on,
            cell_shed: memory.cell_shed,
            low_cell: Held::default(),
            high_cell: Held::default(),
            low_board: Held::default(),
            high_board: Held::default(),
            no_sensors: Held::default(),
        }
    }

    pub(crate) fn memory(&self, now_ms: u64) -> PowerMemory {
        let left = |until_ms| seconds_left(now_ms, until_ms);
        let board = match self.board {
            Board::Off { why, until_ms, at_mv, .. } => {
                BoardMemory::Off { why, left_s: until_ms.map(left), at_mv }
            }
            Board::On { .. } => BoardMemory::On,
            Board::Halting(Halting { why, cut_ms, ask_ms, off_s }) => {
                BoardMemory::Halting { why, left_s: left(cut_ms), noticed: ask_ms.is_none(), off_s }
            }
        };
        PowerMemory { board, cell_on: self.cell_on, cell_shed: self.cell_shed }
    }

    /// Whether the board is on and to stay so.
    pub(crate) fn board_is_on(&self) -> bool {
        matches!(self.board, Board::On { .. })
    }

    pub(crate) fn rails(&self, cell_wanted: bool) -> Rails {
        let board = match self.board {
            Board::On { .. } => RailState::On,
            Board::Halting(Halting { why, .. }) => RailState::Halting(why),
            Board::Off { why: Why::Start, .. } => RailState::Waiting,
            Board::Off { why, .. } => RailState::Off(why),
        };
        let cell = match (self.cell_on, self.board_is_on()) {
            (true, _) => RailState::On,
            (false, false) => RailState::Off(Why::BoardDown),
            (false, true) if self.cell_shed => RailState::Off(Why::LowBattery),
            (false, true) if !cell_wanted => RailState::Off(Why::Asked),
            (false, true) => RailState::Waiting,
        };
        Rails { board, cell }
    }

    /// The box says that it halts.
    pub(crate) fn noticed(&mut self, seconds: u16, out: &mut Outside<'_, '_>) {
        let cut_ms = out.now_ms + ms(seconds.min(MAX_HALT_S));
        let halting = match self.board {
            Board::Off { .. } => return,
            Board::On { .. } => Halting { why: Why::Asked, cut_ms, ask_ms: None, off_s: None },
            Board::Halting(halting @ Halting { ask_ms: Some(_), .. }) => {
                Halting { cut_ms, ask_ms: None, ..halting }
            }
            // It may say so again, and be quicker. It cannot put it off for ever.
            Board::Halting(halting) => Halting { cut_ms: cut_ms.min(halting.cut_ms), ..halting },
        };
        let first = !matches!(self.board, Board::Halting(Halting { ask_ms: None, .. }));
        self.board = Board::Halting(halting);
        if first {
            out.record(Event::HaltNoticed(seconds));
        }
        self.cell(false, Why::BoardDown, out);
    }

    /// The watchdog wants the power cycled.
    pub(crate) fn cycle(&mut self, off_s: u16, thresholds: &Thresholds, out: &mut Outside<'_, '_>) {
        if self.board_is_on() {
            self.halt(Why::Watchdog, Some(u32::from(off_s)), thresholds, out);
        }
    }

    /// Decides and switches. Gives what is to be said to the gateway.
    pub(crate) fn tick(
        &mut self,
        battery: Battery,
        settings: &mut State,
        out: &mut Outside<'_, '_>,
    ) -> Option<Notice> {
        self.shed_cell(battery, &settings.thresholds, out.now_ms);
        let mut notice = None;
        match self.board {
            Board::On { .. } => self.watch_battery(battery, &settings.thresholds, out),
            Board::Halting(halting) if halting.cut_ms <= out.now_ms => self.cut(halting, settings, out),
            Board::Halting(halting) => notice = self.ask(halting, out.now_ms),
            Board::Off { .. } => {
                if let Some(wake) = self.wake(battery, &settings.thresholds, out.now_ms) {
                    self.board = Board::On { cell_from_ms: out.now_ms + CELL_DELAY_MS };
                    settings.schedule = pumice_link::Schedule::default();
                    out.record(Event::BoardOn(wake));
                    out.apply(Effect::Rail(Rail::Board, true));
                }
            }
        }
        let why = if self.cell_shed { Why::LowBattery } else { Why::Asked };
        match self.board {
            Board::On { cell_from_ms } => {
                let on = settings.cell_wanted && !self.cell_shed && cell_from_ms <= out.now_ms;
                self.cell(on, why, out);
            }
            Board::Halting(_) | Board::Off { .. } => self.cell(false, Why::BoardDown, out),
        }
        notice
    }

    fn shed_cell(&mut self, battery: Battery, thresholds: &Thresholds, now_ms: u64) {
        let hold_ms = ms(thresholds.hold_s);
        let (low, high) = match battery {
            Battery::Mv(mv) => (mv < thresholds.cell_off_mv, mv > thresholds.cell_on_mv),
            // Nothing is shed on no information, and nothing comes back on it.
            Battery::Unknown | Battery::Lost => (false, false),
        };
        if self.low_cell.check(now_ms, low, hold_ms) {
            self.cell_shed = true;
        }
        if self.high_cell.check(now_ms, high, hold_ms) {
            self.cell_shed = false;
        }
    }

    fn watch_battery(&mut self, battery: Battery, thresholds: &Thresholds, out: &mut Outside<'_, '_>) {
        // First the cell: without its load the voltage may recover.
        let low = matches!(battery, Battery::Mv(mv) if mv < thresholds.board_off_mv) && !self.cell_on;
        if self.low_board.check(out.now_ms, low, ms(thresholds.hold_s)) {
            self.low_board = Held::default();
            self.halt(Why::LowBattery, None, thresholds, out);
        }
    }

    fn halt(&mut self, why: Why, off_s: Option<u32>, thresholds: &Thresholds, out: &mut Outside<'_, '_>) {
        let cut_ms = out.now_ms + ms(thresholds.grace_s);
        self.board = Board::Halting(Halting { why, cut_ms, ask_ms: Some(out.now_ms), off_s });
        out.record(Event::HaltAsked(why));
        self.cell(false, Why::BoardDown, out);
    }

    fn ask(&mut self, halting: Halting, now_ms: u64) -> Option<Notice> {
        halting.ask_ms.filter(|&ask_ms| ask_ms <= now_ms)?;
        self.board = Board::Halting(Halting { ask_ms: Some(now_ms + ASK_MS), ..halting });
        let seconds = u16::try_from(seconds_left(now_ms, halting.cut_ms)).unwrap_or(u16::MAX);
        Some(Notice::RequestShutdown { why: halting.why, seconds })
    }

    fn cut(&mut self, halting: Halting, settings: &State, out: &mut Outside<'_, '_>) {
        let Halting { why, ask_ms, off_s, .. } = halting;
        if ask_ms.is_some() {
            out.record(Event::GraceOver);
        }
        self.cell(false, Why::BoardDown, out);
        let schedule = settings.schedule;
        let (sleep_s, at_mv) = match why {
            // The voltage alone decides.
            Why::LowBattery => (None, None),
            Why::Watchdog => (off_s, None),
            Why::Start | Why::Asked | Why::BoardDown => {
                let otherwise = if schedule.at_mv.is_some() { MAX_SLEEP_S } else { DEFAULT_SLEEP_S };
                (Some(schedule.after_s.unwrap_or(otherwise)), schedule.at_mv)
            }
        };
        let until_ms = sleep_s.map(|seconds| out.now_ms + u64::from(seconds) * 1_000);
        self.high_board = Held::default();
        self.board = Board::Off { why, since_ms: out.now_ms, until_ms, at_mv };
        out.apply(Effect::Rail(Rail::Board, false));
        out.record(Event::RailOff(Rail::Board, why));
    }

    fn wake(&mut self, battery: Battery, thresholds: &Thresholds, now_ms: u64) -> Option<Wake> {
        let Board::Off { why, since_ms, until_ms, at_mv } = &mut self.board else { return None };
        let hold_ms = ms(thresholds.hold_s);
        let lost = battery == Battery::Lost;
        let lost_for_long = self.no_sensors.check(now_ms, lost, u64::from(DEFAULT_SLEEP_S) * 1_000);
        let wanted_mv = if *why == Why::LowBattery { Some(thresholds.board_on_mv) } else { *at_mv };
        let reached = match (battery, wanted_mv) {
            (Battery::Mv(mv), Some(wanted)) => mv >= wanted.max(thresholds.board_off_mv),
            _ => false,
        };
        let reached = self.high_board.check(now_ms, reached, hold_ms);
        if *why != Why::Start && now_ms - *since_ms < MIN_OFF_MS {
            return None;
        }
        let due = until_ms.is_some_and(|until| until <= now_ms);
        match (*why, battery) {
            (_, Battery::Unknown) => None,
            (Why::Start, Battery::Lost) => Some(Wake::NoSensors),
            (Why::LowBattery, Battery::Lost) => lost_for_long.then_some(Wake::NoSensors),
            (_, Battery::Lost) => due.then_some(Wake::Time),
            (_, Battery::Mv(_)) if reached => Some(Wake::Voltage),
            (Why::LowBattery, Battery::Mv(_)) => None,
            (_, Battery::Mv(mv)) if *why == Why::Start || due => {
                if mv < thresholds.board_off_mv {
                    // It would be shed again at once.
                    *why = Why::LowBattery;
                    return None;
                }
                Some(if *why == Why::Start { Wake::Start } else { Wake::Time })
            }
            (_, Battery::Mv(_)) => None,
        }
    }

    fn cell(&mut self, on: bool, why: Why, out: &mut Outside<'_, '_>) {
        if self.cell_on == on {
            return;
        }
        self.cell_on = on;
        out.apply(Effect::Rail(Rail::Cell, on));
        out.record(if on { Event::CellOn } else { Event::RailOff(Rail::Cell, why) });
    }
}
