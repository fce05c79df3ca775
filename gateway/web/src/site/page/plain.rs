//! Plain HTTP, on port 80: where the page is, the authority to install, and the questions by which devices find out whether they are
//! on the internet. Nothing is signed in to here, and no form is taken.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pumice_ui::page::plain::{self, Plain, Portal};
use pumice_ui::{Frame, Language, asset};

use super::security::authority_file;
use crate::guard;
use crate::site::asset::Assets;
use crate::site::call::{Answer, redirect};
use crate::site::config::SiteConfig;
use crate::site::fault::Fault;
use crate::site::gate::is_ours;
use crate::site::zip;

/// What devices ask for to see whether the internet is there: Android and Chrome, Apple, Windows, Firefox, and others. Each wants an
/// answer of its own; any other tells it that it has to go through a page first.
const PROBES: [&str; 14] = [
    "/generate_204",
    "/gen_204",
    "/hotspot-detect.html",
    "/library/test/success.html",
    "/connecttest.txt",
    "/ncsi.txt",
    "/redirect",
    "/success.txt",
    "/canonical.html",
    "/check_network_status.txt",
    "/connectivity-check",
    "/connectivity-check.html",
    "/kindle-wifi/wifistub.html",
    "/mobile/status.php",
];

/// Where the portal's page is.
const PORTAL: &str = "/portal";

/// Octets of the longest address that is sent on.
const ADDRESS: usize = 2 << 10;

struct Entrance {
    config: SiteConfig,
    assets: Assets,
}

/// The service of plain HTTP.
pub(crate) fn router(config: SiteConfig) -> Router {
    let entrance = Arc::new(Entrance { config, assets: Assets::new() });
    let probes = PROBES.into_iter().fold(Router::new(), |router, path| router.route(path, get(probe)));
    probes
        .route("/", get(landing))
        .route(PORTAL, get(portal))
        .route("/ca.crt", get(authority))
        .route("/assets/{name}", get(asset_file))
        .fallback(elsewhere)
        .layer(from_fn_with_state(Arc::clone(&entrance), headers))
        .with_state(entrance)
}

async fn headers(State(entrance): State<Arc<Entrance>>, request: Request, next: Next) -> Response {
    let host = guard::authority(&request).map(|authority| authority.host().to_owned());
    let ours = host.is_ok_and(|host| is_ours(&host, &entrance.config));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = match (reads, ours) {
        (false, _) => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        (true, true) => next.run(request).await,
        // A captive device asks us for every name there is: its question is answered with where to go, whatever it was.
        (true, false) if entrance.config.captive => to_portal(&entrance.config),
        (true, false) => StatusCode::MISDIRECTED_REQUEST.into_response(),
    };
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, asset::POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn landing(State(entrance): State<Arc<Entrance>>, headers: HeaderMap) -> Response {
    let config = &entrance.config;
    let view =
        Plain { secure_url: config.secure_url(), fingerprint: config.identity.authority_fingerprint() };
    page(&headers, plain::page(&frame(config, &headers), &view)).await
}

async fn portal(State(entrance): State<Arc<Entrance>>, headers: HeaderMap) -> Response {
    let config = &entrance.config;
    let view = Portal {
        secure_url: config.secure_url(),
        address: config.fallback_address.map(|address| format!("http://{address}/")).unwrap_or_default(),
        fingerprint: config.identity.authority_fingerprint(),
    };
    page(&headers, plain::portal(&frame(config, &headers), &view)).await
}

async fn page(headers: &HeaderMap, markup: pumice_ui::Markup) -> Response {
    let response = Answer::Page(markup).into_response();
    if zip::accepts(headers) { zip::zipped(response, 1 << 20).await } else { response }
}

fn frame(config: &SiteConfig, headers: &HeaderMap) -> Frame {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = match accepted {
        Some(accepted) => Language::from_accept_language(accepted),
        None => Language::parse(&config.language).unwrap_or_default(),
    };
    Frame::nobody(language, "")
}

async fn probe(State(entrance): State<Arc<Entrance>>) -> Response {
    if entrance.config.captive { to_portal(&entrance.config) } else { StatusCode::NOT_FOUND.into_response() }
}

/// To the portal by address, because a device that has no internet has no names either.
fn to_portal(config: &SiteConfig) -> Response {
    let to = match config.fallback_address {
        Some(core::net::IpAddr::V6(address)) => format!("http://[{address}]{PORTAL}"),
        Some(address) => format!("http://{address}{PORTAL}"),
        None => format!("http://{}{PORTAL}", crate::site::certificate::LOCAL_NAME),
    };
    redirect(StatusCode::FOUND, &to)
}

async fn authority(State(entrance): State<Arc<Entrance>>) -> Result<Answer, Fault> {
    authority_file(&entrance.config)
}

async fn asset_file(State(entrance): State<Arc<Entrance>>, request: Request) -> Response {
    entrance.assets.answer(request.uri(), request.headers())
}

/// Anything else is on the page: the same path, at the name or address that was asked for.
async fn elsewhere(State(entrance): State<Arc<Entrance>>, request: Request) -> Response {
    let Ok(authority) = guard::authority(&request) else { return StatusCode::BAD_REQUEST.into_response() };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let port = match entrance.config.port {
        443 => String::new(),
        port => format!(":{port}"),
    };
    if path.len() > ADDRESS {
        return StatusCode::URI_TOO_LONG.into_response();
    }
    redirect(StatusCode::PERMANENT_REDIRECT, &format!("https://{}{port}{path}", authority.host()))
}
