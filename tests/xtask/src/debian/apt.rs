//! apt-get: what is installed with the system's lists of packages, and with lists of our own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::workspace::{program, succeed, target};

/// Package lists older than this are refreshed before something is installed.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Installs packages of the system's release.
pub(super) fn install(packages: &[&str]) -> Result<(), String> {
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
    succeed(apt_get()?.arg("update"))
}

fn apt_install(packages: &[&str]) -> Result<Command, String> {
    let mut command = apt_get()?;
    command.args(INSTALL).args(packages);
    Ok(command)
}

const INSTALL: [&str; 3] = ["install", "--yes", "--no-install-recommends"];

fn apt_get() -> Result<Command, String> {
    apt("apt-get")
}

/// A program of apt's that asks nothing, waits for another apt, and downloads into a folder of its own so that two runs do
/// not delete each other's archives.
fn apt(name: &str) -> Result<Command, String> {
    let archives = target().join("apt");
    make(&archives.join("partial"))?;
    let mut command = program(name);
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .arg("--quiet")
        .args(["-o", &format!("Dir::Cache::archives={}", archives.display())])
        .args(["-o", "APT::Sandbox::User=root"])
        .args(["-o", "DPkg::Lock::Timeout=300"]);
    Ok(command)
}

pub(super) fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Lists of packages of our own, so that the system's stay as they are.
pub(super) struct OwnLists {
    options: Vec<String>,
}

impl OwnLists {
    /// Fetches the lists of suites of Debian's archive into `target/NAME`; `options` are of apt's, as `Key=value`.
    pub(super) fn fetch(
        name: &str,
        suites: &str,
        security: &str,
        options: &[String],
    ) -> Result<Self, String> {
        let own = target().join(name);
        make(&own.join("parts"))?;
        make(&own.join("lists/partial"))?;
        let file = own.join("parts/debian.sources");
        let sources = [("debian", suites), ("debian-security", security)].map(|(archive, suites)| {
            format!(
                "Types: deb\n\
                 URIs: http://deb.debian.org/{archive}\n\
                 Suites: {suites}\n\
                 Components: main\n\
                 Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
            )
        });
        fs::write(&file, sources.join("\n")).map_err(|error| format!("{}: {error}", file.display()))?;
        let folder = |key: &str, path: PathBuf| format!("Dir::{key}={}", path.display());
        let mut all = vec![
            "Dir::Etc::SourceList=/dev/null".to_owned(),
            folder("Etc::SourceParts", own.join("parts")),
            folder("State::Lists", own.join("lists")),
        ];
        all.extend_from_slice(options);
        let this = Self { options: all };
        succeed(this.apt("apt-get")?.arg("update"))?;
        Ok(this)
    }

    /// Installs packages with these lists.
    pub(super) fn install(&self, options: &[&str], packages: &[&str]) -> Result<(), String> {
        succeed(self.apt("apt-get")?.args(INSTALL).args(options).args(packages))
    }

    /// A program of apt's, with these lists.
    pub(super) fn apt(&self, name: &str) -> Result<Command, String> {
        let mut command = apt(name)?;
        for option in &self.options {
            command.args(["-o", option]);
        }
        Ok(command)
    }
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
