use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pumice_model::people::Actor;
use pumice_model::settings::{VALUE, Values, setting};

use super::place::RevisionPath;
use crate::app::App;
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::dto::{Applied, Problem, Revision, SettingValues, Settings, SettingsPreview};
use crate::error::{FieldErrors, WebError};

/// What is set: every key with its value.
#[utoipa::path(
    get, path = "/api/v1/settings", operation_id = "showSettings", tag = "settings",
    responses((status = 200, description = "What is set.", body = Settings)),
)]
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<Json<Settings>, WebError> {
    Ok(Json(app.desk.ask_box(|doors| doors.configure.settings()).await?.into()))
}

/// What some values would change, what would start anew, and what is wrong with them. Nothing changes.
#[utoipa::path(
    post, path = "/api/v1/settings/preview", operation_id = "previewSettings", tag = "settings",
    request_body = SettingValues,
    responses((status = 200, description = "What they would do.", body = SettingsPreview)),
)]
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    JsonBody(given): JsonBody<SettingValues>,
) -> Result<Json<SettingsPreview>, WebError> {
    let values = checked(given)?;
    Ok(Json(app.desk.ask_box(|doors| doors.configure.preview(values)).await?.into()))
}

/// Sets values. Where something starts anew they are on trial: they go back by themselves unless the revision is kept in
/// time. That the way to the box still works after the change is shown by keeping it.
#[utoipa::path(
    patch, path = "/api/v1/settings", operation_id = "applySettings", tag = "settings",
    request_body = SettingValues,
    responses(
        (status = 200, description = "They are set.", body = Applied),
        (status = 409, description = "Another revision is on trial (`too-late`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn apply(
    State(app): State<Arc<App>>,
    JsonBody(given): JsonBody<SettingValues>,
) -> Result<Json<Applied>, WebError> {
    let values = checked(given)?;
    let keys = values.keys().cloned().collect::<Vec<_>>().join(" ");
    let trial_seconds = app.desk.ask_box(|doors| doors.configure.settings()).await?.trial_seconds;
    let applied = app.desk.change_box(|doors| doors.configure.apply(values, Actor::Shell)).await;
    let applied = app.note(Deed::new("settings.apply", &keys), applied).await?;
    tracing::info!(%keys, revision = applied.revision, "settings applied");
    Ok(Json(Applied::of(applied, trial_seconds)))
}

/// Keeps the revision on trial.
#[utoipa::path(
    post, path = "/api/v1/settings/trial/{number}/keep", operation_id = "keepSettings", tag = "settings",
    params(("number" = u64, Path, description = "The revision on trial.", example = 4)),
    responses(
        (status = 204, description = "It is kept."),
        (status = 404, description = "There is no such revision.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "It is not on trial any more (`too-late`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn keep(
    State(app): State<Arc<App>>,
    RevisionPath(number): RevisionPath,
) -> Result<StatusCode, WebError> {
    let kept = app.desk.change_box(|doors| doors.configure.keep(number, Actor::Shell)).await;
    app.note(Deed::new("settings.keep", number), kept).await?;
    tracing::info!(revision = number, "settings kept");
    Ok(StatusCode::NO_CONTENT)
}

/// Goes back from the revision on trial now.
#[utoipa::path(
    post, path = "/api/v1/settings/trial/{number}/go-back", operation_id = "goBackFromSettings", tag = "settings",
    params(("number" = u64, Path, description = "The revision on trial.", example = 4)),
    responses(
        (status = 204, description = "What was set before is set again."),
        (status = 404, description = "There is no such revision.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "It is not on trial any more (`too-late`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn go_back(
    State(app): State<Arc<App>>,
    RevisionPath(number): RevisionPath,
) -> Result<StatusCode, WebError> {
    let gone = app.desk.change_box(|doors| doors.configure.go_back(number, Actor::Shell)).await;
    app.note(Deed::new("settings.go_back", number), gone).await?;
    tracing::info!(revision = number, "settings gone back from");
    Ok(StatusCode::NO_CONTENT)
}

/// What was set at which time, the newest first. At most 100 revisions are kept.
#[utoipa::path(
    get, path = "/api/v1/settings/revisions", operation_id = "listRevisions", tag = "settings",
    responses((status = 200, description = "All revisions that are kept.", body = Vec<Revision>)),
)]
pub(super) async fn revisions(State(app): State<Arc<App>>) -> Result<Json<Vec<Revision>>, WebError> {
    let revisions = app.desk.ask_box(|doors| doors.configure.revisions()).await?;
    Ok(Json(revisions.into_iter().map(Revision::from).collect()))
}

/// Sets again all that this revision had set, as a new revision.
#[utoipa::path(
    post, path = "/api/v1/settings/revisions/{number}/return", operation_id = "returnToRevision", tag = "settings",
    params(("number" = u64, Path, description = "The revision.", example = 2)),
    responses(
        (status = 200, description = "It is set again.", body = Applied),
        (status = 404, description = "There is no such revision.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "Another revision is on trial (`too-late`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn return_to(
    State(app): State<Arc<App>>,
    RevisionPath(number): RevisionPath,
) -> Result<Json<Applied>, WebError> {
    let trial_seconds = app.desk.ask_box(|doors| doors.configure.settings()).await?.trial_seconds;
    let applied = app.desk.change_box(|doors| doors.configure.return_to(number, Actor::Shell)).await;
    let applied = app.note(Deed::new("settings.return", number), applied).await?;
    tracing::info!(to = number, revision = applied.revision, "settings returned");
    Ok(Json(Applied::of(applied, trial_seconds)))
}

/// The values, if all keys are known and no value is too long. What a key is made of is checked behind the door.
fn checked(given: SettingValues) -> Result<Values, WebError> {
    let mut errors = FieldErrors::default();
    if given.values.is_empty() {
        errors.at("/values", "at least one value is wanted");
    }
    for (key, value) in &given.values {
        match setting(key) {
            // What is no key may be anything, and is not repeated.
            None => errors
                .at("/values", "there is an unknown key; GET /api/v1/settings lists those that are known"),
            Some(spec) if value.len() > VALUE => {
                errors.at(format!("/values/{}", spec.key), format!("a value has at most {VALUE} octets"));
            }
            Some(spec) if value.chars().any(char::is_control) => {
                errors.at(format!("/values/{}", spec.key), "a value has no control characters");
            }
            Some(_) => {}
        }
    }
    if errors.is_empty() { Ok(given.values) } else { Err(WebError::Invalid(errors)) }
}
