//! What pages are put together from.

mod field;
mod icon;

pub(crate) use field::described_by;
pub use field::{Field, Form};
pub use icon::{Icon, icon};
use maud::{Markup, html};

use crate::format;
use crate::frame::{Frame, Pager};
use crate::page::home::State;
use crate::text::t;

/// The icon and the class of a state. The shape differs as well as the colour.
pub(crate) const fn state_icon(state: State) -> (Icon, &'static str) {
    match state {
        State::Ok => (Icon::Ok, "ok"),
        State::Warn => (Icon::Warn, "warn"),
        State::Bad => (Icon::Bad, "bad"),
        State::Unknown => (Icon::Unknown, "unknown"),
    }
}

/// What a state is called.
pub(crate) fn state_name(frame: &Frame, state: State) -> &'static str {
    match state {
        State::Ok => t!(frame, "state.ok"),
        State::Warn => t!(frame, "state.warn"),
        State::Bad => t!(frame, "state.bad"),
        State::Unknown => t!(frame, "state.unknown"),
    }
}

/// A state as icon and text.
pub fn badge(state: State, text: &str) -> Markup {
    let (shape, class) = state_icon(state);
    html! { span.badge.(class) { (icon(shape)) span { (text) } } }
}

/// A form that changes something.
pub fn post(frame: &Frame, action: &str, inside: &Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="_csrf" value=(frame.csrf);
            (inside)
        }
    }
}

/// A form that sends a file.
pub fn upload(frame: &Frame, action: &str, inside: &Markup) -> Markup {
    html! {
        form method="post" action=(action) enctype="multipart/form-data" {
            input type="hidden" name="_csrf" value=(frame.csrf);
            (inside)
        }
    }
}

/// A form that is only a button.
pub fn post_button(frame: &Frame, action: &str, class: &str, inside: &Markup) -> Markup {
    post(frame, action, &html! { button.(class) type="submit" { (inside) } })
}

/// A card with a title.
pub fn card(title: &str, inside: &Markup) -> Markup {
    html! { section.card { h2 { (title) } (inside) } }
}

/// A remark of some weight: icon and text.
pub fn note(state: State, inside: &Markup) -> Markup {
    let (shape, class) = state_icon(state);
    html! { div.note.(class) { (icon(shape)) div { (inside) } } }
}

/// The mistakes of a form, each a link to its field, which is named where its label is given. Screen readers say it when the page opens.
pub fn mistakes(form: Form<'_>, labels: &[(&str, &str)]) -> Markup {
    let Form { frame, entered, scope } = form;
    let label = |field: &str| labels.iter().find(|(name, _)| *name == field).map(|(_, label)| *label);
    html! {
        @if entered.has_errors() {
            div.note.bad role="alert" {
                (icon(Icon::Bad))
                div {
                    p { strong { (t!(frame, "form.mistakes")) } }
                    ul {
                        @for (field, words) in entered.errors() {
                            li {
                                a href={ "#" (scope) "-" (field) } {
                                    @if let Some(label) = label(field) { (label) ": " }
                                    (words.said(frame.catalogue()))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What is said where a list is empty.
pub fn empty(shape: Icon, text: &str, more: &Markup) -> Markup {
    html! { div.empty { (icon(shape)) p { (text) } (more) } }
}

/// Pairs of name and value.
pub fn facts(pairs: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in pairs { div { dt { (name) } dd { (value) } } } } }
}

/// The way through a long list.
pub fn pager(frame: &Frame, pager: &Pager) -> Markup {
    let n = |number| format::whole(frame.catalogue(), number);
    html! {
        @if pager.previous.is_some() || pager.next.is_some() {
            nav.pager aria-label=(t!(frame, "pager.label")) {
                @if let Some(previous) = &pager.previous {
                    a.button rel="prev" href=(previous) { (icon(Icon::Back)) (t!(frame, "pager.previous")) }
                } @else { span {} }
                span.soft {
                    @match pager.total {
                        Some(total) => (t!(frame, "pager.of", from = n(pager.from), to = n(pager.to), total = n(total))),
                        None => (t!(frame, "pager.range", from = n(pager.from), to = n(pager.to))),
                    }
                }
                @if let Some(next) = &pager.next {
                    a.button rel="next" href=(next) { (t!(frame, "pager.next")) (icon(Icon::Next)) }
                } @else { span {} }
            }
        }
    }
}

/// A digest to compare by eye.
pub fn fingerprint(frame: &Frame, digest: &[u8; 32]) -> Markup {
    html! {
        div.fingerprint role="group" aria-label=(t!(frame, "security.fingerprint")) {
            @for group in format::grouped(digest) { code { (group) } " " }
        }
    }
}

/// A page that asks once more: what happens, the button, and the way back.
pub(crate) fn confirm(frame: &Frame, action: &str, text: &Markup, button: &str, back: &str) -> Markup {
    html! {
        div.card {
            (text)
            (post(frame, action, &html! {
                div.actions {
                    button.danger type="submit" { (button) }
                    a.button href=(back) { (t!(frame, "action.cancel")) }
                }
            }))
        }
    }
}

/// A button that copies a text, where the browser can.
pub(crate) fn copy(frame: &Frame, text: &str) -> Markup {
    html! {
        button.quiet.js type="button" hidden data-copy=(text) data-done=(t!(frame, "action.copied"))
            aria-label=(t!(frame, "action.copy-what", what = text)) { (t!(frame, "action.copy")) }
    }
}

/// The way back to the list that a page belongs to.
pub(crate) fn back(text: &str, href: &str) -> Markup {
    html! { p.back { a href=(href) { (icon(Icon::Back)) (text) } } }
}

/// A word as one segment of a path or one value of a query: everything but letters, digits and `-_.` is escaped.
pub(crate) fn segment(word: &str) -> String {
    let mut segment = String::with_capacity(word.len());
    for octet in word.bytes() {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.') {
            segment.push(char::from(octet));
        } else {
            segment.push_str(&format!("%{octet:02X}"));
        }
    }
    // These two would be taken for the folder itself and the one above.
    match segment.as_str() {
        "." => "%2E".into(),
        ".." => "%2E%2E".into(),
        _ => segment,
    }
}

/// A button that prints the page.
pub(crate) fn print(frame: &Frame) -> Markup {
    html! {
        button.primary.js type="button" hidden data-print="" { (icon(Icon::Print)) (t!(frame, "action.print")) }
    }
}

#[cfg(test)]
mod tests;
