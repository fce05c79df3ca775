//! Charts as SVG drawn by the server, each with a table that says the same.
//!
//! The drawing is stretched to the width there is; so texts stand beside it as HTML, in the size that the reader has chosen.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

use crate::format;
use crate::frame::Frame;
use crate::moment::{Moment, When};
use crate::text::t;

/// Most points of a line. More are averaged, so that a page has a bounded size.
const MAX_POINTS: usize = 240;
/// Most rows of the table.
const MAX_ROWS: usize = 24;
/// The drawing's own size.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 160.0;

/// What the values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Octets.
    Bytes,
    /// Bits per second.
    BitRate,
    /// Things.
    Count,
    /// Milliseconds.
    Millis,
    /// Percent.
    Percent,
}

impl Unit {
    /// A value with its unit.
    pub fn said(self, frame: &Frame, value: f64) -> String {
        let catalogue = frame.catalogue();
        match self {
            Self::Bytes => format::bytes(catalogue, octets(value)),
            Self::BitRate => format::rate(catalogue, value),
            Self::Count => format::short(catalogue, value),
            Self::Millis => format!("{}\u{a0}ms", format::short(catalogue, value)),
            Self::Percent => format!("{}\u{a0}%", format::short(catalogue, value)),
        }
    }
}

/// A float as a count of octets.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and NaN is 0"
)]
const fn octets(value: f64) -> u64 {
    value as u64
}

/// A line of a chart.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// What it shows.
    pub name: &'a str,
    /// Its values at equal distances; `None` where nothing was measured.
    pub values: &'a [Option<f64>],
}

/// A chart over time.
#[derive(Debug, Clone, Copy)]
pub struct Chart<'a> {
    /// A word that sets its identities apart.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// A sentence under the title.
    pub about: &'a str,
    /// At most two lines: the second is dashed.
    pub lines: &'a [Line<'a>],
    /// When the first value is. Without it, times are told by how long ago they are: the last value is of now.
    pub start: Option<Moment>,
    /// Seconds from value to value.
    pub step_seconds: u32,
    /// What the values are.
    pub unit: Unit,
}

/// A bar: a day or a month, to and from the phone.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// The lower half.
    pub down: u64,
    /// The upper half.
    pub up: u64,
}

/// A chart over time.
pub fn over_time(frame: &Frame, chart: &Chart<'_>) -> Markup {
    let reduced: Vec<Vec<Option<f64>>> =
        chart.lines.iter().map(|line| averaged(line.values, MAX_POINTS)).collect();
    let most = reduced.iter().flatten().flatten().copied().fold(0.0, f64::max);
    let top = if chart.unit == Unit::Percent { 100.0 } else { nice(most) };
    let length = chart.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
    let seconds = i64::from(chart.step_seconds) * i64::try_from(length.saturating_sub(1)).unwrap_or(0);
    let measured = reduced.iter().flatten().any(Option::is_some);
    html! {
        figure.chart aria-labelledby={ (chart.id) "-title" } {
            figcaption {
                h2 id={ (chart.id) "-title" } { (chart.title) }
                p.soft { (chart.about) }
                @if chart.lines.len() > 1 {
                    ul.legend { @for (index, line) in chart.lines.iter().enumerate() {
                        li.second[index > 0] { (key_mark()) (line.name) }
                    } }
                }
            }
            @if measured {
                div.plot {
                    div.y aria-hidden="true" {
                        span { (chart.unit.said(frame, top)) }
                        span { (chart.unit.said(frame, top / 2.0)) }
                        span { (chart.unit.said(frame, 0.0)) }
                    }
                    svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                        aria-label=(summary(frame, chart)) {
                        path.grid d={ "M0 0H" (WIDTH) "M0 " (HEIGHT / 2.0) "H" (WIDTH) "M0 " (HEIGHT) "H" (WIDTH) } {}
                        @for (index, values) in reduced.iter().enumerate() {
                            @let second = index > 0;
                            @if !second { path.area d=(PreEscaped(area(values, top))) {} }
                            path.line.second[second] d=(PreEscaped(stroke(values, top))) {}
                        }
                    }
                    div.x aria-hidden="true" {
                        @for at in [0, seconds / 2, seconds] { span { (time(frame, chart.start, at, seconds)) } }
                    }
                }
                (table(frame, chart, length))
            } @else {
                p.nothing { (t!(frame, "chart.nothing")) }
            }
        }
    }
}

/// A chart the size of a word, beside the number that it ends in.
pub fn small(title: &str, values: &[Option<f64>]) -> Markup {
    let values = averaged(values, 60);
    let top = nice(values.iter().flatten().copied().fold(0.0, f64::max));
    html! {
        svg.spark viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(title) {
            path.area d=(PreEscaped(area(&values, top))) {}
            path.line d=(PreEscaped(stroke(&values, top))) {}
        }
    }
}

/// Bars of use, down and up on top of each other, with their table.
pub fn bars(frame: &Frame, id: &str, title: &str, bars: &[Bar]) -> Markup {
    let catalogue = frame.catalogue();
    let total = |bar: &Bar| bar.down.saturating_add(bar.up);
    let most = bars.iter().map(total).max().unwrap_or(0);
    let sum = bars.iter().map(total).fold(0, u64::saturating_add);
    let top = nice(format::in_float(most));
    let each = WIDTH / format::in_float(bars.len().max(1) as u64);
    html! {
        figure.chart aria-labelledby={ (id) "-title" } {
            figcaption {
                h3 id={ (id) "-title" } { (title) }
                p.soft { (t!(frame, "usage.sum", size = format::bytes(catalogue, sum))) }
                ul.legend {
                    li { (key_square()) (t!(frame, "usage.down")) }
                    li.second { (key_square()) (t!(frame, "usage.up")) }
                }
            }
            @if most == 0 {
                p.nothing { (t!(frame, "usage.nothing")) }
            } @else {
                div.plot.bars {
                    div.y aria-hidden="true" {
                        span { (Unit::Bytes.said(frame, top)) }
                        span { (Unit::Bytes.said(frame, top / 2.0)) }
                        span { (Unit::Bytes.said(frame, 0.0)) }
                    }
                    svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                        aria-label=(t!(frame, "chart.see-table", title = title)) {
                        path.grid d={ "M0 0H" (WIDTH) "M0 " (HEIGHT / 2.0) "H" (WIDTH) "M0 " (HEIGHT) "H" (WIDTH) } {}
                        @for (index, bar) in bars.iter().enumerate() {
                            @let x = each * format::in_float(index as u64) + each * 0.15;
                            @let down = HEIGHT * format::in_float(bar.down) / top;
                            @let up = HEIGHT * format::in_float(bar.up) / top;
                            rect.down x=(tenth(x)) width=(tenth(each * 0.7)) y=(tenth(HEIGHT - down)) height=(tenth(down)) {}
                            rect.up x=(tenth(x)) width=(tenth(each * 0.7)) y=(tenth(HEIGHT - down - up)) height=(tenth(up)) {}
                        }
                    }
                    @if let (Some(first), Some(last)) = (bars.first(), bars.last()) {
                        div.x aria-hidden="true" { span { (first.name) } span { (last.name) } }
                    }
                }
                details.more {
                    summary { (t!(frame, "chart.table")) }
                    div.scroll tabindex="0" role="group" aria-label=(title) { table {
                        thead { tr {
                            th scope="col" { (t!(frame, "chart.time")) }
                            th.number scope="col" { (t!(frame, "usage.down")) }
                            th.number scope="col" { (t!(frame, "usage.up")) }
                        } }
                        tbody { @for bar in bars.iter().rev() { tr {
                            th scope="row" { (bar.name) }
                            td.number { (format::bytes(catalogue, bar.down)) }
                            td.number { (format::bytes(catalogue, bar.up)) }
                        } } }
                    } }
                }
            }
        }
    }
}

/// The piece of line beside a name.
fn key_mark() -> Markup {
    html! { svg viewBox="0 0 24 8" aria-hidden="true" { path.line d="M1 4H23" {} } }
}

/// The piece of bar beside a name.
fn key_square() -> Markup {
    html! { svg.square viewBox="0 0 8 8" aria-hidden="true" { path d="M0 0h8v8H0z" {} } }
}

/// What the chart says, in a sentence: the last value and the extremes of each line.
fn summary(frame: &Frame, chart: &Chart<'_>) -> String {
    let mut said = String::from(chart.title);
    for line in chart.lines {
        let known = || line.values.iter().flatten().copied().filter(|value| value.is_finite());
        let (Some(last), least, most) =
            (known().next_back(), known().fold(f64::MAX, f64::min), known().fold(0.0, f64::max))
        else {
            continue;
        };
        let say = |value| chart.unit.said(frame, value);
        said.push_str(". ");
        said.push_str(&t!(
            frame,
            "chart.summary",
            name = line.name,
            last = say(last),
            least = say(least),
            most = say(most)
        ));
    }
    said
}

fn table(frame: &Frame, chart: &Chart<'_>, length: usize) -> Markup {
    let rows: Vec<Vec<Option<f64>>> =
        chart.lines.iter().map(|line| averaged(line.values, MAX_ROWS)).collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let step = i64::try_from(length.div_ceil(count.max(1))).unwrap_or(0) * i64::from(chart.step_seconds);
    let seconds = i64::try_from(length.saturating_sub(1)).unwrap_or(0) * i64::from(chart.step_seconds);
    html! {
        details.more {
            summary { (t!(frame, "chart.table")) }
            div.scroll tabindex="0" role="group" aria-label=(chart.title) { table {
                thead { tr {
                    th scope="col" { (t!(frame, "chart.time")) }
                    @for line in chart.lines { th.number scope="col" { (line.name) } }
                } }
                tbody { @for row in (0..count).rev() { tr {
                    th scope="row" {
                        @let at = step.saturating_mul(i64::try_from(row).unwrap_or(0));
                        (time(frame, chart.start, at, seconds))
                    }
                    @for values in &rows {
                        td.number {
                            @match values.get(row).copied().flatten() {
                                Some(value) => (chart.unit.said(frame, value)),
                                None => "–",
                            }
                        }
                    }
                } } }
            } }
        }
    }
}

/// The time so many seconds after the first value; the last is `span_seconds` after it.
fn time(frame: &Frame, start: Option<Moment>, at: i64, span_seconds: i64) -> String {
    match start {
        Some(start) => tick(frame, start.plus(at), span_seconds),
        None => {
            let ago = u64::try_from(span_seconds.saturating_sub(at)).unwrap_or(0);
            format::when_text(frame, When::Ago(ago))
        }
    }
}

/// A time on the axis: the hour for spans of a day or less, else the day.
fn tick(frame: &Frame, moment: Moment, span_seconds: i64) -> String {
    if span_seconds <= 90_000 { format::clock(moment) } else { format::day(frame, moment.date()) }
}

/// At most so many values, each the average of its neighbours; a gap where all of them are gaps.
fn averaged(values: &[Option<f64>], at_most: usize) -> Vec<Option<f64>> {
    values
        .chunks(values.len().div_ceil(at_most).max(1))
        .map(|chunk| {
            let known: Vec<f64> = chunk.iter().flatten().copied().filter(|value| value.is_finite()).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / format::in_float(known.len() as u64))
        })
        .collect()
}

/// The least of 1, 2, 5, 10, 20, 50, ... that is not below a value.
fn nice(value: f64) -> f64 {
    // Also for what is no number.
    if !value.is_finite() || value <= 1.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= value).unwrap_or(value)
}

/// Where each value is, in runs without gaps.
fn runs(values: &[Option<f64>], top: f64) -> Vec<Vec<(String, String)>> {
    let step = WIDTH / format::in_float(values.len().saturating_sub(1).max(1) as u64);
    let mut runs: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => {
                let y = HEIGHT - HEIGHT * value.clamp(0.0, top) / top;
                run.push((tenth(step * format::in_float(index as u64)), tenth(y)));
            }
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn stroke(values: &[Option<f64>], top: f64) -> String {
    let mut path = String::new();
    for run in runs(values, top) {
        let mut letter = 'M';
        for (x, y) in &run {
            // Writing to a string does not fail.
            _ = write!(path, "{letter}{x} {y}");
            letter = 'L';
        }
        if run.len() == 1 {
            // A point between gaps: round ends make it a dot.
            path.push_str("h.1");
        }
    }
    path
}

fn area(values: &[Option<f64>], top: f64) -> String {
    let mut path = String::new();
    for run in runs(values, top) {
        let (Some((first, _)), Some((last, _))) = (run.first(), run.last()) else { continue };
        _ = write!(path, "M{first} {HEIGHT}");
        for (x, y) in &run {
            _ = write!(path, "L{x} {y}");
        }
        _ = write!(path, "L{last} {HEIGHT}z");
    }
    path
}

fn tenth(value: f64) -> String {
    let written = format!("{value:.1}");
    written.strip_suffix(".0").map_or_else(|| written.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
