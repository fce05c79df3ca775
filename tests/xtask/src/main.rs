//! The workspace's own commands: `cargo xtask test`, `cargo xtask demo`, `cargo xtask bench`, `cargo xtask man`.
//!
//! Nothing but the standard library, so that the first command on a fresh machine starts in seconds.

mod bench;
mod boot_test;
mod cross;
mod debian;
mod demo;
mod deny;
mod image;
mod layout;
mod man;
mod oelint;
mod python;
mod recipe;
mod report;
mod results;
mod rust_tools;
mod skips;
mod steps;
mod test;
mod workspace;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo [--once]     a whole network in namespaces: gateway, eNB, 8 phones, a web server.
                    --once ends after the phones have fetched their page and tells success by the exit status;
                    without it the network stays up until Ctrl-C
  test [--full]     formatting, lints, licences, unit, doc and end-to-end tests; installs the Debian packages that
                    they need where it may. --full adds soaks and long sweeps, and builds for ARM64 twice to compare.
                    CI=true makes a skipped test a failure
  bench <what> ...  measures; `bench control` is the control plane
  build --target <machine>   the program for aarch64 or x86_64, as it is released, with its size and what it needs
  image [--development]      an image for ARM64 machines with UEFI, and the update to it, in target/image
  boot-test [--full]         images, built and booted in an emulated machine: setup, phones, crashes, cut power,
                    updates. --full cuts the power at many moments, lets a side rot, loses the data
  recipe            makes the list of crates of the Yocto recipe from Cargo.lock
  man [<folder>]    writes the man pages of the commands, into target/man unless told

demo and test need root, or a user who may make user namespaces and open /dev/net/tun.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test"] => test::run(test::Tier::Fast),
        ["test", "--full"] => test::run(test::Tier::Full),
        ["demo", flags @ ..] if flags.iter().all(|flag| *flag == "--once") => demo::run(flags),
        ["bench", what, flags @ ..] => bench::run(what, flags),
        ["build", "--target", machine] => cross::run(machine),
        ["boot-test"] => boot_test::run(test::Tier::Fast),
        ["boot-test", "--full"] => boot_test::run(test::Tier::Full),
        ["image", flags @ ..] if flags.iter().all(|flag| *flag == "--development") => image::run(flags),
        ["recipe"] => recipe::run(),
        ["man"] => man::run(None),
        ["man", folder] => man::run(Some(folder)),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
