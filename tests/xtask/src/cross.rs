//! `cargo xtask build`: the program as boxes get it, for another machine than this one, and what it asks of that machine.
//!
//! rustup has one target here; Debian's compiler, which has a standard library for ARM64, lies beside it. Paths of this machine are
//! left out of the program, so that the same sources are the same octets wherever they lie.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::debian;
use crate::workspace::{cargo, program, root, succeed, target};

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
        .env("CARGO_ENCODED_RUSTFLAGS", without_paths(workspace).join("\x1f"));
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

/// Options by which no path of this machine gets into the program.
fn without_paths(workspace: &Path) -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let mut options = vec![format!("--remap-path-prefix={}=/pumice", workspace.display())];
    options.extend(home.map(|home| format!("--remap-path-prefix={}=/cargo", home.display())));
    options
}

/// What the program asks of its machine, checked and printed.
pub(crate) fn tell(built: &Path) -> Result<(), String> {
    let octets = fs::metadata(built).map_err(|error| format!("{}: {error}", built.display()))?.len();
    println!("{}", built.display());
    println!("size          {octets} octets of {BUDGET}");
    if octets > BUDGET {
        return Err(format!("{octets} octets are more than {BUDGET}"));
    }
    let said =
        output(program("readelf").args(["--dynamic", "--notes", "--version-info", "--wide"]).arg(built))?;
    let libraries = crate::image::needed_in(&said);
    println!("libraries     {}", libraries.iter().cloned().collect::<Vec<String>>().join(" "));
    if let Some(other) = libraries.iter().find(|name| !LIBRARIES.contains(&name.as_str())) {
        return Err(format!("the program is linked to {other}"));
    }
    println!(
        "C library     {}",
        newest_symbol(&said).map_or_else(|| "any".to_owned(), |version| format!("glibc {version} or newer"))
    );
    let kernel = said.lines().find_map(|line| line.trim().strip_prefix("OS: Linux, ABI: "));
    println!(
        "kernel        {} or newer, by the ABI note; what is used of it needs {KERNEL}",
        kernel.unwrap_or("not said")
    );
    Ok(())
}

/// The oldest kernel that has all that the gateway calls: `close_range(2)` and `openat2(2)` are not called, masquerading of
/// nftables in the inet family came with 5.2, and SCTP's and TUN's options are older.
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

fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests;
