//! Captures of packets.

use maud::{Markup, html};

use crate::component::{self, Field, Form, Icon, icon, mistakes, note, post, post_button, segment};
use crate::form::Entered;
use crate::format;
use crate::frame::Frame;
use crate::layout;
use crate::live::{self, Part};
use crate::page::home::State;
use crate::text::t;

/// The page `/care/capture`.
#[derive(Debug, Clone)]
pub struct Capture {
    /// What was typed.
    pub entered: Entered,
    /// Interfaces that can be listened at.
    pub interfaces: Vec<String>,
    /// Phones to choose from: IMSI and name. A long list may be left out; the field takes an IMSI all the same.
    pub phones: Vec<(String, String)>,
    /// Limits.
    pub limits: Limits,
    /// What runs, and the files.
    pub running: Running,
}

/// Limits of one capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Seconds.
    pub max_seconds: u32,
    /// Megabytes.
    pub max_megabytes: u32,
    /// Captures that are kept; one more is refused.
    pub max_files: u16,
}

/// The live part.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// The capture that runs.
    pub now: Option<Now>,
    /// The files, the newest first.
    pub files: Vec<CaptureFile>,
}

/// A capture that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// What is listened at: an interface, or a phone's name.
    pub what: String,
    /// Packets so far.
    pub packets: u64,
    /// Octets so far.
    pub bytes: u64,
    /// Seconds after which it ends by itself, counted from its beginning.
    pub seconds_at_most: u32,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureFile {
    /// Its name, the word of paths.
    pub name: String,
    /// What was listened at.
    pub what: String,
    /// Packets.
    pub packets: u64,
    /// Octets.
    pub bytes: u64,
}

/// `/care/capture`. Forms: `/care/capture/start` (`target`: an interface as `if:NAME` or `phone`; `imsi`; `seconds`, `megabytes`),
/// `/care/capture/stop`, `/care/capture/{name}/delete`. A file is at `/care/capture/{name}`.
pub fn page(frame: &Frame, view: &Capture) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "capture" };
    let limits = view.limits;
    let chosen = view.entered.value("target");
    let targets: Vec<(String, String)> = view
        .interfaces
        .iter()
        .map(|name| (format!("if:{name}"), t!(frame, "capture.interface", name = name)))
        .chain([("phone".to_owned(), t!(frame, "capture.one-phone").to_owned())])
        .collect();
    let targets: Vec<(&str, String)> =
        targets.iter().map(|(value, text)| (value.as_str(), text.clone())).collect();
    layout::page(
        frame,
        t!(frame, "capture.title"),
        &html! {
            (component::back(t!(frame, "nav.care"), "/care"))
            (note(State::Warn, &html! { p { (t!(frame, "capture.warning")) } }))
            (live::part(Part::Capture, None, &running(frame, &view.running)))
            section.card {
                h2 { (t!(frame, "capture.new")) }
                (mistakes(form, &[
                    ("target", t!(frame, "capture.where")),
                    ("imsi", t!(frame, "capture.imsi")),
                    ("seconds", t!(frame, "capture.seconds")),
                    ("megabytes", t!(frame, "capture.size")),
                ]))
                (post(frame, "/care/capture/start", &html! {
                    (form.select("target", t!(frame, "capture.where"), None, &targets, chosen))
                    (Field::digits("imsi", t!(frame, "capture.imsi")).hint(t!(frame, "capture.imsi.hint")).code().autocomplete("off")
                        .max(15).list("capture-phones").show(form))
                    datalist #capture-phones { @for (imsi, name) in &view.phones { option value=(imsi) { (name) } } }
                    (Field::digits("seconds", t!(frame, "capture.seconds")).hint(&t!(frame, "form.at-most", n = limits.max_seconds))
                        .required().unit("s").autocomplete("off").max(6).show(form))
                    (Field::digits("megabytes", t!(frame, "capture.size")).hint(&t!(frame, "form.at-most", n = limits.max_megabytes))
                        .required().unit("MB").autocomplete("off").max(5).show(form))
                    div.actions { button.primary type="submit" { (t!(frame, "capture.start")) } }
                }))
                p.soft.small { (t!(frame, "capture.kept", count u64::from(limits.max_files))) }
            }
        },
    )
}

/// The live part [`Part::Capture`]: what runs, and the files.
pub fn running(frame: &Frame, view: &Running) -> Markup {
    let catalogue = frame.catalogue();
    html! {
        @if let Some(now) = &view.now {
            div.wait role="status" {
                span.pulse aria-hidden="true" {}
                div {
                    p.title { (t!(frame, "capture.now", what = now.what)) }
                    p.soft {
                        (t!(frame, "capture.packets", count now.packets)) " · " (format::bytes(catalogue, now.bytes)) " · "
                        (t!(frame, "capture.left", time = format::duration(catalogue, u64::from(now.seconds_at_most))))
                    }
                    (post_button(frame, "/care/capture/stop", "", &html! { (t!(frame, "capture.stop")) }))
                }
            }
        }
        @if !view.files.is_empty() {
            section.card {
                h2 { (t!(frame, "capture.files")) }
                ul.people { @for file in &view.files {
                    @let path = format!("/care/capture/{}", segment(&file.name));
                    li {
                        div {
                            p.title { bdi { (file.what) } }
                            p.soft {
                                (t!(frame, "capture.packets", count file.packets)) " · "
                                (format::bytes(catalogue, file.bytes))
                            }
                        }
                        div.actions {
                            a.button href=(path) download=(file.name) {
                                (icon(Icon::Download)) (t!(frame, "action.download")) span.visually-hidden { " " (file.name) }
                            }
                            (post_button(frame, &format!("{path}/delete"), "quiet", &html! {
                                (t!(frame, "action.delete")) span.visually-hidden { " " (file.name) }
                            }))
                        }
                    }
                } }
            }
        }
    }
}
