//! Who may go where. A route is added together with what it takes to go there, so that there is none without.

use core::future::Future;
use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use pumice_model::people::Role;

use super::call::{Answer, Call};
use super::fault::Fault;
use super::state::Site;

/// Who may go somewhere. A seller and a viewer see different things: who sells phones at a counter need not know what they are
/// used for, and who looks after a network from afar need not sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone, signed in or not.
    Anyone,
    /// Everyone who is signed in.
    SignedIn,
    /// Owners and viewers: pages that only show.
    Viewers,
    /// Owners and sellers: adding phones.
    Sellers,
    /// Owners: what changes the box, and what holds secrets.
    Owners,
}

impl Access {
    /// Whether somebody with this role, or none, may go there.
    pub const fn admits(self, role: Option<Role>) -> bool {
        match self {
            Self::Anyone => true,
            Self::SignedIn => role.is_some(),
            Self::Viewers => matches!(role, Some(Role::Owner | Role::Viewer)),
            Self::Sellers => matches!(role, Some(Role::Owner | Role::Seller)),
            Self::Owners => matches!(role, Some(Role::Owner)),
        }
    }
}

/// How much may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A form.
    Form,
    /// A file of subscribers.
    Table,
    /// A backup.
    Backup,
    /// An update, which does not fit into memory.
    Update,
}

/// What the gate knows of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) access: Access,
    pub(crate) size: Size,
    /// Whether going there shows that somebody is there.
    pub(crate) uses: bool,
}

/// A route of the page, for who wants to know them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRoute {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{name}` where something is filled in.
    pub path: &'static str,
    /// Who may go there.
    pub access: Access,
}

/// Routes with their rules.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Arc<Site>>,
    rules: HashMap<(Method, &'static str), Rule>,
    list: Vec<SiteRoute>,
}

impl Routes {
    /// A page.
    pub(crate) fn get<F, R>(self, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Fault>> + Send + 'static,
    {
        self.add(Method::GET, path, Rule { access, size: Size::Form, uses: true }, handler)
    }

    /// What a page asks by itself.
    pub(crate) fn watch<F, R>(self, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Fault>> + Send + 'static,
    {
        self.add(Method::GET, path, Rule { access, size: Size::Form, uses: false }, handler)
    }

    /// What a form does.
    pub(crate) fn post<F, R>(self, path: &'static str, access: Access, size: Size, handler: F) -> Self
    where
        F: Fn(Call) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Fault>> + Send + 'static,
    {
        self.add(Method::POST, path, Rule { access, size, uses: true }, handler)
    }

    fn add<F, R>(mut self, method: Method, path: &'static str, rule: Rule, handler: F) -> Self
    where
        F: Fn(Call) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Fault>> + Send + 'static,
    {
        let (filter, name) = match method {
            Method::POST => (MethodFilter::POST, "POST"),
            _ => (MethodFilter::GET, "GET"),
        };
        self.router = self.router.route(path, on(filter, move |call: Call| handler(call)));
        self.rules.insert((method, path), rule);
        self.list.push(SiteRoute { method: name, path, access: rule.access });
        self
    }

    pub(crate) fn list(self) -> Vec<SiteRoute> {
        self.list
    }

    pub(crate) fn into_parts(self) -> (Router<Arc<Site>>, Rules) {
        (self.router, Rules(self.rules))
    }
}

/// What it takes to go where.
#[derive(Debug, Default)]
pub(crate) struct Rules(HashMap<(Method, &'static str), Rule>);

impl Rules {
    /// The rule for a route as the router knows it.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<Rule> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.0.iter().find(|((known, at), _)| known == method && *at == path).map(|(_, rule)| *rule)
    }
}
