//! Care of the box: the way to backup, restore, diagnostics, captures, restart, reset.

use maud::{Markup, html};

use crate::component::{self, Icon, icon};
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::moment::When;
use crate::page::home::State;
use crate::text::t;

/// The page `/care`.
#[derive(Debug, Clone)]
pub struct Care {
    /// The gateway's version.
    pub version: String,
    /// The board's name.
    pub board: String,
    /// Seconds since the gateway started.
    pub uptime_seconds: u64,
    /// When the last backup was made.
    pub last_backup: Option<When>,
    /// Whether a capture runs.
    pub capturing: bool,
}

/// `/care`.
pub fn page(frame: &Frame, view: &Care) -> Markup {
    let catalogue = frame.catalogue();
    let way = |shape: Icon, href: &str, title: &str, text: &str| {
        html! {
            li { a.tile href=(href) { (icon(shape)) span { strong { (title) } span.soft { (text) } } (icon(Icon::Next)) } }
        }
    };
    layout::page(
        frame,
        t!(frame, "nav.care"),
        &html! {
            section.card {
                dl.facts {
                    div { dt { (t!(frame, "care.board")) } dd { (view.board) } }
                    div { dt { (t!(frame, "care.version")) } dd { (view.version) } }
                    div { dt { (t!(frame, "care.uptime")) } dd { (format::duration(catalogue, view.uptime_seconds)) } }
                    div { dt { (t!(frame, "care.last-backup")) } dd {
                        @if let Some(last) = view.last_backup { (format::when(frame, last)) } @else {
                            (component::badge(State::Warn, t!(frame, "care.no-backup")))
                        }
                    } }
                }
            }
            @if frame.owner() {
                ul.tiles {
                    (way(Icon::Key, "/care/backup", t!(frame, "backup.title"), t!(frame, "backup.short")))
                    (way(Icon::Back, "/care/restore", t!(frame, "restore.title"), t!(frame, "restore.short")))
                    (way(Icon::Download, "/care/software", t!(frame, "software.title"), t!(frame, "software.short")))
                    (way(Icon::File, "/care/diagnostics", t!(frame, "diagnostics.title"), t!(frame, "diagnostics.short")))
                    (way(Icon::Search, "/care/capture", t!(frame, "capture.title"), if view.capturing {
                        t!(frame, "capture.running")
                    } else {
                        t!(frame, "capture.short")
                    }))
                    (way(Icon::Power, "/care/restart", t!(frame, "restart.title"), t!(frame, "restart.short")))
                    (way(Icon::Warn, "/care/reset", t!(frame, "reset.title"), t!(frame, "reset.short")))
                }
            }
        },
    )
}
