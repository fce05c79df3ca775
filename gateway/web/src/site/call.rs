//! What a route gets, and what it gives back.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use pumice_model::people::Outcome;
use pumice_ui::{Flash, Markup, Words};

use super::fault::Fault;
use super::form::Form;
use super::state::Site;
use super::visit::Visit;
use super::zip::Loose;
use crate::audit::Deed;
use crate::error::WebError;
use crate::server::Stopping;

/// Pairs of a query that are looked at.
const PAIRS: usize = 32;

/// A request that the gate has let through: who asks is known and may, and a form is from a page of this box.
pub(crate) struct Call {
    pub(crate) site: Arc<Site>,
    pub(crate) visit: Arc<Visit>,
    pub(crate) form: Form,
    pub(crate) stopping: Option<Stopping>,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    query: Vec<(String, String)>,
    places: Vec<(String, String)>,
}

impl Call {
    /// A value of the query; empty if there is none.
    pub(crate) fn query(&self, name: &str) -> &str {
        value(&self.query, name)
    }

    /// What is filled into the path.
    pub(crate) fn place(&self, name: &str) -> &str {
        value(&self.places, name)
    }

    /// Notes what came of a deed.
    pub(crate) async fn noted<T>(&self, deed: Deed, result: Result<T, WebError>) -> Result<T, WebError> {
        let outcome = if result.is_ok() { Outcome::Done } else { Outcome::Refused };
        self.note(&deed, outcome).await;
        result
    }

    pub(crate) async fn note(&self, deed: &Deed, outcome: Outcome) {
        self.site.note(deed, self.visit.actor(), self.visit.peer, outcome).await;
    }

    /// On to another page, which says what was done.
    pub(crate) fn done(&self, to: impl Into<String>, what: impl Into<Words>) -> Answer {
        self.leave(Flash::Done(what.into()));
        Answer::To(to.into())
    }

    /// Leaves a word for the next page.
    pub(crate) fn leave(&self, flash: Flash) {
        if let Some(known) = &self.visit.known {
            self.site.sessions.leave(known.session, flash);
        }
    }

    /// Whose session this is. The gate lets nobody else to a route that asks this.
    pub(crate) fn known(&self) -> Result<&super::sessions::Known, Fault> {
        self.visit.known.as_ref().ok_or(Fault::FORBIDDEN)
    }
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

impl FromRequest<Arc<Site>> for Call {
    type Rejection = Fault;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Fault> {
        let (mut parts, _) = request.into_parts();
        let places =
            RawPathParams::from_request_parts(&mut parts, site).await.map_err(|_| Fault::NOT_FOUND)?;
        let places = places.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let visit = parts.extensions.remove::<Arc<Visit>>().ok_or(Fault::BROKEN)?;
        let form = parts.extensions.remove::<Passed>();
        Ok(Self {
            site: Arc::clone(site),
            visit,
            form: form.and_then(|form| Arc::into_inner(form.0)).unwrap_or_default(),
            stopping: parts.extensions.remove::<Stopping>(),
            query: query.take(PAIRS).map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
            places,
            uri: parts.uri,
            headers: parts.headers,
        })
    }
}

/// A form on its way from the gate.
#[derive(Clone)]
pub(crate) struct Passed(pub(crate) Arc<Form>);

/// What a route gives back.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A page, or a part of one.
    Page(Markup),
    /// A page with a secret on it, which is shown once, or to an owner.
    Secret(Markup),
    /// A page that says that something was not done.
    Wrong(StatusCode, Markup),
    /// On to another page (303).
    To(String),
    /// A file to be kept.
    File { name: String, kind: &'static str, octets: Bytes },
    /// Something else.
    Other(Response),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let html = |markup: Markup| {
            let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            ([kind], markup.into_string())
        };
        match self {
            Self::Page(markup) => html(markup).into_response(),
            Self::Secret(markup) => {
                let mut response = html(markup).into_response();
                response.extensions_mut().insert(Loose);
                response
            }
            Self::Wrong(status, markup) => (status, html(markup)).into_response(),
            Self::To(path) => redirect(StatusCode::SEE_OTHER, &path),
            Self::File { name, kind, octets } => file(&name, kind, octets),
            Self::Other(response) => response,
        }
    }
}

/// Sends a browser to another page.
pub(crate) fn redirect(status: StatusCode, to: &str) -> Response {
    match HeaderValue::try_from(to) {
        Ok(to) => (status, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn file(name: &str, kind: &'static str, octets: Bytes) -> Response {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let name: String = name.chars().map(|letter| if safe(letter) { letter } else { '_' }).collect();
    let mut response = Response::new(Body::from(octets));
    let mut set = |key: HeaderName, value: HeaderValue| response.headers_mut().insert(key, value);
    set(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        set(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
