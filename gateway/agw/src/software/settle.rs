//! After a start: the side that runs proves itself, and is marked good, or is gone back from.

mod boot_entries;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use super::carry_out::{Running, Teller, has_efi, other_side, reboot};
use super::files::{self, Places};
use super::report::{Outcome, Record, Report, Stage, Update};
use super::{SoftwareError, at, rauc};

/// For how long the gateway must be well.
const WELL_FOR: Duration = Duration::from_secs(30);
/// The time in which that must have happened.
const WITHIN: Duration = Duration::from_secs(300);
/// The longest that a trial may take, should even its end fail.
const TRIAL: Duration = Duration::from_secs(900);
/// How often it is asked.
const EVERY: Duration = Duration::from_secs(2);

/// What is wrong with the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unwell {
    /// It may pass.
    Now(String),
    /// The service manager has given it up.
    ForGood(String),
}

/// Whether systemd starts the gateway no more: its configuration is wrong, and trying again changes nothing.
pub(crate) fn is_given_up() -> bool {
    let mut command = Command::new("systemctl");
    command.args(["--quiet", "is-failed", "pumice.service"]).stdin(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Watches the gateway until it has proved itself, and acts on it. `is_well` says what is wrong, if something is.
pub(crate) async fn settle(
    places: &Places,
    is_well: impl AsyncFnMut() -> Result<(), Unwell>,
) -> Result<(), SoftwareError> {
    let outcome = watch(places, is_well).await;
    // A side on which not even this can be found out is not one to stay with.
    let trial = Running::of(places).ok().and_then(|running| running.trial(places));
    match (outcome, trial) {
        (Err(error), Some(record)) if uptime() > TRIAL => leave(places, record, error.to_string()),
        (outcome, _) => outcome,
    }
}

async fn watch(
    places: &Places,
    mut is_well: impl AsyncFnMut() -> Result<(), Unwell>,
) -> Result<(), SoftwareError> {
    let running = Running::of(places)?;
    forget(&places.private.join("bundle.raucb"))?;
    let mut record: Option<Record> = files::load(&places.record());
    if has_efi() && boot_entries::ensure(settled_side(record.as_ref()))? == boot_entries::Found::OtherSettled
    {
        tracing::warn!("the firmware has forgotten which side is good; the box starts anew with it");
        return reboot();
    }
    if let Some(left) = record.as_ref().and_then(|record| left_side(record, &running)) {
        let version = running.known(places).remove(&left.side);
        let left = Record { version: left.version.clone().or(version), ..left };
        tracing::warn!(
            left = left.side,
            "the box runs its other side: {}",
            left.reason.as_deref().unwrap_or_default()
        );
        keep(places, &left)?;
        record = Some(left);
    }
    let on_trial = record.as_ref().is_some_and(|record| record.outcome == Outcome::Tried);
    let update = record.as_ref().map(|record| match record.outcome {
        Outcome::Tried => Update { stage: Stage::Settling, ..record.update() },
        Outcome::Settled | Outcome::GoneBack => record.update(),
    });
    let sides = rauc::sides(&running.side, &running.known(places))?;
    let mut teller = Teller { places, report: Report { sides, ..Report::default() } };
    teller.tell(update)?;

    let (mut counted, mut restarts) = (true, restarts_of_gateway());
    let mut is_well = async || {
        is_well().await?;
        if core::mem::take(&mut counted) {
            come_to_something(places, on_trial).map_err(|error| Unwell::Now(error.to_string()))?;
        }
        let before = core::mem::replace(&mut restarts, restarts_of_gateway());
        if restarts == before { Ok(()) } else { Err(Unwell::Now("the gateway does not stay up".to_owned())) }
    };
    match proof(&mut is_well, WELL_FOR, WITHIN).await {
        Ok(()) => {
            rauc::mark_good()?;
            let path = places.versions();
            files::save(&path, &running.known(places), 0o600).map_err(at(&path))?;
            if let Some(record) = record.as_mut().filter(|_| on_trial) {
                record.outcome = Outcome::Settled;
                keep(places, record)?;
            }
            tracing::info!(side = running.side, version = running.version, "this side has proved itself");
            teller.report.sides = rauc::sides(&running.side, &running.known(places))?;
            rauc::dismiss();
            teller.tell(record.as_ref().map(Record::update))
        }
        Err(reason) => match record.filter(|_| on_trial) {
            Some(record) => leave(places, record, reason),
            // There is nothing to go back to that would be better. It is tried again.
            None => Err(SoftwareError::Program { program: "pumice", what: reason }),
        },
    }
}

/// Goes back from a side on trial.
fn leave(places: &Places, record: Record, reason: String) -> Result<(), SoftwareError> {
    tracing::error!("this side did not prove itself and is gone back from: {reason}");
    let record = Record { outcome: Outcome::GoneBack, reason: Some(reason), ..record };
    // Neither may keep the box here: it starts the other side in any case, and sees there that this one was left.
    let kept = keep(places, &record);
    let marked = if has_efi() { Ok(()) } else { rauc::mark_bad() };
    if let Err(error) = kept.and(marked) {
        tracing::warn!("{error}");
    }
    reboot()
}

/// The gateway is well for the first time: this start does not count among those that came to nothing, because power that flickers
/// is not a side that has rotted.
fn come_to_something(places: &Places, on_trial: bool) -> Result<(), SoftwareError> {
    if !has_efi() && !on_trial {
        rauc::mark_good()?;
    }
    forget(&places.private.join("unsettled"))
}

/// How often systemd had to start the gateway anew, as it says it.
fn restarts_of_gateway() -> Vec<u8> {
    let mut command = Command::new("systemctl");
    command.args(["show", "--property=NRestarts", "pumice.service"]).stdin(Stdio::null());
    command.output().map(|output| output.stdout).unwrap_or_default()
}

/// For how long the machine has run.
fn uptime() -> Duration {
    let said = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = said.split('.').next().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(0))
}

/// Waits until all was well for long enough; what was wrong last, if that does not happen in time.
async fn proof(
    is_well: &mut impl AsyncFnMut() -> Result<(), Unwell>,
    for_so_long: Duration,
    within: Duration,
) -> Result<(), String> {
    let begun = Instant::now();
    let mut well_since = None;
    let mut wrong = "the gateway did not stay well for long enough".to_owned();
    loop {
        match is_well().await {
            Ok(()) => {
                let since = *well_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= for_so_long {
                    return Ok(());
                }
            }
            Err(Unwell::ForGood(reason)) => return Err(reason),
            Err(Unwell::Now(reason)) => {
                well_since = None;
                wrong = reason;
            }
        }
        if begun.elapsed() >= within {
            return Err(wrong);
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// What there is to say of the other side, if the box should run that.
fn left_side(record: &Record, running: &Running) -> Option<Record> {
    let (side, reason) = match record.outcome {
        Outcome::Tried => (record.side.as_str(), "it did not start, or its start was cut short"),
        Outcome::Settled => (record.side.as_str(), CAME_TO_NOTHING),
        Outcome::GoneBack => (other_side(&record.side), CAME_TO_NOTHING),
    };
    let same = side == record.side;
    (side != running.side).then(|| Record {
        side: side.to_owned(),
        version: record.version.clone().filter(|_| same),
        outcome: Outcome::GoneBack,
        reason: record.reason.clone().filter(|_| same).or_else(|| Some(reason.to_owned())),
    })
}

/// Of a side that had been good.
const CAME_TO_NOTHING: &str = "its last starts came to nothing, or the firmware did not find it";

/// The side that was good last, as far as it is remembered.
fn settled_side(record: Option<&Record>) -> Option<&str> {
    let record = record?;
    Some(match record.outcome {
        Outcome::Settled => &record.side,
        Outcome::Tried | Outcome::GoneBack => other_side(&record.side),
    })
}

fn keep(places: &Places, record: &Record) -> Result<(), SoftwareError> {
    let path = places.record();
    files::save(&path, record, 0o600).map_err(at(&path))
}

/// Removes a file: the count of starts, which the initramfs keeps until one settles; an update that was cut off.
fn forget(path: &Path) -> Result<(), SoftwareError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
