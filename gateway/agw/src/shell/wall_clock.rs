//! The wall clock, while it may be believed. A box without a battery starts in 1970, or where it was switched off.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::libc;
use pumice_model::time::{Instant, WallClock};

use crate::config::{ClockSettings, ClockTrust};

#[cfg(test)]
mod tests;

/// How far the clock may drift from what the core was told before it is told again.
const DRIFT: Duration = Duration::from_secs(2);

/// Sees when the clock becomes trusted, is set, or is trusted no more.
#[derive(Debug)]
pub(crate) struct ClockWatch {
    settings: ClockSettings,
    told: Option<(Instant, u64)>,
}

impl ClockWatch {
    pub(crate) const fn new(settings: ClockSettings) -> Self {
        Self { settings, told: None }
    }

    /// Reads the clock; what the core is to be told, if that is something new.
    pub(crate) fn look(&mut self, now: Instant) -> Option<Option<WallClock>> {
        let trusted = match self.settings.trust {
            ClockTrust::Kernel => is_synchronised(),
            ClockTrust::Always => true,
            ClockTrust::Never => false,
        };
        let unix_seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        self.observe(now, unix_seconds.filter(|_| trusted))
    }

    fn observe(&mut self, now: Instant, reading: Option<u64>) -> Option<Option<WallClock>> {
        let news = match (self.told, reading) {
            (None, None) => false,
            (Some((at, told)), Some(seconds)) => {
                (told + now.since(at).as_secs()).abs_diff(seconds) > DRIFT.as_secs()
            }
            (None, Some(_)) | (Some(_), None) => true,
        };
        if !news {
            return None;
        }
        self.told = reading.map(|seconds| (now, seconds));
        let zone_quarters = self.settings.zone_quarters;
        Some(reading.map(|unix_seconds| WallClock { unix_seconds, zone_quarters }))
    }
}

/// Whether the kernel says that something (NTP, PTP, GNSS) disciplines its clock.
pub(crate) fn is_synchronised() -> bool {
    // SAFETY: timex is a plain C struct of integers, for which all zeros are legal; a mode of zero only reads.
    #[allow(unsafe_code, reason = "adjtimex(2) has no safe wrapper in nix")]
    let (state, status) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        let state = libc::adjtimex(&raw mut timex);
        (state, timex.status)
    };
    state >= 0 && state != libc::TIME_ERROR && status & libc::STA_UNSYNC == 0
}
