//! What is checked of every request before a route sees it, and set on every answer.
//!
//! A browser on the gateway, or on its network, may be made to send requests here by a page from anywhere. Two checks make
//! that harmless: the host that the request is for must be this gateway (a name that an attacker points here is not), and
//! a change must not come from a page of another origin.

use core::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::deeds::Working;
use crate::error::WebError;

const ANSWER_HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match admit(&request, &app.config.hosts) {
        Ok(()) if reads(request.method()) => next.run(request).await,
        Ok(()) => {
            let limits = &app.config.limits;
            let working = request.extensions().get::<Working>().cloned();
            let deed = next.run(request);
            let done = app.deeds.run(working, limits.body_time + limits.answer_time, deed).await;
            done.unwrap_or_else(IntoResponse::into_response)
        }
        Err(error) => error.into_response(),
    };
    app.answers.count(response.status());
    for (name, value) in ANSWER_HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn admit(request: &Request, hosts: &[String]) -> Result<(), WebError> {
    let authority = authority(request)?;
    if !is_ours(authority.host(), hosts) {
        return Err(WebError::Misdirected);
    }
    if !reads(request.method()) && !is_same_origin(request.headers(), &authority) {
        return Err(WebError::ForeignOrigin);
    }
    Ok(())
}

const fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The host and port that the request is for: of its target if that is absolute, which must agree with the header.
pub(crate) fn authority(request: &Request) -> Result<Authority, WebError> {
    let mut given = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (given.next(), given.next()) else { return Err(WebError::BadHost) };
    let host = Authority::try_from(host.as_bytes()).map_err(|_| WebError::BadHost)?;
    let agrees = request.uri().authority().is_none_or(|target| *target == host);
    // `user@host` is no host, and neither is `host:port` with a port that is no number.
    let rest = host.as_str().strip_prefix(host.host());
    let is_port = |rest: &str| rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let is_whole = rest.is_some_and(|rest| rest.is_empty() || is_port(rest));
    if agrees && is_whole { Ok(host) } else { Err(WebError::BadHost) }
}

fn is_ours(host: &str, hosts: &[String]) -> bool {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let host = bare(host);
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || hosts.iter().any(|ours| bare(ours) == host)
}

/// Whether a request comes from a page of this gateway, or from no page: programs send neither header.
pub(crate) fn is_same_origin(headers: &HeaderMap, authority: &Authority) -> bool {
    let site = headers.get_all("sec-fetch-site").iter().all(|site| site == "same-origin" || site == "none");
    let origin = headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let place = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        place.is_some_and(|place| place.eq_ignore_ascii_case(authority.as_str()))
    });
    site && origin
}
