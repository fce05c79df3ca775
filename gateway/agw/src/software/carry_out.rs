//! Root's half: what the gateway asks for is looked at again, and done.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use pumice_model::software::SoftwareOrder;

use super::files::{self, Places};
use super::report::{Outcome, Record, Report, Side, Stage, Update, Versions};
use super::stick::{self, Stick};
use super::version::is_older;
use super::{SoftwareError, at, rauc, request};

/// What somebody who watches has to see that the box starts anew.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    pub(crate) side: String,
    pub(crate) version: String,
}

impl Running {
    /// As the initramfs and the image say.
    pub(crate) fn of(places: &Places) -> Result<Self, SoftwareError> {
        let slot = places.start.join("slot");
        let side = fs::read_to_string(&slot).map_err(at(&slot))?.trim().to_ascii_uppercase();
        let release = fs::read_to_string(&places.release).map_err(at(&places.release))?;
        let version = release.lines().find_map(|line| line.strip_prefix("IMAGE_VERSION="));
        let version = version.map(|version| version.trim_matches('"').to_owned());
        let version = version.ok_or_else(|| {
            SoftwareError::NoImage(format!("{} has no IMAGE_VERSION", places.release.display()))
        })?;
        if side == "A" || side == "B" {
            Ok(Self { side, version })
        } else {
            Err(SoftwareError::NoImage(format!("side {side:?}")))
        }
    }

    /// What is known of the versions of both sides, this one's among them.
    pub(crate) fn known(&self, places: &Places) -> Versions {
        let mut versions: Versions = files::load(&places.versions()).unwrap_or_default();
        versions.insert(self.side.clone(), self.version.clone());
        versions
    }

    /// The trial of this side, while it lasts.
    pub(crate) fn trial(&self, places: &Places) -> Option<Record> {
        let record: Record = files::load(&places.record())?;
        (record.outcome == Outcome::Tried && record.side == self.side).then_some(record)
    }

    fn other_side(&self) -> &'static str {
        other_side(&self.side)
    }
}

pub(crate) fn other_side(side: &str) -> &'static str {
    if side == "A" { "B" } else { "A" }
}

/// Carries out what is asked. What is refused is told in the report; an error is for the log.
pub(crate) fn carry_out(places: &Places) -> Result<(), SoftwareError> {
    let path = places.request();
    let asked = files::read(&path);
    // First of all, so that it is not asked again and again.
    fs::remove_file(&path).map_err(at(&path))?;
    let running = Running::of(places)?;
    let sides = rauc::sides(&running.side, &running.known(places))?;
    let mut teller =
        Teller { places, report: Report { sides, ..files::load(&places.report()).unwrap_or_default() } };
    // Nobody asks again while the page still says that something is going on.
    let outcome = obey(&mut teller, &running, asked.ok().as_deref());
    outcome.or_else(|error| teller.refuse(&error.to_string()).and(Err(error)))
}

fn obey(teller: &mut Teller<'_>, running: &Running, asked: Option<&[u8]>) -> Result<(), SoftwareError> {
    let on_trial = running.trial(teller.places).is_some();
    match asked.and_then(request::parse) {
        None => teller.refuse("what was asked is not understood"),
        Some(SoftwareOrder::Look) => {
            teller.report.on_sticks = stick::look()?;
            rauc::dismiss();
            teller.tell(None)
        }
        // The other side is all that there is to go back to.
        Some(_) if on_trial => teller.refuse("what runs has not proved itself yet"),
        Some(SoftwareOrder::Return) => go_back(teller, running),
        Some(SoftwareOrder::Install { stick, may_be_older }) => {
            match install(teller, running, stick.as_deref(), may_be_older)? {
                Ok(version) => start_anew(teller, running, Some(version)),
                Err(reason) => teller.refuse(&reason),
            }
        }
    }
}

/// Writes the update to the other side; its version, or why not.
fn install(
    teller: &mut Teller<'_>,
    running: &Running,
    stick: Option<&str>,
    may_be_older: bool,
) -> Result<Result<String, String>, SoftwareError> {
    teller.tell(Some(Update::at(Stage::Checking)))?;
    let (bundle, _stick) = match stick {
        Some(name) => match stick::find(name)? {
            Some((bundle, stick)) => (bundle, Held::Stick { _mounted: stick }),
            None => return Ok(Err(format!("{name} is on no stick any more"))),
        },
        None => match take_received(teller.places) {
            Ok(bundle) => (bundle.clone(), Held::File(bundle)),
            Err(error) => return Ok(Err(error.to_string())),
        },
    };
    let found = match rauc::look_into(&bundle) {
        Ok(found) => found,
        Err(reason) => return Ok(Err(format!("the update is not believed: {reason}"))),
    };
    if is_older(&found.version, &running.version) && !may_be_older {
        let reason = format!("version {} is older than {}, which runs", found.version, running.version);
        return Ok(Err(reason));
    }
    let mut update = Update { version: Some(found.version.clone()), ..Update::at(Stage::Installing) };
    teller.tell(Some(update.clone()))?;
    // From now on that side is not what it was.
    let (path, mut versions) = (teller.places.versions(), running.known(teller.places));
    versions.remove(running.other_side());
    files::save(&path, &versions, 0o600).map_err(at(&path))?;
    // And it may be started from the moment on that RAUC has finished, whatever happens to us.
    let before: Option<Record> = files::load(&teller.places.record());
    remember(teller.places, running, Some(found.version.clone()))?;
    let installed = rauc::install(&bundle, |percent| {
        update.percent = Some(percent);
        // A report that cannot be written holds up no update.
        let _ = teller.tell(Some(update.clone()));
    });
    if installed.is_err() {
        let path = teller.places.record();
        match before {
            Some(before) => files::save(&path, &before, 0o600),
            None => fs::remove_file(&path),
        }
        .map_err(at(&path))?;
    }
    Ok(installed.map(|()| found.version))
}

/// Takes the update out of the gateway's hands.
fn take_received(places: &Places) -> Result<PathBuf, SoftwareError> {
    let (from, to) = (files::bundle(&places.requests), places.private.join("bundle.raucb"));
    fs::create_dir_all(&places.private).map_err(at(&places.private))?;
    // A link is moved as a link, and refused.
    fs::rename(&from, &to).map_err(at(&from))?;
    let found = to.symlink_metadata().map_err(at(&to))?;
    if !found.is_file() {
        fs::remove_file(&to).map_err(at(&to))?;
        return Err(SoftwareError::NoImage("what was received is no file".to_owned()));
    }
    chown(&to, Some(0), Some(0)).map_err(at(&to))?;
    fs::set_permissions(&to, Permissions::from_mode(0o600)).map_err(at(&to))?;
    Ok(to)
}

/// What an update lies on while it is installed; what was received is not kept.
enum Held {
    File(PathBuf),
    Stick { _mounted: Stick },
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::File(path) = self {
            // One that stays is replaced by the next.
            let _ = fs::remove_file(path);
        }
    }
}

fn go_back(teller: &mut Teller<'_>, running: &Running) -> Result<(), SoftwareError> {
    let other = running.other_side();
    let side = teller.report.sides.iter().find(|side| side.name == other).cloned().unwrap_or_default();
    let Side { version: Some(version), .. } = side else {
        return teller.refuse(&format!("nothing was ever installed on side {other}"));
    };
    if let Err(error) = rauc::try_other() {
        return teller.refuse(&error.to_string());
    }
    start_anew(teller, running, Some(version))
}

/// Remembers what is tried, and starts the box with it.
fn start_anew(
    teller: &mut Teller<'_>,
    running: &Running,
    version: Option<String>,
) -> Result<(), SoftwareError> {
    let record = remember(teller.places, running, version)?;
    teller.tell(Some(record.update()))?;
    thread::sleep(LAST_WORDS);
    reboot()
}

fn remember(places: &Places, running: &Running, version: Option<String>) -> Result<Record, SoftwareError> {
    let side = running.other_side().to_owned();
    let record = Record { side, version, outcome: Outcome::Tried, reason: None };
    let path = places.record();
    fs::create_dir_all(&places.private).map_err(at(&places.private))?;
    files::save(&path, &record, 0o600).map_err(at(&path))?;
    Ok(record)
}

/// Starts the box anew.
pub(crate) fn reboot() -> Result<(), SoftwareError> {
    let mut command = Command::new("systemctl");
    command.args(["--no-block", "reboot"]).stdin(Stdio::null());
    let failed = |what| SoftwareError::Program { program: "systemctl", what };
    let status = command.status().map_err(|error| failed(error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed(status.to_string())) }
}

/// Tells the gateway.
pub(crate) struct Teller<'a> {
    pub(crate) places: &'a Places,
    pub(crate) report: Report,
}

impl Teller<'_> {
    /// Tells how far an update is; without one, what else is known.
    pub(crate) fn tell(&mut self, update: Option<Update>) -> Result<(), SoftwareError> {
        if update.is_some() {
            self.report.update = update;
        }
        let path = self.places.report();
        files::save(&path, &self.report, 0o644).map_err(at(&path))
    }

    fn refuse(&mut self, reason: &str) -> Result<(), SoftwareError> {
        tracing::warn!("refused: {reason}");
        self.tell(Some(Update { reason: Some(reason.to_owned()), ..Update::at(Stage::Refused) }))
    }
}

/// Whether this machine's firmware keeps variables for its start. U-Boot offers UEFI too, and keeps none while the system runs.
pub(crate) fn has_efi() -> bool {
    Path::new("/sys/firmware/efi/efivars/BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c").exists()
}
