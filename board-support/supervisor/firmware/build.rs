//! Puts the memory map where the linker finds it, and the version where the firmware finds it.

#![allow(clippy::expect_used, reason = "a build that cannot go on stops")]

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let map = if env::var_os("CARGO_FEATURE_SLOT").is_some() { "memory-slot.x" } else { "memory-factory.x" };
    fs::copy(map, out.join("memory.x")).expect("the memory map can be copied");
    // cortex-m-rt asks for the names of the interrupts; vectors.rs needs none.
    fs::write(out.join("device.x"), "").expect("an empty file can be written");
    println!("cargo:rerun-if-changed={map}");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    // Without it defmt drops all but errors.
    println!("cargo:rustc-env=DEFMT_LOG=info");

    println!("cargo:rerun-if-env-changed=PUMICE_FIRMWARE_VERSION");
    let version = env::var("PUMICE_FIRMWARE_VERSION").unwrap_or_else(|_| "1".to_owned());
    let version: u32 = version.parse().expect("PUMICE_FIRMWARE_VERSION is a number");
    fs::write(out.join("version.rs"), format!("{version}_u32")).expect("the version can be written");
}
