use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use pumice_model::control::Refusal;
use pumice_model::people::AccountName;
use utoipa::IntoParams;

use super::place;
use crate::app::App;
use crate::audit::Deed;
use crate::dto::{Problem, Session, session_id};
use crate::error::WebError;
use crate::paging::query_values;

/// Browsers that somebody is signed in with, the one used last first. There are at most 32.
#[utoipa::path(
    get, path = "/api/v1/sessions", operation_id = "listSessions", tag = "accounts",
    responses((status = 200, description = "All sessions.", body = Vec<Session>)),
)]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<Session>>, WebError> {
    let sessions = app.desk.ask_box(|doors| doors.keeper.sessions()).await?;
    Ok(Json(sessions.iter().map(Session::from).collect()))
}

/// Ends a session: the browser has to sign in again.
#[utoipa::path(
    delete, path = "/api/v1/sessions/{id}", operation_id = "endSession", tag = "accounts",
    params(("id" = String, Path, description = "The session's id, as in the list.", example = "3f0a5c7e1b2d4f60",
        pattern = "^[0-9a-f]{16}$")),
    responses(
        (status = 204, description = "It has ended."),
        (status = 404, description = "There is no such session.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    SessionPath(id): SessionPath,
) -> Result<StatusCode, WebError> {
    let sessions = app.desk.ask_box(|doors| doors.keeper.sessions()).await?;
    let session = sessions.into_iter().find(|session| session_id(&session.token) == id);
    let session = session.ok_or(Refusal::NotFound)?;
    let ended = app.desk.change_box(|doors| doors.keeper.end_session(session.token)).await;
    app.note(Deed::new("session.end", &session.account), ended).await?;
    tracing::info!(account = %session.account, "session ended");
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of an account.
#[utoipa::path(
    delete, path = "/api/v1/sessions", operation_id = "endSessions", tag = "accounts", params(WhoseQuery),
    responses((status = 204, description = "They have ended, if there were any.")),
)]
pub(super) async fn end_all(State(app): State<Arc<App>>, whose: WhoseQuery) -> Result<StatusCode, WebError> {
    let account = whose.account;
    let ended = app.desk.change_box(|doors| doors.keeper.end_sessions(account.clone(), None)).await;
    app.note(Deed::new("session.end", &account), ended).await?;
    tracing::info!(%account, "all sessions of an account ended");
    Ok(StatusCode::NO_CONTENT)
}

/// Whose sessions are meant.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhoseQuery {
    /// The account's name.
    #[param(value_type = String, example = "amina")]
    account: AccountName,
}

impl FromRequestParts<Arc<App>> for WhoseQuery {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, WebError> {
        let [account] = query_values(parts, ["account"])?;
        let account = account.ok_or_else(|| WebError::parameter("account", "wanted is an account's name"))?;
        let account = AccountName::parse(&account);
        Ok(Self { account: account.map_err(|error| WebError::parameter("account", error))? })
    }
}

/// The session that a path names.
pub(super) struct SessionPath(String);

impl FromRequestParts<Arc<App>> for SessionPath {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, WebError> {
        let is_id = |text: &String| {
            text.len() == 16 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        };
        let id = place::text(parts, app).await.filter(is_id);
        id.map(Self).ok_or_else(|| WebError::parameter("id", "wanted is the id of a session of the list"))
    }
}
