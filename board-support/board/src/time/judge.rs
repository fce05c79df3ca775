//! Who is believed.

use core::time::Duration;

/// How far in the future, from the build on, a time may be: beyond, it is a broken receiver.
pub const MAX_FUTURE: Duration = Duration::from_secs(30 * 365 * 86_400);
/// By how much oscillators go wrong: parts of a million.
const DRIFT_PPM: u32 = 100;
/// Up to this uncertainty a clock that lost its source is still believed: at [`DRIFT_PPM`] a week.
const BELIEVED: Duration = Duration::from_secs(61);
/// What is wrong by more is stepped, what is wrong by less is slewed.
const STEP: Duration = Duration::from_secs(1);
/// What is wrong by less is left, whatever the source's uncertainty.
const LEAVE: Duration = Duration::from_millis(100);
/// A difference between the system's clock and the monotonic one that nobody's oscillator makes between two looks.
const JUMP: Duration = Duration::from_millis(500);

/// Where a time comes from, by trust: the first there is, is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The board's own GNSS receiver.
    Gnss,
    /// The kernel says that something disciplines its clock (NTP, PTP).
    Ntp,
    /// The cloud, over an authenticated connection.
    Cloud,
    /// The cell.
    Cell,
    /// The real-time clock.
    Rtc,
    /// The time that was kept last, or the time of the build.
    LastKnown,
}

impl Source {
    const TRUSTED: [Self; 4] = [Self::Gnss, Self::Ntp, Self::Cloud, Self::Cell];

    /// Whether what it says may be believed by certificates and records.
    pub const fn is_trusted(self) -> bool {
        matches!(self, Self::Gnss | Self::Ntp | Self::Cloud | Self::Cell)
    }

    /// For how long a reading is fresh. After that it is held over by the monotonic clock.
    const fn fresh_for(self) -> Duration {
        match self {
            Self::Gnss | Self::Ntp => Duration::from_secs(10),
            Self::Cloud | Self::Cell | Self::Rtc => Duration::from_secs(3600),
            Self::LastKnown => Duration::MAX,
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Gnss => 0,
            Self::Ntp => 1,
            Self::Cloud => 2,
            Self::Cell => 3,
            Self::Rtc => 4,
            Self::LastKnown => 5,
        }
    }
}

/// Why a reading was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It is before the build, or before the time that was kept last.
    #[error("before {} s since 1970, which has been already", floor.as_secs())]
    BeforeFloor {
        /// What it is before.
        floor: Duration,
    },
    /// It is further in the future than this software will run.
    #[error("too far in the future")]
    BeyondFuture,
}

/// What is to be done with the system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing: it is right, something else disciplines it, or nobody knows better.
    Leave,
    /// Let it run faster or slower until it has made up for so many milliseconds (adjtime).
    Slew {
        /// To be added.
        millis: i64,
    },
    /// Set it.
    Step {
        /// To so much since 1970.
        to: Duration,
    },
}

/// A step of the system's clock, whoever made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// By how many milliseconds; positive is forwards.
    pub millis: i64,
    /// When it was seen, monotonic.
    pub seen: Duration,
}

/// What is known of the clock, for people and for those who want to believe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockState {
    /// Who is believed.
    pub source: Source,
    /// The time by it.
    pub time: Duration,
    /// Whether certificates and records may believe it.
    pub trusted: bool,
    /// By how much it may be wrong; `None` if that is not known.
    pub uncertainty: Option<Duration>,
    /// Since when the source has said nothing and its time is held by the oscillator, monotonic.
    pub holdover_since: Option<Duration>,
    /// The last step of the system's clock.
    pub last_jump: Option<Jump>,
    /// A fresh trusted source that contradicts the one that is believed, beyond what both admit, and by how much.
    pub contradiction: Option<(Source, Duration)>,
    /// A trusted source that says a time before the floor: the floor may be wrong, which only people can tell.
    pub below_floor: Option<Source>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    time: Duration,
    uncertainty: Duration,
    at: Duration,
}

impl Reading {
    fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.at)
    }

    fn time(&self, now: Duration) -> Duration {
        self.time.saturating_add(self.age(now))
    }

    fn uncertainty(&self, now: Duration) -> Duration {
        self.uncertainty.saturating_add(self.age(now).saturating_mul(DRIFT_PPM) / 1_000_000)
    }
}

/// Judges the clock.
#[derive(Debug, Clone)]
pub struct ClockJudge {
    build: Duration,
    /// No time before this one is taken or set.
    floor: Duration,
    started: Duration,
    readings: [Option<Reading>; 5],
    /// The last reading of a trusted source.
    held: Option<(Source, Reading)>,
    /// The system's clock and the monotonic one at the last look.
    last_look: Option<(Duration, Duration)>,
    last_jump: Option<Jump>,
    below_floor: Option<(Source, Duration)>,
}

impl ClockJudge {
    /// Knows the time of the build and, if there is one, the time that was kept last. A kept time that is before the build, or
    /// beyond [`MAX_FUTURE`] from it, is not believed.
    pub fn new(build: Duration, kept: Option<Duration>, now: Duration) -> Self {
        let kept = kept.filter(|kept| *kept >= build && *kept <= build.saturating_add(MAX_FUTURE));
        Self {
            build,
            floor: kept.unwrap_or(build),
            started: now,
            readings: [None; 5],
            held: None,
            last_look: None,
            last_jump: None,
            below_floor: None,
        }
    }

    /// Takes what a source said, and by how much it may be wrong. [`Source::LastKnown`] says nothing here.
    ///
    /// # Errors
    /// It cannot be. Nothing changes then, but that a trusted source's word is kept for [`ClockState::below_floor`].
    pub fn observe(
        &mut self,
        now: Duration,
        source: Source,
        time: Duration,
        uncertainty: Duration,
    ) -> Result<(), Refused> {
        if time > self.build.saturating_add(MAX_FUTURE) {
            return Err(Refused::BeyondFuture);
        }
        if time.saturating_add(uncertainty) < self.floor {
            if source.is_trusted() {
                self.below_floor = Some((source, now));
            }
            return Err(Refused::BeforeFloor { floor: self.floor });
        }
        let reading = Reading { time, uncertainty, at: now };
        if let Some(place) = self.readings.get_mut(source.index()) {
            *place = Some(reading);
            // What a lesser source says does not end the holding over of a better one, unless that is worse by now.
            let held_is_better = self.held.is_some_and(|(held, old)| {
                held < source && old.uncertainty(now) <= BELIEVED && self.fresh(now, held).is_some()
            });
            if source.is_trusted() && !held_is_better {
                self.held = Some((source, reading));
            }
        }
        Ok(())
    }

    /// A source says that it knows nothing any more: what it said is held over at once.
    pub fn silence(&mut self, source: Source) {
        if let Some(place) = self.readings.get_mut(source.index()) {
            *place = None;
        }
    }

    /// An owner's word that the time kept last was wrong. The floor becomes the time of the build again.
    pub const fn forget_last_known(&mut self) {
        self.floor = self.build;
        self.below_floor = None;
    }

    /// Looks at the system's clock; what is to be done with it. Call it at least every few seconds. A step is seen at
    /// the next look, whoever made it.
    pub fn judge(&mut self, now: Duration, system: Duration) -> Action {
        self.look_for_a_jump(now, system);
        let state = self.state(now);
        let action = self.action(now, system, &state);
        if let Action::Step { to } = action {
            // What was ordered is what is expected at the next look; it is noted as a step all the same.
            self.last_jump = Some(Jump { millis: millis_between(system, to), seen: now });
            self.last_look = Some((now, to));
        }
        action
    }

    /// What is known of the clock.
    pub fn state(&self, now: Duration) -> ClockState {
        let (source, reading, holdover_since) = self.best(now);
        let uncertainty = (source != Source::LastKnown).then(|| reading.uncertainty(now));
        let trusted = source.is_trusted() && uncertainty.is_some_and(|uncertainty| uncertainty <= BELIEVED);
        let time = reading.time(now).max(self.floor);
        let below_floor =
            self.below_floor.filter(|(_, at)| now.saturating_sub(*at) <= Duration::from_secs(60));
        ClockState {
            source,
            time,
            trusted,
            uncertainty,
            holdover_since,
            last_jump: self.last_jump,
            contradiction: self.contradiction(now, source, reading),
            below_floor: below_floor.map(|(source, _)| source),
        }
    }

    /// The believed source, its reading, and since when it is held over.
    fn best(&self, now: Duration) -> (Source, Reading, Option<Duration>) {
        let fresh = |source: &Source| self.fresh(now, *source).map(|reading| (*source, reading, None));
        let held = self.held.map(|(source, reading)| (source, reading, Some(reading.at)));
        let best = Source::TRUSTED.iter().find_map(fresh).or(held).or_else(|| fresh(&Source::Rtc));
        best.unwrap_or_else(|| {
            let reading = Reading { time: self.floor, uncertainty: Duration::ZERO, at: self.started };
            (Source::LastKnown, reading, None)
        })
    }

    fn fresh(&self, now: Duration, source: Source) -> Option<Reading> {
        let reading = self.readings.get(source.index()).copied().flatten()?;
        (reading.age(now) <= source.fresh_for()).then_some(reading)
    }

    fn contradiction(&self, now: Duration, believed: Source, reading: Reading) -> Option<(Source, Duration)> {
        let others = Source::TRUSTED.into_iter().filter(|source| *source != believed);
        others.filter_map(|other| Some((other, self.fresh(now, other)?))).find_map(|(other, theirs)| {
            let apart = reading.time(now).abs_diff(theirs.time(now));
            let admitted =
                reading.uncertainty(now).saturating_add(theirs.uncertainty(now)).saturating_add(STEP);
            (apart > admitted).then_some((other, apart))
        })
    }

    fn look_for_a_jump(&mut self, now: Duration, system: Duration) {
        if let Some((then, before)) = self.last_look.replace((now, system)) {
            let expected = before.saturating_add(now.saturating_sub(then));
            if expected.abs_diff(system) > JUMP {
                self.last_jump = Some(Jump { millis: millis_between(expected, system), seen: now });
            }
        }
    }

    fn action(&self, now: Duration, system: Duration, state: &ClockState) -> Action {
        if system < self.floor {
            return Action::Step { to: state.time };
        }
        let apart = state.time.abs_diff(system);
        if !state.source.is_trusted() {
            // Nobody who may be believed: the clock is only ever brought forwards.
            let (_, reading, _) = self.best(now);
            let behind = state.time > system && apart > reading.uncertainty(now).max(STEP);
            return if behind { Action::Step { to: state.time } } else { Action::Leave };
        }
        // The kernel's clock is disciplined by somebody; and what is held over says nothing new.
        if state.source == Source::Ntp || state.holdover_since.is_some() {
            return Action::Leave;
        }
        match apart {
            apart if apart <= LEAVE.max(state.uncertainty.unwrap_or_default()) => Action::Leave,
            apart if apart <= STEP => Action::Slew { millis: millis_between(system, state.time) },
            _ => Action::Step { to: state.time },
        }
    }

    /// The time to keep, if it may be kept: only what can be believed becomes the floor of the next start.
    pub fn to_keep(&self, now: Duration) -> Option<Duration> {
        let state = self.state(now);
        state.trusted.then_some(state.time)
    }

    /// Notes that a time was kept: nothing before it is taken any more.
    pub fn kept(&mut self, time: Duration) {
        self.floor = self.floor.max(time);
    }
}

fn millis_between(from: Duration, to: Duration) -> i64 {
    let apart = i64::try_from(from.abs_diff(to).as_millis()).unwrap_or(i64::MAX);
    if to >= from { apart } else { -apart }
}
