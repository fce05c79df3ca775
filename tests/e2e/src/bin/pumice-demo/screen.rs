//! What the demo shows.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

/// Shows a line. Where nobody reads any more the demo goes on: its exit status still counts.
pub(crate) fn show(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Shows what has been done, by whom, and in what time.
pub(crate) fn step(who: &str, time: Duration, what: impl Display) {
    show(format_args!("{who:>9}  {:>4} ms  {what}", time.as_millis()));
}
