//! The man pages: one for each command, made of what `--help` says.

use std::path::Path;
use std::{fs, io};

use clap::CommandFactory;

use crate::command_line::CommandLine;

/// Writes `pumice.1`, `pumice-status.1` and so on into a folder, which is made.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(CommandLine::command(), folder)
}
