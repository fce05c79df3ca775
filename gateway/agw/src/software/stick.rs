//! USB sticks: mounted to be read while somebody looks, and no longer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::report::{OnStick, STICK_UPDATES};
use super::request::is_name;
use super::{SoftwareError, at, rauc};

/// Where a stick is while it is looked at. Only root gets there.
const PLACE: &str = "/run/pumice-stick";

/// Sticks and their partitions that are looked at.
const DEVICES: usize = 8;

/// A stick that is mounted; dropping it ends that.
#[derive(Debug)]
pub(crate) struct Stick(());

impl Stick {
    fn mount(device: &Path) -> Result<Option<Self>, SoftwareError> {
        fs::create_dir_all(PLACE).map_err(at(Path::new(PLACE)))?;
        let mut command = Command::new("mount");
        command.args(["-t", "vfat", "-o", "ro,nosuid,nodev,noexec,umask=077"]).arg(device).arg(PLACE);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mounted = command.status().is_ok_and(|status| status.success());
        Ok(mounted.then_some(Self(())))
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        // One that stays mounted is in nobody's way: it is read-only, and the next look mounts over it.
        let _ = Command::new("umount").arg(PLACE).stdin(Stdio::null()).status();
    }
}

/// The updates that are on sticks.
pub(crate) fn look() -> Result<Vec<OnStick>, SoftwareError> {
    let mut found = Vec::new();
    for device in devices() {
        let Some(_stick) = Stick::mount(&device)? else { continue };
        for name in names() {
            if found.len() >= STICK_UPDATES {
                return Ok(found);
            }
            let (version, problem) = match rauc::look_into(&Path::new(PLACE).join(&name)) {
                Ok(bundle) => (Some(bundle.version), None),
                Err(reason) => (None, Some(reason)),
            };
            found.push(OnStick { name, version, problem });
        }
    }
    Ok(found)
}

/// The update of that name, and what keeps it there.
pub(crate) fn find(name: &str) -> Result<Option<(PathBuf, Stick)>, SoftwareError> {
    for device in devices() {
        let Some(stick) = Stick::mount(&device)? else { continue };
        if names().iter().any(|found| found == name) {
            return Ok(Some((Path::new(PLACE).join(name), stick)));
        }
    }
    Ok(None)
}

fn names() -> Vec<String> {
    let entries = fs::read_dir(PLACE).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut names: Vec<String> =
        files.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_name(name)).collect();
    names.sort();
    names
}

/// Block devices behind USB, partitions among them.
fn devices() -> Vec<PathBuf> {
    let entries = fs::read_dir("/sys/class/block").into_iter().flatten().flatten();
    let behind_usb = entries.filter(|entry| {
        fs::canonicalize(entry.path()).is_ok_and(|path| path.to_string_lossy().contains("/usb"))
    });
    let mut devices: Vec<PathBuf> =
        behind_usb.map(|entry| Path::new("/dev").join(entry.file_name())).collect();
    devices.sort();
    devices.truncate(DEVICES);
    devices
}
