//! The owner's page: sessions, roles and forms over TLS, for the people around the box.
//!
//! [`router`] is the page as a service without a socket, [`serve_tls`](crate::serve_tls) gives it one. [`plain_router`] is what answers
//! without TLS, for [`serve_plain`](crate::serve_plain). Both know the gateway through [`Doors`] only. What a page looks like is in
//! `pumice-ui`; here is who may see it, what is in it, and what its forms do.
//!
//! ```no_run
//! # async fn run(doors: pumice_web::Doors) -> Result<(), Box<dyn std::error::Error>> {
//! use pumice_web::site::{SiteConfig, certificate, router};
//! use pumice_web::{Neighbours, SubscriberDefaults, TlsIdentity, serve_tls};
//!
//! let now = 1_795_608_000;
//! let authority = certificate::authority(&certificate::new_key()?, "ab12", now)?;
//! let certified = certificate::issue(&authority, &certificate::new_key()?, &[], now)?;
//! let identity = TlsIdentity::new(&certified, &authority)?;
//! let config = SiteConfig::new(identity.clone(), authority, SubscriberDefaults::new("internet".parse()?));
//! let limits = config.limits.web.clone();
//! let neighbours = Neighbours::local(config.phones.clone());
//! let listener = std::net::TcpListener::bind("[::]:443")?;
//! serve_tls(listener, router(doors, config), identity, neighbours, limits, std::future::pending()).await?;
//! # Ok(()) }
//! ```
//!
//! # What guards it
//! In the order in which a request meets it: [`Neighbours`](crate::Neighbours) (who may connect), seats (how many), the gate: the host
//! (DNS rebinding), the session (`session` says how long one lasts), the role ([`Access`]), the origin and the proof of the form
//! (`csrf`). No route is reached in another way, because a route is added together with its rule. Guessing is slowed by a `Throttle`.

pub mod certificate;

pub(crate) mod asset;
pub(crate) mod password;
pub(crate) mod session;
pub(crate) mod tls;

mod access;
mod call;
mod claims;
mod config;
mod cookie;
mod csrf;
mod fault;
mod form;
mod framing;
mod gate;
mod live;
mod page;
mod saying;
mod sessions;
mod state;
mod throttle;
mod ticket;
mod token;
mod visit;
mod zip;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;

use self::access::Access::{Anyone, Owners, Sellers, SignedIn, Viewers};
pub use self::access::{Access, SiteRoute};
use self::access::{Routes, Size};
use self::call::{Answer, Call};
pub use self::config::{SetupWifi, SiteConfig, SiteLimits};
use self::fault::Fault;
use self::page::{
    account, add, batch, capture, care, cells, charts, claim, home, labels, people, phone, phones, record,
    security, settings, setup,
};
use self::state::Site;
use crate::doors::Doors;

/// The page as a service without a socket.
pub fn router(doors: Doors, config: SiteConfig) -> Router {
    let (router, rules) = all().into_parts();
    let site = Arc::new(Site::new(doors, config, rules));
    router
        .fallback(async || Fault::NOT_FOUND)
        .method_not_allowed_fallback(async || Fault::BAD_REQUEST)
        .layer(from_fn_with_state(Arc::clone(&site), gate::gate))
        .with_state(site)
}

/// What answers without TLS: where the page is, and nothing that is secret.
pub fn plain_router(config: SiteConfig) -> Router {
    page::plain::router(config)
}

/// All routes of the page with who may go there.
pub fn routes() -> Vec<SiteRoute> {
    all().list()
}

fn all() -> Routes {
    let routes = everyone(Routes::default());
    let routes = phones_and_cells(routes);
    let routes = settings_and_people(routes);
    let routes = care_of_the_box(routes);
    wizard(routes)
}

fn everyone(routes: Routes) -> Routes {
    routes
        .get("/login", Anyone, account::form)
        .post("/login", Anyone, Size::Form, account::sign_in)
        .get("/claim", Anyone, claim::form)
        .post("/claim", Anyone, Size::Form, claim::claim)
        .post("/language", Anyone, Size::Form, account::language)
        .post("/logout", SignedIn, Size::Form, account::sign_out)
        .watch("/assets/{name}", Anyone, asset_file)
        .watch("/ca.crt", Anyone, security::authority)
        .watch("/alive", Anyone, alive)
        .watch("/live", SignedIn, live::stream)
        .watch("/live/{name}", SignedIn, live::fragment)
        .get("/", SignedIn, home::show)
}

fn phones_and_cells(routes: Routes) -> Routes {
    routes
        .get("/phones", SignedIn, phones::list)
        .get("/phones/add", Sellers, add::form)
        .post("/phones/add", Sellers, Size::Form, add::add)
        .get("/phones/scan", Sellers, add::scan)
        .post("/phones/csv", Sellers, Size::Table, add::check_csv)
        .post("/phones/csv/apply", Sellers, Size::Form, add::apply_csv)
        .get("/phones/batch", Owners, batch::form)
        .post("/phones/batch", Owners, Size::Table, batch::load)
        .get("/phones/labels", SignedIn, labels::show)
        .get("/phones/{imsi}", SignedIn, phone::show)
        .post("/phones/{imsi}/rename", Sellers, Size::Form, phone::rename)
        .post("/phones/{imsi}/speed", Owners, Size::Form, phone::speed)
        .post("/phones/{imsi}/block", Owners, Size::Form, phone::block)
        .post("/phones/{imsi}/unblock", Owners, Size::Form, phone::unblock)
        .get("/phones/{imsi}/remove", Owners, phone::removal)
        .post("/phones/{imsi}/remove", Owners, Size::Form, phone::remove)
        .get("/cells", Viewers, cells::show)
        .post("/cells/admission", Owners, Size::Form, cells::admission)
        .post("/cells/{id}/admit", Owners, Size::Form, cells::admit)
        .get("/cells/{id}/forget", Owners, cells::forgetting)
        .post("/cells/{id}/forget", Owners, Size::Form, cells::forget)
        .get("/charts", Viewers, charts::show)
}

fn settings_and_people(routes: Routes) -> Routes {
    routes
        .get("/settings", Viewers, settings::show)
        .post("/settings/preview", Owners, Size::Form, settings::preview)
        .post("/settings/apply", Owners, Size::Form, settings::apply_previewed)
        .post("/settings/keep", Owners, Size::Form, settings::keep)
        .post("/settings/back", Owners, Size::Form, settings::go_back)
        .get("/settings/history", Viewers, settings::history)
        .post("/settings/history/{number}/undo", Owners, Size::Form, settings::undo)
        .get("/people", SignedIn, people::show)
        .post("/people/add", Owners, Size::Form, people::add)
        .post("/people/password", SignedIn, Size::Form, people::password)
        .get("/people/{name}/remove", Owners, people::removal)
        .post("/people/{name}/remove", Owners, Size::Form, people::remove)
        .post("/people/sessions/end-others", SignedIn, Size::Form, people::end_others)
        .post("/people/sessions/{id}/end", SignedIn, Size::Form, people::end)
        .get("/audit", Viewers, record::show)
}

fn care_of_the_box(routes: Routes) -> Routes {
    routes
        .get("/care", Viewers, care::show)
        .get("/care/backup", Owners, care::backup::form)
        .post("/care/backup", Owners, Size::Form, care::backup::make)
        .get("/care/backup/download", Owners, care::backup::fetch)
        .get("/care/restore", Owners, care::backup::restore_form)
        .post("/care/restore", Owners, Size::Backup, care::backup::open)
        .post("/care/restore/apply", Owners, Size::Form, care::backup::restore)
        .get("/care/software", Viewers, care::software::show)
        .post("/care/software/look", Owners, Size::Form, care::software::look)
        .post("/care/software/install", Owners, Size::Form, care::software::install)
        .post("/care/software/upload", Owners, Size::Update, care::software::upload)
        .post("/care/software/return", Owners, Size::Form, care::software::go_back)
        .get("/care/diagnostics", Owners, care::diagnostics)
        .get("/care/diagnostics/download", Owners, care::fetch_diagnostics)
        .get("/care/capture", Owners, capture::show)
        .post("/care/capture/start", Owners, Size::Form, capture::start)
        .post("/care/capture/stop", Owners, Size::Form, capture::stop)
        .get("/care/capture/{name}", Owners, capture::fetch)
        .post("/care/capture/{name}/delete", Owners, Size::Form, capture::delete)
        .get("/care/restart", Owners, care::restart_form)
        .post("/care/restart", Owners, Size::Form, care::restart)
        .get("/care/reset", Owners, care::reset_form)
        .post("/care/reset", Owners, Size::Form, care::reset)
        .get("/security", Viewers, security::show)
        .get("/label", Owners, security::label)
}

fn wizard(routes: Routes) -> Routes {
    routes
        .get("/setup", Owners, setup::resume)
        .get("/setup/backhaul", Owners, setup::backhaul)
        .post("/setup/backhaul", Owners, Size::Form, setup::set_backhaul)
        .get("/setup/network", Owners, setup::network)
        .post("/setup/network", Owners, Size::Form, setup::set_network)
        .get("/setup/cell", Owners, setup::cell)
        .post("/setup/cell", Owners, Size::Form, setup::after_cell)
        .get("/setup/phones", Owners, setup::phones)
        .post("/setup/phones", Owners, Size::Form, setup::after_phones)
        .get("/setup/done", Owners, setup::ready)
        .post("/setup/done", Owners, Size::Form, setup::finish)
}

/// Tells one start of the gateway from another, and nothing else.
async fn alive(call: Call) -> Result<Answer, Fault> {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok(Answer::Other((kind, call.site.desk.now().boot.to_string()).into_response()))
}

async fn asset_file(call: Call) -> Result<Answer, Fault> {
    Ok(Answer::Other(call.site.assets.answer(&call.uri, &call.headers)))
}
