//! Settings: what is set, what a change would do, and what was changed before.

mod form;
mod past;

use pumice_model::control::Refusal;
use pumice_model::settings::{Applied, Restarts, Values};
use pumice_ui::page::restart::{self, Restarting, What};
use pumice_ui::page::settings::{self, Preview};
use pumice_ui::{Section, Words};

pub(crate) use self::past::{changes, history, undo};
use crate::audit::Deed;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::{Scene, bare};
use crate::site::saying;
use crate::site::ticket::Held;

/// Seconds that the gateway takes to start anew, about.
const GATEWAY_SECONDS: u32 = 8;

/// Seconds that a whole box takes, about.
pub(crate) const BOX_SECONDS: u32 = 90;

/// Seconds that phones notice of it, about.
const GATEWAY_OUTAGE: u32 = 10;
const BACKHAUL_OUTAGE: u32 = 15;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Settings).await?;
    let view = form::view(&scene, latest(&call).await?, &Values::new(), &[], false);
    Ok(Answer::Page(settings::page(&scene.frame, &view)))
}

/// The number of the last revision; 0 if nothing was ever set.
async fn latest(call: &Call) -> Result<u64, WebError> {
    let revisions = call.site.desk.ask_box(|doors| doors.configure.revisions()).await?;
    Ok(revisions.iter().map(|revision| revision.number).max().unwrap_or(0))
}

pub(crate) async fn preview(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Settings).await?;
    let values = form::values(&call.form, &scene.settings);
    let latest = latest(&call).await?;
    if call.form.text("revision") != latest.to_string() {
        let view = form::view(&scene, latest, &values, &[], true);
        return Ok(Answer::Wrong(axum::http::StatusCode::CONFLICT, settings::page(&scene.frame, &view)));
    }
    let previewed = call.site.desk.ask_box(|doors| doors.configure.preview(values.clone())).await?;
    if !previewed.mistakes.is_empty() {
        let view = form::view(&scene, latest, &values, &previewed.mistakes, false);
        let page = settings::page(&scene.frame, &view);
        return Ok(Answer::Wrong(axum::http::StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    let changes = previewed.changes.iter().map(|change| form::change(&scene.settings, change)).collect();
    let ticket = call.site.keep(Held::Settings(values), call.visit.holder());
    let view = Preview {
        changes,
        mistakes: Vec::new(),
        ticket: ticket.ok_or(Fault::BROKEN)?,
        trial_seconds: scene.settings.trial_seconds,
    };
    Ok(Answer::Page(settings::preview(&scene.frame, &view)))
}

pub(crate) async fn apply_previewed(call: Call) -> Result<Answer, Fault> {
    let held = call.site.tickets().take(call.form.text("ticket"), call.visit.holder(), call.site.desk.now());
    let Some(Held::Settings(values)) = held else {
        return Err(Fault::refused(saying::refused(&Refusal::TooLate)));
    };
    apply(&call, values, "/settings", saying::saved()).await
}

/// Applies values, and goes on once what starts anew is back.
pub(crate) async fn apply(call: &Call, values: Values, next: &str, said: Words) -> Result<Answer, Fault> {
    let by = call.visit.actor();
    let applied = call.site.desk.change_box(|doors| doors.configure.apply(values, by)).await;
    let subject = applied.as_ref().map(|applied| applied.revision.to_string()).unwrap_or_default();
    let applied = call.noted(Deed::new("settings.apply", subject), applied).await?;
    after(call, applied, next, said)
}

fn after(call: &Call, applied: Applied, next: &str, said: Words) -> Result<Answer, Fault> {
    match applied.restarts {
        Restarts::Gateway => restarting(call, What::Gateway, next),
        Restarts::Backhaul | Restarts::Nothing => Ok(call.done(next, said)),
    }
}

/// What is shown while something starts anew.
pub(crate) fn restarting(call: &Call, what: What, next: &str) -> Result<Answer, Fault> {
    let seconds = match what {
        What::Gateway => GATEWAY_SECONDS,
        What::Box => BOX_SECONDS,
    };
    // Nothing is asked of doors that are about to close.
    let mut frame = bare(&call.visit)?;
    frame.section = Section::Settings;
    let view =
        Restarting { what, seconds, alive: call.site.desk.now().boot.to_string(), next: next.to_owned() };
    Ok(Answer::Page(restart::restarting(&frame, &view)))
}

pub(crate) async fn keep(call: Call) -> Result<Answer, Fault> {
    let (number, _) = trial(&call).await?;
    let by = call.visit.actor();
    let kept = call.site.desk.change_box(|doors| doors.configure.keep(number, by)).await;
    call.noted(Deed::new("settings.keep", number), kept).await?;
    Ok(call.done("/", saying::settings_kept()))
}

pub(crate) async fn go_back(call: Call) -> Result<Answer, Fault> {
    let (number, restarts) = trial(&call).await?;
    let by = call.visit.actor();
    let back = call.site.desk.change_box(|doors| doors.configure.go_back(number, by)).await;
    call.noted(Deed::new("settings.go_back", number), back).await?;
    let applied = Applied { revision: number, restarts, on_trial: false };
    after(&call, applied, "/", saying::settings_back())
}

/// The revision on trial, and what starts anew without it.
async fn trial(call: &Call) -> Result<(u64, Restarts), Fault> {
    let settings = call.site.desk.ask_box(|doors| doors.configure.settings()).await?;
    let (number, _) = settings.trial.ok_or_else(|| Fault::refused(saying::refused(&Refusal::TooLate)))?;
    let revisions = call.site.desk.ask_box(|doors| doors.configure.revisions()).await?;
    let changed = changes(&revisions, number);
    Ok((number, changed.iter().map(|(spec, ..)| spec.restarts).max().unwrap_or(Restarts::Nothing)))
}
