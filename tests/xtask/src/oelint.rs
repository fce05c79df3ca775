//! The Yocto layer before its own linter, which comes from PyPI into a folder of the target.

use std::fs;
use std::path::PathBuf;

use crate::recipe::{self, LAYER};
use crate::steps::Outcome;
use crate::workspace::{has_program, is_ci, program, root, succeed, target};

const LINTER: &str = "oelint-adv==9.11.2";

pub(crate) fn check() -> Outcome {
    if let Err(reason) = provide() {
        return if is_ci() { Outcome::Failed(reason) } else { Outcome::Skipped(reason) };
    }
    let files = match recipe::files(&["bb", "bbappend", "bbclass", "conf", "inc"]) {
        Ok(files) => files,
        Err(reason) => return Outcome::Failed(reason),
    };
    let mut command = program(folder().join("bin/oelint-adv"));
    command.env("OELINT_CONFIG", root().join(LAYER).join(".oelint.cfg")).args(files);
    succeed(&mut command).into()
}

fn folder() -> PathBuf {
    target().join("oelint")
}

fn provide() -> Result<(), String> {
    let folder = folder();
    let mark = folder.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == LINTER) {
        return Ok(());
    }
    if !has_program("python3") {
        return Err("python3 is missing, which runs the linter of recipes".to_owned());
    }
    succeed(program("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    succeed(program(folder.join("bin/pip")).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        LINTER,
    ]))?;
    fs::write(&mark, LINTER).map_err(|error| format!("{}: {error}", mark.display()))
}
