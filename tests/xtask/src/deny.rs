//! cargo-deny: licences, bans and sources of the dependencies (deny.toml). Its advisory database lies on a host of its
//! own and is not asked here.

use std::path::PathBuf;
use std::process::Stdio;

use crate::steps::Outcome;
use crate::workspace::{cargo, is_ci, program, succeed, target};

const VERSION: &str = "0.20.2";

/// Checks the dependencies; builds the tool first where it is not there (a minute on two cores).
pub(crate) fn check() -> Outcome {
    let tool = match provide() {
        Ok(tool) => tool,
        Err(reason) if is_ci() => return Outcome::Failed(reason),
        Err(reason) => return Outcome::Skipped(reason),
    };
    succeed(program(tool).args([
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]))
    .into()
}

fn provide() -> Result<PathBuf, String> {
    let tools = target().join("tools");
    let own = tools.join("bin/cargo-deny");
    for candidate in [own.clone(), PathBuf::from("cargo-deny")] {
        if is_version(&candidate) {
            return Ok(candidate);
        }
    }
    println!("building cargo-deny {VERSION}");
    let mut install = cargo();
    install
        .args(["install", "--locked", "--quiet", "--force", "cargo-deny", "--version", VERSION])
        .arg("--root")
        .arg(&tools);
    // It runs for a second: unoptimised it is built in a third of the time.
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
    // Its many dependencies are of no use to the workspace's own target folder.
    install.env("CARGO_TARGET_DIR", tools.join("build"));
    let outcome = succeed(&mut install);
    let _ = std::fs::remove_dir_all(tools.join("build"));
    outcome.map(|()| own)
}

fn is_version(tool: &PathBuf) -> bool {
    let output = program(tool).arg("--version").stderr(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim_end().ends_with(VERSION))
}
