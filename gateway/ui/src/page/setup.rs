//! The wizard: six steps, each of which can be left and taken up again.

mod backhaul;
mod cell;
mod done;
mod network;
mod phones;

pub use backhaul::{Backhaul, Way, WifiSeen, backhaul};
pub use cell::{Cell, CellCard, CellWait, Refusal, card, cell, cell_wait};
pub(crate) use cell::{advice, refusal};
pub use done::{Done, FirstPhone, done, first_phone};
use maud::{Markup, html};
pub use network::{Network, network};
pub use phones::{Phones, phones};

use crate::frame::Frame;
use crate::layout;
use crate::text::t;

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Language and owner: `/claim`.
    Owner,
    /// The way to the internet: `/setup/backhaul`.
    Backhaul,
    /// The network's name and numbers: `/setup/network`.
    Network,
    /// The cell: `/setup/cell`.
    Cell,
    /// The first phones: `/setup/phones`.
    Phones,
    /// All is done: `/setup/done`.
    Done,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Backhaul, Self::Network, Self::Cell, Self::Phones, Self::Done];

    /// Where it is.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Owner => "/claim",
            Self::Backhaul => "/setup/backhaul",
            Self::Network => "/setup/network",
            Self::Cell => "/setup/cell",
            Self::Phones => "/setup/phones",
            Self::Done => "/setup/done",
        }
    }
}

impl Step {
    /// What it is called.
    pub(crate) fn name(self, frame: &Frame) -> &'static str {
        match self {
            Self::Owner => t!(frame, "setup.owner"),
            Self::Backhaul => t!(frame, "setup.backhaul"),
            Self::Network => t!(frame, "setup.network"),
            Self::Cell => t!(frame, "setup.cell"),
            Self::Phones => t!(frame, "setup.phones"),
            Self::Done => t!(frame, "setup.done"),
        }
    }
}

/// Where in the wizard the reader is. Steps that are done can be gone back to.
pub(crate) fn progress(frame: &Frame, current: Step, done: &[Step]) -> Markup {
    let number = Step::ALL.iter().position(|step| *step == current).map_or(1, |place| place + 1);
    html! {
        nav.steps aria-label=(t!(frame, "setup.label")) {
            p.soft { (t!(frame, "setup.step", n = number, of = Step::ALL.len(), name = current.name(frame))) }
            ol {
                @for step in Step::ALL {
                    @let here = step == current;
                    @let past = done.contains(&step) && !here;
                    li.here[here].past[past] aria-current=[here.then_some("step")] {
                        @if past && step != Step::Owner {
                            a href=(step.path()) { span.visually-hidden { (step.name(frame)) } }
                        } @else {
                            span.visually-hidden { (step.name(frame)) }
                        }
                    }
                }
            }
        }
    }
}

/// A step of the wizard, with the way out of it.
pub(crate) fn wizard(frame: &Frame, current: Step, done: &[Step], title: &str, main: &Markup) -> Markup {
    layout::alone(
        frame,
        title,
        &progress(frame, current, done),
        &html! {
            (main)
            @if current != Step::Done {
                p.later { a href="/" { (t!(frame, "setup.later")) } span.soft { (t!(frame, "setup.later.hint")) } }
            }
        },
    )
}
