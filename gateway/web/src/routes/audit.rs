use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::dto::{AuditEntry, Page};
use crate::error::WebError;
use crate::paging::{List, PageQuery};

/// Who did what, the newest first. The oldest entries are overwritten when there are more than 10,000.
#[utoipa::path(
    get, path = "/api/v1/audit", operation_id = "listAudit", tag = "accounts", params(PageQuery),
    responses((status = 200, description = "A part of the audit.", body = Page<AuditEntry>)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    page: PageQuery,
) -> Result<Json<Page<AuditEntry>>, WebError> {
    List::Audit.ask_box(&app, page, |doors, request| doors.keeper.audit(request)).await
}
