//! `cargo xtask build`: the program as boxes get it, for another machine than this one, and what it asks of that machine.
//!
//! rustup has one target here; Debian's compiler, which has a standard library for ARM64, lies beside it. Paths of this machine are
//! left out of the program, so that the same sources are the same octets wherever they lie.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::debian;
use crate::workspace::{cargo, output, program, root, succeed, target};

/// The most that the program may weigh, stripped: 12 MB.
const BUDGET: u64 = 12_000_000;

/// All that it may be linked to.
const LIBRARIES: [&str; 3] = ["libc.so.6", "libgcc_s.so.1", "libm.so.6"];

/// A kind of machine that boxes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    /// ARM64 boards.
    Aarch64,
    /// Small PCs.
    X86_64,
}

impl Machine {
    const fn triple(self) -> &'static str {
        match self {
            Self::Aarch64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

/// `cargo xtask build --target <machine>`
pub(crate) fn run(machine: &str) -> ExitCode {
    let machine = match machine {
        "aarch64" => Machine::Aarch64,
        "x86_64" => Machine::X86_64,
        _ => {
            eprintln!("cargo xtask build: --target is aarch64 or x86_64");
            return ExitCode::from(2);
        }
    };
    match debian::provide_for_image().and_then(|()| build(machine)).and_then(|program| tell(&program)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask build: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the program; where it lies.
pub(crate) fn build(machine: Machine) -> Result<PathBuf, String> {
    build_in(&root(), &target(), machine)
}

/// Builds the program of a workspace into a folder.
pub(crate) fn build_in(workspace: &Path, into: &Path, machine: Machine) -> Result<PathBuf, String> {
    let triple = machine.triple();
    let mut command = cargo();
    command
        .current_dir(workspace)
        .args(["build", "--locked", "--release", "--package", "pumice", "--target", triple, "--target-dir"])
        .arg(into)
        .env("CARGO_ENCODED_RUSTFLAGS", without_paths(workspace, into).join("\x1f"))
        .env(format!("CFLAGS_{}", triple.replace('-', "_")), without_paths_of_c(workspace, into).join(" "));
    if machine == Machine::Aarch64 {
        for_arm64(&mut command);
    }
    succeed(&mut command)?;
    Ok(into.join(triple).join("release/pumice"))
}

fn for_arm64(command: &mut Command) {
    command
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .env("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc")
        .env("AR_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-ar");
}

/// Folders of this machine, and what they are called in the program instead; the more particular last, because the last one counts.
fn folders(workspace: &Path, into: &Path) -> Vec<(String, &'static str)> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let shown = |path: &Path| path.display().to_string();
    let mut folders = vec![(shown(workspace), "/pumice"), (shown(into), "/target")];
    folders.extend(home.map(|home| (shown(&home), "/cargo")));
    folders
}

/// Options by which no path of this machine gets into the program.
fn without_paths(workspace: &Path, into: &Path) -> Vec<String> {
    let folders = folders(workspace, into).into_iter();
    folders.map(|(folder, name)| format!("--remap-path-prefix={folder}={name}")).collect()
}

fn without_paths_of_c(workspace: &Path, into: &Path) -> Vec<String> {
    let folders = folders(workspace, into).into_iter();
    folders.map(|(folder, name)| format!("-ffile-prefix-map={folder}={name}")).collect()
}

/// Builds the same sources in another folder, and compares the octets.
pub(crate) fn reproduce() -> Result<(), String> {
    let here = build(Machine::Aarch64)?;
    let elsewhere = target().join("elsewhere");
    let sources = elsewhere.join("quite/another/place");
    if sources.exists() {
        fs::remove_dir_all(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
    }
    let prefix = format!("--prefix={}/", sources.display());
    succeed(program("git").args(["checkout-index", "--all", "--force", &prefix]))?;
    let there = build_in(&sources, &elsewhere.join("built"), Machine::Aarch64)?;
    succeed(program("cmp").args([&here, &there]))?;
    println!("{} and {} are the same octets", here.display(), there.display());
    Ok(())
}

/// What the program asks of its machine, checked and printed.
pub(crate) fn tell(built: &Path) -> Result<(), String> {
    let octets = fs::metadata(built).map_err(|error| format!("{}: {error}", built.display()))?.len();
    println!("{}", built.display());
    println!("size          {octets} octets of {BUDGET}");
    if octets > BUDGET {
        return Err(format!("{octets} octets are more than {BUDGET}"));
    }
    let said = output(program("readelf").args(["--dynamic", "--version-info", "--wide"]).arg(built))?;
    let libraries = crate::image::needed_in(&said);
    println!("libraries     {}", libraries.iter().cloned().collect::<Vec<String>>().join(" "));
    if let Some(other) = libraries.iter().find(|name| !LIBRARIES.contains(&name.as_str())) {
        return Err(format!("the program is linked to {other}"));
    }
    println!(
        "C library     {}",
        newest_symbol(&said).map_or_else(|| "any".to_owned(), |version| format!("glibc {version} or newer"))
    );
    println!("kernel        {KERNEL} or newer");
    Ok(())
}

/// The oldest kernel that has all that the gateway asks of one, by its manual: masquerading by nftables in the inet family came
/// with it; SCTP, TUN, GPIO lines and the rest are older. No kernel older than 6.1 was tried.
const KERNEL: &str = "5.2";

/// The newest version of the C library of which a symbol is used.
fn newest_symbol(said: &str) -> Option<String> {
    let versions: BTreeSet<Vec<u32>> = said
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("GLIBC_"))
        .filter_map(|version| version.split('.').map(|part| part.parse().ok()).collect())
        .collect();
    versions.last().map(|version| version.iter().map(u32::to_string).collect::<Vec<String>>().join("."))
}

#[cfg(test)]
mod tests;
