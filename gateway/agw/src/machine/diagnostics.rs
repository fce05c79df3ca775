//! A bundle for who is to find a fault far away: a gzipped tar of texts, without anything that opens a network or names a phone.
//!
//! What goes in is chosen ([`Parts`]), and all of it goes through the [`Scrubber`] as well: two nets, because a secret that was
//! sent to a support desk cannot be called back.

mod scrub;

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use pumice_model::machine::MachineView;
use pumice_model::settings::SettingsView;

pub(crate) use scrub::Scrubber;

use super::interfaces::read_start;

#[cfg(test)]
mod tests;

/// Octets of a bundle at most.
const BUNDLE: usize = 2 << 20;

/// Octets of one text at most.
const TEXT: usize = 150 * 1024;

/// Octets of the log, which is worth more.
const LOG: usize = 288 * 1024;

// Even texts that do not compress fit: eleven and the log, with a header and padding each, and what the formats add.
const _: () = assert!(11 * TEXT + LOG + 12 * 2 * 512 + 64 * 1024 <= BUNDLE);

/// Octets that are read of what the kernel tells.
const FACTS: u64 = 64 * 1024;

/// What goes into a bundle.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    /// The program's version.
    pub(crate) version: &'a str,
    /// The state of the gateway, as the API tells it (JSON).
    pub(crate) status: &'a str,
    /// The state of the box.
    pub(crate) machine: &'a MachineView,
    /// The counters, as the API tells them.
    pub(crate) metrics: &'a str,
    /// What happened, a line each.
    pub(crate) events: &'a str,
    /// What is set; secrets in it are empty.
    pub(crate) settings: &'a SettingsView,
    /// The last lines of the log.
    pub(crate) log: &'a str,
    /// Seconds since 1970, for the files' dates.
    pub(crate) unix_seconds: u64,
}

/// Makes a bundle. `proc` is normally `/proc`. Takes a good part of a second on a small board: not for the core's thread.
pub(crate) fn bundle(parts: &Parts<'_>, scrubber: &Scrubber, proc: &Path) -> io::Result<Vec<u8>> {
    let fact =
        |file: &str| read_start(&proc.join(file), FACTS).unwrap_or_else(|| "not to be had\n".to_owned());
    let texts = [
        ("version.txt", format!("pumice {}\n", parts.version)),
        ("status.json", parts.status.to_owned()),
        ("machine.txt", format!("{:#?}\n", parts.machine)),
        ("metrics.txt", parts.metrics.to_owned()),
        ("events.txt", parts.events.to_owned()),
        ("settings.txt", settings_text(parts.settings)),
        ("log.txt", parts.log.to_owned()),
        ("system/kernel.txt", fact("version")),
        ("system/meminfo.txt", fact("meminfo")),
        ("system/loadavg.txt", fact("loadavg")),
        ("system/uptime.txt", fact("uptime")),
        ("system/process.txt", fact("self/status")),
    ];
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, text) in texts {
        let text = scrubber.scrub(&text);
        let text = if name == "log.txt" { the_end(&text, LOG) } else { the_start(&text, TEXT) };
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(parts.unix_seconds);
        tar.append_data(&mut header, Path::new("pumice-diagnostics").join(name), text.as_bytes())?;
    }
    let mut gzip = tar.into_inner()?;
    gzip.flush()?;
    gzip.finish()
}

/// A line for each key; `=` and a value, or whether a secret is set.
fn settings_text(settings: &SettingsView) -> String {
    use pumice_model::settings::SettingKind;

    let mut text = format!("complete: {}\ntrial: {:?}\n", settings.complete, settings.trial);
    for row in &settings.rows {
        let value = match row.spec.kind {
            SettingKind::Secret => "(secret)",
            _ => row.value.as_str(),
        };
        let by = if row.set { " (set by an owner)" } else { "" };
        text.push_str(&format!("{} = {value:?}{by}\n", row.spec.key));
    }
    text
}

fn the_start(text: &str, octets: usize) -> String {
    let kept = text.get(..text.floor_char_boundary(octets)).unwrap_or_default();
    with_note(kept, "", text.len() - kept.len())
}

fn the_end(text: &str, octets: usize) -> String {
    let from = text.ceil_char_boundary(text.len().saturating_sub(octets));
    let kept = text.get(from..).unwrap_or_default();
    with_note("", kept, from)
}

/// What was cut is said where it was.
fn with_note(start: &str, end: &str, left_out: usize) -> String {
    if left_out == 0 {
        return format!("{start}{end}");
    }
    format!("{start}\n[{left_out} octets are left out here]\n{end}")
}
