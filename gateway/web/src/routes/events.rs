use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::dto::{Event, Page};
use crate::error::WebError;
use crate::paging::{List, PageQuery};

/// Events, the oldest kept first. The oldest are overwritten when there are too many.
#[utoipa::path(
    get, path = "/api/v1/events", operation_id = "listEvents", tag = "events", params(PageQuery),
    responses((status = 200, description = "A part of the events.", body = Page<Event>)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    page: PageQuery,
) -> Result<Json<Page<Event>>, WebError> {
    List::Events.ask(&app, page, |query, request| query.events(request)).await
}
