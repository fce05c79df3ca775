//! The routes. Each is registered together with its description, so that the document cannot leave one out.

mod cells;
mod description;
mod events;
mod metrics;
mod phones;
mod status;
mod subscriber_import;
mod subscribers;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// All routes with their description.
pub(crate) fn all() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(status::show))
        .routes(routes!(cells::list))
        .routes(routes!(cells::forget))
        .routes(routes!(phones::list))
        .routes(routes!(subscribers::list, subscribers::add))
        .routes(routes!(subscriber_import::import))
        .routes(routes!(subscribers::show, subscribers::replace, subscribers::change, subscribers::remove))
        .routes(routes!(events::list))
        .routes(routes!(metrics::show))
        .routes(routes!(description::show))
}
