//! EMM information (8.2.13): network name (TS 24.008 10.5.3.5a) and time (10.5.3.9).

use super::{Optional, Reader, Writer, alphabet};
use crate::nas::{EmmInformation, EmmMessage, NasFaultKind, UniversalTime};

const SECONDS_OF_DAY: u64 = 86_400;
/// 2000-01-01 in days since 1970.
const DAY_2000: u64 = 10_957;
/// Days of a hundred years from 2000 on, of which 25 are leap years.
const DAYS_OF_CENTURY: u64 = 36_525;

pub(super) fn read(reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut information = EmmInformation::default();
    let mut optional = Optional::new(reader, &[(0x46, 1), (0x47, 7)]);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x43 => information.full_name = read_name(value),
            0x45 => information.short_name = read_name(value),
            0x47 => information.time = read_time(value),
            _ => {}
        }
    }
    Ok(EmmMessage::EmmInformation(information))
}

pub(super) fn write(information: &EmmInformation, writer: &mut Writer) {
    if let Some(name) = &information.full_name {
        writer.tlv(0x43, &write_name(name));
    }
    if let Some(name) = &information.short_name {
        writer.tlv(0x45, &write_name(name));
    }
    if let Some(time) = information.time {
        writer.tv(0x47, &write_time(time));
    }
}

fn read_name(value: &[u8]) -> Option<String> {
    let (first, text) = value.split_first()?;
    match first >> 4 & 0x07 {
        0 => Some(alphabet::read_gsm(text, usize::from(first & 0x07))),
        1 => alphabet::read_ucs2(text),
        _ => None,
    }
}

fn write_name(name: &str) -> Vec<u8> {
    match alphabet::write_gsm(name) {
        Some((mut octets, spare_bits)) => {
            octets.insert(0, 0x80 | spare_bits);
            octets
        }
        None => {
            let mut octets = vec![0x90];
            octets.extend_from_slice(&alphabet::write_ucs2(name));
            octets
        }
    }
}

fn read_time(value: &[u8]) -> Option<UniversalTime> {
    let [year, month, day, hour, minute, second, zone] = *value.first_chunk()?;
    let (month, day) = (read_two_digits(month)?, read_two_digits(day)?);
    let (hour, minute, second) = (read_two_digits(hour)?, read_two_digits(minute)?, read_two_digits(second)?);
    let year = read_two_digits(year)?;
    let is_day = (1..=12).contains(&month) && day >= 1 && day <= days_of_month(year, month);
    if !is_day || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = DAY_2000 + day_of_century(year, month, day);
    let unix_seconds =
        days * SECONDS_OF_DAY + u64::from(hour) * 3600 + u64::from(minute) * 60 + u64::from(second);
    let quarters = i8::try_from(read_two_digits(zone & 0xf7)?).ok()?;
    let zone_quarters = if zone & 0x08 == 0 { quarters } else { -quarters };
    Some(UniversalTime { unix_seconds, zone_quarters })
}

/// A time before 2000 is written as its beginning, one after 2099 as its end.
fn write_time(time: UniversalTime) -> [u8; 7] {
    let since_2000 = time.unix_seconds.saturating_sub(DAY_2000 * SECONDS_OF_DAY);
    let since_2000 = since_2000.min(DAYS_OF_CENTURY * SECONDS_OF_DAY - 1);
    let (mut days, seconds) = (since_2000 / SECONDS_OF_DAY, since_2000 % SECONDS_OF_DAY);
    let mut year = 0;
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= u64::from(days_of_month(year, month)) {
        days -= u64::from(days_of_month(year, month));
        month += 1;
    }
    let quarters = time.zone_quarters.unsigned_abs().min(79);
    let sign = if time.zone_quarters < 0 { 0x08 } else { 0 };
    [
        write_two_digits(year),
        write_two_digits(month),
        write_two_digits(low_octet(days + 1)),
        write_two_digits(low_octet(seconds / 3600)),
        write_two_digits(low_octet(seconds / 60 % 60)),
        write_two_digits(low_octet(seconds % 60)),
        write_two_digits(quarters) | sign,
    ]
}

/// Days since 2000-01-01.
fn day_of_century(year: u8, month: u8, day: u8) -> u64 {
    let years: u64 = (0..year).map(days_of_year).sum();
    let months: u64 = (1..month).map(|month| u64::from(days_of_month(year, month))).sum();
    years + months + u64::from(day) - 1
}

/// From 2000 to 2099, every fourth year is a leap year.
const fn days_of_year(year: u8) -> u64 {
    if year.is_multiple_of(4) { 366 } else { 365 }
}

const fn days_of_month(year: u8, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Two digits, the tens in the low nibble (TS 23.040 9.1.2.3).
const fn read_two_digits(octet: u8) -> Option<u8> {
    let (tens, ones) = (octet & 0x0f, octet >> 4);
    if tens > 9 || ones > 9 { None } else { Some(tens * 10 + ones) }
}

const fn write_two_digits(number: u8) -> u8 {
    ((number % 10) << 4) | (number / 10)
}

fn low_octet(number: u64) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
