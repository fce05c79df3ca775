//! A request, as far as the gate has understood it.

use core::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use pumice_model::people::{Actor, Role};
use pumice_ui::{Flash, Language};

use super::cookie;
use super::fault::Fault;
use super::sessions::{Found, Known};
use super::state::Site;
use super::token::Token;
use crate::server::Peer;

/// The address of a request that came through no socket.
const UNKNOWN: IpAddr = IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED);

/// Octets of a path with its query that are remembered.
const PATH: usize = 512;

/// Who asks, and how.
#[derive(Debug)]
pub(crate) struct Visit {
    /// From where.
    pub(crate) peer: IpAddr,
    /// The session's token, or one that only ties forms to the browser.
    pub(crate) token: Token,
    /// Whether the browser has to be given the token.
    pub(crate) token_is_new: bool,
    /// Who.
    pub(crate) known: Option<Known>,
    /// There was a session, and it ended by itself.
    pub(crate) timed_out: bool,
    pub(crate) language: Language,
    /// Path and query.
    pub(crate) path: String,
    /// What is to be told once.
    pub(crate) flash: Option<Flash>,
    /// What the browser calls itself.
    pub(crate) browser: String,
}

impl Visit {
    /// Finds out who asks. `uses` as for [`super::sessions::Sessions::find`].
    pub(crate) async fn of(site: &Site, request: &Parts, uses: bool) -> Result<Self, Fault> {
        let headers = &request.headers;
        let session = cookie::get(headers, cookie::SESSION).and_then(Token::parse);
        let found = match &session {
            Some(token) => site.sessions.find(site, token, uses).await?,
            None => Found::Nothing,
        };
        let (known, timed_out) = match found {
            Found::Known(known) => (Some(known), false),
            Found::TimedOut => (None, true),
            Found::Nothing => (None, session.is_some()),
        };
        let visitor = || cookie::get(headers, cookie::VISITOR).and_then(Token::parse);
        let old = if known.is_some() { session } else { visitor() };
        let token_is_new = old.is_none();
        let token = old.or_else(Token::random).ok_or(Fault::BROKEN)?;
        let path: String = request.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        Ok(Self {
            peer: request.extensions.get::<Peer>().map_or(UNKNOWN, |peer| peer.0),
            language: language(site, headers, known.as_ref()),
            token,
            token_is_new,
            known,
            timed_out,
            path: path.chars().take(PATH).collect(),
            flash: None,
            browser: text(headers, header::USER_AGENT).chars().take(256).collect(),
        })
    }

    pub(crate) fn role(&self) -> Option<Role> {
        self.known.as_ref().map(|known| known.role)
    }

    pub(crate) fn actor(&self) -> Actor {
        self.known.as_ref().map_or(Actor::Nobody, |known| Actor::Account(known.name.clone()))
    }

    /// Ties what is kept between two requests to the browser.
    pub(crate) fn holder(&self) -> [u8; 32] {
        self.token.digest()
    }
}

/// The account's language, or the one that was chosen here, or the browser's, or the box's.
fn language(site: &Site, headers: &HeaderMap, known: Option<&Known>) -> Language {
    let chosen = || cookie::get(headers, cookie::LANGUAGE).and_then(Language::parse);
    let asked = || {
        let accepted = text(headers, header::ACCEPT_LANGUAGE);
        accepted.split(',').take(8).find_map(|range| {
            let tag = range.split(';').next().unwrap_or_default().trim();
            Language::parse(tag.split('-').next().unwrap_or_default())
        })
    };
    known
        .and_then(|known| Language::parse(&known.language))
        .or_else(chosen)
        .or_else(asked)
        .or_else(|| Language::parse(&site.config.language))
        .unwrap_or(Language::English)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
