//! Charts of an hour, a day, a month.

use maud::{Markup, html};

use crate::chart::{self, Chart, Line, Unit};
use crate::frame::Frame;
use crate::layout;
use crate::moment::Moment;
use crate::text::t;

/// The page `/charts?span=`.
#[derive(Debug, Clone)]
pub struct Charts {
    /// How much time is shown.
    pub span: Span,
    /// When the first point is.
    pub start: Option<Moment>,
    /// Seconds from point to point.
    pub step_seconds: u32,
    /// Bits per second to the phones. `None`: not measured.
    pub down: Vec<Option<f64>>,
    /// Bits per second from the phones.
    pub up: Vec<Option<f64>>,
    /// Phones attached.
    pub phones: Vec<Option<f64>>,
    /// Attaches that succeeded, in percent; `None` too when nobody tried.
    pub attach_success: Vec<Option<f64>>,
    /// Milliseconds to the internet and back.
    pub delay: Vec<Option<f64>>,
}

/// How much time is shown: the value of `span`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Span {
    /// The last hour.
    #[default]
    Hour,
    /// The last day.
    Day,
    /// The last month.
    Month,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Month];

    /// The value of `span`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The span of that value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.value() == value)
    }
}

/// `/charts`.
pub fn page(frame: &Frame, view: &Charts) -> Markup {
    let draw = |id, title, about, lines: &[Line<'_>], unit| {
        let Charts { start, step_seconds, .. } = *view;
        html! { section.card { (chart::over_time(frame, &Chart { id, title, about, lines, start, step_seconds, unit })) } }
    };
    let phones = t!(frame, "chart.phones");
    let success = t!(frame, "chart.attach");
    let delay = t!(frame, "chart.delay");
    layout::page(
        frame,
        t!(frame, "nav.charts"),
        &html! {
            nav.spans aria-label=(t!(frame, "chart.span")) { ul {
                @for span in Span::ALL {
                    li { a href={ "/charts?span=" (span.value()) } aria-current=[(span == view.span).then_some("true")] { (name(frame, span)) } }
                }
            } }
            (draw("throughput", t!(frame, "chart.throughput"), t!(frame, "chart.throughput.about"), &[
                Line { name: t!(frame, "usage.down"), values: &view.down },
                Line { name: t!(frame, "usage.up"), values: &view.up },
            ], Unit::BitRate))
            (draw("phones", phones, t!(frame, "chart.phones.about"), &[Line { name: phones, values: &view.phones }], Unit::Count))
            (draw("attach", success, t!(frame, "chart.attach.about"), &[Line { name: success, values: &view.attach_success }], Unit::Percent))
            (draw("delay", delay, t!(frame, "chart.delay.about"), &[Line { name: delay, values: &view.delay }], Unit::Millis))
            p.soft.small { (t!(frame, "chart.gaps")) }
        },
    )
}

fn name(frame: &Frame, span: Span) -> &'static str {
    match span {
        Span::Hour => t!(frame, "chart.hour"),
        Span::Day => t!(frame, "chart.day"),
        Span::Month => t!(frame, "chart.month"),
    }
}
