//! `cargo xtask bench`: builds the benches as the gateway is released, then becomes them.

use std::process::ExitCode;

use crate::workspace::{become_program, cargo, program, programs, succeed};

pub(crate) fn run(what: &str, flags: &[&str]) -> ExitCode {
    // The gateway, too: its size and its memory are measured.
    let mut build = cargo();
    build.args([
        "build",
        "--locked",
        "--release",
        "--package",
        "pumice",
        "--package",
        "pumice-bench",
        "--bins",
    ]);
    if let Err(reason) = succeed(&mut build) {
        eprintln!("the build failed: {reason}");
        return ExitCode::FAILURE;
    }
    become_program(program(programs("release").join("pumice-bench")).arg(what).args(flags))
}
