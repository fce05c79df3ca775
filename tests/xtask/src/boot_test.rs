//! `cargo xtask boot-test`: three versions of the image are built, and the first is booted and led through its life.

use std::process::ExitCode;

use crate::image::{self, Flavour, Plan};
use crate::steps::Outcome;
use crate::test::Tier;
use crate::workspace::{cargo, is_ci, program, programs, succeed, target};
use crate::{debian, python};

/// Builds and tells the story.
pub(crate) fn run(tier: Tier) -> ExitCode {
    match check(tier) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask boot-test: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The boot test as a step of the others: it takes a quarter of an hour, so it is run where something has changed that it is about.
pub(crate) fn step(tier: Tier) -> Outcome {
    if !is_ci() && tier == Tier::Fast {
        return Outcome::Skipped(
            "only continuous integration runs it here; `cargo xtask boot-test` does".to_owned(),
        );
    }
    match reason_to_run(tier) {
        Ok(reason) => {
            println!("the boot test is run: {reason}");
            check(tier).into()
        }
        Err(base) => {
            println!(
                "the boot test is not run: nothing that it is about has changed since {base}, which passed it"
            );
            Outcome::Passed
        }
    }
}

/// What the boot test is about.
const ABOUT: [&str; 12] = [
    ".ci",
    "Cargo.lock",
    "Cargo.toml",
    "board-support",
    "gateway/agw/src/software",
    "gateway/agw/src/software.rs",
    "gateway/agw/src/start",
    "gateway/store/src",
    "image",
    "recipes",
    "tests/e2e/src/bin/pumice-boot-test",
    "tests/xtask/src",
];

/// Why it is run; else the commit since which nothing has changed. What lands on the main branch has passed, so the branch as it was
/// before is that commit; where that is not known, everything counts as changed.
fn reason_to_run(tier: Tier) -> Result<String, String> {
    if tier == Tier::Full {
        return Ok("--full".to_owned());
    }
    let Some(base) = base() else {
        return Ok("the commit that passed it last is not known".to_owned());
    };
    let changed = git(&[&["diff", "--name-only", &base, "HEAD", "--"][..], &ABOUT].concat());
    match changed.as_deref().map(str::lines).map(|mut lines| lines.next()) {
        Some(None) => Err(base),
        Some(Some(first)) => Ok(format!("{first} has changed since {base}")),
        None => Ok(format!("what has changed since {base} cannot be told")),
    }
}

/// The commit on the main branch before the ones that are tested now: as PUMICE_BASE says, or as the clone knows it.
fn base() -> Option<String> {
    let given = std::env::var("PUMICE_BASE").ok().filter(|base| !base.is_empty());
    let base = given.or_else(|| git(&["rev-parse", "--verify", "--quiet", "origin/main"]))?;
    let base = git(&["rev-parse", "--verify", "--quiet", &format!("{base}^{{commit}}")])?;
    let head = git(&["rev-parse", "HEAD"])?;
    let is_before = base != head && git(&["merge-base", "--is-ancestor", &base, &head]).is_some();
    is_before.then_some(base)
}

/// What git says, if it succeeds.
fn git(words: &[&str]) -> Option<String> {
    let output = program("git").args(words).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Builds the images, and tells their story.
pub(crate) fn check(tier: Tier) -> Result<(), String> {
    debian::provide_for_boot_test()?;
    let version = image::own_version()?;
    let later = |number: u32| format!("{version}.{number}");
    for plan in [
        Plan { flavour: Flavour::Development, version: version.clone(), with_disk: true },
        Plan { flavour: Flavour::Appliance, version: later(1), with_disk: false },
        Plan { flavour: Flavour::Broken, version: later(2), with_disk: false },
    ] {
        image::make(&plan)?;
    }
    firmware()?;
    succeed(cargo().args(["build", "--locked", "--package", "pumice-e2e", "--bin", "pumice-boot-test"]))?;
    let mut story = program(programs("debug").join("pumice-boot-test"));
    story.arg(target().join("image"));
    if tier == Tier::Full {
        story.arg("--full");
    }
    succeed(&mut story)
}

/// What the machine's firmware keeps, as a maker leaves it: Secure Boot is on, and believes in our boot files alone.
fn firmware() -> Result<(), String> {
    // Empty variables are no variables; Debian's with other keys are what the program can begin with.
    const BEGIN: &str = "/usr/share/AAVMF/AAVMF_VARS.snakeoil.fd";
    const OWNER: &str = "70756d69-6365-4000-8000-6b6579730000";
    let certificate = image::boot_certificate()?;
    let mut command = program(python::provide("virt-fw-vars", "virt-firmware==26.10")?);
    command.args(["--input", BEGIN, "--output"]).arg(target().join("image/variables.fd"));
    for variable in ["PK", "KEK", "db", "dbx"] {
        command.args(["--delete", variable]);
    }
    for key in ["--set-pk", "--add-kek", "--add-db"] {
        command.args([key, OWNER]).arg(&certificate);
    }
    succeed(command.args(["--sb", "--loglevel", "warning"]))
}
