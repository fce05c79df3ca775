//! Care of the box: restart, reset, diagnostics; backups are in [`backup`].

pub(crate) mod backup;
pub(crate) mod software;

use axum::http::StatusCode;
use pumice_model::machine;
use pumice_model::people::Outcome;
use pumice_model::query::PageRequest;
use pumice_model::time::Stamp;
use pumice_ui::page::diagnostics::{self, Content, Diagnostics};
use pumice_ui::page::reset::{self, Chosen, Reset};
use pumice_ui::page::restart::{self, Restart};
use pumice_ui::page::{care, restart as restarts};
use pumice_ui::{Entered, Section, Words, key};

use super::settings::restarting;
use crate::audit::Deed;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::saying;
use crate::site::state::Site;
use crate::site::ticket::Held;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Care).await?;
    let status = call.site.status().await?;
    let captures = call.site.desk.ask_box(|doors| doors.machine.captures()).await?;
    let view = care::Care {
        version: status.map_or(env!("CARGO_PKG_VERSION"), |status| status.version).to_owned(),
        board: scene.machine.board.name.clone(),
        uptime_seconds: call.site.since_start().as_secs(),
        last_backup: last_backup(&call.site).await?.map(|at| scene.stamp(at)),
        capturing: captures.iter().any(|capture| capture.running),
    };
    Ok(Answer::Page(care::page(&scene.frame, &view)))
}

/// When the last backup was made, as far as the newest entries of the audit tell.
pub(crate) async fn last_backup(site: &Site) -> Result<Option<Stamp>, WebError> {
    let request = PageRequest { after: None, limit: None };
    let page = site.desk.ask_box(|doors| doors.keeper.audit(request)).await?;
    let made = page.items.into_iter().map(|record| record.entry);
    Ok(made
        .filter(|entry| entry.action == "backup.make" && entry.outcome == Outcome::Done)
        .map(|entry| entry.at)
        .next())
}

pub(crate) async fn restart_form(call: Call) -> Result<Answer, Fault> {
    let phones = call.site.status().await?.map_or(0, |status| status.phones);
    let scene = Scene::of(&call, Section::Care).await?;
    Ok(Answer::Page(restart::page(&scene.frame, &Restart { phones: phones.into() })))
}

pub(crate) async fn restart(call: Call) -> Result<Answer, Fault> {
    let what = restarts::What::parse(call.form.text("what")).ok_or(Fault::BAD_REQUEST)?;
    start_anew(&call, what).await
}

async fn start_anew(call: &Call, what: restarts::What) -> Result<Answer, Fault> {
    let asked = match what {
        restarts::What::Gateway => machine::Restart::Gateway,
        restarts::What::Box => machine::Restart::Box,
    };
    let begun = call.site.desk.change_box(|doors| doors.machine.restart(asked)).await;
    call.noted(Deed::new("machine.restart", what.value()), begun).await?;
    restarting(call, what, "/")
}

/// The word that is typed to show that it is meant: the same in every language, because it is shown beside the field.
const fn word(what: reset::What) -> &'static str {
    match what {
        reset::What::Soft => "RESTART",
        reset::What::Settings => "FORGET",
        reset::What::Everything => "EVERYTHING",
    }
}

pub(crate) async fn reset_form(call: Call) -> Result<Answer, Fault> {
    let chosen = reset::What::parse(call.query("what"));
    reset_page(&call, chosen, Entered::new()).await.map(Answer::Page)
}

async fn reset_page(
    call: &Call,
    chosen: Option<reset::What>,
    entered: Entered,
) -> Result<pumice_ui::Markup, Fault> {
    let scene = Scene::of(call, Section::Care).await?;
    let chosen = chosen.map(|what| Chosen { what, word: word(what).to_owned() });
    Ok(reset::page(&scene.frame, &Reset { chosen, entered }))
}

pub(crate) async fn reset(call: Call) -> Result<Answer, Fault> {
    let what = reset::What::parse(call.form.text("what")).ok_or(Fault::BAD_REQUEST)?;
    if !call.form.text("word").eq_ignore_ascii_case(word(what)) {
        let page = reset_page(&call, Some(what), Entered::new().wrong("word", saying::wrong_word())).await?;
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    let how_much = match what {
        reset::What::Soft => return start_anew(&call, restarts::What::Gateway).await,
        reset::What::Settings => machine::Reset::Settings,
        reset::What::Everything => machine::Reset::Factory,
    };
    // Noted before: with everything else, the audit is forgotten.
    call.note(&Deed::new("machine.reset", what.value()), Outcome::Done).await;
    call.site.desk.change_box(|doors| doors.machine.reset(how_much)).await?;
    let next = if what == reset::What::Everything { "/claim" } else { "/setup" };
    restarting(&call, restarts::What::Gateway, next)
}

/// The bundle is made for the page, which tells its size and what is in it, and kept for the download.
pub(crate) async fn diagnostics(call: Call) -> Result<Answer, Fault> {
    let _room = call.site.large_permit().await?;
    let bundle = call.site.desk.ask_box(|doors| doors.machine.diagnostics()).await?;
    let view = Diagnostics { bytes: super::phones::number(bundle.len()), contents: contents(&bundle) };
    call.site.keep(Held::Diagnostics(bundle.into()), call.visit.holder());
    let scene = Scene::of(&call, Section::Care).await?;
    Ok(Answer::Page(diagnostics::page(&scene.frame, &view)))
}

pub(crate) async fn fetch_diagnostics(call: Call) -> Result<Answer, Fault> {
    let held = call.site.tickets().diagnostics(call.visit.holder(), call.site.desk.now());
    let octets = match held {
        Some(octets) => Ok(octets),
        None => {
            let _room = call.site.large_permit().await?;
            call.site.desk.ask_box(|doors| doors.machine.diagnostics()).await.map(Into::into)
        }
    };
    let octets = call.noted(Deed::new("diagnostics.make", ""), octets).await?;
    let name = format!("pumice-{}-diagnostics.tar.gz", call.site.config.box_name);
    Ok(Answer::File { name, kind: "application/gzip", octets })
}

/// Files of a bundle that are listed, and octets that are unpacked to list them.
const FILES: usize = 64;
const UNPACKED: u64 = 64 << 20;

/// What is in a bundle (POSIX.1-1988 ustar: headers of 512 octets).
fn contents(bundle: &[u8]) -> Vec<Content> {
    use std::io::Read as _;

    let mut unpacked = flate2::read::GzDecoder::new(bundle).take(UNPACKED);
    let mut contents = Vec::new();
    let mut header = [0; 512];
    while contents.len() < FILES && unpacked.read_exact(&mut header).is_ok() {
        let text = |from: usize, to: usize| {
            let octets = header.get(from..to).unwrap_or_default();
            let end = octets.iter().position(|octet| *octet == 0).unwrap_or(octets.len());
            String::from_utf8_lossy(octets.get(..end).unwrap_or_default()).trim().to_owned()
        };
        let (file, Ok(bytes)) = (text(0, 100), u64::from_str_radix(&text(124, 136), 8)) else { break };
        if file.is_empty() {
            break;
        }
        let blocks = bytes.div_ceil(512).saturating_mul(512);
        if std::io::copy(&mut unpacked.by_ref().take(blocks), &mut std::io::sink()).is_err() {
            break;
        }
        contents.push(Content { what: about(&file), file, bytes });
    }
    contents
}

fn about(file: &str) -> Words {
    let known = [
        ("config", key!("diagnostics.file.config")),
        ("settings", key!("diagnostics.file.config")),
        ("event", key!("diagnostics.file.events")),
        ("hardware", key!("diagnostics.file.hardware")),
        ("board", key!("diagnostics.file.hardware")),
        ("machine", key!("diagnostics.file.hardware")),
        ("log", key!("diagnostics.file.log")),
        ("metric", key!("diagnostics.file.metrics")),
        ("network", key!("diagnostics.file.network")),
        ("interface", key!("diagnostics.file.network")),
        ("state", key!("diagnostics.file.state")),
        ("status", key!("diagnostics.file.state")),
    ];
    let found = known.into_iter().find(|(word, _)| file.contains(word));
    found.map_or_else(|| Words::verbatim(""), |(_, key)| key.into())
}
