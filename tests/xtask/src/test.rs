//! `cargo xtask test`: everything that must hold, in the order in which it fails fastest.

use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::report::Report;
use crate::steps::{Step, minutes, step, test_step};
use crate::workspace::{cargo, is_ci, program, programs, succeed};
use crate::{boot_test, cross, debian, deny, layout, oelint, recipe, rust_tools, skips};

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    /// What continuous integration runs on every change: under 30 minutes cold on two cores.
    Fast,
    /// With soaks and long sweeps.
    Full,
}

pub(crate) fn run(tier: Tier) -> ExitCode {
    let start = Instant::now();
    let record = match skips::Record::start() {
        Ok(record) => record,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::FAILURE;
        }
    };
    let mut steps = checks();
    steps.extend(tests(tier, &record));
    if tier == Tier::Full {
        steps.push(step("the same program from another folder", || cross::reproduce().into()));
    }
    steps.push(step("boot test", || boot_test::step(tier)));
    let report = Report::new(steps, record.entries(), is_ci());
    println!("\nafter {}", minutes(start.elapsed()));
    print!("{}", report.text());
    if report.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn checks() -> Vec<Step> {
    vec![
        step("rustfmt and clippy", || rust_tools::provide().into()),
        step("Debian packages", debian::provide),
        step("formatting", || succeed(cargo().args(["fmt", "--all", "--check"])).into()),
        step("layout of files", || layout::check().into()),
        step("clippy", || {
            let mut clippy = cargo();
            clippy.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
            succeed(&mut clippy).into()
        }),
        step("licences, bans, sources", deny::check),
        step("Yocto layer: agreement", || recipe::check().into()),
        step("Yocto layer: lint", oelint::check),
    ]
}

fn tests(tier: Tier, record: &skips::Record) -> Vec<Step> {
    // Programs and tests in one go: their dependencies are then built once, with one set of features.
    let build = step("build", || {
        succeed(cargo().args(["build", "--locked", "--workspace", "--lib", "--bins", "--tests"])).into()
    });
    let prefix = namespace_prefix();
    let mut all = test_command(&prefix, tier, record);
    all.args(["--lib", "--bins", "--tests"]);
    let mut doc = test_command(&prefix, tier, record);
    doc.arg("--doc");
    vec![build, test_step("unit and end-to-end tests", &mut all), test_step("doc tests", &mut doc)]
}

/// `pumice-lab enter` makes an ordinary user root of a user namespace before cargo starts; for root it does nothing.
/// Empty where it is refused: tests that need it then say so.
fn namespace_prefix() -> Option<Command> {
    let laboratory = programs("debug").join("pumice-lab");
    let mut trial = program(&laboratory);
    trial.args(["enter", "true"]);
    succeed(&mut trial).is_ok().then(|| {
        let mut prefix = program(&laboratory);
        prefix.arg("enter");
        prefix
    })
}

fn test_command(prefix: &Option<Command>, tier: Tier, record: &skips::Record) -> Command {
    let cargo = cargo();
    let mut command = match prefix {
        Some(prefix) => {
            let mut command = program(prefix.get_program());
            command.args(prefix.get_args()).arg(cargo.get_program());
            command
        }
        None => cargo,
    };
    command
        .args(["test", "--locked", "--workspace", "--no-fail-fast"])
        .env(skips::VARIABLE, record.path())
        .env("PUMICE_BIN_DIR", programs("debug"))
        // A snapshot that differs is a failure, not a file to be looked at some day.
        .env("INSTA_UPDATE", "no");
    if tier == Tier::Full {
        command.env("PUMICE_FULL", "1");
    }
    command
}
