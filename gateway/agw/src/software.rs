//! Updates of the box's software: two halves that share three files.
//!
//! ```text
//!   gateway, without rights                               root, started by a unit of the image
//!   [`Door`]  bundle.raucb, request  ─── requests ───>   [`carry_out`]  looks, lets RAUC install, starts the box anew
//!             report.json            <── reports ────    [`settle`]     the new side proves itself, or is gone back from
//!                                                         record.json   what root remembers from start to start
//! ```
//!
//! The gateway may ask and no more. What it asks for is judged again by root: it has met the world.

mod carry_out;
mod door;
mod files;
mod rauc;
mod report;
mod request;
mod settle;
mod stick;
mod version;

pub(crate) use carry_out::carry_out;
pub(crate) use door::Door;
pub(crate) use files::Places;
pub(crate) use settle::{Unwell, is_given_up, settle};

/// Why root's half failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SoftwareError {
    /// A file or folder.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// This is no image of ours, or not started as one.
    #[error("this box was not started from an image with two sides: {0}")]
    NoImage(String),
    /// A program of the image.
    #[error("{program}: {what}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it says.
        what: String,
    },
}

fn at(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> SoftwareError {
    let path = path.to_owned();
    |source| SoftwareError::File { path, source }
}
