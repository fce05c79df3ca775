//! Sentences to a fix and a time.

#[cfg(test)]
mod tests;

use core::time::Duration;

use super::line::Lines;
use super::sentence::{NotSentence, Position, Sentence, parse};

/// The time after which what was said last counts no more.
const STALE: Duration = Duration::from_secs(5);
/// How many times must follow each other evenly before the last one is believed.
const EVEN_TIMES: u8 = 3;
/// By how much the receiver's clock and ours may differ between two times: serial ports are late, never early by much.
const UNEVEN: Duration = Duration::from_millis(700);
/// The most systems whose satellites are counted.
const MAX_SYSTEMS: usize = 8;

/// Where the receiver is, and how well it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fix {
    /// As in GGA: 1 GPS, 2 differential, 4 and 5 RTK, 6 dead reckoning...
    pub quality: u8,
    /// Satellites used.
    pub satellites: u8,
    /// Where it is.
    pub position: Option<Position>,
    /// Above the geoid, in decimetres.
    pub altitude_dm: Option<i32>,
}

/// A time that the receiver said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GnssTime {
    /// UTC, since 1970.
    pub utc: Duration,
    /// When it was heard, monotonic.
    pub heard: Duration,
}

/// What came over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Sentences that were understood, or well formed.
    pub sentences: u64,
    /// Lines whose checksum was absent or wrong.
    pub bad_checksums: u64,
    /// Lines with a field or an address that cannot be.
    pub malformed: u64,
    /// Lines that were too long.
    pub too_long: u64,
    /// Times that did not follow evenly on the one before.
    pub uneven: u64,
}

/// A receiver.
#[derive(Debug, Default)]
pub struct Receiver {
    lines: Lines,
    counters: Counters,
    fix: Option<(Fix, Duration)>,
    /// The time said last, and how many before it were even.
    time: Option<GnssTime>,
    even: u8,
    in_view: heapless::Vec<([u8; 2], u8), MAX_SYSTEMS>,
    last_sentence: Option<Duration>,
}

impl Receiver {
    /// One that has not said anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes octets that were just read.
    pub fn feed(&mut self, now: Duration, octets: &[u8]) {
        let mut lines = core::mem::take(&mut self.lines);
        lines.feed(octets, |line| match parse(line) {
            Ok(sentence) => {
                self.counters.sentences = self.counters.sentences.saturating_add(1);
                self.last_sentence = Some(now);
                self.take(now, sentence);
            }
            Err(NotSentence::Checksum) => {
                self.counters.bad_checksums = self.counters.bad_checksums.saturating_add(1);
            }
            Err(NotSentence::Address | NotSentence::Field) => {
                self.counters.malformed = self.counters.malformed.saturating_add(1);
            }
        });
        self.counters.too_long = lines.too_long();
        self.lines = lines;
    }

    /// What came over the wire.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Whether it says anything at all that is well formed.
    pub fn is_talking(&self, now: Duration) -> bool {
        self.last_sentence.is_some_and(|last| now.saturating_sub(last) <= STALE)
    }

    /// Where it is, if it knows.
    pub fn fix(&self, now: Duration) -> Option<Fix> {
        let (fix, heard) = self.fix?;
        (fix.quality != 0 && now.saturating_sub(heard) <= STALE).then_some(fix)
    }

    /// The time said last, if the receiver warrants it and it went on evenly.
    pub fn time(&self, now: Duration) -> Option<GnssTime> {
        let time = self.time.filter(|_| self.even >= EVEN_TIMES)?;
        (now.saturating_sub(time.heard) <= STALE).then_some(time)
    }

    /// Satellites in view, of all systems.
    pub fn satellites_in_view(&self) -> u16 {
        self.in_view.iter().map(|(_, in_view)| u16::from(*in_view)).sum()
    }

    fn take(&mut self, now: Duration, sentence: Sentence) {
        match sentence {
            Sentence::Rmc { time, valid: true, .. } => self.hear(now, time),
            Sentence::Rmc { valid: false, .. } => {
                self.time = None;
                self.even = 0;
            }
            // ZDA has no word on whether the receiver warrants it: without a fix it comes from the receiver's own clock.
            Sentence::Zda { time } if self.fix(now).is_some() => self.hear(now, time),
            Sentence::Zda { .. } | Sentence::Other => {}
            Sentence::Gga { quality, satellites, position, altitude_dm } => {
                self.fix = Some((Fix { quality, satellites, position, altitude_dm }, now));
            }
            Sentence::Gsv { talker, in_view } => {
                match self.in_view.iter_mut().find(|(known, _)| *known == talker) {
                    Some((_, known)) => *known = in_view,
                    // More systems than there are: the further ones are not counted.
                    None => drop(self.in_view.push((talker, in_view))),
                }
            }
        }
    }

    fn hear(&mut self, now: Duration, utc: Option<Duration>) {
        let Some(utc) = utc else { return };
        let said = GnssTime { utc, heard: now };
        let Some(last) = self.time else {
            self.time = Some(said);
            self.even = 0;
            return;
        };
        if utc == last.utc {
            // RMC and ZDA of the same second.
            return;
        }
        let passed = now.saturating_sub(last.heard);
        let said_to_pass = utc.checked_sub(last.utc);
        let is_even = said_to_pass.is_some_and(|said| said.abs_diff(passed) <= UNEVEN);
        if is_even {
            self.even = self.even.saturating_add(1).min(EVEN_TIMES);
        } else {
            self.even = 0;
            self.counters.uneven = self.counters.uneven.saturating_add(1);
        }
        self.time = Some(said);
    }
}
