//! The last lines of the log, in memory, for the diagnostics: a box without a journal keeps none elsewhere.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::registry::LookupSpan;

#[cfg(test)]
mod tests;

/// Lines that are kept, their octets, and octets of one line. The oldest lines go first; a long line is cut.
const LINES: usize = 2_000;
const OCTETS: usize = 256 * 1024;
const LINE: usize = 1_024;

/// The last lines of the log. Clones are the same ring.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogRing(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    lines: VecDeque<String>,
    octets: usize,
}

impl LogRing {
    /// What is to be added to the subscriber, so that its lines are kept.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_subscriber::fmt::layer().with_writer(self.clone()).with_ansi(false)
    }

    /// The lines, the oldest first.
    pub(crate) fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::with_capacity(kept.octets + kept.lines.len());
        for line in &kept.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    fn push(&self, line: &str) {
        let line = cut(line);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.octets += line.len();
        kept.lines.push_back(line.to_owned());
        while kept.lines.len() > LINES || kept.octets > OCTETS {
            let Some(oldest) = kept.lines.pop_front() else { break };
            kept.octets -= oldest.len();
        }
    }
}

fn cut(line: &str) -> &str {
    line.get(..line.floor_char_boundary(LINE)).unwrap_or_default()
}

/// Takes the text of one event.
#[derive(Debug)]
pub(crate) struct Entry(LogRing);

impl<'a> MakeWriter<'a> for LogRing {
    type Writer = Entry;

    fn make_writer(&'a self) -> Entry {
        Entry(self.clone())
    }
}

impl Write for Entry {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        for line in String::from_utf8_lossy(octets).lines().filter(|line| !line.is_empty()) {
            self.0.push(line);
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
