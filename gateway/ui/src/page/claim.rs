//! First boot: the box gets its owner.

use maud::{Markup, html};

use crate::component::{Field, Form, mistakes, note, post};
use crate::form::Entered;
use crate::frame::Frame;
use crate::layout;
use crate::page::home::State;
use crate::page::setup;
use crate::text::t;

/// The page `/claim`, which is the wizard's first step too.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Which of its two forms is asked for.
    pub step: Step,
    /// What was typed.
    pub entered: Entered,
    /// Seconds until another code may be tried, after too many wrong ones.
    pub wait_seconds: Option<u32>,
    /// How many characters a password has at least.
    pub password_min: u16,
}

/// The two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The code on the box's label, and the language.
    Code,
    /// The owner's name and password. The server remembers that the code was right.
    Owner,
}

/// `/claim`. Fields: `step` (`code` or `owner`); then `code`, `language`; or `name`, `password`, `again`.
pub fn page(frame: &Frame, view: &Claim) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "claim" };
    let steps = setup::progress(frame, setup::Step::Owner, &[]);
    match view.step {
        Step::Code => layout::alone(
            frame,
            t!(frame, "claim.title"),
            &steps,
            &html! {
                p.lead { (t!(frame, "claim.welcome")) }
                (mistakes(form, &[("code", t!(frame, "claim.code"))]))
                (wait(frame, view.wait_seconds))
                (post(frame, "/claim", &html! {
                    input type="hidden" name="step" value="code";
                    (Field::text("code", t!(frame, "claim.code")).hint(t!(frame, "claim.code.hint")).required().code()
                        .autocomplete("off").max(40).show(form))
                    div.field {
                        label for="claim-language" { (t!(frame, "language.label")) }
                        div.input { select #claim-language name="language" { (layout::language_options(frame)) } }
                        p.hint { (t!(frame, "language.unreviewed-mark")) }
                    }
                    div.actions { button.primary type="submit" { (t!(frame, "action.continue")) } }
                }))
            },
        ),
        Step::Owner => layout::alone(
            frame,
            t!(frame, "claim.owner.title"),
            &steps,
            &html! {
                p.lead { (t!(frame, "claim.owner.text")) }
                (mistakes(form, &[
                    ("name", t!(frame, "claim.name")),
                    ("password", t!(frame, "password.new")),
                    ("again", t!(frame, "password.again")),
                ]))
                (post(frame, "/claim", &html! {
                    input type="hidden" name="step" value="owner";
                    (Field::text("name", t!(frame, "claim.name")).hint(t!(frame, "claim.name.hint")).required()
                        .autocomplete("username").max(64).show(form))
                    (new_password(form, t!(frame, "password.new"), view.password_min))
                    div.actions { button.primary type="submit" { (t!(frame, "claim.create")) } }
                }))
            },
        ),
    }
}

/// The fields `password` and `again`, with the rule.
pub(crate) fn new_password(form: Form<'_>, label: &str, least: u16) -> Markup {
    let frame = form.frame;
    let rule = t!(frame, "password.rule", n = least);
    html! {
        (Field::secret("password", label).hint(&rule).required().autocomplete("new-password")
            .max(256).meter(least).show(form))
        (Field::secret("again", t!(frame, "password.again")).required().autocomplete("new-password").max(256).show(form))
    }
}

/// After too many wrong tries.
pub(crate) fn wait(frame: &Frame, seconds: Option<u32>) -> Markup {
    html! {
        @if let Some(seconds) = seconds {
            (note(State::Warn, &html! {
                p role="alert" data-countdown=(seconds) data-text=(t!(frame, "login.wait", n = "#")) {
                    (t!(frame, "login.wait", n = seconds))
                }
            }))
        }
    }
}
