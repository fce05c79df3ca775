use std::io;
use std::path::PathBuf;

use nix::errno::Errno;

/// Why the laboratory could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// A program of the workspace has not been built.
    #[error("no program {name} in {}: build it with `cargo build -p {name}`", folder.display())]
    BinaryMissing {
        /// The program's name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The peer of a small HTTP exchange did not speak HTTP.
    #[error("no HTTP response: {0}")]
    Http(String),
    /// A system call or a file operation failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The kernel refused a change of links, addresses or routes.
    #[error("netlink, {action}: {source}")]
    Netlink {
        /// What was being done.
        action: String,
        /// The kernel's reason.
        source: rtnetlink::Error,
    },
    /// There is no link of that name in the namespace.
    #[error("namespace {namespace} has no link {link}")]
    NoSuchLink {
        /// The namespace's label.
        namespace: String,
        /// The link's name.
        link: String,
    },
    /// A system call on namespaces failed.
    #[error("namespace {namespace}, {action}: {source}")]
    Namespace {
        /// The namespace's label.
        namespace: String,
        /// What was being done.
        action: &'static str,
        /// The kernel's reason.
        source: Errno,
    },
    /// A thread of the laboratory ended before its time.
    #[error("namespace {namespace}: its thread has ended")]
    ThreadGone {
        /// The namespace's label.
        namespace: String,
    },
}

impl LabError {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }

    pub(crate) fn netlink(action: impl Into<String>) -> impl FnOnce(rtnetlink::Error) -> Self {
        let action = action.into();
        move |source| Self::Netlink { action, source }
    }
}
