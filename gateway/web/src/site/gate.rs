//! What every request passes, and every answer on its way back. It decides in this order: is the request for this box; who asks; may
//! they go there; is what they send from a page of this box. A route sees only what has passed.
//!
//! The answer gets the headers that tell a browser to trust nothing else. HSTS (RFC 6797) is not among them: with it a browser
//! offers no way past its warning of a certificate that it does not know, and the first visit to a new box, or to one that was
//! reset, would be the last.

mod update;

pub(crate) use update::RECEIVED;

use core::time::Duration;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pumice_model::people::Outcome;
use pumice_ui::asset::POLICY;
use pumice_ui::page::error;

use super::access::{Rule, Size};
use super::call::{Answer, Passed, redirect};
use super::certificate::LOCAL_NAME;
use super::config::SiteConfig;
use super::cookie;
use super::csrf::is_proof;
use super::fault::Fault;
use super::form::Form;
use super::framing;
use super::state::Site;
use super::visit::Visit;
use super::zip;
use crate::audit::Deed;
use crate::batch_file::BATCH_OCTETS;
use crate::body;
use crate::deeds::Working;
use crate::error::WebError;
use crate::guard;
use crate::neighbours::is_local;
use crate::seats::Seat;

/// How long an update may take to come: over a phone's WiFi, a quarter of an hour.
const UPDATE_TIME: Duration = Duration::from_secs(900);

/// Octets of a page at most; a larger one is a fault of ours.
const PAGE: usize = 4 << 20;

const ANSWER_HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // With `no-referrer` a browser calls the origin of a form `null` (Fetch 3.1), and no form could be told from a foreign one.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const NO_PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
const CAMERA_ONLY: &str = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()";

const BUSY: &str = "Busy. Try again in a moment.\n";

/// The one page that sees through the camera.
const SCAN: &str = "/phones/scan";

pub(crate) async fn gate(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let zips = zip::accepts(request.headers());
    let camera = request.uri().path() == SCAN;
    let answer = match *request.method() {
        Method::POST => to_its_end(site, request, next).await,
        _ => pass(&site, request, next).await,
    };
    let mut response = if zips { zip::zipped(answer, PAGE).await } else { answer };
    let headers = response.headers_mut();
    for (name, value) in ANSWER_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(PERMISSIONS, HeaderValue::from_static(if camera { CAMERA_ONLY } else { NO_PERMISSIONS }));
    // What may be kept says so itself.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What changes something goes on when its client has gone; a body that does not come ends it.
async fn to_its_end(site: Arc<Site>, request: Request, next: Next) -> Response {
    let limits = &site.config.limits;
    let route = request.extensions().get::<MatchedPath>();
    let rule = route.and_then(|path| site.rules.find(request.method(), path.as_str()));
    let body_time = match rule.map(|rule| rule.size) {
        None | Some(Size::Form) => limits.web.body_time,
        Some(Size::Table | Size::Backup) => limits.upload_time,
        Some(Size::Update) => UPDATE_TIME,
    };
    let (patience, working) =
        (body_time + limits.web.answer_time, request.extensions().get::<Working>().cloned());
    let passing = Arc::clone(&site);
    let deed = async move { pass(&passing, request, next).await };
    let done = site.deeds.run(working, patience, deed).await;
    done.unwrap_or_else(|error| {
        let text = match error {
            WebError::NoAnswer => {
                "The box takes long. It goes on with it: look whether it was done before trying again.\n"
            }
            _ => BUSY,
        };
        (error.status(), [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
    })
}

async fn pass(site: &Arc<Site>, request: Request, next: Next) -> Response {
    let authority = match guard::authority(&request) {
        Ok(authority) if is_ours(authority.host(), &site.config) => authority,
        Ok(_) => return bare(Fault(error::Kind::Misdirected)),
        Err(_) => return bare(Fault::BAD_REQUEST),
    };
    let (parts, body) = request.into_parts();
    let route = parts.extensions.get::<MatchedPath>();
    let rule = route.and_then(|path| site.rules.find(&parts.method, path.as_str()));
    let uses = rule.is_none_or(|rule| rule.uses);
    let mut visit = match Visit::of(site, &parts, uses).await {
        Ok(visit) => visit,
        Err(fault) => return bare(fault),
    };
    if parts.method == Method::GET
        && uses
        && let Some(known) = &visit.known
    {
        visit.flash = site.sessions.take_flash(known.session);
    }
    let visit = Arc::new(visit);
    let changes = parts.method == Method::POST;
    let mut response = match admit(site, parts, body, &visit, rule, &authority).await {
        Ok(request) => next.run(request).await,
        Err(refused) => refused,
    };
    if changes && visit.known.is_some() {
        site.live.forget().await;
    }
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        response = told(site, &visit, fault).await;
    }
    // Somebody who has not signed in needs a token when there is a form to fill in.
    if visit.known.is_none() && visit.token_is_new && is_html(&response) {
        append(&mut response, cookie::set(cookie::VISITOR, &visit.token.text()));
    }
    if visit.timed_out && !sets_session(&response) {
        append(&mut response, cookie::clear(cookie::SESSION));
    }
    response
}

/// Lets a request through, with who asks and what they sent.
async fn admit(
    site: &Site,
    mut parts: Parts,
    body: Body,
    visit: &Arc<Visit>,
    rule: Option<Rule>,
    authority: &Authority,
) -> Result<Request, Response> {
    let Some(rule) = rule else {
        let known_path = parts.extensions.get::<MatchedPath>().is_some();
        return Err(if known_path { Fault::BAD_REQUEST } else { Fault::NOT_FOUND }.into_response());
    };
    if !rule.access.admits(visit.role()) {
        return Err(refuse(site, &parts, visit, rule).await);
    }
    parts.extensions.insert(Arc::clone(visit));
    if parts.method != Method::POST {
        return Ok(Request::from_parts(parts, Body::empty()));
    }
    match form(site, &parts, body, visit, rule.size, authority).await {
        Ok(form) => {
            parts.extensions.insert(Passed(Arc::new(form)));
            Ok(Request::from_parts(parts, Body::empty()))
        }
        Err(fault) => Err(fault.into_response()),
    }
}

/// The form of a request, if it is from a page that this box gave to this browser.
async fn form(
    site: &Site,
    parts: &Parts,
    body: Body,
    visit: &Visit,
    size: Size,
    authority: &Authority,
) -> Result<Form, Fault> {
    const FOREIGN: Fault = Fault(error::Kind::FormExpired);
    if !guard::is_same_origin(&parts.headers, authority) || !names_origin(&parts.headers) {
        return Err(FOREIGN);
    }
    let in_header = parts.headers.get("x-csrf").and_then(|proof| proof.to_str().ok());
    let is_ours = |form: &Form| {
        let proof = in_header.unwrap_or_else(|| form.raw("_csrf"));
        // A token that the browser did not have cannot have made a proof.
        !visit.token_is_new && is_proof(proof, &visit.token)
    };
    if size == Size::Update && is_multipart(parts) {
        return update::receive(site, parts, body, |form| if is_ours(form) { Ok(()) } else { Err(FOREIGN) })
            .await;
    }
    let form = read_form(site, parts, body, size).await?;
    if is_ours(&form) { Ok(form) } else { Err(FOREIGN) }
}

fn content_type(parts: &Parts) -> &str {
    parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

fn is_multipart(parts: &Parts) -> bool {
    let kind = content_type(parts);
    kind.trim_start().get(..9).is_some_and(|start| start.eq_ignore_ascii_case("multipart"))
}

/// Reads a form, in bounded size and time.
async fn read_form(site: &Site, parts: &Parts, body: Body, size: Size) -> Result<Form, Fault> {
    let limits = &site.config.limits;
    let (kind, has_file) = (content_type(parts), is_multipart(parts));
    let (octets, time, room) = match size {
        Size::Table if has_file => (
            limits.web.import_octets.max(BATCH_OCTETS),
            limits.upload_time,
            Some(site.import_permit().await?),
        ),
        Size::Backup if has_file => {
            (limits.backup_octets, limits.upload_time, Some(site.large_permit().await?))
        }
        _ => (0, limits.web.body_time, None),
    };
    let mut whole = Request::new(body);
    whole.headers_mut().clone_from(&parts.headers);
    if let Some(seat) = parts.extensions.get::<Arc<Seat>>() {
        whole.extensions_mut().insert(Arc::clone(seat));
    }
    let octets = body::take(whole, octets + limits.form_octets, time).await?;
    let mut form = Form::parse(kind, octets).map_err(|_| Fault::BAD_REQUEST)?;
    form.room = room;
    Ok(form)
}

/// Somebody may not go there: who is not signed in is asked to, who is gets told.
async fn refuse(site: &Site, parts: &Parts, visit: &Visit, rule: Rule) -> Response {
    if let Some(known) = &visit.known {
        if parts.method == Method::POST {
            let deed = Deed::new("page.refused", parts.uri.path());
            site.note(&deed, visit.actor(), visit.peer, Outcome::Refused).await;
            tracing::info!(account = %known.name, "refused by role");
        }
        return Fault::FORBIDDEN.into_response();
    }
    if !rule.uses {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let to = match site.is_claimed().await {
        Ok(false) => "/claim".to_owned(),
        Ok(true) if parts.method == Method::GET && visit.path != "/" => {
            let next: String = form_urlencoded::byte_serialize(visit.path.as_bytes()).collect();
            format!("/login?next={next}")
        }
        Ok(true) => "/login".to_owned(),
        Err(error) => return Fault::from(error).into_response(),
    };
    redirect(StatusCode::SEE_OTHER, &to)
}

/// The page of a fault.
async fn told(site: &Site, visit: &Visit, fault: Fault) -> Response {
    if fault.status().is_server_error() {
        tracing::warn!(
            path = visit.path.split('?').next(),
            status = fault.status().as_u16(),
            "page not served"
        );
    }
    let frame = framing::least(site, visit).await;
    let (status, kind) = (fault.status(), fault.0);
    let wait = match &kind {
        error::Kind::TooMany { wait_seconds } => Some(*wait_seconds),
        error::Kind::Busy => Some(2),
        _ => None,
    };
    let view = error::Failure { kind, request: None };
    let mut response = Answer::Wrong(status, error::page(&frame, &view)).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    response
}

/// What is told to somebody of whom nothing is known.
fn bare(fault: Fault) -> Response {
    let text = match fault.status() {
        StatusCode::MISDIRECTED_REQUEST => "This box has another name.\n",
        StatusCode::SERVICE_UNAVAILABLE => BUSY,
        _ => "This cannot be answered.\n",
    };
    (fault.status(), [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Whether a host is this box: by its own name, by one that it was given, or by an address that no router of the internet carries
/// and no phone has. Which of these addresses is its own it need not know: whoever else has one is not reached here.
pub(crate) fn is_ours(host: &str, config: &SiteConfig) -> bool {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let host = bare(host);
    match host.parse::<core::net::IpAddr>() {
        Ok(address) => is_local(address) && !config.phones.iter().any(|subnet| subnet.contains(address)),
        Err(_) => {
            host == LOCAL_NAME || host == "localhost" || config.names.iter().any(|name| bare(name) == host)
        }
    }
}

/// A browser names the origin of a form that it sends, or says that it is this one; every one since 2020 does, and Safari 12 too. What
/// is at this name without TLS is another origin: anybody between may have written it.
fn names_origin(headers: &HeaderMap) -> bool {
    let secure = |origin: &HeaderValue| origin.as_bytes().starts_with(b"https://");
    let named = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    named && headers.get_all(header::ORIGIN).iter().all(secure)
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn sets_session(response: &Response) -> bool {
    let sets = |value: &HeaderValue| value.as_bytes().starts_with(cookie::SESSION.as_bytes());
    response.headers().get_all(header::SET_COOKIE).iter().any(sets)
}

fn append(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
