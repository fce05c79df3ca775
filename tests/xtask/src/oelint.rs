//! The Yocto layer before its own linter.

use crate::python;
use crate::recipe::{self, LAYER};
use crate::steps::Outcome;
use crate::workspace::{is_ci, program, root, succeed};

pub(crate) fn check() -> Outcome {
    let linter = match python::provide("oelint-adv", "oelint-adv==9.11.2") {
        Ok(linter) => linter,
        Err(reason) if is_ci() => return Outcome::Failed(reason),
        Err(reason) => return Outcome::Skipped(reason),
    };
    let files = match recipe::files(&["bb", "bbappend", "bbclass", "conf", "inc"]) {
        Ok(files) => files,
        Err(reason) => return Outcome::Failed(reason),
    };
    let mut command = program(linter);
    command.env("OELINT_CONFIG", root().join(LAYER).join(".oelint.cfg")).args(files);
    succeed(&mut command).into()
}
