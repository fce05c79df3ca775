//! The pages of the box's local web page, as pure functions from view structs to HTML.
//!
//! There is no server here, no file is read, no clock is asked. The gateway's web crate fills a view, calls the page's function and
//! serves what comes back:
//!
//! ```
//! use pumice_ui::{Frame, Language, page::error};
//!
//! let frame = Frame::nobody(Language::English, "a-csrf-token");
//! let view = error::Failure { kind: error::Kind::NotFound, request: Some("7f3a".into()) };
//! let html = error::page(&frame, &view).into_string();
//! assert!(html.starts_with("<!DOCTYPE html>"));
//! ```
//!
//! # Layers
//! - [`text`], [`words`], [`moment`], [`mod@format`]: what is said, in five languages; numbers, times and sizes as people there write them.
//! - [`frame`], [`layout`]: what every page has: head, navigation, banners, footer.
//! - [`component`], [`form`], [`chart`], [`qr`]: what pages are put together from.
//! - [`page`]: one module for each page: its view, its function, its live parts.
//! - [`live`]: names of the parts that change under the reader's eyes.
//! - [`asset`]: the style sheet and the scripts, compiled in.
//!
//! # The one invariant
//! A page reads and works without JavaScript, and holds no inline script, style or handler: the policy in [`asset::POLICY`] forbids them
//! all. Every form that changes something is a POST with the frame's CSRF token in the field `_csrf`.
//!
//! # Not here
//! Authorisation. A page leaves out what the reader's role may not do, because a button that is refused is rude; the server refuses it.

#![forbid(unsafe_code)]

pub mod asset;
pub mod chart;
pub mod component;
pub mod form;
pub mod format;
pub mod frame;
pub mod layout;
pub mod live;
pub mod moment;
pub mod page;
pub mod qr;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod text;
pub mod words;

pub use form::Entered;
pub use frame::{Flash, Frame, Pager, Person, Role, Section, Trial};
pub use maud::Markup;
pub use moment::{Date, Moment, When};
pub use text::{Key, Language};
pub use words::Words;
