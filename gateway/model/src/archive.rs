//! What the box remembers of the past: curves of fixed size, and what each phone used.

use serde::{Deserialize, Serialize};

use crate::identity::Imsi;

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Series {
    /// Octets per second from phones.
    Uplink,
    /// Octets per second to phones.
    Downlink,
    /// Phones with a context.
    Phones,
    /// Attaches that succeeded, in thousandths of those that ended; absent where none did.
    AttachSuccess,
    /// Milliseconds to the probe on the internet and back; absent where it does not answer.
    Delay,
}

impl Series {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Uplink, Self::Downlink, Self::Phones, Self::AttachSuccess, Self::Delay];
}

/// How far back a curve goes. Each has [`Span::POINTS`] points, whatever happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// An hour, by 30 s.
    Hour,
    /// A day, by 12 min.
    Day,
    /// 30 days, by 6 h.
    Month,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Month];

    /// Points of a curve.
    pub const POINTS: u32 = 120;

    /// Seconds between two points.
    pub const fn step_seconds(self) -> u32 {
        match self {
            Self::Hour => 30,
            Self::Day => 720,
            Self::Month => 21_600,
        }
    }

    /// The word for it in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The span with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.word() == word)
    }
}

/// The curves of a span. The last point is now; a point is absent where the box was off, or nothing was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curves {
    /// Which span.
    pub span: Span,
    /// Seconds since 1970 of the last point, if the clock is trusted.
    pub ends: Option<u64>,
    /// Each curve, the oldest point first.
    pub curves: Vec<(Series, Vec<Option<u32>>)>,
}

/// A day in the box's time zone: days since 1970-01-01. On a box whose clock was never right, days count from its first start,
/// below [`Day::FIRST_REAL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub u32);

impl Day {
    /// The first of January 2024. What is below it is no date.
    pub const FIRST_REAL: Self = Self(19_723);
}

/// What a phone used in a day, octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayUsage {
    /// Whose.
    pub imsi: Imsi,
    /// When.
    pub day: Day,
    /// From the phone.
    pub uplink: u64,
    /// To the phone.
    pub downlink: u64,
}

/// Days that are kept of each phone. Older ones are summed into months of their first day.
pub const USAGE_DAYS: u32 = 62;

/// Months that are kept of each phone.
pub const USAGE_MONTHS: u32 = 24;

/// What a phone used in a calendar month, octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthUsage {
    /// Year and month, as 202611; what was used without a date is month 0.
    pub month: u32,
    /// From the phone.
    pub uplink: u64,
    /// To the phone.
    pub downlink: u64,
}

/// What a phone used: days, the newest first, and months, the newest first. A month holds its days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneUsage {
    /// Days.
    pub days: Vec<DayUsage>,
    /// Months.
    pub months: Vec<MonthUsage>,
}
