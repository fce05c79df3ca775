use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use pumice_model::software::{PIECE_OCTETS, SoftwareOrder};
use serde::Deserialize;

use crate::app::App;
use crate::audit::Deed;
use crate::body::{self, JsonBody};
use crate::dto::{Problem, Received, Software, UpdateOrder};
use crate::error::WebError;

/// Where a piece goes.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    offset: u64,
}

/// What runs, what is on the other side of the image, and what became of the last update.
#[utoipa::path(
    get, path = "/api/v1/software", operation_id = "showSoftware", tag = "machine",
    responses((status = 200, description = "The software.", body = Software)),
)]
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<Json<Software>, WebError> {
    let view = app.desk.ask_box(|doors| doors.software.software()).await?;
    Ok(Json(view.into()))
}

/// Takes a piece of an update. The piece at offset 0 begins anew, every other goes on where the one before ended.
#[utoipa::path(
    put, path = "/api/v1/software/bundle", operation_id = "sendUpdate", tag = "machine",
    params(("offset" = u64, Query, description = "Octets that came before.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 1 MiB of a bundle of RAUC's."),
    responses(
        (status = 200, description = "How much is there.", body = Received),
        (status = 409, description = "The piece does not go on where the one before ended (`too-late`), or the update is too large (`full`).",
            body = Problem, content_type = "application/problem+json"),
        (status = 501, description = "This gateway was installed by other means (`not-here`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 507, description = "The disk has no room for it (`store`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn receive(
    State(app): State<Arc<App>>,
    place: Result<Query<Place>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Result<Json<Received>, WebError> {
    let wrong = |_| WebError::parameter("offset", "wanted is how many octets came before");
    let Query(Place { offset }) = place.map_err(wrong)?;
    let _permit = app.import_permit()?;
    let limits = &app.config.limits;
    let mut piece = body::read(request, "application/octet-stream", PIECE_OCTETS, limits).await?;
    let piece = core::mem::take(&mut *piece);
    let octets = app.desk.change_box(|doors| doors.software.receive(offset, piece)).await?;
    Ok(Json(Received { octets }))
}

/// Installs an update on the side that does not run, and starts the box anew with it. What becomes of it is seen in `showSoftware`.
#[utoipa::path(
    post, path = "/api/v1/software/update", operation_id = "installUpdate", tag = "machine",
    request_body = UpdateOrder,
    responses(
        (status = 204, description = "It is asked for."),
        (status = 404, description = "Nothing was sent, or there is no such file (`not-found`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 501, description = "This gateway was installed by other means (`not-here`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    JsonBody(order): JsonBody<UpdateOrder>,
) -> Result<StatusCode, WebError> {
    let subject = order.stick.clone().unwrap_or_default();
    let order = SoftwareOrder::Install { stick: order.stick, may_be_older: order.may_be_older };
    ask(&app, "software.update", &subject, order).await
}

/// Looks for updates on USB sticks.
#[utoipa::path(
    post, path = "/api/v1/software/look", operation_id = "lookForUpdates", tag = "machine",
    responses((status = 204, description = "It is asked for.")),
)]
pub(super) async fn look(State(app): State<Arc<App>>) -> Result<StatusCode, WebError> {
    ask(&app, "software.look", "", SoftwareOrder::Look).await
}

/// Starts the box anew with its other side.
#[utoipa::path(
    post, path = "/api/v1/software/return", operation_id = "returnToOtherSide", tag = "machine",
    responses((status = 204, description = "It is asked for.")),
)]
pub(super) async fn go_back(State(app): State<Arc<App>>) -> Result<StatusCode, WebError> {
    ask(&app, "software.return", "", SoftwareOrder::Return).await
}

async fn ask(
    app: &App,
    deed: &'static str,
    subject: &str,
    order: SoftwareOrder,
) -> Result<StatusCode, WebError> {
    let asked = app.desk.change_box(|doors| doors.software.order(order)).await;
    app.note(Deed::new(deed, subject), asked).await?;
    tracing::info!(deed, subject, "asked for");
    Ok(StatusCode::NO_CONTENT)
}
