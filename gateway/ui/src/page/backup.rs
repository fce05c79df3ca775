//! A backup, and the recovery key that opens it.

use maud::{Markup, html};

use crate::component::{self, Icon, icon, note, post};
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::moment::{Moment, When};
use crate::page::home::State;
use crate::text::t;

/// The page `/care/backup`.
#[derive(Debug, Clone)]
pub struct Backup {
    /// When the last one was made.
    pub last: Option<When>,
}

/// What the POST to `/care/backup` answers with, itself and not by a redirection: the key is shown once.
#[derive(Debug, Clone)]
pub struct Made {
    /// The recovery key, in groups, as it is to be written down.
    pub recovery_key: String,
    /// The name of the file at `/care/backup/download`.
    pub file: String,
    /// Its octets.
    pub bytes: u64,
    /// When it was made.
    pub when: Option<Moment>,
    /// The box's name.
    pub box_name: String,
}

/// `/care/backup`. The POST has no fields; its answer is [`made`].
pub fn page(frame: &Frame, view: &Backup) -> Markup {
    layout::page(
        frame,
        t!(frame, "backup.title"),
        &html! {
            (component::back(t!(frame, "nav.care"), "/care"))
            p.lead { (t!(frame, "backup.text")) }
            section.card {
                p { (t!(frame, "backup.holds")) }
                p { (t!(frame, "backup.key")) }
                p.soft {
                    (t!(frame, "care.last-backup")) ": "
                    @if let Some(last) = view.last { (format::when(frame, last)) } @else { (t!(frame, "care.no-backup")) }
                }
                (post(frame, "/care/backup", &html! {
                    div.actions { button.primary type="submit" { (t!(frame, "backup.make")) } }
                }))
            }
        },
    )
}

/// What the POST to `/care/backup` answers with: the sheet with the recovery key, and the way to the file.
pub fn made(frame: &Frame, view: &Made) -> Markup {
    layout::page(
        frame,
        t!(frame, "backup.made"),
        &html! {
            div.screen-only { (note(State::Warn, &html! { p { strong { (t!(frame, "backup.once")) } } })) }
            section.card.sheet {
                h2 { (t!(frame, "backup.recovery-key")) }
                p.recovery { @for group in view.recovery_key.split(['-', ' ']).filter(|group| !group.is_empty()) { code { (group) } " " } }
                dl.facts {
                    div { dt { (t!(frame, "backup.box")) } dd { bdi { (view.box_name) } } }
                    @if !frame.network.is_empty() { div { dt { (t!(frame, "network.name")) } dd { bdi { (frame.network) } } } }
                    div { dt { (t!(frame, "backup.when")) } dd { (format::in_full(frame, view.when)) } }
                    div { dt { (t!(frame, "form.file")) } dd { code { (view.file) } " · " (format::bytes(frame.catalogue(), view.bytes)) } }
                }
                p { (t!(frame, "backup.keep")) }
            }
            div.actions.screen-only {
                a.button.primary href="/care/backup/download" download=(view.file) { (icon(Icon::Download)) (t!(frame, "backup.download")) }
                button.js type="button" hidden data-print="" { (icon(Icon::Print)) (t!(frame, "backup.print")) }
                a.button href="/care" { (t!(frame, "action.done")) }
            }
        },
    )
}
