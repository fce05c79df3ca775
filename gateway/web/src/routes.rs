//! The routes. Each is registered together with its description, so that the document cannot leave one out.

mod accounts;
mod archive;
mod audit;
mod backup;
mod batch;
mod captures;
mod cells;
mod description;
mod events;
mod machine;
mod metrics;
mod phones;
mod place;
mod sessions;
mod settings;
mod software;
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
        .routes(routes!(archive::history))
        .routes(routes!(cells::list))
        .routes(routes!(cells::forget))
        .routes(routes!(phones::list))
        .routes(routes!(subscribers::list, subscribers::add))
        .routes(routes!(subscriber_import::import))
        .routes(routes!(subscribers::show, subscribers::replace, subscribers::change, subscribers::remove))
        .routes(routes!(archive::usage))
        .routes(routes!(batch::show, batch::add))
        .routes(routes!(batch::subscribe))
        .routes(routes!(events::list))
        .routes(routes!(settings::show, settings::apply))
        .routes(routes!(settings::preview))
        .routes(routes!(settings::keep))
        .routes(routes!(settings::go_back))
        .routes(routes!(settings::revisions))
        .routes(routes!(settings::return_to))
        .routes(routes!(accounts::list, accounts::add))
        .routes(routes!(accounts::change, accounts::remove))
        .routes(routes!(sessions::list, sessions::end_all))
        .routes(routes!(sessions::end))
        .routes(routes!(audit::list))
        .routes(routes!(machine::show))
        .routes(routes!(machine::restart))
        .routes(routes!(machine::reset))
        .routes(routes!(machine::label))
        .routes(routes!(software::show))
        .routes(routes!(software::receive))
        .routes(routes!(software::update))
        .routes(routes!(software::look))
        .routes(routes!(software::go_back))
        .routes(routes!(backup::backup))
        .routes(routes!(backup::restore))
        .routes(routes!(backup::diagnostics))
        .routes(routes!(captures::list, captures::begin))
        .routes(routes!(captures::remove))
        .routes(routes!(captures::stop))
        .routes(routes!(captures::file))
        .routes(routes!(metrics::show))
        .routes(routes!(description::show))
}
