//! What people and programs see of the gateway: the owner's page ([`site`]), and the local API, under `/api/v1`, with its metrics,
//! under `/metrics`.
//!
//! Both know the gateway through [`Doors`] only: [`Control`] changes it, [`Query`] looks at it, and three more lead to what the box
//! keeps, to its settings and to itself. A change is answered when it is durable and the next attach sees it. The page is for the
//! people around the box, over TLS and with sessions; the API is for who has a shell on it:
//!
//! - [`router`] is the API as a service without a socket; [`serve`] gives it one, with bounds on what a client may take.
//! - [`dto`] holds the JSON types, for clients too. No answer holds a key.
//! - Every refusal is a [`dto::Problem`] (RFC 9457) with a `code` that never changes ([`WebError`]). A request that is no
//!   HTTP, or whose header is too large, gets a bare 400 or 431.
//! - [`openapi`] describes it all (OpenAPI 3.1), served at `/api/v1/openapi.json`.
//!
//! The API has no login: who reaches the socket may do everything. So the caller binds it to loopback, and this crate keeps
//! browsers from being tricked into reaching it: requests for a host that this gateway is not are refused (DNS rebinding),
//! and so are changes that a page of another origin asks for.
//!
//! ```no_run
//! # async fn run(doors: pumice_web::Doors) -> Result<(), Box<dyn std::error::Error>> {
//! use pumice_web::{SubscriberDefaults, WebConfig, router, serve};
//!
//! let config = WebConfig::new(SubscriberDefaults::new("internet".parse()?));
//! let limits = config.limits.clone();
//! let listener = std::net::TcpListener::bind("127.0.0.1:8080")?;
//! serve(listener, router(doors, config), limits, std::future::pending()).await?;
//! # Ok(()) }
//! ```
//!
//! [`Control`]: pumice_model::control::Control
//! [`Query`]: pumice_model::query::Query

pub mod batch_file;
pub mod dto;
pub mod site;

mod app;
mod argon;
mod audit;
mod body;
mod config;
mod deeds;
mod desk;
mod document;
mod doors;
mod error;
mod guard;
mod handshakes;
mod json;
mod neighbours;
mod paging;
mod provisioning;
mod routes;
mod seats;
mod server;
mod shared;
mod subscriber_table;
mod turns;

pub use app::router;
pub use config::{LabelFacts, SubscriberDefaults, WebConfig, WebLimits};
pub use document::openapi;
pub use doors::Doors;
pub use error::{FieldErrors, WebError};
pub use neighbours::{Neighbours, Subnet};
pub use server::{serve, serve_plain, serve_tls};
pub use shared::Shared;
pub use site::tls::{CertificateFacts, TlsIdentity};
