//! A backup, the recovery key that opens it, and putting one back.

use std::sync::Arc;

use axum::http::StatusCode;
use pumice_model::control::Refusal;
use pumice_model::machine::BackupView;
use pumice_model::recovery_key::RecoveryKey;
use pumice_ui::page::backup::{self, Backup, Made};
use pumice_ui::page::restart::What;
use pumice_ui::page::restore::{self, Opened, Restore};
use pumice_ui::{Entered, Section};
use zeroize::Zeroizing;

use super::super::settings::restarting;
use super::last_backup;
use crate::audit::Deed;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::page::phones::number;
use crate::site::saying;
use crate::site::ticket::Held;
use crate::site::token::random;

/// The largest key that somebody types.
const TYPED: usize = 128;

pub(crate) async fn form(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Care).await?;
    let last = last_backup(&call.site).await?.map(|at| scene.stamp(at));
    Ok(Answer::Page(backup::page(&scene.frame, &Backup { last })))
}

/// Makes a backup. The answer is a page and no redirection, because it is the only one that ever shows the key.
pub(crate) async fn make(call: Call) -> Result<Answer, Fault> {
    let key = new_key().ok_or(Fault::BROKEN)?.text();
    let asked = key.to_string();
    let _room = call.site.large_permit().await?;
    let made = call.site.desk.change_box(|doors| doors.machine.backup(asked)).await;
    let made = call.noted(Deed::new("backup.make", ""), made).await?;
    let scene = Scene::of(&call, Section::Care).await?;
    let view = Made {
        recovery_key: key.to_string(),
        file: file_name(&call),
        bytes: number(made.len()),
        when: scene.frame.now,
        box_name: call.site.config.box_name.clone(),
    };
    call.site.keep(Held::Backup(made.into()), call.visit.holder());
    Ok(Answer::Secret(backup::made(&scene.frame, &view)))
}

pub(crate) async fn fetch(call: Call) -> Result<Answer, Fault> {
    let held = call.site.tickets().backup(call.visit.holder(), call.site.desk.now());
    let octets = held.ok_or_else(|| Fault::refused(saying::refused(&Refusal::TooLate)))?;
    Ok(Answer::File { name: file_name(&call), kind: "application/octet-stream", octets })
}

fn file_name(call: &Call) -> String {
    format!("pumice-{}.backup", call.site.config.box_name)
}

pub(crate) async fn restore_form(call: Call) -> Result<Answer, Fault> {
    page(&call, Entered::new(), None).await.map(Answer::Page)
}

async fn page(call: &Call, entered: Entered, opened: Option<Opened>) -> Result<pumice_ui::Markup, Fault> {
    let scene = Scene::of(call, Section::Care).await?;
    let max_bytes = number(call.site.config.limits.backup_octets);
    Ok(restore::page(&scene.frame, &Restore { entered, opened, max_bytes }))
}

/// Looks into a backup; nothing is replaced yet.
pub(crate) async fn open(mut call: Call) -> Result<Answer, Fault> {
    let key = plain(call.form.raw("recovery_key"));
    let Some(file) = call.form.take_file("file") else {
        let entered = Entered::new().wrong("file", saying::file_wanted());
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(&call, entered, None).await?));
    };
    let backup = Arc::new(file);
    let (looked_at, asked) = (Arc::clone(&backup), key.to_string());
    // To its end: the room that the file takes stays taken until nobody has a copy of it.
    let looked = call.site.desk.change_box(|doors| doors.machine.look_into(looked_at, asked)).await;
    let view = match looked {
        Ok(view) => Some(view),
        // It can be put back all the same; the key is judged then.
        Err(WebError::Refused(Refusal::NotHere { .. })) => None,
        Err(WebError::Refused(Refusal::BadBackup)) => {
            call.note(&Deed::new("backup.restore", ""), pumice_model::people::Outcome::Refused).await;
            let entered = Entered::new().wrong("recovery_key", saying::wrong_recovery_key());
            return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(&call, entered, None).await?));
        }
        Err(error) => return Err(error.into()),
    };
    let held = Held::Restore { backup, key };
    let ticket = call.site.keep(held, call.visit.holder()).ok_or(Fault::BROKEN)?;
    let scene = Scene::of(&call, Section::Care).await?;
    let opened = opened(&scene, view, ticket);
    page(&call, Entered::new(), Some(opened)).await.map(Answer::Page)
}

fn opened(scene: &Scene, view: Option<BackupView>, ticket: String) -> Opened {
    match view {
        Some(view) => Opened {
            made: scene.at(view.made_unix),
            box_name: view.box_name,
            network: view.network,
            phones: view.subscribers.into(),
            accounts: view.accounts.into(),
            same_box: view.same_box,
            ticket,
        },
        None => Opened {
            made: None,
            box_name: String::new(),
            network: String::new(),
            phones: 0,
            accounts: 0,
            same_box: false,
            ticket,
        },
    }
}

pub(crate) async fn restore(call: Call) -> Result<Answer, Fault> {
    let _room = call.site.import_permit().await?;
    let held = call.site.tickets().take(call.form.text("ticket"), call.visit.holder(), call.site.desk.now());
    let Some(Held::Restore { backup, key }) = held else {
        return Err(Fault::refused(saying::refused(&Refusal::TooLate)));
    };
    let backup = Arc::unwrap_or_clone(backup);
    let restored = call.site.desk.change_box(|doors| doors.machine.restore(backup, key.to_string())).await;
    call.noted(Deed::new("backup.restore", ""), restored).await?;
    restarting(&call, What::Gateway, "/login")
}

fn new_key() -> Option<RecoveryKey> {
    let octets = Zeroizing::new(random()?);
    octets.first_chunk().map(RecoveryKey::from_entropy)
}

/// A key as it is printed, whatever dashes, spaces and small letters somebody typed; what is no key stays what it is, and opens
/// nothing.
fn plain(typed: &str) -> Zeroizing<String> {
    match RecoveryKey::parse(typed) {
        Some(key) => key.text(),
        None => Zeroizing::new(typed.chars().take(TYPED).collect()),
    }
}
