//! As much HTTP/1.1 as the laboratory needs: a page to fetch, and a client for local APIs.

mod client;
mod head;
mod server;

pub use client::{Response, request};
pub use server::{Server, Visit};

/// The longest page or body, in octets.
pub const MAX_BODY: usize = 64 << 20;

/// The page of `length` octets that [`Server`] serves. Its pattern has a prime period, so that a segment lost, doubled
/// or moved by a power of two shows.
#[must_use]
pub fn page(length: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(length).collect()
}
