//! Fields of forms: label, hint, error, and the input that is tied to them.

use maud::{Markup, html};

use crate::form::Entered;
use crate::frame::Frame;
use crate::text::t;

/// The form that fields stand in.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// The page's frame.
    pub frame: &'a Frame,
    /// What was typed.
    pub entered: &'a Entered,
    /// A word that sets the identities of this form's fields apart from those of others on the page.
    pub scope: &'a str,
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    kind: &'static str,
    required: bool,
    autocomplete: Option<&'static str>,
    input_mode: Option<&'static str>,
    accept: Option<&'static str>,
    max: Option<u16>,
    code: bool,
    meter: Option<u16>,
    list: Option<&'a str>,
    unit: Option<&'a str>,
}

impl<'a> Field<'a> {
    /// A line of text.
    pub const fn text(name: &'a str, label: &'a str) -> Self {
        Self {
            name,
            label,
            hint: None,
            kind: "text",
            required: false,
            autocomplete: None,
            input_mode: None,
            accept: None,
            max: None,
            code: false,
            meter: None,
            list: None,
            unit: None,
        }
    }

    /// A password or key: what was typed is never sent back to the browser.
    pub const fn secret(name: &'a str, label: &'a str) -> Self {
        Self { kind: "password", ..Self::text(name, label) }
    }

    /// A file.
    pub const fn file(name: &'a str, label: &'a str, accept: &'static str) -> Self {
        Self { kind: "file", accept: Some(accept), ..Self::text(name, label) }
    }

    /// A number, or a text of digits: old phones show their number keys.
    pub const fn digits(name: &'a str, label: &'a str) -> Self {
        Self { input_mode: Some("numeric"), ..Self::text(name, label) }
    }

    /// What the field means.
    #[must_use]
    pub const fn hint(self, hint: &'a str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// It must be filled in.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// What browsers may fill in.
    #[must_use]
    pub const fn autocomplete(self, what: &'static str) -> Self {
        Self { autocomplete: Some(what), ..self }
    }

    /// Most characters.
    #[must_use]
    pub const fn max(self, characters: u16) -> Self {
        Self { max: Some(characters), ..self }
    }

    /// It holds a code or number that is compared letter by letter: set in a type of even width, never corrected.
    #[must_use]
    pub const fn code(self) -> Self {
        Self { code: true, ..self }
    }

    /// It has a meter of the password's strength, for this least length.
    #[must_use]
    pub const fn meter(self, least: u16) -> Self {
        Self { meter: Some(least), ..self }
    }

    /// It offers the choices of a list of that identity.
    #[must_use]
    pub const fn list(self, identity: &'a str) -> Self {
        Self { list: Some(identity), ..self }
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(self, unit: &'a str) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// The field in a form.
    pub fn show(&self, form: Form<'_>) -> Markup {
        let Form { frame, entered, scope } = form;
        let id = format!("{scope}-{}", self.name);
        let error = entered.error(self.name);
        let described = described_by(&id, self.hint.is_some(), error.is_some());
        let value = match self.kind {
            "password" | "file" => None,
            _ => Some(entered.value(self.name)).filter(|value| !value.is_empty()),
        };
        let plain = self.code || self.kind == "password";
        html! {
            div.field.wrong[error.is_some()] {
                label for=(id) {
                    (self.label)
                    @if !self.required { " " span.soft { (t!(frame, "form.optional")) } }
                }
                @if let Some(hint) = self.hint { p.hint id={ (id) "-hint" } { (hint) } }
                @if let Some(error) = error {
                    p.error id={ (id) "-error" } { (super::icon(super::Icon::Bad)) (error.said(frame.catalogue())) }
                }
                div.input {
                    input.code[self.code] id=(id) name=(self.name) type=(self.kind) value=[value] required[self.required]
                        aria-describedby=[described] aria-invalid=[error.map(|_| "true")] autocomplete=[self.autocomplete]
                        inputmode=[self.input_mode] maxlength=[self.max] accept=[self.accept] list=[self.list]
                        autocapitalize=[plain.then_some("none")] spellcheck=[plain.then_some("false")]
                        data-meter=[self.meter];
                    @if let Some(unit) = self.unit { span.unit { (unit) } }
                    @if self.kind == "password" {
                        button.quiet.js type="button" data-reveal=(id) aria-pressed="false" hidden {
                            (t!(frame, "form.show")) span.visually-hidden { ": " (self.label) }
                        }
                    }
                }
                @if self.meter.is_some() {
                    p.meter hidden aria-live="polite" data-weak=(t!(frame, "password.weak")) data-fair=(t!(frame, "password.fair"))
                        data-good=(t!(frame, "password.good")) { meter min="0" max="3" value="0" {} " " span {} }
                }
            }
        }
    }
}

/// The identities of what describes an input.
pub(crate) fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-error {id}-hint")),
    }
}

impl Form<'_> {
    /// A choice from a few, each on its own line.
    pub fn radio(self, name: &str, value: &str, label: &str, hint: Option<&str>, checked: bool) -> Markup {
        let id = format!("{}-{name}-{value}", self.scope);
        html! {
            div.choice {
                input type="radio" id=(id) name=(name) value=(value) checked[checked]
                    aria-describedby=[hint.map(|_| format!("{id}-hint"))];
                label for=(id) { (label) }
                @if let Some(hint) = hint { p.hint id={ (id) "-hint" } { (hint) } }
            }
        }
    }

    /// A choice from a list that opens.
    pub fn select(
        self,
        name: &str,
        label: &str,
        hint: Option<&str>,
        options: &[(&str, String)],
        chosen: &str,
    ) -> Markup {
        let id = format!("{}-{name}", self.scope);
        let error = self.entered.error(name);
        html! {
            div.field.wrong[error.is_some()] {
                label for=(id) { (label) }
                @if let Some(hint) = hint { p.hint id={ (id) "-hint" } { (hint) } }
                @if let Some(error) = error {
                    p.error id={ (id) "-error" } { (super::icon(super::Icon::Bad)) (error.said(self.frame.catalogue())) }
                }
                div.input {
                    select id=(id) name=(name) aria-describedby=[described_by(&id, hint.is_some(), error.is_some())]
                        aria-invalid=[error.map(|_| "true")] {
                        @for (value, text) in options { option value=(value) selected[*value == chosen] { (text) } }
                    }
                }
            }
        }
    }
}
