use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use pumice_model::control::Command;
use pumice_model::identity::GlobalEnbId;

use crate::app::App;
use crate::audit::Deed;
use crate::dto::{Cell, Page, cell_id, parse_cell_id};
use crate::error::WebError;
use crate::paging::{List, PageQuery};

/// Cells, in order of their identity.
#[utoipa::path(
    get, path = "/api/v1/cells", operation_id = "listCells", tag = "cells", params(PageQuery),
    responses((status = 200, description = "A part of the cells.", body = Page<Cell>)),
)]
pub(super) async fn list(State(app): State<Arc<App>>, page: PageQuery) -> Result<Json<Page<Cell>>, WebError> {
    List::Cells.ask(&app, page, |query, request| query.cells(request)).await
}

/// Forgets a learned cell, which makes room for another.
#[utoipa::path(
    delete, path = "/api/v1/cells/{id}", operation_id = "forgetCell", tag = "cells",
    params(("id" = String, Path, description = "The cell's id, as in the list.", example = "00101-macro-19b",
        pattern =
        "^[0-9]{5,6}-(macro-[0-9a-f]{1,5}|home-[0-9a-f]{1,7}|short-[0-3]?[0-9a-f]{1,4}|long-[01]?[0-9a-f]{1,5})$")),
    responses(
        (status = 204, description = "It is forgotten."),
        (status = 404, description = "No such cell was learned.", body = crate::dto::Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn forget(
    State(app): State<Arc<App>>,
    CellPath(cell): CellPath,
) -> Result<StatusCode, WebError> {
    let forgotten = app.desk.execute(Command::ForgetCell(cell)).await;
    app.note(Deed::new("cell.forget", cell_id(cell)), forgotten).await?;
    tracing::info!(%cell, "cell forgotten");
    Ok(StatusCode::NO_CONTENT)
}

/// The cell that a path names.
pub(super) struct CellPath(GlobalEnbId);

impl FromRequestParts<Arc<App>> for CellPath {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, WebError> {
        let text = Path::<String>::from_request_parts(parts, app).await.ok();
        let cell = text.and_then(|Path(text)| parse_cell_id(&text));
        let wanted = "wanted is PLMN, size and hexadecimal number of an eNB, as 00101-macro-19b";
        cell.map(Self).ok_or_else(|| WebError::parameter("id", wanted))
    }
}
