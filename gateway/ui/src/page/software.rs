//! The software of the box: what runs, updates from a stick or a file, and the way back.

use maud::{Markup, html};

use crate::component::{self, Field, Form, badge, mistakes, note, post, upload};
use crate::form::Entered;
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::page::home::State;
use crate::text::t;

/// The page `/care/software`.
#[derive(Debug, Clone, Default)]
pub struct Software {
    /// The version of the gateway that answers.
    pub running: String,
    /// The image; absent where the gateway was installed by other means.
    pub image: Option<Image>,
    /// Mistakes in `file`.
    pub entered: Entered,
    /// Most octets of a file.
    pub max_bytes: u64,
}

/// An image with two sides.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// Both sides.
    pub sides: Vec<Side>,
    /// The update that is going on, or the last one.
    pub update: Option<Update>,
    /// Updates on sticks.
    pub on_sticks: Vec<OnStick>,
}

/// A side of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// `A` or `B`.
    pub name: String,
    /// Its version, where that is known.
    pub version: Option<String>,
    /// Whether it runs.
    pub runs: bool,
}

/// How far an update is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Asked for, or looked at.
    Checking,
    /// Being written.
    Installing,
    /// The box starts anew with it.
    Restarting,
    /// It runs, and has to prove itself.
    Settling,
    /// It has proved itself.
    Settled,
    /// It did not, and the version before runs.
    GoneBack,
    /// It was refused.
    Refused,
}

impl Stage {
    const fn is_busy(self) -> bool {
        matches!(self, Self::Checking | Self::Installing | Self::Restarting | Self::Settling)
    }
}

/// An update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// How far it is.
    pub stage: Stage,
    /// Its version, once that is known.
    pub version: Option<String>,
    /// How much of it is written.
    pub percent: Option<u8>,
    /// Why it was refused or gone back from. In English, for who helps.
    pub reason: Option<String>,
}

/// An update on a stick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnStick {
    /// The file's name.
    pub name: String,
    /// Its version, if its signature is right.
    pub version: Option<String>,
    /// Why it cannot be used.
    pub problem: Option<String>,
}

/// `/care/software`. Forms: `/care/software/look`; `/care/software/install` (`stick`, `older`); `/care/software/upload` (multipart:
/// `older`, then `file`); `/care/software/return`.
pub fn page(frame: &Frame, view: &Software) -> Markup {
    layout::page(
        frame,
        t!(frame, "software.title"),
        &html! {
            (component::back(t!(frame, "nav.care"), "/care"))
            @match &view.image {
                None => {
                    section.card { dl.facts {
                        div { dt { (t!(frame, "care.version")) } dd { (view.running) } }
                    } }
                    (note(State::Unknown, &html! { p { (t!(frame, "software.no-image")) } }))
                }
                Some(image) => (of_image(frame, view, image))
            }
        },
    )
}

fn of_image(frame: &Frame, view: &Software, image: &Image) -> Markup {
    let is_busy = image.update.as_ref().is_some_and(|update| update.stage.is_busy());
    html! {
        @if let Some(update) = &image.update { (told(frame, update)) }
        section.card {
            dl.facts { @for side in &image.sides {
                div {
                    dt { (t!(frame, "software.side", name = side.name)) }
                    dd {
                        (side.version.as_deref().unwrap_or_else(|| t!(frame, "software.empty"))) " "
                        @if side.runs { (badge(State::Ok, t!(frame, "software.runs"))) }
                    }
                }
            } }
        }
        @if frame.owner() && !is_busy {
            (from_stick(frame, image))
            (from_file(frame, view))
            (way_back(frame, image))
        }
    }
}

/// What becomes of an update, in one sentence.
fn told(frame: &Frame, update: &Update) -> Markup {
    let version = update.version.as_deref().unwrap_or_default();
    let (state, text) = match update.stage {
        Stage::Checking => (State::Unknown, t!(frame, "software.checking").to_owned()),
        Stage::Installing => {
            let percent = update.percent.unwrap_or(0);
            (State::Unknown, t!(frame, "software.installing", version = version, n = percent))
        }
        Stage::Restarting => (State::Unknown, t!(frame, "software.restarting", version = version)),
        Stage::Settling => (State::Unknown, t!(frame, "software.settling", version = version)),
        Stage::Settled => (State::Ok, t!(frame, "software.settled", version = version)),
        Stage::GoneBack => (State::Bad, t!(frame, "software.gone-back", version = version)),
        Stage::Refused => (State::Bad, t!(frame, "software.refused").to_owned()),
    };
    let inside = html! {
        p { (text) }
        @if let Some(reason) = &update.reason { p.soft { bdi lang="en" { (reason) } } }
        @if update.stage.is_busy() {
            p { a.button href="/care/software" { (t!(frame, "software.look-again")) } }
        }
    };
    note(state, &inside)
}

fn from_stick(frame: &Frame, image: &Image) -> Markup {
    html! {
        section.card {
            h2 { (t!(frame, "software.stick")) }
            p { (t!(frame, "software.stick.text")) }
            @if !image.on_sticks.is_empty() {
                ul.plain { @for found in &image.on_sticks {
                    li {
                        p { code { (found.name) } " " @match (&found.version, &found.problem) {
                            (Some(version), _) => { strong { (version) } }
                            (None, Some(problem)) => {
                                (badge(State::Bad, t!(frame, "software.not-believed")))
                                " " bdi.soft lang="en" { (problem) }
                            }
                            (None, None) => {}
                        } }
                        (post(frame, "/care/software/install", &html! {
                            input type="hidden" name="stick" value=(found.name);
                            @if found.version.is_some() {
                                div.actions { button.primary type="submit" { (t!(frame, "software.install")) } }
                            }
                        }))
                    }
                } }
            }
            (post(frame, "/care/software/look", &html! {
                div.actions { button type="submit" { (t!(frame, "software.look")) } }
            }))
        }
    }
}

fn from_file(frame: &Frame, view: &Software) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "software" };
    let largest = t!(frame, "form.largest", size = format::bytes(frame.catalogue(), view.max_bytes));
    html! {
        section.card {
            h2 { (t!(frame, "software.file")) }
            p { (t!(frame, "software.file.text")) }
            (mistakes(form, &[("file", t!(frame, "software.file"))]))
            (upload(frame, "/care/software/upload", &html! {
                div.field.switch {
                    input #software-older type="checkbox" name="older" value="yes";
                    label for="software-older" { (t!(frame, "software.older")) }
                }
                (Field::file("file", t!(frame, "software.file"), ".raucb").hint(&largest).required().show(form))
                div.actions { button.primary type="submit" { (t!(frame, "software.install")) } }
            }))
        }
    }
}

fn way_back(frame: &Frame, image: &Image) -> Markup {
    let failed = image.update.as_ref().filter(|update| update.stage == Stage::GoneBack);
    let failed = failed.and_then(|update| update.version.as_deref());
    // What has just not worked is no way back; `pumice software return` takes it all the same.
    let other = image.sides.iter().find(|side| !side.runs).and_then(|side| side.version.as_deref());
    let other = other.filter(|version| failed != Some(version));
    html! {
        @if let Some(version) = other {
            section.card {
                h2 { (t!(frame, "software.return")) }
                p { (t!(frame, "software.return.text", version = version)) }
                (post(frame, "/care/software/return", &html! {
                    div.actions { button.danger type="submit" { (t!(frame, "software.return.button", version = version)) } }
                }))
            }
        }
    }
}
