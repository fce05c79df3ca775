//! The first page: one honest sentence, and what to do next.

use maud::{Markup, html};

use crate::chart::{self, Unit};
use crate::component::{self, Icon, icon};
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::live::{self, Part};
use crate::moment::When;
use crate::page::setup::Step;
use crate::text::t;
use crate::words::Words;

/// The page `/`.
#[derive(Debug, Clone)]
pub struct Home {
    /// The sentence.
    pub status: Status,
    /// The checks.
    pub checks: Vec<Check>,
    /// The small charts of now.
    pub now: Now,
    /// What happened lately, the newest first.
    pub events: Vec<Event>,
    /// The step at which the wizard was left.
    pub setup: Option<Step>,
}

/// What the one sentence is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Phones that are attached.
    pub phones: u64,
    /// How the internet is.
    pub internet: Internet,
    /// How it stands in all.
    pub outlook: Outlook,
}

/// How the internet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Internet {
    /// It works.
    On,
    /// It does not.
    Off {
        /// Since when, where that is known.
        since: When,
    },
    /// None is set up, which is fine.
    NotWanted,
    /// Not known yet: the box has just started.
    Unknown,
}

/// How it stands in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// Nothing to do.
    Good,
    /// Nothing is lost, and something should be done: see the checks.
    ToDo,
    /// Phones are not served as they should be, and why.
    Failing(Vec<Failing>),
}

/// Why phones are not served as they should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failing {
    /// The disk does not take what must be kept.
    Disk,
    /// No cell is connected.
    NoCell,
    /// The supply is so low that the cell is off.
    Power,
    /// The user plane does not run.
    UserPlane,
    /// Something else.
    Other(Words),
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckKind {
    /// The supply.
    Power,
    /// The clock.
    Clock,
    /// The disk.
    Disk,
    /// The internet.
    Internet,
    /// The cell.
    Cell,
    /// The first phone.
    FirstPhone,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// As it should be.
    Ok,
    /// Works, but somebody should look.
    Warn,
    /// Does not work.
    Bad,
    /// Not known, or this box cannot tell.
    Unknown,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is checked.
    pub kind: CheckKind,
    /// How it came out.
    pub state: State,
    /// What was found. The catalogue has texts for the usual findings: `check.*`.
    pub text: Words,
    /// What to do next. `None` where nothing needs to be done.
    pub action: Option<Action>,
}

/// What to do next, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What to do. The catalogue has the usual ones: `check.do.*`.
    pub text: Words,
    /// Where; `None` when it is done by hand, like plugging in a cable.
    pub href: Option<String>,
}

/// The last minutes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Now {
    /// Phones attached at this moment.
    pub attached: u64,
    /// Phones attached, oldest first, at equal distances; `None` where it was not measured.
    pub phones: Vec<Option<f64>>,
    /// Bits per second to the phones.
    pub down: Vec<Option<f64>>,
    /// Bits per second from the phones.
    pub up: Vec<Option<f64>>,
    /// How many minutes the rows cover.
    pub minutes: u32,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub when: When,
    /// How grave it is.
    pub state: State,
    /// What. The catalogue has texts for the usual ones: `event.*`.
    pub what: Words,
    /// Where to read more.
    pub href: Option<String>,
}

/// `/`.
pub fn page(frame: &Frame, view: &Home) -> Markup {
    layout::page(
        frame,
        t!(frame, "home.title"),
        &html! {
            (live::part(Part::HomeStatus, None, &status(frame, &view.status)))
            @if let (Some(step), true) = (view.setup, frame.owner()) {
                section.card.resume {
                    (icon(Icon::Settings))
                    div {
                        h2 { (t!(frame, "home.setup")) }
                        p { (t!(frame, "home.setup.text", name = step.name(frame))) }
                    }
                    a.button.primary href=(step.path()) { (t!(frame, "home.setup.resume")) }
                }
            }
            div.columns {
                section.card {
                    h2 { (t!(frame, "home.checks")) }
                    (live::part(Part::HomeChecks, None, &checks(frame, &view.checks)))
                }
                div {
                    section.card {
                        h2 { (t!(frame, "home.now")) }
                        (live::part(Part::HomeNow, None, &now(frame, &view.now)))
                    }
                    section.card {
                        h2 { (t!(frame, "home.events")) }
                        (live::part(Part::HomeEvents, None, &events(frame, &view.events)))
                    }
                }
            }
        },
    )
}

/// The live part [`Part::HomeStatus`].
pub fn status(frame: &Frame, view: &Status) -> Markup {
    let state = match (&view.outlook, view.internet) {
        (Outlook::Failing(_), _) => State::Bad,
        (Outlook::ToDo, _) | (_, Internet::Off { .. }) => State::Warn,
        (Outlook::Good, _) => State::Ok,
    };
    let (shape, class) = component::state_icon(state);
    html! {
        section.status.(class) aria-label=(t!(frame, "home.status")) {
            (icon(shape))
            p data-say="" { (sentence(frame, view)) }
            @if let Outlook::Failing(reasons) = &view.outlook {
                ul { @for reason in reasons { li { (failing(frame, reason)) } } }
            }
        }
    }
}

/// The one honest sentence, in fact three: who is served, how the internet is, whether anything is lost.
pub fn sentence(frame: &Frame, view: &Status) -> String {
    let served = match view.phones {
        0 => t!(frame, "home.served.none").to_owned(),
        n => t!(frame, "home.served", count n),
    };
    let internet = match view.internet {
        Internet::On => t!(frame, "home.internet.on").to_owned(),
        Internet::Off { since: When::At(since) } => {
            t!(frame, "home.internet.off-since", time = format::when_text(frame, since))
        }
        Internet::Off { since: When::Ago(seconds) } if seconds >= 60 => {
            t!(frame, "home.internet.off-for", time = format::roughly(frame.catalogue(), seconds))
        }
        Internet::Off { .. } => t!(frame, "home.internet.off").to_owned(),
        Internet::NotWanted => t!(frame, "home.internet.not-wanted").to_owned(),
        Internet::Unknown => t!(frame, "home.internet.unknown").to_owned(),
    };
    let outlook = match (&view.outlook, view.internet) {
        (Outlook::Good, Internet::Off { .. }) => t!(frame, "home.outlook.nothing-lost"),
        (Outlook::Good, _) => t!(frame, "home.outlook.good"),
        (Outlook::ToDo, _) => t!(frame, "home.outlook.to-do"),
        (Outlook::Failing(_), _) => t!(frame, "home.outlook.failing"),
    };
    format!("{served} {internet} {outlook}")
}

fn failing(frame: &Frame, reason: &Failing) -> String {
    match reason {
        Failing::Disk => t!(frame, "home.failing.disk").into(),
        Failing::NoCell => t!(frame, "home.failing.no-cell").into(),
        Failing::Power => t!(frame, "home.failing.power").into(),
        Failing::UserPlane => t!(frame, "home.failing.user-plane").into(),
        Failing::Other(words) => words.said(frame.catalogue()),
    }
}

fn check_name(frame: &Frame, kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Power => t!(frame, "check.power"),
        CheckKind::Clock => t!(frame, "check.clock"),
        CheckKind::Disk => t!(frame, "check.disk"),
        CheckKind::Internet => t!(frame, "check.internet"),
        CheckKind::Cell => t!(frame, "check.cell"),
        CheckKind::FirstPhone => t!(frame, "check.first-phone"),
    }
}

/// The live part [`Part::HomeChecks`].
pub fn checks(frame: &Frame, view: &[Check]) -> Markup {
    html! {
        ul.checks {
            @for check in view {
                @let (shape, class) = component::state_icon(check.state);
                li.(class) {
                    (icon(shape))
                    div {
                        p.title {
                            (check_name(frame, check.kind))
                            span.state { (component::state_name(frame, check.state)) }
                        }
                        p.soft { (check.text.said(frame.catalogue())) }
                        @if let Some(action) = &check.action {
                            @match &action.href {
                                Some(href) => a.go href=(href) { (action.text.said(frame.catalogue())) (icon(Icon::Next)) },
                                None => p.do { (action.text.said(frame.catalogue())) },
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The live part [`Part::HomeNow`].
pub fn now(frame: &Frame, view: &Now) -> Markup {
    // The newest point may still be being measured.
    let newest = |values: &[Option<f64>]| values.iter().rev().take(2).flatten().next().copied();
    let rate = |values: &[Option<f64>]| {
        newest(values)
            .map_or_else(|| t!(frame, "home.measuring").to_owned(), |value| Unit::BitRate.said(frame, value))
    };
    let row = |name: &str, values: &[Option<f64>], value: String| {
        html! {
            div.now { p { span.soft { (name) } strong { (value) } } (chart::small(name, values)) }
        }
    };
    html! {
        (row(t!(frame, "chart.phones"), &view.phones, format::whole(frame.catalogue(), view.attached)))
        (row(t!(frame, "usage.down"), &view.down, rate(&view.down)))
        (row(t!(frame, "usage.up"), &view.up, rate(&view.up)))
        p.soft.small { (t!(frame, "home.minutes", count u64::from(view.minutes))) }
    }
}

/// The live part [`Part::HomeEvents`].
pub fn events(frame: &Frame, view: &[Event]) -> Markup {
    html! {
        @if view.is_empty() {
            p.soft { (t!(frame, "home.events.none")) }
        } @else {
            ul.events {
                @for event in view {
                    @let (shape, class) = component::state_icon(event.state);
                    @let what = event.what.said(frame.catalogue());
                    li.(class) {
                        (icon(shape))
                        span.visually-hidden { (component::state_name(frame, event.state)) ": " }
                        span.what { @match &event.href { Some(href) => a href=(href) { (what) }, None => (what) } }
                        span.soft { (format::when(frame, event.when)) }
                    }
                }
            }
        }
    }
}
