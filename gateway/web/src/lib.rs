//! The local API of the gateway, under `/api/v1`, and its metrics, under `/metrics`.
//!
//! It knows the gateway through two doors only: [`Control`] changes it and [`Query`] looks at it. A change is answered when
//! it is durable and the next attach sees it.
//!
//! - [`router`] is the API as a service without a socket; [`serve`] gives it one, with bounds on what a client may take.
//! - [`dto`] holds the JSON types, for clients too. No answer holds a key.
//! - Every refusal is a [`dto::Problem`] (RFC 9457) with a `code` that never changes ([`WebError`]). A request that is no
//!   HTTP, or whose header is too large, gets a bare 400 or 431.
//! - [`openapi`] describes it all (OpenAPI 3.1), served at `/api/v1/openapi.json`.
//!
//! There is no login: who reaches the socket may do everything. So the caller binds it to loopback, and this crate keeps
//! browsers from being tricked into reaching it: requests for a host that this gateway is not are refused (DNS rebinding),
//! and so are changes that a page of another origin asks for.
//!
//! ```no_run
//! # async fn run(control: std::sync::Arc<dyn pumice_model::control::Control>,
//! #     query: std::sync::Arc<dyn pumice_model::query::Query>) -> Result<(), Box<dyn std::error::Error>> {
//! use pumice_web::{SubscriberDefaults, WebConfig, router, serve};
//!
//! let config = WebConfig::new(SubscriberDefaults::new("internet".parse()?));
//! let limits = config.limits.clone();
//! let listener = std::net::TcpListener::bind("127.0.0.1:8080")?;
//! serve(listener, router(control, query, config), limits, std::future::pending()).await?;
//! # Ok(()) }
//! ```
//!
//! [`Control`]: pumice_model::control::Control
//! [`Query`]: pumice_model::query::Query

pub mod dto;

mod app;
mod body;
mod config;
mod document;
mod error;
mod guard;
mod json;
mod paging;
mod provisioning;
mod routes;
mod seats;
mod server;
mod subscriber_table;

pub use app::router;
pub use config::{SubscriberDefaults, WebConfig, WebLimits};
pub use document::openapi;
pub use error::{FieldErrors, WebError};
pub use server::serve;
