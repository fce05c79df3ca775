//! What phones used, by day and by month.
//!
//! Deltas come in from [`UsageMeter`] and are added; a batch is added whole or not at all. The newest [`USAGE_DAYS`] days on
//! which anything was used are kept, older ones are summed into their months. Which days are old is told by the days that are
//! there, not by a clock: a clock that was wrong for a while takes its own days along and no others.

mod calendar;
mod meter;

use std::collections::BTreeMap;

use pumice_model::archive::{Day, DayUsage, MonthUsage, PhoneUsage, USAGE_DAYS, USAGE_MONTHS};
use pumice_model::change::Durability;
use pumice_model::control::Refusal;
use pumice_model::identity::Imsi;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Store;
use calendar::month_of;

pub use meter::{MeterBounds, UsageMeter};

/// Rows of days: 2,000 subscribers and a quarter more. Beyond it days are folded earlier.
const DAY_ROWS: u32 = 2_500 * USAGE_DAYS;
/// Rows of months. Beyond it the oldest month goes.
const MONTH_ROWS: u32 = 2_500 * (USAGE_MONTHS + 1);
/// What is added at once, and what there may be: together they stay below what the database can count to. Nobody uses an
/// exabyte a day.
const MOST_ADDED: u64 = 1 << 60;
const MOST: i64 = 1 << 62;

impl Store {
    /// Adds what was used since the last time: all of it or nothing.
    pub fn add_usage(&mut self, rows: &[DayUsage]) -> Result<(), Refusal> {
        if rows.is_empty() {
            return Ok(());
        }
        self.change(Durability::Full, |connection, _| {
            let mut has_new_day = false;
            let mut day_before = None;
            for row in rows {
                if day_before != Some(row.day) {
                    has_new_day |= next(connection, "usage_days", "day", row.day.0)? != Some(row.day.0);
                    day_before = Some(row.day);
                }
                connection
                    .prepare_cached(
                        "INSERT INTO usage_days (day, imsi, uplink, downlink) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (day, imsi) DO UPDATE SET
                         uplink = min(uplink, ?5) + excluded.uplink,
                         downlink = min(downlink, ?5) + excluded.downlink",
                    )?
                    .execute(params![
                        row.day.0,
                        row.imsi.digits().as_str(),
                        row.uplink.min(MOST_ADDED),
                        row.downlink.min(MOST_ADDED),
                        MOST
                    ])?;
            }
            // Once a day, or every row would be counted every minute.
            if has_new_day {
                fold(connection)?;
            }
            Ok(())
        })
    }

    /// What a phone used, as far as it is on the disk: [`UsageMeter::waiting`] has the rest.
    pub fn usage(&mut self, imsi: Imsi) -> Result<PhoneUsage, Refusal> {
        self.look(|connection, _| {
            let digits = imsi.digits();
            let mut days = Vec::new();
            let mut months = BTreeMap::<u32, (u64, u64)>::new();
            let mut add = |month, uplink: u64, downlink: u64| {
                let sum = months.entry(month).or_default();
                *sum = (sum.0.saturating_add(uplink), sum.1.saturating_add(downlink));
            };
            for month in distinct(connection, "usage_months", "month")? {
                if let Some((uplink, downlink)) = row(connection, "usage_months", "month", month, &digits)? {
                    add(month, uplink, downlink);
                }
            }
            for day in distinct(connection, "usage_days", "day")? {
                if let Some((uplink, downlink)) = row(connection, "usage_days", "day", day, &digits)? {
                    add(month_of(Day(day)), uplink, downlink);
                    days.push(DayUsage { imsi, day: Day(day), uplink, downlink });
                }
            }
            days.reverse();
            let months = months.into_iter().rev();
            let months = months.map(|(month, (uplink, downlink))| MonthUsage { month, uplink, downlink });
            let (dated, undated): (Vec<_>, Vec<_>) = months.partition(|month| month.month > 0);
            let kept = usize::try_from(USAGE_MONTHS).unwrap_or(usize::MAX);
            Ok(PhoneUsage { days, months: dated.into_iter().take(kept).chain(undated).collect() })
        })
    }
}

fn row(
    connection: &Connection,
    table: &str,
    column: &str,
    at: u32,
    imsi: &str,
) -> rusqlite::Result<Option<(u64, u64)>> {
    connection
        .prepare_cached(&format!("SELECT uplink, downlink FROM {table} WHERE {column} = ?1 AND imsi = ?2"))?
        .query_row(params![at, imsi], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Makes room: days into months, the oldest months away.
fn fold(connection: &Connection) -> rusqlite::Result<()> {
    let mut days = distinct(connection, "usage_days", "day")?.into_iter();
    let kept = usize::try_from(USAGE_DAYS).unwrap_or(usize::MAX);
    while days.len() > kept || (days.len() > 1 && count(connection, "usage_days")? > DAY_ROWS) {
        let Some(day) = days.next() else { break };
        connection.execute(
            "INSERT INTO usage_months (month, imsi, uplink, downlink)
             SELECT ?2, imsi, uplink, downlink FROM usage_days WHERE day = ?1
             ON CONFLICT (month, imsi) DO UPDATE SET
             uplink = min(uplink, ?3) + min(excluded.uplink, ?3 - 1),
             downlink = min(downlink, ?3) + min(excluded.downlink, ?3 - 1)",
            params![day, month_of(Day(day)), MOST],
        )?;
        connection.execute("DELETE FROM usage_days WHERE day = ?1", [day])?;
    }
    // What has no date may be of yesterday: it goes last.
    let mut months = distinct(connection, "usage_months", "month")?;
    if months.first() == Some(&0) {
        months.rotate_left(1);
    }
    let dated = months.iter().filter(|month| **month > 0).count();
    let surplus = dated.saturating_sub(usize::try_from(USAGE_MONTHS).unwrap_or(usize::MAX));
    for (at, month) in months.into_iter().enumerate() {
        if at >= surplus && count(connection, "usage_months")? <= MONTH_ROWS {
            break;
        }
        connection.execute("DELETE FROM usage_months WHERE month = ?1", [month])?;
    }
    Ok(())
}

/// The days or months that there are, the oldest first; each is one step down the tree, not a scan.
fn distinct(connection: &Connection, table: &str, column: &str) -> rusqlite::Result<Vec<u32>> {
    let mut found = Vec::new();
    let mut from = Some(0);
    while let Some(value) = from.map_or(Ok(None), |from| next(connection, table, column, from))? {
        found.push(value);
        from = value.checked_add(1);
    }
    Ok(found)
}

/// The first day or month from this one on.
fn next(connection: &Connection, table: &str, column: &str, from: u32) -> rusqlite::Result<Option<u32>> {
    connection
        .prepare_cached(&format!("SELECT min({column}) FROM {table} WHERE {column} >= ?1"))?
        .query_row([from], |row| row.get(0))
}

fn count(connection: &Connection, table: &str) -> rusqlite::Result<u32> {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
}
