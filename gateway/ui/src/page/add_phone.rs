//! Adding phones: by the card's number, by hand, by a file; and the pages that help with it.

use maud::{Markup, html};

use crate::asset;
use crate::component::{self, Field, Form, Icon, icon, mistakes, note, post, upload};
use crate::form::Entered;
use crate::frame::Frame;
use crate::layout;
use crate::page::home::State;
use crate::text::t;
use crate::words::Words;

/// The page `/phones/add`, and the middle of `/setup/phones`.
#[derive(Debug, Clone, Default)]
pub struct AddPhone {
    /// Whether this is the wizard's step: the forms carry `from=setup`, so that the server can come back to it.
    pub from_setup: bool,
    /// SIM cards whose keys the box holds, and which are not in use yet.
    pub cards_left: u64,
    /// The way whose form is open.
    pub open: Way,
    /// What was typed. Keys are not among it.
    pub entered: Entered,
    /// What a file would do.
    pub dry_run: Option<DryRun>,
    /// Most rows of one file.
    pub max_rows: u32,
}

/// A way to add phones: the field `way`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Way {
    /// By the number on the card, whose keys are in a batch file.
    #[default]
    Iccid,
    /// IMSI and keys typed.
    Typed,
    /// A CSV file.
    Csv,
}

impl Way {
    /// The value of the field `way`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Iccid => "iccid",
            Self::Typed => "typed",
            Self::Csv => "csv",
        }
    }

    /// The way of that value.
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Iccid, Self::Typed, Self::Csv].into_iter().find(|way| way.value() == value)
    }
}

/// What a CSV file would do.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// The file's name.
    pub file: String,
    /// Phones that would be added.
    pub good: u64,
    /// Rows that cannot be added. At most as many as the page should show.
    pub bad: Vec<BadRow>,
    /// How many more there are.
    pub more_bad: u64,
    /// Names the file on the server; goes back in the field `ticket`.
    pub ticket: String,
}

/// A row that cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line of the file, from 1.
    pub line: u64,
    /// The column's name.
    pub column: Option<String>,
    /// What is wrong. The catalogue has the usual ones: `problem.*`.
    pub problem: Words,
}

/// The page `/phones/scan`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scan {
    /// Whether the reader came from the wizard.
    pub from_setup: bool,
}

/// The page `/phones/batch`.
#[derive(Debug, Clone, Default)]
pub struct LoadBatch {
    /// Whether the reader came from the wizard.
    pub from_setup: bool,
    /// SIM cards whose keys the box holds, and which are not in use yet.
    pub cards_left: u64,
    /// Mistakes.
    pub entered: Entered,
}

/// `/phones/add`. Forms: `/phones/add` (`way=iccid`: `iccid`, `name`; `way=typed`: `imsi`, `k`, `opc`, `name`);
/// `/phones/csv` (multipart: `file`), `/phones/csv/apply` (`ticket`). All have `from=setup` in the wizard.
pub fn page(frame: &Frame, view: &AddPhone) -> Markup {
    layout::page(
        frame,
        t!(frame, "nav.add-phone"),
        &html! {
            p.lead { (t!(frame, "add.text")) }
            (ways(frame, view))
            p.back { a href="/phones" { (icon(Icon::Back)) (t!(frame, "phone.all")) } }
        },
    )
}

/// The ways, as they stand in the page and in the wizard.
pub(crate) fn ways(frame: &Frame, view: &AddPhone) -> Markup {
    let from = if view.from_setup { "?from=setup" } else { "" };
    html! {
        @if let Some(run) = &view.dry_run { (dry_run(frame, view, run)) }
        div.folds {
            details open[view.open == Way::Iccid && view.dry_run.is_none()] {
                summary { (icon(Icon::Camera)) span { strong { (t!(frame, "add.iccid")) } span.soft { (t!(frame, "add.iccid.hint")) } } }
                div.inside {
                    @if view.cards_left == 0 {
                        (note(State::Unknown, &html! {
                            p { (t!(frame, "add.no-batch")) }
                            @if frame.owner() { p { a href={ "/phones/batch" (from) } { (t!(frame, "batch.load")) } } }
                        }))
                    } @else {
                        p.soft { (t!(frame, "add.cards-left", count view.cards_left)) }
                        (by_iccid(frame, view, from))
                        @if frame.owner() { p { a href={ "/phones/batch" (from) } { (t!(frame, "batch.load-another")) } } }
                    }
                }
            }
            details open[view.open == Way::Typed] {
                summary { (icon(Icon::Key)) span { strong { (t!(frame, "add.typed")) } span.soft { (t!(frame, "add.typed.hint")) } } }
                div.inside { (typed(frame, view)) }
            }
            details open[view.open == Way::Csv && view.dry_run.is_none()] {
                summary { (icon(Icon::File)) span { strong { (t!(frame, "add.csv")) } span.soft { (t!(frame, "add.csv.hint")) } } }
                div.inside { (csv(frame, view)) }
            }
        }
    }
}

fn hidden_from(view: &AddPhone) -> Markup {
    html! { @if view.from_setup { input type="hidden" name="from" value="setup"; } }
}

fn by_iccid(frame: &Frame, view: &AddPhone, from: &str) -> Markup {
    let blank = Entered::new();
    let entered = if view.open == Way::Iccid { &view.entered } else { &blank };
    let form = Form { frame, entered, scope: "iccid" };
    html! {
        p { a.button href={ "/phones/scan" (from) } { (icon(Icon::Camera)) (t!(frame, "add.scan")) } }
        (mistakes(form, &[("iccid", t!(frame, "phone.iccid")), ("name", t!(frame, "phone.name"))]))
        (post(frame, "/phones/add", &html! {
            (hidden_from(view))
            input type="hidden" name="way" value=(Way::Iccid.value());
            (Field::digits("iccid", t!(frame, "phone.iccid")).hint(t!(frame, "add.iccid.field-hint")).required().code()
                .autocomplete("off").max(24).show(form))
            (name(form))
            div.actions { button.primary type="submit" { (t!(frame, "add.add")) } }
        }))
    }
}

fn typed(frame: &Frame, view: &AddPhone) -> Markup {
    let blank = Entered::new();
    let entered = if view.open == Way::Typed { &view.entered } else { &blank };
    let form = Form { frame, entered, scope: "typed" };
    html! {
        (mistakes(form, &[
            ("imsi", "IMSI"),
            ("k", "K"),
            ("opc", "OPc"),
            ("name", t!(frame, "phone.name")),
        ]))
        (post(frame, "/phones/add", &html! {
            (hidden_from(view))
            input type="hidden" name="way" value=(Way::Typed.value());
            (Field::digits("imsi", "IMSI").hint(t!(frame, "add.imsi.hint")).required().code().autocomplete("off").max(15).show(form))
            (Field::secret("k", "K").hint(t!(frame, "add.k.hint")).required().code().autocomplete("off").max(47).show(form))
            (Field::secret("opc", "OPc").hint(t!(frame, "add.opc.hint")).required().code().autocomplete("off").max(47).show(form))
            (name(form))
            div.actions { button.primary type="submit" { (t!(frame, "add.add")) } }
        }))
    }
}

fn name(form: Form<'_>) -> Markup {
    let frame = form.frame;
    Field::text("name", t!(frame, "phone.name"))
        .hint(t!(frame, "phone.name.hint"))
        .autocomplete("off")
        .max(64)
        .show(form)
}

fn csv(frame: &Frame, view: &AddPhone) -> Markup {
    let blank = Entered::new();
    let entered = if view.open == Way::Csv { &view.entered } else { &blank };
    let form = Form { frame, entered, scope: "csv" };
    html! {
        p { (t!(frame, "add.csv.text", count u64::from(view.max_rows))) }
        pre.code tabindex="0" role="group" aria-label=(t!(frame, "add.csv.hint")) { "imsi,k,opc,name\n001010000000001,000102…0e0f,a0b1c2…e8f9,Amina" }
        (mistakes(form, &[("file", t!(frame, "form.file"))]))
        (upload(frame, "/phones/csv", &html! {
            (hidden_from(view))
            (Field::file("file", t!(frame, "form.file"), ".csv,text/csv").required().show(form))
            div.actions { button.primary type="submit" { (t!(frame, "add.csv.check")) } }
        }))
    }
}

/// What a file would do, before anything is done.
fn dry_run(frame: &Frame, view: &AddPhone, run: &DryRun) -> Markup {
    let bad = run.more_bad.saturating_add(u64::try_from(run.bad.len()).unwrap_or(u64::MAX));
    let catalogue = frame.catalogue();
    html! {
        section.card {
            h2 { (t!(frame, "dry.title")) }
            p.soft { bdi { (run.file) } " · " (t!(frame, "dry.nothing-yet")) }
            p { (component::badge(State::Ok, &t!(frame, "dry.good", count run.good))) }
            @if bad > 0 {
                p { (component::badge(State::Bad, &t!(frame, "dry.bad", count bad))) }
                div.scroll tabindex="0" role="group" aria-label=(t!(frame, "dry.problems")) { table {
                    thead { tr {
                        th.number scope="col" { (t!(frame, "dry.line")) }
                        th scope="col" { (t!(frame, "dry.column")) }
                        th scope="col" { (t!(frame, "dry.problem")) }
                    } }
                    tbody { @for row in &run.bad { tr {
                        th.number scope="row" { (row.line) }
                        td { (row.column.as_deref().unwrap_or("–")) }
                        td { (row.problem.said(catalogue)) }
                    } } }
                } }
                @if run.more_bad > 0 { p.soft { (t!(frame, "dry.more", count run.more_bad)) } }
            }
            @if run.good > 0 {
                (post(frame, "/phones/csv/apply", &html! {
                    (hidden_from(view))
                    input type="hidden" name="ticket" value=(run.ticket);
                    div.actions {
                        button.primary type="submit" { (t!(frame, "dry.add", count run.good)) }
                        a.button href=(if view.from_setup { "/setup/phones" } else { "/phones/add" }) { (t!(frame, "action.cancel")) }
                    }
                }))
            }
        }
    }
}

/// `/phones/scan`. The camera reads the code on the card and goes to `/phones/add?iccid=...`; a photo and typing do it too, the latter
/// without a script (GET `/phones/add` with `iccid`, and `from`).
pub fn scan(frame: &Frame, view: &Scan) -> Markup {
    let next = if view.from_setup { "/setup/phones" } else { "/phones/add" };
    layout::page_with(
        frame,
        t!(frame, "scan.title"),
        &html! {
            p.lead { (t!(frame, "scan.text")) }
            div.card.scanner.js #scanner hidden data-next=(next) data-reader=(asset::JSQR.href())
                data-denied=(t!(frame, "scan.denied")) data-none=(t!(frame, "scan.no-camera"))
                data-nothing=(t!(frame, "scan.nothing")) data-strange=(t!(frame, "scan.strange")) data-looking=(t!(frame, "scan.looking")) {
                video #scan-video playsinline muted hidden aria-label=(t!(frame, "scan.picture")) {}
                p #scan-say role="status" {}
                div.actions {
                    button.primary #scan-start type="button" { (icon(Icon::Camera)) (t!(frame, "scan.start")) }
                    label.button for="scan-photo" { (t!(frame, "scan.photo")) }
                    input.visually-hidden #scan-photo type="file" accept="image/*" capture="environment";
                }
            }
            form.card method="get" action=(next) {
                h2 { (t!(frame, "scan.by-hand")) }
                div.field {
                    label for="scan-iccid" { (t!(frame, "phone.iccid")) }
                    p.hint #scan-iccid-hint { (t!(frame, "add.iccid.field-hint")) }
                    div.input {
                        input.code #scan-iccid name="iccid" type="text" inputmode="numeric" maxlength="24" autocomplete="off" required
                            aria-describedby="scan-iccid-hint";
                    }
                }
                div.actions { button type="submit" { (t!(frame, "action.continue")) } }
            }
            p.soft.small { (t!(frame, "scan.no-key")) }
            p.back { a href=(next) { (icon(Icon::Back)) (t!(frame, "action.back")) } }
        },
        &[&asset::SCAN],
    )
}

/// `/phones/batch`. Multipart: `file`, `passphrase`, `from`.
pub fn load_batch(frame: &Frame, view: &LoadBatch) -> Markup {
    let form = Form { frame, entered: &view.entered, scope: "batch" };
    let back = if view.from_setup { "/setup/phones" } else { "/phones/add" };
    layout::page(
        frame,
        t!(frame, "batch.load"),
        &html! {
            p.lead { (t!(frame, "batch.text")) }
            section.card {
                (mistakes(form, &[("file", t!(frame, "batch.file")), ("passphrase", t!(frame, "batch.passphrase"))]))
                (upload(frame, "/phones/batch", &html! {
                    @if view.from_setup { input type="hidden" name="from" value="setup"; }
                    (Field::file("file", t!(frame, "batch.file"), "*/*").required().show(form))
                    (Field::secret("passphrase", t!(frame, "batch.passphrase")).hint(t!(frame, "batch.passphrase.hint")).required()
                        .autocomplete("off").max(256).show(form))
                    div.actions { button.primary type="submit" { (t!(frame, "batch.open")) } }
                }))
            }
            @if view.cards_left > 0 { p.soft { (t!(frame, "add.cards-left", count view.cards_left)) } }
            p.back { a href=(back) { (icon(Icon::Back)) (t!(frame, "action.back")) } }
        },
    )
}
