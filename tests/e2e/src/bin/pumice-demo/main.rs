//! The demo: a whole network on one machine. Eight phones attach through a simulated eNB to the real gateway, and each
//! fetches a page from a web server beyond it.

mod interrupt;
mod network;
mod screen;
mod table;

use std::env;
use std::process::ExitCode;

use interrupt::Interrupt;
use pumice_lab::privilege;

const USAGE: &str = "\
usage: pumice-demo [--once]
  --once   ends after the phones have fetched their page; the exit status is 0 if all of them did
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let once = match words.as_slice() {
        [] => false,
        ["--once"] => true,
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    // Before any thread is there.
    if let Err(refusal) = privilege::enter() {
        eprintln!(
            "the demo needs root, or a user who may make user namespaces and open /dev/net/tun.\n{refusal}"
        );
        return ExitCode::FAILURE;
    }
    let interrupt = match Interrupt::watch() {
        Ok(interrupt) => interrupt,
        Err(error) => {
            eprintln!("watching for Ctrl-C: {error}");
            return ExitCode::FAILURE;
        }
    };
    match network::show(once, &interrupt) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nthe demo failed: {error}");
            ExitCode::FAILURE
        }
    }
}
