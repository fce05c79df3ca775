//! Step 5: the first phones.

use maud::{Markup, html};

use super::{Step, wizard};
use crate::component::{note, post};
use crate::frame::Frame;
use crate::page::add_phone::{self, AddPhone};
use crate::page::home::State;
use crate::text::t;

/// The page `/setup/phones`.
#[derive(Debug, Clone)]
pub struct Phones {
    /// The steps that are done.
    pub done: Vec<Step>,
    /// How many phones the network knows already.
    pub known: u64,
    /// The ways to add one; [`AddPhone::from_setup`] is set.
    pub add: AddPhone,
}

/// `/setup/phones`. The forms of [`add_phone`] go to its own paths, with `from=setup`; the form here has no fields and goes on.
pub fn phones(frame: &Frame, view: &Phones) -> Markup {
    wizard(
        frame,
        Step::Phones,
        &view.done,
        t!(frame, "setup.phones.title"),
        &html! {
            p.lead { (t!(frame, "setup.phones.text")) }
            @if view.known > 0 {
                (note(State::Ok, &html! { p { (t!(frame, "setup.phones.known", count view.known)) } }))
            }
            (add_phone::ways(frame, &view.add))
            (post(frame, "/setup/phones", &html! {
                div.actions {
                    @if view.known > 0 {
                        button.primary type="submit" { (t!(frame, "action.continue")) }
                    } @else {
                        button type="submit" { (t!(frame, "setup.phones.skip")) }
                    }
                }
            }))
        },
    )
}
