//! Accounts and sessions.

use maud::{Markup, html};

use crate::component::{self, Field, Form, mistakes, post, post_button, segment};
use crate::form::Entered;
use crate::format;
use crate::frame::{Frame, Role};
use crate::layout;
use crate::moment::When;
use crate::page::claim::new_password;
use crate::text::t;

/// The page `/people`.
#[derive(Debug, Clone)]
pub struct People {
    /// The accounts. Somebody who is not an owner gets their own alone.
    pub accounts: Vec<Account>,
    /// Sessions of the reader.
    pub sessions: Vec<Session>,
    /// What was typed: into `/people/add` or `/people/password`.
    pub entered: Entered,
    /// How many characters a password has at least.
    pub password_min: u16,
    /// How many accounts there may be.
    pub max_accounts: u16,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, which is the word of paths too.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it is the reader's.
    pub own: bool,
    /// When one of its sessions was last used; absent where it has none.
    pub last_used: Option<When>,
    /// Whether it may be removed: not the reader's own, nor the last owner.
    pub removable: bool,
}

/// One session of the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The word of paths: not the session's secret.
    pub id: String,
    /// The browser, as far as it says.
    pub device: String,
    /// Since when.
    pub since: When,
    /// When it last did something.
    pub last: When,
    /// Whether it is this one.
    pub current: bool,
}

/// The page `/people/{name}/remove`.
#[derive(Debug, Clone)]
pub struct Remove {
    /// The account's name.
    pub name: String,
}

/// `/people`. Forms under it: `/add` (`name`, `role`, `password`, `again`); `/password` (`current`, `password`, `again`);
/// `/sessions/{id}/end`, `/sessions/end-others`. The mistakes of both forms come in [`People::entered`]: those of `/password` are told by
/// an error in `current` or a value in `current`, which is never shown.
pub fn page(frame: &Frame, view: &People) -> Markup {
    layout::page(
        frame,
        t!(frame, "nav.people"),
        &html! {
            div.above {
                p.soft { (t!(frame, "people.text")) }
                @if frame.owner() { div.actions { a.button href="/audit" { (t!(frame, "audit.title")) } } }
            }
            section.card {
                h2 { (t!(frame, "people.accounts")) }
                ul.people { @for account in &view.accounts { li { (one(frame, account)) } } }
            }
            @if frame.owner() {
                section.card {
                    h2 { (t!(frame, "people.add")) }
                    @if view.accounts.len() < usize::from(view.max_accounts) {
                        (add(frame, view))
                    } @else {
                        p { (t!(frame, "people.full", count u64::from(view.max_accounts))) }
                    }
                }
            }
            section.card {
                h2 { (t!(frame, "people.password")) }
                (change_password(frame, view))
            }
            section.card {
                h2 { (t!(frame, "sessions.title")) }
                ul.people { @for session in &view.sessions { li { (one_session(frame, session)) } } }
                @if view.sessions.len() > 1 {
                    (post_button(frame, "/people/sessions/end-others", "", &html! { (t!(frame, "sessions.end-others")) }))
                }
            }
        },
    )
}

fn one(frame: &Frame, account: &Account) -> Markup {
    html! {
        div {
            p.title { bdi { (account.name) } @if account.own { " " span.badge.unknown { (t!(frame, "people.you")) } } }
            p.soft {
                (role_name(frame, account.role)) " · "
                @match account.last_used {
                    None => (t!(frame, "people.no-session")),
                    Some(When::Unknown | When::Earlier) => (t!(frame, "people.active")),
                    Some(last) => { (t!(frame, "people.last-login")) " " (format::when(frame, last)) }
                }
            }
        }
        @if account.removable && frame.owner() {
            a.button href={ "/people/" (segment(&account.name)) "/remove" } {
                (t!(frame, "people.remove")) span.visually-hidden { " " (account.name) }
            }
        }
    }
}

fn one_session(frame: &Frame, session: &Session) -> Markup {
    html! {
        div {
            p.title { bdi { (session.device) } @if session.current { " " span.badge.ok { (t!(frame, "sessions.this")) } } }
            p.soft {
                (t!(frame, "sessions.since")) " " (format::when(frame, session.since))
                " · " (t!(frame, "sessions.last")) " " (format::when(frame, session.last))
            }
        }
        @if !session.current {
            (post_button(frame, &format!("/people/sessions/{}/end", segment(&session.id)), "", &html! {
                (t!(frame, "sessions.end")) span.visually-hidden { " " (session.device) }
            }))
        }
    }
}

/// What a role is called.
pub(crate) fn role_name(frame: &Frame, role: Role) -> &'static str {
    match role {
        Role::Owner => t!(frame, "role.owner"),
        Role::Seller => t!(frame, "role.seller"),
        Role::Viewer => t!(frame, "role.viewer"),
    }
}

fn role_hint(frame: &Frame, role: Role) -> &'static str {
    match role {
        Role::Owner => t!(frame, "role.owner.hint"),
        Role::Seller => t!(frame, "role.seller.hint"),
        Role::Viewer => t!(frame, "role.viewer.hint"),
    }
}

/// Whether what was typed is of the password form.
fn of_password(view: &People) -> bool {
    view.entered.error("current").is_some() || !view.entered.value("current").is_empty()
}

fn add(frame: &Frame, view: &People) -> Markup {
    let blank = Entered::new();
    let entered = if of_password(view) { &blank } else { &view.entered };
    let form = Form { frame, entered, scope: "add" };
    let chosen = if entered.value("role").is_empty() { Role::Seller.value() } else { entered.value("role") };
    html! {
        (mistakes(form, &[
            ("name", t!(frame, "claim.name")),
            ("role", t!(frame, "people.role")),
            ("password", t!(frame, "password.new")),
            ("again", t!(frame, "password.again")),
        ]))
        (post(frame, "/people/add", &html! {
            (Field::text("name", t!(frame, "claim.name")).required().autocomplete("off").max(64).show(form))
            fieldset.plain {
                legend { (t!(frame, "people.role")) }
                @for role in [Role::Seller, Role::Viewer, Role::Owner] {
                    (form.radio("role", role.value(), role_name(frame, role), Some(role_hint(frame, role)), role.value() == chosen))
                }
            }
            (new_password(form, t!(frame, "password.new"), view.password_min))
            div.actions { button.primary type="submit" { (t!(frame, "people.add")) } }
        }))
    }
}

fn change_password(frame: &Frame, view: &People) -> Markup {
    let blank = Entered::new();
    let entered = if of_password(view) { &view.entered } else { &blank };
    let form = Form { frame, entered, scope: "own" };
    html! {
        (mistakes(form, &[
            ("current", t!(frame, "people.current-password")),
            ("password", t!(frame, "people.new-password")),
            ("again", t!(frame, "password.again")),
        ]))
        (post(frame, "/people/password", &html! {
            (Field::secret("current", t!(frame, "people.current-password")).required().autocomplete("current-password").max(256)
                .show(form))
            (new_password(form, t!(frame, "people.new-password"), view.password_min))
            div.actions { button type="submit" { (t!(frame, "people.password")) } }
        }))
    }
}

/// `/people/{name}/remove`: asks once more.
pub fn remove(frame: &Frame, view: &Remove) -> Markup {
    let action = format!("/people/{}/remove", segment(&view.name));
    layout::page(
        frame,
        t!(frame, "people.remove.title"),
        &component::confirm(
            frame,
            &action,
            &html! {
                p { strong { bdi { (view.name) } } }
                p { (t!(frame, "people.remove.text")) }
            },
            t!(frame, "people.remove"),
            "/people",
        ),
    )
}
