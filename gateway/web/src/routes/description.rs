use axum::http::header;
use axum::response::IntoResponse;

use crate::app;

/// This description.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", operation_id = "openapi", tag = "description",
    responses((status = 200, description = "The description of this API (OpenAPI 3.1).", body = serde_json::Value)),
)]
pub(super) async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], app::document())
}
