//! After a start: the side that runs proves itself, and is marked good, or is gone back from.

mod boot_entries;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use super::carry_out::{Running, Teller, has_efi, reboot};
use super::files::{self, Places};
use super::report::{Outcome, Record, Report, Stage, Update};
use super::{SoftwareError, at, rauc};

/// For how long the gateway must be well.
const WELL_FOR: Duration = Duration::from_secs(30);
/// The time in which that must have happened.
const WITHIN: Duration = Duration::from_secs(300);
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
    if let Some(tried) =
        record.as_mut().filter(|record| record.outcome == Outcome::Tried && record.side != running.side)
    {
        tried.outcome = Outcome::GoneBack;
        tried.reason.get_or_insert_with(|| "it did not start, or its start was cut short".to_owned());
        keep(places, tried)?;
    }
    let on_trial = record.as_ref().is_some_and(|record| record.outcome == Outcome::Tried);
    let update = record.as_ref().map(|record| match record.outcome {
        Outcome::Tried => Update { stage: Stage::Settling, ..record.update() },
        Outcome::Settled | Outcome::GoneBack => record.update(),
    });
    let sides = rauc::sides(&running.side, &running.known(places))?;
    let mut teller = Teller { places, report: Report { sides, ..Report::default() } };
    teller.tell(update)?;

    match proof(&mut is_well, WELL_FOR, WITHIN).await {
        Ok(()) => {
            rauc::mark_good()?;
            forget(&places.private.join("unsettled"))?;
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
        Err(reason) if on_trial => {
            tracing::error!("{} did not prove itself and is gone back from: {reason}", running.version);
            if let Some(record) = &mut record {
                record.outcome = Outcome::GoneBack;
                record.reason = Some(reason);
                keep(places, record)?;
            }
            if !has_efi() {
                rauc::mark_bad()?;
            }
            reboot()
        }
        // There is nothing to go back to that would be better. It is tried again.
        Err(reason) => Err(SoftwareError::Program { program: "pumice", what: reason }),
    }
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

fn settled_side(record: Option<&Record>) -> Option<&str> {
    record.filter(|record| record.outcome == Outcome::Settled).map(|record| record.side.as_str())
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
