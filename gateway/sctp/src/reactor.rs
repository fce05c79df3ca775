//! The one way in which descriptors reach tokio's reactor.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::unix::AsyncFd;

/// Watches a non-blocking descriptor with the reactor of the running runtime.
#[allow(
    unsafe_code,
    reason = "tokio has deprecated the safe constructor, which takes any type with a descriptor"
)]
pub(crate) fn watch(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd gives the same open descriptor for as long as it lives, and AsyncFd keeps it.
    Ok(unsafe { AsyncFd::register(fd) }?)
}
