//! Benches of the gateway; `cargo xtask bench control` builds and runs this one.
//!
//! The control plane is measured twice. *Alone*, in this process: what 600 phones do is recorded once with the simulated
//! radio network in the loop ([`record`]) and replayed through a fresh core without it ([`replay`]), then with the store
//! ([`stored`]). *Whole*: the program `pumice` in a namespace, cells by SCTP ([`whole`]). Numbers are printed beside their
//! goals; none makes the bench fail.

#[path = "../../../gateway/agw/src/shell/batch.rs"]
#[allow(dead_code, reason = "the shell's own; it needs a little more of it")]
mod batch;
mod clock;
mod control;
mod error;
mod gateway;
mod machine;
mod procedure;
mod radio;
mod record;
mod replay;
mod stored;
mod village;
mod whole;

use std::env;
use std::process::ExitCode;

use error::BenchError;

const USAGE: &str = "\
usage: pumice-bench control

  control   the control plane: messages and attaches per second, latency, memory, size
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["control"] = words.as_slice() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match control::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pumice-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
