//! Which month a day is in.

#[cfg(test)]
mod tests;

use pumice_model::archive::Day;

/// Days from 0000-03-01 to 1970-01-01, by the Gregorian calendar.
const EPOCH: u32 = 719_468;
/// Four hundred years, after which the calendar begins anew.
const ERA: u32 = 146_097;

/// Year and month of a day, as 202611; 0 for a day that is no date. Years are counted from March, so that a leap day is the
/// last of its year.
pub(super) fn month_of(day: Day) -> u32 {
    if day < Day::FIRST_REAL {
        return 0;
    }
    let days = day.0.saturating_add(EPOCH);
    let (era, of_era) = (days / ERA, days % ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let (month, next_year) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    (era * 400 + year_of_era + next_year) * 100 + month
}
