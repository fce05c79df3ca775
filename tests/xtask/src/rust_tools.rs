//! rustfmt and clippy, which a minimal Rust installation leaves out.

use std::process::Stdio;

use crate::workspace::{cargo, has_program, program, succeed};

/// Each with the subcommand of cargo that shows whether it is there.
const COMPONENTS: [(&str, &str); 2] = [("rustfmt", "fmt"), ("clippy", "clippy")];

/// Installs through rustup what is missing.
pub(crate) fn provide() -> Result<(), String> {
    let missing: Vec<&str> = COMPONENTS
        .iter()
        .filter(|(_, subcommand)| !answers(subcommand))
        .map(|(component, _)| *component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !has_program("rustup") {
        return Err(format!("missing: {}; there is no rustup to install them", missing.join(" ")));
    }
    println!("installing {} with rustup", missing.join(" "));
    succeed(program("rustup").args(["component", "add"]).args(missing))
}

fn answers(subcommand: &str) -> bool {
    let mut command = cargo();
    command.args([subcommand, "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    succeed(&mut command).is_ok()
}
