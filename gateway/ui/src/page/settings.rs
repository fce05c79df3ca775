//! Settings, and what a change of them would do.

use maud::{Markup, html};

use crate::component::{self, Icon, described_by, icon, note, post};
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::page::home::State;
use crate::text::{Key, t};
use crate::words::Words;

/// The page `/settings`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The groups, in order.
    pub groups: Vec<SettingGroup>,
    /// Which revision the values are of; goes back in the field `revision`.
    pub revision: u64,
    /// The settings changed meanwhile: what was typed is kept, and must be looked at again.
    pub stale: bool,
}

/// Settings that belong together.
#[derive(Debug, Clone)]
pub struct SettingGroup {
    /// A word for the address: `/settings#network`.
    pub id: &'static str,
    /// Its title: `settings.group.*`.
    pub title: Key,
    /// The settings.
    pub fields: Vec<SettingField>,
}

/// One setting.
#[derive(Debug, Clone)]
pub struct SettingField {
    /// The name of the form's field.
    pub key: String,
    /// What it is called: `setting.*`.
    pub label: Key,
    /// What it means.
    pub hint: Option<Key>,
    /// What kind of value it has.
    pub kind: SettingKind,
    /// The value, as it is in forms. A switch has `on` or nothing; a secret is never given.
    pub value: String,
    /// What it is when nobody sets it.
    pub default: Option<String>,
    /// What is wrong with what was typed.
    pub error: Option<Words>,
    /// What a change restarts.
    pub restarts: Restarts,
}

/// What kind of value a setting has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKind {
    /// One of several.
    Choice(Vec<Choice>),
    /// A whole number.
    Number {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
        /// The unit, like `kbit/s` or `V`.
        unit: Option<String>,
    },
    /// Something that is written and not read back.
    Secret {
        /// Whether it is set.
        set: bool,
    },
    /// On or off. The form sends `on` or nothing.
    Switch,
    /// A text.
    Text {
        /// Most characters.
        max: u16,
    },
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value in the form.
    pub value: String,
    /// What it is called.
    pub label: Words,
}

/// What a change restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Restarts {
    /// Nothing.
    Nothing,
    /// This page's address or certificate: the browser must come back.
    Page,
    /// The way to the internet.
    Internet,
    /// Sessions of phones: they come back by themselves.
    Phones,
    /// The cell.
    Cell,
    /// The gateway.
    Gateway,
}

/// The page `/settings/preview`.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What would change.
    pub changes: Vec<Change>,
    /// What must be mended first. With any, nothing can be applied.
    pub mistakes: Vec<Words>,
    /// Names the change on the server; goes back in the field `ticket`.
    pub ticket: String,
    /// How long the trial lasts.
    pub trial_seconds: u32,
}

/// One setting that changes, or has changed.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it is called.
    pub label: Words,
    /// What it was; `None`: not set.
    pub old: Option<Words>,
    /// What it becomes.
    pub new: Option<Words>,
    /// What that restarts.
    pub restarts: Restarts,
    /// For how many seconds phones notice.
    pub outage_seconds: u32,
}

/// `/settings`. The form goes to `/settings/preview`: `revision`, and each field by its key.
pub fn page(frame: &Frame, view: &Settings) -> Markup {
    layout::page(
        frame,
        t!(frame, "nav.settings"),
        &html! {
            div.above {
                p.soft { (t!(frame, "settings.text")) }
                div.actions { a.button href="/settings/history" { (t!(frame, "history.title")) } }
            }
            @if view.stale { (note(State::Warn, &html! { p role="alert" { (t!(frame, "settings.stale")) } })) }
            @if view.groups.len() > 1 {
                nav.jump aria-label=(t!(frame, "settings.groups")) { ul {
                    @for group in &view.groups { li { a href={ "#" (group.id) } { (frame.catalogue().text(group.title)) } } }
                } }
            }
            @if frame.owner() {
                (post(frame, "/settings/preview", &html! {
                    input type="hidden" name="revision" value=(view.revision);
                    @for group in &view.groups {
                        section.card id=(group.id) {
                            h2 { (frame.catalogue().text(group.title)) }
                            @for field in &group.fields { (setting(frame, field)) }
                        }
                    }
                    div.actions.sticky { button.primary type="submit" { (t!(frame, "settings.preview")) } }
                }))
            } @else {
                @for group in &view.groups {
                    section.card id=(group.id) {
                        h2 { (frame.catalogue().text(group.title)) }
                        dl.facts { @for field in &group.fields { div {
                            dt { (frame.catalogue().text(field.label)) }
                            dd { (shown(frame, field)) }
                        } } }
                    }
                }
            }
        },
    )
}

/// A setting's value as text.
fn shown(frame: &Frame, field: &SettingField) -> String {
    match &field.kind {
        SettingKind::Choice(choices) => choices
            .iter()
            .find(|choice| choice.value == field.value)
            .map_or_else(|| field.value.clone(), |choice| choice.label.said(frame.catalogue())),
        SettingKind::Number { unit: Some(unit), .. } if !field.value.is_empty() => {
            format!("{}\u{a0}{unit}", field.value)
        }
        SettingKind::Secret { set: true } => t!(frame, "settings.secret.set").into(),
        SettingKind::Switch if field.value == "on" => t!(frame, "settings.on").into(),
        SettingKind::Switch => t!(frame, "settings.off").into(),
        _ if field.value.is_empty() => t!(frame, "settings.not-set").into(),
        _ => field.value.clone(),
    }
}

fn setting(frame: &Frame, field: &SettingField) -> Markup {
    let id = format!("set-{}", field.key);
    let label = frame.catalogue().text(field.label);
    let describes = describes(frame, field);
    let error = field.error.as_ref().map(|error| error.said(frame.catalogue()));
    let described = described_by(&id, !describes.is_empty(), error.is_some());
    let invalid = error.as_ref().map(|_| "true");
    html! {
        div.field.wrong[error.is_some()].switch[field.kind == SettingKind::Switch] {
            @if field.kind == SettingKind::Switch {
                input type="checkbox" id=(id) name=(field.key) value="on" checked[field.value == "on"] aria-describedby=[&described];
                label for=(id) { (label) }
            } @else {
                label for=(id) { (label) }
            }
            @if !describes.is_empty() { p.hint id={ (id) "-hint" } { (describes) } }
            @if let Some(error) = &error { p.error id={ (id) "-error" } { (icon(Icon::Bad)) (error) } }
            @match &field.kind {
                SettingKind::Choice(choices) => div.input {
                    select id=(id) name=(field.key) aria-describedby=[&described] aria-invalid=[invalid] {
                        @for choice in choices {
                            option value=(choice.value) selected[choice.value == field.value] { (choice.label.said(frame.catalogue())) }
                        }
                    }
                },
                SettingKind::Number { unit, .. } => div.input {
                    input.code type="text" inputmode="decimal" id=(id) name=(field.key) value=(field.value) maxlength="20" autocomplete="off"
                        aria-describedby=[&described] aria-invalid=[invalid];
                    @if let Some(unit) = unit { span.unit { (unit) } }
                },
                SettingKind::Secret { .. } => div.input {
                    input type="password" id=(id) name=(field.key) maxlength="256" autocomplete="off" autocapitalize="none"
                        aria-describedby=[&described] aria-invalid=[invalid];
                },
                SettingKind::Switch => {}
                SettingKind::Text { max } => div.input {
                    input type="text" id=(id) name=(field.key) value=(field.value) maxlength=(max) autocomplete="off"
                        aria-describedby=[&described] aria-invalid=[invalid];
                },
            }
        }
    }
}

/// What stands under a setting: what it means, its bounds, its default, what a change restarts.
fn describes(frame: &Frame, field: &SettingField) -> String {
    let mut said: Vec<String> =
        field.hint.iter().map(|hint| frame.catalogue().text(*hint).to_owned()).collect();
    if let SettingKind::Number { min, max, .. } = &field.kind {
        said.push(t!(frame, "settings.range", min = min, max = max));
    }
    if let SettingKind::Secret { set: true } = &field.kind {
        said.push(t!(frame, "settings.secret.keep").into());
    }
    if let Some(default) =
        field.default.as_deref().filter(|default| !default.is_empty() && *default != field.value)
    {
        said.push(t!(frame, "settings.default", value = default));
    }
    if field.restarts != Restarts::Nothing {
        said.push(restarts(frame, field.restarts).into());
    }
    said.join(" ")
}

/// What a change restarts, as a sentence.
pub(crate) fn restarts(frame: &Frame, restarts: Restarts) -> &'static str {
    match restarts {
        Restarts::Nothing => t!(frame, "restarts.nothing"),
        Restarts::Page => t!(frame, "restarts.page"),
        Restarts::Internet => t!(frame, "restarts.internet"),
        Restarts::Phones => t!(frame, "restarts.phones"),
        Restarts::Cell => t!(frame, "restarts.cell"),
        Restarts::Gateway => t!(frame, "restarts.gateway"),
    }
}

/// `/settings/preview`. Form: `/settings/apply` (`ticket`).
pub fn preview(frame: &Frame, view: &Preview) -> Markup {
    let catalogue = frame.catalogue();
    let longest = view.changes.iter().map(|change| change.outage_seconds).max().unwrap_or(0);
    layout::page(
        frame,
        t!(frame, "preview.title"),
        &html! {
            @if !view.mistakes.is_empty() {
                (note(State::Bad, &html! {
                    p { strong { (t!(frame, "preview.mistakes")) } }
                    ul { @for mistake in &view.mistakes { li { (mistake.said(catalogue)) } } }
                }))
            }
            @if view.changes.is_empty() {
                (component::empty(Icon::Settings, t!(frame, "preview.nothing"), &html! { a.button href="/settings" { (t!(frame, "action.back")) } }))
            } @else {
                section.card {
                    h2 { (t!(frame, "preview.changes", count u64::try_from(view.changes.len()).unwrap_or(u64::MAX))) }
                    (changes(frame, &view.changes))
                }
                @if view.mistakes.is_empty() {
                    section.card {
                        p {
                            @if longest > 0 {
                                (t!(frame, "preview.outage", time = format::duration(catalogue, u64::from(longest))))
                            } @else {
                                (t!(frame, "preview.no-outage"))
                            }
                        }
                        p { (t!(frame, "preview.trial", n = view.trial_seconds)) }
                        (post(frame, "/settings/apply", &html! {
                            input type="hidden" name="ticket" value=(view.ticket);
                            div.actions {
                                button.primary type="submit" { (t!(frame, "preview.apply")) }
                                a.button href="/settings" { (t!(frame, "action.cancel")) }
                            }
                        }))
                    }
                } @else {
                    p { a.button href="/settings" { (t!(frame, "action.back")) } }
                }
            }
        },
    )
}

/// Settings that change: old, new, and what it restarts.
pub(crate) fn changes(frame: &Frame, changes: &[Change]) -> Markup {
    let value = |words: &Option<Words>| match words {
        Some(words) => words.said(frame.catalogue()),
        None => t!(frame, "settings.not-set").to_owned(),
    };
    html! {
        ul.changes {
            @for change in changes {
                li {
                    p.title { (change.label.said(frame.catalogue())) }
                    p {
                        span.visually-hidden { (t!(frame, "preview.old")) " " }
                        del { bdi { (value(&change.old)) } }
                        span.arrow aria-hidden="true" { (icon(Icon::Next)) }
                        span.visually-hidden { (t!(frame, "preview.new")) " " }
                        ins { bdi { (value(&change.new)) } }
                    }
                    p.soft.small {
                        (restarts(frame, change.restarts))
                        @if change.outage_seconds > 0 {
                            " " (t!(frame, "preview.notice", time = format::duration(frame.catalogue(), u64::from(change.outage_seconds))))
                        }
                    }
                }
            }
        }
    }
}
