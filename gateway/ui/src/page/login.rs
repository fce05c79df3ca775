//! Signing in.

use maud::{Markup, html};

use crate::component::{Field, Form, note, post};
use crate::form::Entered;
use crate::frame::Frame;
use crate::layout;
use crate::page::claim::wait;
use crate::page::home::State;
use crate::text::t;

/// The page `/login`.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// What was typed. The password is not among it.
    pub entered: Entered,
    /// Name or password were wrong (never told which).
    pub wrong: bool,
    /// The session had ended by itself.
    pub timed_out: bool,
    /// Seconds until another try is taken.
    pub wait_seconds: Option<u32>,
    /// Where to go afterwards: a path of this box.
    pub next: Option<String>,
}

/// `/login`. Fields: `name`, `password`, `next`.
pub fn page(frame: &Frame, view: &Login) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "login" };
    layout::alone(
        frame,
        t!(frame, "login.title"),
        &html! {},
        &html! {
            @if !frame.network.is_empty() { p.lead { (t!(frame, "login.network", name = frame.network)) } }
            @if view.timed_out { (note(State::Unknown, &html! { p { (t!(frame, "login.timed-out")) } })) }
            @if view.wrong { (note(State::Bad, &html! { p role="alert" { (t!(frame, "login.wrong")) } })) }
            (wait(frame, view.wait_seconds))
            (post(frame, "/login", &html! {
                @if let Some(next) = &view.next { input type="hidden" name="next" value=(next); }
                (Field::text("name", t!(frame, "login.name")).required().autocomplete("username").max(64).show(form))
                (Field::secret("password", t!(frame, "login.password")).required().autocomplete("current-password").max(256)
                    .show(form))
                div.actions { button.primary type="submit" { (t!(frame, "login.sign-in")) } }
            }))
            p.soft.small { (t!(frame, "login.forgotten")) }
        },
    )
}
