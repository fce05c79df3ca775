//! Numbers, sizes, times and curves as people read them.

use std::fmt::Write;

use pumice_ui::Moment;
use pumice_web::dto::Stamp;

/// A span of time, in its two largest units.
pub(super) fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// When something was, in UTC, or since which start where there is no date.
pub(super) fn stamp(stamp: Stamp) -> String {
    match stamp.unix_seconds {
        Some(seconds) => moment(seconds),
        None => format!("start {} + {}", stamp.boot, duration(stamp.at_millis / 1_000)),
    }
}

/// A date and time in UTC.
pub(super) fn moment(unix_seconds: u64) -> String {
    let iso = Moment::from_unix(i64::try_from(unix_seconds).unwrap_or(i64::MAX), 0).iso();
    let (date, time) = iso.split_once('T').unwrap_or((&iso, ""));
    format!("{date} {}", time.get(..8).unwrap_or(time))
}

/// Octets.
pub(super) fn size(octets: u64) -> String {
    scaled(octets, 1_000, ["B", "kB", "MB", "GB", "TB"])
}

/// Bits per second.
pub(super) fn rate(bits: u64) -> String {
    scaled(bits, 1_000, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
}

/// A number with one decimal in the largest unit that leaves something before the point.
fn scaled(number: u64, base: u64, units: [&str; 5]) -> String {
    let mut unit = 1_u64;
    let mut name = "";
    for (at, candidate) in units.into_iter().enumerate() {
        name = candidate;
        if number / unit < base || at + 1 == units.len() {
            break;
        }
        unit = unit.saturating_mul(base);
    }
    if unit == 1 {
        format!("{number} {name}")
    } else {
        format!("{}.{} {name}", number / unit, number % unit * 10 / unit)
    }
}

/// Text that may come from a cell or from people, without what controls a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|letter| if is_harmless(letter) { letter } else { '\u{fffd}' }).collect()
}

/// Neither a control character nor one that turns the direction of what follows.
fn is_harmless(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// A curve in so many characters: the highest value is the highest bar, and nothing where nothing was measured. Where there are
/// more points than characters, each character is the most of its points.
pub(super) fn curve(points: &[Option<u32>], width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let each = points.len().div_ceil(width.max(1)).max(1);
    // The last point is now: a group that is not whole is the oldest.
    let odd = points.len() % each;
    let (first, rest) = points.split_at_checked(odd).unwrap_or((&[], points));
    let groups = (!first.is_empty()).then_some(first).into_iter().chain(rest.chunks(each));
    let groups: Vec<Option<u32>> = groups.map(|group| group.iter().flatten().copied().max()).collect();
    let most = u64::from(groups.iter().flatten().copied().max().unwrap_or(0)).max(1);
    let bar = |point: &Option<u32>| match point {
        None => ' ',
        Some(0) => '▁',
        Some(value) => {
            let at = (u64::from(*value) * 7).div_ceil(most);
            usize::try_from(at).ok().and_then(|at| BARS.get(at)).copied().unwrap_or('█')
        }
    };
    groups.iter().map(bar).collect()
}

/// Rows under a header, in columns as wide as they must be; the last is as long as it is.
pub(super) fn columns<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = header.map(|name| name.chars().count());
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.clone().map(|cell| clean(&cell))).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    let mut put = |cells: &[String; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            // Writing into a string does not fail.
            let _ = write!(line, "{cell:<width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    };
    put(&header.map(str::to_owned));
    rows.iter().for_each(put);
    text
}

/// Rows of a name and a value.
pub(super) fn facts(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 2;
    rows.iter().map(|(name, value)| format!("{name:<width$}{}\n", clean(value))).collect()
}

/// `yes` or `no`.
pub(super) const fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

#[cfg(test)]
mod tests;
