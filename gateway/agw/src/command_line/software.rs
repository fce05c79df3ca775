//! What is done with the software of the box.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::Form;

/// What is done with the software.
#[derive(Debug, Subcommand)]
pub(crate) enum SoftwareCommand {
    /// Show what runs, what is on the other side, and what became of the last update
    Show {
        #[command(flatten)]
        form: Form,
    },
    /// Install an update on the side that does not run, and start the box anew with it
    Update(UpdateArgs),
    /// Look for updates on USB sticks
    Look,
    /// Start the box anew with the version before
    Return,
}

/// An update.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("from").required(true).args(["file", "stick"])))]
pub(crate) struct UpdateArgs {
    /// The bundle; - is the standard input
    #[arg(value_name = "BUNDLE")]
    pub(crate) file: Option<PathBuf>,
    /// The name of a bundle on a USB stick, as `pumice software look` shows it
    #[arg(long, value_name = "NAME")]
    pub(crate) stick: Option<String>,
    /// Install it even if it is older than what runs
    #[arg(long)]
    pub(crate) older: bool,
}

/// What the image's units call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum ImageCommand {
    /// Carry out what the gateway asks for
    CarryOut,
    /// Watch the gateway prove itself, and mark this side good or go back
    Settle,
}
