//! Step 6: it works. What to do next.

use maud::{Markup, html};

use super::{Step, wizard};
use crate::component::{Icon, icon, note, post};
use crate::format;
use crate::frame::Frame;
use crate::live::{self, Part};
use crate::moment::When;
use crate::page::home::State;
use crate::text::{Key, t};

/// The page `/setup/done`.
#[derive(Debug, Clone)]
pub struct Done {
    /// The steps that are done.
    pub done: Vec<Step>,
    /// What the network lacks, by the names of the settings, if it cannot serve phones yet; with none, it is something else in the
    /// configuration.
    pub missing: Option<Vec<Key>>,
    /// Whether a phone has come.
    pub first_phone: FirstPhone,
    /// Whether a backup was made, so that a recovery key is in somebody's drawer.
    pub backup_made: bool,
}

/// Whether a phone has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstPhone {
    /// No phone is known yet.
    NoneKnown,
    /// Phones are known, none has come.
    Waiting,
    /// One has.
    Seen {
        /// Its name, or its IMSI where it has none.
        name: String,
        /// Its IMSI.
        imsi: String,
        /// When.
        when: When,
    },
}

/// `/setup/done`.
pub fn done(frame: &Frame, view: &Done) -> Markup {
    if let Some(missing) = &view.missing {
        return unfinished(frame, &view.done, missing);
    }
    wizard(
        frame,
        Step::Done,
        &view.done,
        t!(frame, "done.title"),
        &html! {
            p.lead { (t!(frame, "done.text")) }
            (live::part(Part::FirstPhone, None, &first_phone(frame, &view.first_phone)))
            section.card {
                h2 { (t!(frame, "done.next")) }
                ul.todo {
                    @if !view.backup_made {
                        li {
                            (icon(Icon::Key))
                            div { a href="/care/backup" { (t!(frame, "done.backup")) } p.soft { (t!(frame, "done.backup.hint")) } }
                        }
                    }
                    li {
                        (icon(Icon::Add))
                        div { a href="/phones/add" { (t!(frame, "done.more-phones")) } p.soft { (t!(frame, "done.more-phones.hint")) } }
                    }
                    li {
                        (icon(Icon::Shield))
                        div { a href="/security" { (t!(frame, "done.trust")) } p.soft { (t!(frame, "done.trust.hint")) } }
                    }
                    li {
                        (icon(Icon::People))
                        div { a href="/people" { (t!(frame, "done.people")) } p.soft { (t!(frame, "done.people.hint")) } }
                    }
                }
            }
            (post(frame, "/setup/done", &html! {
                div.actions { button.primary type="submit" { (t!(frame, "done.home")) } }
            }))
        },
    )
}

/// What it says while the network cannot serve phones.
fn unfinished(frame: &Frame, done: &[Step], missing: &[Key]) -> Markup {
    wizard(
        frame,
        Step::Done,
        done,
        t!(frame, "done.unfinished"),
        &html! {
            (note(State::Warn, &html! {
                p { strong { (t!(frame, "done.unfinished.text")) } }
                @if missing.is_empty() {
                    p { (t!(frame, "done.unfinished.other")) }
                } @else {
                    p { (t!(frame, "done.unfinished.missing")) }
                    ul { @for name in missing { li { (frame.catalogue().text(*name)) } } }
                }
            }))
            div.actions {
                a.button.primary href=(Step::Network.path()) { (t!(frame, "setup.network")) }
                a.button href="/settings" { (t!(frame, "nav.settings")) }
            }
        },
    )
}

/// The live part [`Part::FirstPhone`].
pub fn first_phone(frame: &Frame, view: &FirstPhone) -> Markup {
    html! {
        div.wait.ok[matches!(view, FirstPhone::Seen { .. })] role="status" {
            @match view {
                FirstPhone::NoneKnown => {
                    (icon(Icon::Phone))
                    div {
                        p.title { (t!(frame, "first.none")) }
                        p { a href="/setup/phones" { (t!(frame, "check.do.add-phone")) } }
                    }
                }
                FirstPhone::Waiting => {
                    span.pulse aria-hidden="true" {}
                    div { p.title { (t!(frame, "first.waiting")) } p.soft { (t!(frame, "first.waiting.hint")) } }
                }
                FirstPhone::Seen { name, imsi, when } => {
                    (icon(Icon::Ok))
                    div {
                        p.title { (t!(frame, "first.seen", name = name)) }
                        p.soft { (imsi) " · " (format::when(frame, *when)) }
                    }
                }
            }
        }
    }
}
