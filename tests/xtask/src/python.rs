//! Programs from PyPI, each in a folder of the target.

use std::fs;
use std::path::PathBuf;

use crate::workspace::{has_program, program, succeed, target};

/// Provides a program as `wanted` (a package with its version) has it; where it lies.
pub(crate) fn provide(name: &str, wanted: &str) -> Result<PathBuf, String> {
    let package = wanted.split("==").next().unwrap_or(wanted);
    let folder = target().join("python").join(package);
    let mark = folder.join("installed");
    let there = folder.join("bin").join(name);
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(there);
    }
    if !has_program("python3") {
        return Err(format!("python3 is missing, which runs {name}"));
    }
    succeed(program("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut command = program(folder.join("bin/pip"));
    succeed(command.args(["install", "--quiet", "--disable-pip-version-check", wanted]))?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))?;
    Ok(there)
}
