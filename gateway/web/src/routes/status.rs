use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::dto::Status;
use crate::error::WebError;

/// The state in short.
#[utoipa::path(
    get, path = "/api/v1/status", operation_id = "status", tag = "status",
    responses((status = 200, description = "The state in short.", body = Status)),
)]
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<Json<Status>, WebError> {
    Ok(Json(app.desk.ask(|query| query.status()).await?.into()))
}
