//! The Debian packages that tests need beyond Rust and a C compiler.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::steps::Outcome;
use crate::workspace::{has_program, is_ci, program, succeed, target};

/// A package, by a program of it.
struct Need {
    package: &'static str,
    program: &'static str,
    purpose: &'static str,
}

const NEEDS: [Need; 4] = [
    Need { package: "iproute2", program: "ip", purpose: "loopback under User-mode Linux" },
    Need { package: "kmod", program: "insmod", purpose: "modules under User-mode Linux" },
    Need { package: "tshark", program: "tshark", purpose: "a second opinion on what goes over the wire" },
    Need { package: "user-mode-linux", program: "linux.uml", purpose: "a kernel with SCTP" },
];

/// Package lists older than this are refreshed before something is installed.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Installs what is missing where this process may; else says what is missing.
pub(crate) fn provide() -> Outcome {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !has_program(need.program)).collect();
    if missing.is_empty() {
        return Outcome::Passed;
    }
    for need in &missing {
        println!("missing: {} ({})", need.package, need.purpose);
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let reason = match obstacle() {
        Some(obstacle) => obstacle,
        None => match install(&packages) {
            Ok(()) => return Outcome::Passed,
            Err(reason) => reason,
        },
    };
    let advice = format!("{reason}; as root: apt-get install {}", packages.join(" "));
    if is_ci() { Outcome::Failed(advice) } else { Outcome::Skipped(advice) }
}

fn obstacle() -> Option<String> {
    if !has_program("apt-get") {
        return Some("this is no Debian".to_owned());
    }
    // The owner of /proc/self is the effective user.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    (!is_root).then(|| "only root may install packages".to_owned())
}

fn install(packages: &[&str]) -> Result<(), String> {
    if are_stale(Path::new("/var/lib/apt/lists"), SystemTime::now()) {
        update()?;
        return succeed(&mut apt_install(packages)?);
    }
    // Fresh lists may still name versions that the mirror has replaced since.
    succeed(&mut apt_install(packages)?).or_else(|_| {
        update()?;
        succeed(&mut apt_install(packages)?)
    })
}

fn update() -> Result<(), String> {
    succeed(apt()?.arg("update"))
}

fn apt_install(packages: &[&str]) -> Result<Command, String> {
    let mut command = apt()?;
    command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    Ok(command)
}

/// apt-get that asks nothing, waits for another apt, and downloads into a folder of its own so that two runs do not
/// delete each other's archives.
fn apt() -> Result<Command, String> {
    let archives = target().join("apt");
    fs::create_dir_all(archives.join("partial"))
        .map_err(|error| format!("{}: {error}", archives.display()))?;
    let mut command = program("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .arg("--quiet")
        .args(["-o", &format!("Dir::Cache::archives={}", archives.display())])
        .args(["-o", "APT::Sandbox::User=root"])
        .args(["-o", "DPkg::Lock::Timeout=300"]);
    Ok(command)
}

/// Has no list of packages been fetched since `STALE` before `now`?
fn are_stale(lists: &Path, now: SystemTime) -> bool {
    let newest = fs::read_dir(lists)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .max();
    // A time in the future (a clock that was set back) says nothing about age: refresh.
    newest.is_none_or(|time| now.duration_since(time).map_or(true, |age| age > STALE))
}

#[cfg(test)]
mod tests;
