//! Restoring a backup, perhaps on another box.

use maud::{Markup, html};

use crate::component::{self, Field, Form, mistakes, note, post, upload};
use crate::form::Entered;
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::moment::Moment;
use crate::page::home::State;
use crate::text::t;

/// The page `/care/restore`.
#[derive(Debug, Clone, Default)]
pub struct Restore {
    /// Mistakes in `file` and `recovery_key`.
    pub entered: Entered,
    /// What the file holds, once it could be opened.
    pub opened: Option<Opened>,
    /// Most octets of a file.
    pub max_bytes: u64,
}

/// A backup that could be opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// When it was made.
    pub made: Option<Moment>,
    /// On which box.
    pub box_name: String,
    /// The network's name.
    pub network: String,
    /// Phones in it.
    pub phones: u64,
    /// Accounts in it.
    pub accounts: u64,
    /// Whether it is of this very box.
    pub same_box: bool,
    /// Names the file on the server; goes back in the field `ticket`.
    pub ticket: String,
}

/// `/care/restore`. Multipart: `file`, `recovery_key`. Then `/care/restore/apply` (`ticket`).
pub fn page(frame: &Frame, view: &Restore) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "restore" };
    let catalogue = frame.catalogue();
    layout::page(
        frame,
        t!(frame, "restore.title"),
        &html! {
            (component::back(t!(frame, "nav.care"), "/care"))
            @match &view.opened {
                None => {
                    p.lead { (t!(frame, "restore.text")) }
                    section.card {
                        (mistakes(form, &[("file", t!(frame, "restore.file")), ("recovery_key", t!(frame, "backup.recovery-key"))]))
                        (upload(frame, "/care/restore", &html! {
                            @let largest = t!(frame, "form.largest", size = format::bytes(catalogue, view.max_bytes));
                            (Field::file("file", t!(frame, "restore.file"), "*/*").hint(&largest).required().show(form))
                            (Field::secret("recovery_key", t!(frame, "backup.recovery-key")).hint(t!(frame, "restore.key.hint")).required()
                                .code().autocomplete("off").max(128).show(form))
                            div.actions { button.primary type="submit" { (t!(frame, "restore.open")) } }
                        }))
                    }
                }
                Some(opened) => {
                    section.card {
                        h2 { (t!(frame, "restore.opened")) }
                        dl.facts {
                            div { dt { (t!(frame, "backup.when")) } dd { (format::in_full(frame, opened.made)) } }
                            div { dt { (t!(frame, "backup.box")) } dd { bdi { (opened.box_name) } } }
                            div { dt { (t!(frame, "network.name")) } dd { bdi { (opened.network) } } }
                            div { dt { (t!(frame, "nav.phones")) } dd { (format::whole(catalogue, opened.phones)) } }
                            div { dt { (t!(frame, "people.accounts")) } dd { (format::whole(catalogue, opened.accounts)) } }
                        }
                        (note(State::Warn, &html! {
                            p { (t!(frame, "restore.replaces")) }
                            @if !opened.same_box { p { (t!(frame, "restore.other-box")) } }
                        }))
                        (post(frame, "/care/restore/apply", &html! {
                            input type="hidden" name="ticket" value=(opened.ticket);
                            div.actions {
                                button.danger type="submit" { (t!(frame, "restore.apply")) }
                                a.button href="/care" { (t!(frame, "action.cancel")) }
                            }
                        }))
                    }
                }
            }
        },
    )
}
