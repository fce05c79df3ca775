//! Numbers, sizes, rates, durations and times as readers write them.

use maud::{Markup, html};

use crate::frame::Frame;
use crate::moment::{Date, Moment, When};
use crate::text::{Catalogue, Language, t};

/// Between groups of three digits, and between whole and fraction.
const fn separators(language: Language) -> (&'static str, &'static str) {
    match language {
        // A narrow space that does not break.
        Language::French => ("\u{202f}", ","),
        Language::Spanish | Language::Portuguese => (".", ","),
        _ => (",", "."),
    }
}

/// A whole number: `12,345`.
pub fn whole(catalogue: &Catalogue, number: u64) -> String {
    let (group, _) = separators(catalogue.language());
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + 8);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push_str(group);
        }
        written.push(digit);
    }
    written
}

/// A number with one decimal below ten and none above: `3.4`, `27`.
pub fn short(catalogue: &Catalogue, number: f64) -> String {
    if !number.is_finite() {
        return "–".into();
    }
    let (_, point) = separators(catalogue.language());
    let rounded = if number.abs() < 9.95 { format!("{number:.1}") } else { format!("{number:.0}") };
    rounded.strip_suffix(".0").map_or_else(|| rounded.replace('.', point), str::to_owned)
}

/// Octets, in steps of a thousand: `3.4 MB`.
pub fn bytes(catalogue: &Catalogue, octets: u64) -> String {
    let french = catalogue.language() == Language::French;
    let units = if french { ["o", "ko", "Mo", "Go", "To"] } else { ["B", "kB", "MB", "GB", "TB"] };
    scaled(catalogue, in_float(octets), units)
}

/// Bits per second: `1.2 Mbit/s`.
pub fn rate(catalogue: &Catalogue, bits: f64) -> String {
    scaled(catalogue, bits, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
}

fn scaled(catalogue: &Catalogue, mut value: f64, units: [&str; 5]) -> String {
    let [mut unit, rest @ ..] = units;
    if !value.is_finite() {
        return format!("–\u{a0}{unit}");
    }
    for larger in rest {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    // Small units have no fractions worth reading.
    let value = if unit == "B" || unit == "o" || unit == "bit/s" { value.round() } else { value };
    format!("{}\u{a0}{unit}", short(catalogue, value))
}

/// A count as a float. Above 2^53 the last digits are lost, which no chart shows.
#[allow(clippy::cast_precision_loss, reason = "said above")]
pub const fn in_float(count: u64) -> f64 {
    count as f64
}

/// A duration in its two largest units: `2 h 5 min`.
pub fn duration(catalogue: &Catalogue, seconds: u64) -> String {
    let n = |number: u64| whole(catalogue, number);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let pair =
        |large: String, small: String, none: bool| if none { large } else { format!("{large} {small}") };
    if days > 0 {
        let left = hours % 24;
        pair(
            catalogue.counted(crate::key!("time.days"), days, &[]),
            catalogue.filled(crate::key!("time.h"), &[("n", &n(left))]),
            left == 0 || days > 6,
        )
    } else if hours > 0 {
        let left = minutes % 60;
        pair(
            catalogue.filled(crate::key!("time.h"), &[("n", &n(hours))]),
            catalogue.filled(crate::key!("time.min"), &[("n", &n(left))]),
            left == 0,
        )
    } else if minutes > 0 {
        let left = seconds % 60;
        pair(
            catalogue.filled(crate::key!("time.min"), &[("n", &n(minutes))]),
            catalogue.filled(crate::key!("time.s"), &[("n", &n(left))]),
            left == 0 || minutes > 4,
        )
    } else {
        catalogue.filled(crate::key!("time.s"), &[("n", &n(seconds))])
    }
}

/// A duration in its largest unit, from a minute on: what is said again and again should not change with each second.
pub fn roughly(catalogue: &Catalogue, seconds: u64) -> String {
    let n = |number: u64| whole(catalogue, number);
    match seconds {
        86_400.. => catalogue.counted(crate::key!("time.days"), seconds / 86_400, &[]),
        3_600.. => catalogue.filled(crate::key!("time.h"), &[("n", &n(seconds / 3_600))]),
        _ => catalogue.filled(crate::key!("time.min"), &[("n", &n((seconds / 60).max(1)))]),
    }
}

/// `5 min ago`; within a minute, `just now`.
pub fn ago(catalogue: &Catalogue, seconds: u64) -> String {
    if seconds < 60 {
        return catalogue.text(crate::key!("time.now")).to_owned();
    }
    catalogue.filled(crate::key!("time.ago"), &[("time", &roughly(catalogue, seconds))])
}

/// `14:02`.
pub fn clock(moment: Moment) -> String {
    let time = moment.time();
    format!("{:02}:{:02}", time.hour, time.minute)
}

/// `12 March 2026`, with the month in short.
pub fn date(frame: &Frame, date: Date) -> String {
    t!(frame, "date.long", day = date.day, month = month(frame, date.month), year = date.year)
}

/// `12 Mar`.
pub fn day(frame: &Frame, date: Date) -> String {
    t!(frame, "date.short", day = date.day, month = month(frame, date.month))
}

/// `Mar 2026`.
pub fn month_of(frame: &Frame, date: Date) -> String {
    t!(frame, "date.month", month = month(frame, date.month), year = date.year)
}

/// The short name of a month, counted from 1.
pub fn month(frame: &Frame, month: u8) -> &'static str {
    t!(frame, "date.months").split(' ').nth(usize::from(month).saturating_sub(1)).unwrap_or("?")
}

/// When something happened, in words.
pub fn when_text(frame: &Frame, when: impl Into<When>) -> String {
    match when.into() {
        When::At(moment) => moment_text(frame, moment),
        When::Ago(seconds) => ago(frame.catalogue(), seconds),
        When::Earlier => t!(frame, "time.earlier").into(),
        When::Unknown => t!(frame, "time.unknown").into(),
    }
}

/// The time if it is today, the day and the time otherwise.
fn moment_text(frame: &Frame, moment: Moment) -> String {
    let (that, time) = (moment.date(), clock(moment));
    match frame.now.map(Moment::date) {
        Some(today) if today == that => time,
        Some(today) if today.year == that.year => format!("{}, {time}", day(frame, that)),
        _ => format!("{}, {time}", date(frame, that)),
    }
}

/// The same; a moment as an element that programs can read.
pub fn when(frame: &Frame, when: impl Into<When>) -> Markup {
    let when = when.into();
    html! {
        @if let When::At(moment) = when {
            time datetime=(moment.iso()) { (when_text(frame, moment)) }
        } @else {
            (when_text(frame, when))
        }
    }
}

/// The day and the time, also today: for what is printed and kept.
pub fn in_full(frame: &Frame, moment: Option<Moment>) -> Markup {
    html! {
        @if let Some(moment) = moment {
            time datetime=(moment.iso()) { (date(frame, moment.date())) ", " (clock(moment)) }
        } @else {
            (t!(frame, "time.unknown"))
        }
    }
}

/// A digest as people compare it: groups of two octets.
pub fn grouped(octets: &[u8]) -> Vec<String> {
    octets.chunks(2).map(|pair| pair.iter().map(|octet| format!("{octet:02X}")).collect()).collect()
}

#[cfg(test)]
mod tests;
