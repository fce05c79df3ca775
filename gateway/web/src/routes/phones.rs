use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::dto::{Page, Phone};
use crate::error::WebError;
use crate::paging::{List, PageQuery};

/// Phones that are attached or remembered, in order of their IMSI.
#[utoipa::path(
    get, path = "/api/v1/phones", operation_id = "listPhones", tag = "phones", params(PageQuery),
    responses((status = 200, description = "A part of the phones.", body = Page<Phone>)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    page: PageQuery,
) -> Result<Json<Page<Phone>>, WebError> {
    List::Phones.ask(&app, page, |query, request| query.phones(request)).await
}
