//! `cargo xtask demo`: builds the gateway and the demo, then becomes the demo, so that Ctrl-C and the exit status are its
//! own.

use std::process::ExitCode;

use crate::workspace::{become_program, cargo, program, programs, succeed};

/// The profile that the demo is built with, and its folder in the target folder.
const PROFILE: (&str, &str) = ("dev", "debug");

pub(crate) fn run(flags: &[&str]) -> ExitCode {
    let (profile, folder) = PROFILE;
    println!("building the gateway and the demo ...");
    let mut build = cargo();
    build.args([
        "build",
        "--locked",
        "--profile",
        profile,
        "--package",
        "pumice",
        "--package",
        "pumice-e2e",
        "--bins",
    ]);
    if let Err(reason) = succeed(&mut build) {
        eprintln!("the build failed: {reason}");
        return ExitCode::FAILURE;
    }
    become_program(program(programs(folder).join("pumice-demo")).args(flags))
}
