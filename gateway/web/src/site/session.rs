//! How long a session lasts, on a box whose clock may be wrong and that starts anew at any time. Sans-IO: times come in.
//!
//! A session ends 30 minutes after it was used last, and 12 hours after it began whatever it did. Within one start of the gateway
//! both are exact. Across starts they are exact when both times have a date. Without dates only what is certain counts: the time
//! since this start. So a box without a clock gives a session its 30 minutes, and its 12 hours, anew with each start. To gain from
//! that somebody would need the browser's token and the box's power plug; and after [`STARTS`] starts it ends all the same.

use core::time::Duration;

use pumice_model::people::Session;
use pumice_model::time::Stamp;

#[cfg(test)]
mod tests;

/// A session ends so long after it was used last.
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);

/// A session ends so long after it began.
const WHOLE: Duration = Duration::from_secs(12 * 60 * 60);

/// Starts that a session outlives without dates.
const STARTS: u32 = 8;

/// Its use is written down at most so often.
const WRITTEN: Duration = Duration::from_secs(60);

/// Whether a session goes on.
pub(crate) fn is_alive(session: &Session, now: Stamp) -> bool {
    at_least(session.used, now) < IDLE
        && at_least(session.begun, now) < WHOLE
        && (is_dated(session.begun, now) || now.boot.saturating_sub(session.begun.boot) <= STARTS)
        && session.begun.boot <= now.boot
}

/// Whether a use is worth writing down.
pub(crate) fn is_worth_writing(used: Stamp, now: Stamp) -> bool {
    used.boot != now.boot || at_least(used, now) >= WRITTEN
}

/// The time that has certainly passed.
fn at_least(then: Stamp, now: Stamp) -> Duration {
    if then.boot == now.boot {
        return Duration::from_millis(now.at_millis.saturating_sub(then.at_millis));
    }
    let since_start = Duration::from_millis(now.at_millis);
    match (then.unix_seconds, now.unix_seconds) {
        // A clock that was set back tells nothing.
        (Some(then), Some(now)) => {
            now.checked_sub(then).map_or(since_start, |passed| Duration::from_secs(passed).max(since_start))
        }
        _ => since_start,
    }
}

fn is_dated(then: Stamp, now: Stamp) -> bool {
    then.boot == now.boot || then.unix_seconds.is_some() && now.unix_seconds >= then.unix_seconds
}
