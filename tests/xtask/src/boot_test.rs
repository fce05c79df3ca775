//! `cargo xtask boot-test`: three versions of the image are built, and the first is booted and led through its life.

use std::process::ExitCode;

use crate::debian;
use crate::image::{self, Flavour, Plan};
use crate::test::Tier;
use crate::workspace::{cargo, program, programs, succeed, target};

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

/// The same as a step of the tests.
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
    succeed(cargo().args(["build", "--locked", "--package", "pumice-e2e", "--bin", "pumice-boot-test"]))?;
    let mut story = program(programs("debug").join("pumice-boot-test"));
    story.arg(target().join("image"));
    if tier == Tier::Full {
        story.arg("--full");
    }
    succeed(&mut story)
}
