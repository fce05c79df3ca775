//! Points in time as the box's clock and zone have them.

/// A point in time, with the zone it is shown in. The server knows the zone's rules; here it is only an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    unix: i64,
    offset_minutes: i16,
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// The hour, from 0 to 23.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
    /// The second.
    pub second: u8,
}

/// When something happened, as far as this box can tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum When {
    /// At this moment: the clock was trusted.
    At(Moment),
    /// So many seconds ago, which needs no clock.
    Ago(u64),
    /// Before the last start of the gateway, at a time that the clock did not know.
    Earlier,
    /// Nobody knows.
    #[default]
    Unknown,
}

impl From<Moment> for When {
    fn from(moment: Moment) -> Self {
        Self::At(moment)
    }
}

impl From<Option<Moment>> for When {
    fn from(moment: Option<Moment>) -> Self {
        moment.map_or(Self::Unknown, Self::At)
    }
}

const DAY: i64 = 86_400;
/// About the years 1 to 9999. What lies outside is moved to the edge: a broken clock must not break a page.
const EARLIEST: i64 = -62_135_596_800;
const LATEST: i64 = 253_402_300_799;

impl Moment {
    /// Seconds since 1970 in UTC, and how many minutes the local clock is ahead of UTC.
    pub fn from_unix(seconds: i64, offset_minutes: i16) -> Self {
        Self {
            unix: seconds.clamp(EARLIEST + DAY, LATEST - DAY),
            offset_minutes: offset_minutes.clamp(-1439, 1439),
        }
    }

    /// Seconds since 1970 in UTC.
    pub const fn unix(self) -> i64 {
        self.unix
    }

    /// This moment, some seconds later.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self::from_unix(self.unix.saturating_add(seconds), self.offset_minutes)
    }

    const fn local(self) -> i64 {
        self.unix + self.offset_minutes as i64 * 60
    }

    /// The day it is there.
    pub fn date(self) -> Date {
        Date::from_days(self.local().div_euclid(DAY))
    }

    /// The time of day it is there.
    pub fn time(self) -> Time {
        let second = self.local().rem_euclid(DAY);
        let part = |value: i64| u8::try_from(value).unwrap_or(0);
        Time { hour: part(second / 3600), minute: part(second / 60 % 60), second: part(second % 60) }
    }

    /// For the attribute `datetime`: local time with its offset.
    pub fn iso(self) -> String {
        let Date { year, month, day } = self.date();
        let Time { hour, minute, second } = self.time();
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let offset = self.offset_minutes.unsigned_abs();
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}",
            offset / 60,
            offset % 60
        )
    }
}

impl Date {
    /// The proleptic Gregorian date of a day counted from 1 January 1970.
    ///
    /// Years begin in March here, so that the leap day is the last of a year, and 400 years are always 146,097 days.
    pub fn from_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).unwrap_or(i32::MAX),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }
}

#[cfg(test)]
mod tests;
