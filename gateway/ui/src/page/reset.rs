//! Giving things up, by steps.

use maud::{Markup, html};

use crate::component::{self, Field, Form, Icon, icon, mistakes, note, post};
use crate::form::Entered;
use crate::frame::Frame;
use crate::layout;
use crate::page::home::State;
use crate::text::t;

/// The page `/care/reset`, and with `?what=` its second half.
#[derive(Debug, Clone)]
pub struct Reset {
    /// What was chosen.
    pub chosen: Option<Chosen>,
    /// Mistakes in `word`.
    pub entered: Entered,
}

/// What was chosen, and the word that confirms it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// What is given up.
    pub what: What,
    /// The word to type.
    pub word: String,
}

/// What is given up: the field `what`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// Nothing: only a restart.
    Soft,
    /// The settings go back to what they were when the box was new. Phones and people stay.
    Settings,
    /// Everything: phones, keys, people, records.
    Everything,
}

impl What {
    /// All of them, the mildest first.
    pub const ALL: [Self; 3] = [Self::Soft, Self::Settings, Self::Everything];

    /// The value of the field `what`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Settings => "settings",
            Self::Everything => "everything",
        }
    }

    /// The thing of that value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.value() == value)
    }
}

/// `/care/reset`. The first half is a GET with `what`; the second a POST with `what` and `word`.
pub fn page(frame: &Frame, view: &Reset) -> Markup {
    layout::page(
        frame,
        t!(frame, "reset.title"),
        &html! {
            @match &view.chosen {
                None => {
                    (component::back(t!(frame, "nav.care"), "/care"))
                    p.lead { (t!(frame, "reset.text")) }
                    ul.tiles { @for what in What::ALL {
                        @let (title, text) = named(frame, what);
                        li { a.tile href={ "/care/reset?what=" (what.value()) } {
                            (icon(if what == What::Everything { Icon::Warn } else { Icon::Power }))
                            span { strong { (title) } span.soft { (text) } }
                            (icon(Icon::Next))
                        } }
                    } }
                    p.soft { (t!(frame, "reset.button")) }
                }
                Some(chosen) => {
                    (component::back(t!(frame, "reset.title"), "/care/reset"))
                    (confirm(frame, view, chosen))
                }
            }
        },
    )
}

fn named(frame: &Frame, what: What) -> (&'static str, &'static str) {
    match what {
        What::Soft => (t!(frame, "reset.soft"), t!(frame, "reset.soft.text")),
        What::Settings => (t!(frame, "reset.settings"), t!(frame, "reset.settings.text")),
        What::Everything => (t!(frame, "reset.everything"), t!(frame, "reset.everything.text")),
    }
}

fn confirm(frame: &Frame, view: &Reset, chosen: &Chosen) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "reset" };
    let (title, text) = named(frame, chosen.what);
    let label = t!(frame, "reset.word", word = chosen.word);
    html! {
        section.card {
            h2 { (title) }
            (note(if chosen.what == What::Soft { State::Warn } else { State::Bad }, &html! {
                p { (text) }
                @if chosen.what != What::Soft { p { a href="/care/backup" { (t!(frame, "reset.backup-first")) } } }
            }))
            (mistakes(form, &[]))
            (post(frame, "/care/reset", &html! {
                input type="hidden" name="what" value=(chosen.what.value());
                (Field::text("word", &label).required().code().autocomplete("off").max(40).show(form))
                div.actions {
                    button.danger type="submit" { (title) }
                    a.button href="/care" { (t!(frame, "action.cancel")) }
                }
            }))
        }
    }
}
