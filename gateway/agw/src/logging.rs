//! The log: to the journal under systemd, otherwise to the standard error.

mod event_line;
mod pace;

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

use nix::sys::stat::fstat;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{ImsiInLog, LogSettings};
use crate::machine::log_ring::LogRing;
pub(crate) use event_line::{EventLine, event_line};
pub(crate) use pace::{Pace, Paced};

/// Starts logging; once. `ring` keeps the last lines.
pub(crate) fn start(settings: LogSettings, ring: &LogRing) {
    // What others say below warnings is for their authors.
    let others = LevelFilter::from_level(settings.level).min(LevelFilter::WARN);
    let targets = Targets::new().with_default(others).with_target("pumice", settings.level);
    let registry = tracing_subscriber::registry().with(targets).with(ring.layer());
    // The second start of a test's process finds a log already there, which is as good.
    let _ = match journal() {
        Some(journal) => registry.with(journal).try_init(),
        None => {
            let stderr = tracing_subscriber::fmt::layer()
                .with_writer(io::stderr)
                .with_ansi(io::stderr().is_terminal());
            registry.with(stderr.with_target(settings.level >= Level::DEBUG)).try_init()
        }
    };
}

/// Starts logging for what ends soon.
pub(crate) fn start_plain() {
    start(LogSettings { level: Level::INFO, imsi: ImsiInLog::Short }, &LogRing::default());
}

/// The journal, if the standard error leads there (systemd.exec(5), `$JOURNAL_STREAM`).
fn journal() -> Option<tracing_journald::Layer> {
    let stream = std::env::var("JOURNAL_STREAM").ok()?;
    let stderr = fstat(io::stderr().as_fd()).ok()?;
    leads_to_journal(&stream, stderr.st_dev, stderr.st_ino).then(tracing_journald::layer)?.ok()
}

fn leads_to_journal(stream: &str, device: u64, inode: u64) -> bool {
    stream == format!("{device}:{inode}")
}

#[cfg(test)]
mod tests;
