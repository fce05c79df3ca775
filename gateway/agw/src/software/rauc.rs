//! RAUC, which knows the slots and writes them: its programs, and what they say.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::SoftwareError;
use super::report::{Side, Versions};

/// What a bundle says of itself, once its signature was found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bundle {
    pub(crate) version: String,
    pub(crate) compatible: String,
}

/// Checks a bundle's signature; what it says of itself, or why it is not believed.
pub(crate) fn look_into(bundle: &Path) -> Result<Bundle, String> {
    let mut command = Command::new("rauc");
    command.args(["info", "--output-format=json"]).arg(bundle);
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("rauc: {error}"))?;
    if !output.status.success() {
        return Err(reason(&output));
    }
    bundle_of(&output.stdout).ok_or_else(|| "it does not say what it is".to_owned())
}

fn bundle_of(said: &[u8]) -> Option<Bundle> {
    let value: Value = serde_json::from_slice(said).ok()?;
    let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
    Some(Bundle { version: text("version")?, compatible: text("compatible")? })
}

/// Both sides, as RAUC has them. What was flashed it does not know; `known` does, and what runs.
pub(crate) fn sides(running: &str, known: &Versions) -> Result<Vec<Side>, SoftwareError> {
    let output = run(&["status", "--detailed", "--output-format=json"])?;
    Ok(sides_of(&output.stdout, running, known))
}

fn sides_of(said: &[u8], running: &str, known: &Versions) -> Vec<Side> {
    let status: Value = serde_json::from_slice(said).unwrap_or_default();
    let slots = status.get("slots").and_then(Value::as_array).cloned().unwrap_or_default();
    // Each is an object with one key, the slot's name.
    let slots: Vec<(String, Value)> =
        slots.into_iter().filter_map(|slot| slot.as_object().cloned()).flatten().collect();
    let mut sides: Vec<Side> = slots
        .iter()
        .filter_map(|(slot_name, slot)| {
            let name = slot.get("bootname")?.as_str()?.to_owned();
            let runs = name == running;
            let parts = slots.iter().filter(|(_, part)| text(part, "/parent") == Some(slot_name));
            // A side that was written in part holds nothing.
            let whole = is_written(slot)
                && parts.map(|(_, part)| part).all(|part| is_written(part) && content(part) == content(slot));
            let known = known.get(&name).cloned();
            let found = if runs { known } else { content(slot).map(str::to_owned).or(known) };
            Some(Side {
                version: found.filter(|_| runs || whole),
                good: text(slot, "/boot_status") == Some("good"),
                runs,
                name,
            })
        })
        .collect();
    sides.sort_by(|one, other| one.name.cmp(&other.name));
    sides
}

/// Whether nothing was begun in a slot that was not finished. Of what was flashed RAUC knows nothing.
fn is_written(slot: &Value) -> bool {
    slot.pointer("/slot_status/status").is_none_or(|status| status == "ok")
}

/// The version of what RAUC has written to a slot.
fn content(slot: &Value) -> Option<&str> {
    text(slot, "/slot_status/bundle/version")
}

fn text<'v>(slot: &'v Value, pointer: &str) -> Option<&'v str> {
    slot.pointer(pointer)?.as_str()
}

/// Writes a bundle to the side that does not run. `tell` hears how much is done, in percent.
pub(crate) fn install(bundle: &Path, mut tell: impl FnMut(u8)) -> Result<(), String> {
    let mut command = Command::new("rauc");
    command.arg("install").arg(bundle).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("rauc: {error}"))?;
    let mut last = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match percent(&line) {
                Some(percent) => tell(percent),
                None if !line.trim().is_empty() => last = line.trim().to_owned(),
                None => {}
            }
        }
    }
    let output = child.wait_with_output().map_err(|error| format!("rauc: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = reason(&output);
    Err(if last.is_empty() { said } else { last })
}

/// ` 40% Checking slot root.1`
fn percent(line: &str) -> Option<u8> {
    let (number, _) = line.trim().split_once('%')?;
    number.parse().ok().filter(|percent| *percent <= 100)
}

/// Says that the side that runs has proved itself.
pub(crate) fn mark_good() -> Result<(), SoftwareError> {
    run(&["status", "mark-good"]).map(|_| ())
}

/// Says that it has not, where U-Boot would try it again.
pub(crate) fn mark_bad() -> Result<(), SoftwareError> {
    run(&["status", "mark-bad"]).map(|_| ())
}

/// Has the box start with the other side next.
pub(crate) fn try_other() -> Result<(), SoftwareError> {
    run(&["status", "mark-active", "other"]).map(|_| ())
}

/// Lets RAUC's service end, which has been started by being asked: it takes memory, and is seldom wanted.
pub(crate) fn dismiss() {
    let mut command = Command::new("systemctl");
    command.args(["--no-block", "stop", "rauc.service"]).stdin(Stdio::null());
    // One that stays is in nobody's way.
    let _ = command.status();
}

fn run(words: &[&str]) -> Result<Output, SoftwareError> {
    let failed = |what| SoftwareError::Program { program: "rauc", what };
    let output = Command::new("rauc").args(words).stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() { Ok(output) } else { Err(failed(reason(&output))) }
}

/// The last that a program said before it failed.
fn reason(output: &Output) -> String {
    let said = [output.stderr.as_slice(), &output.stdout].map(String::from_utf8_lossy);
    let line = said.iter().find_map(|text| text.lines().rev().map(str::trim).find(|line| !line.is_empty()));
    line.map_or_else(|| output.status.to_string(), |line| line.chars().take(300).collect())
}

#[cfg(test)]
mod tests;
