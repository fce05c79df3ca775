//! `cargo xtask man`: the man pages of the commands. They are made of what `pumice --help` says, so that they cannot say
//! anything else; what makes them is a feature of the program that does not ship.

use std::process::ExitCode;

use crate::workspace::{cargo, root, succeed, target};

/// Writes the pages into a folder, `man` in the target folder unless told.
pub(crate) fn run(folder: Option<&str>) -> ExitCode {
    let folder = folder.map_or_else(|| target().join("man"), |folder| root().join(folder));
    let mut make = cargo();
    make.args(["run", "--quiet", "--locked", "--package", "pumice", "--features", "man", "--", "man"])
        .arg(&folder);
    match succeed(&mut make) {
        Ok(()) => {
            println!("the man pages are in {}: man -l {}/pumice.1", folder.display(), folder.display());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("the man pages were not made: {reason}");
            ExitCode::FAILURE
        }
    }
}
