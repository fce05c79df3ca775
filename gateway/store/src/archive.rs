//! The curves of the past: rings of fixed size in memory, and a copy of each on the disk.
//!
//! Time runs along an axis of its own, in seconds, that only goes forward: a clock that is set does not tear a curve apart.
//! A start goes on where the last one ended; the time between, which the box cannot know without a clock, is put in as soon
//! as the clock is trusted. The curve of the hour is written with that of the day, every 12 minutes; that of the month when
//! a point of it is complete, every 6 hours; all of them when the gateway stops.

mod keep;
mod ring;
#[cfg(test)]
mod tests;

use pumice_model::archive::{Curves, Series, Span};
use pumice_model::time::Instant;

use ring::{Ring, Saved};

pub use keep::SavedRing;

/// What was measured in the last half minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sample {
    /// Octets per second from phones.
    pub uplink: Option<u32>,
    /// Octets per second to phones.
    pub downlink: Option<u32>,
    /// Phones with a context.
    pub phones: Option<u32>,
    /// Attaches that ended.
    pub attaches_ended: u32,
    /// Those of them that succeeded.
    pub attaches_succeeded: u32,
    /// Milliseconds to the probe and back.
    pub delay: Option<u32>,
}

impl Sample {
    /// The sum of what was measured and how often, for the mean. A curve of attaches is the share of all of them, not the
    /// mean of shares.
    fn of(&self, series: Series) -> (u64, u64) {
        let once = |value: Option<u32>| value.map_or((0, 0), |value| (u64::from(value), 1));
        match series {
            Series::Uplink => once(self.uplink),
            Series::Downlink => once(self.downlink),
            Series::Phones => once(self.phones),
            Series::AttachSuccess => (
                1_000 * u64::from(self.attaches_succeeded.min(self.attaches_ended)),
                u64::from(self.attaches_ended),
            ),
            Series::Delay => once(self.delay),
        }
    }
}

/// The curves of an hour, a day and a month.
#[derive(Debug)]
pub struct Archive {
    rings: [Ring; 3],
    /// Where the axis was at the first sample of this start.
    begun: Option<(Instant, u64)>,
    /// Where it goes on.
    resumed: Resumed,
    last: Last,
}

/// Where the last run ended.
#[derive(Debug, Clone, Copy, Default)]
struct Resumed {
    axis: u64,
    /// The time of day then, until the time between is put in.
    unix: Option<u64>,
}

/// The last sample.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    axis: u64,
    unix: Option<u64>,
}

impl Archive {
    /// Goes on with what was saved. A ring that cannot be read begins anew.
    pub fn resume(saved: &[SavedRing]) -> Self {
        let mut resumed = Resumed::default();
        let rings = Span::ALL.map(|span| {
            let octets = saved.iter().find(|saved| saved.span == span).map(|saved| saved.octets.as_slice());
            match octets.and_then(Saved::decode) {
                Some(found) => {
                    if found.axis >= resumed.axis {
                        resumed = Resumed { axis: found.axis, unix: found.unix };
                    }
                    Ring::resume(span, found)
                }
                None => Ring::new(span),
            }
        });
        Self { rings, begun: None, resumed, last: Last { axis: resumed.axis, unix: None } }
    }

    /// Takes a sample: every 30 s. `unix_seconds` is the time of day while it is trusted.
    pub fn sample(&mut self, now: Instant, unix_seconds: Option<u64>, sample: &Sample) {
        let axis = self.axis(now);
        for ring in &mut self.rings {
            ring.advance(axis);
        }
        let axis = match (unix_seconds, self.resumed.unix) {
            (Some(now), Some(then)) => self.put_in_what_passed(axis, now.saturating_sub(then)),
            _ => axis,
        };
        for ring in &mut self.rings {
            ring.add(|series| sample.of(series));
        }
        self.last = Last { axis, unix: unix_seconds };
    }

    /// The curves of a span; the last point is that of the last sample.
    pub fn curves(&self, span: Span) -> Curves {
        let ring = self.rings.iter().find(|ring| ring.span() == span);
        Curves { span, ends: self.last.unix, curves: ring.map(Ring::curves).unwrap_or_default() }
    }

    /// What is to be written now. Asked after each sample, it writes some 4 kB every 12 minutes.
    pub fn take_due(&mut self) -> Vec<SavedRing> {
        let [hour, day, month] = &mut self.rings;
        // The hour goes along with the day.
        let _ = hour.take_closed();
        let (day_due, month_due) = (day.take_closed(), month.take_closed());
        let due = [day_due, day_due, month_due];
        let due = self.rings.iter().zip(due).filter(|(_, due)| *due);
        due.filter_map(|(ring, _)| self.saved(ring)).collect()
    }

    /// All that is to be written: at the end.
    pub fn save(&self) -> Vec<SavedRing> {
        self.rings.iter().filter_map(|ring| self.saved(ring)).collect()
    }

    fn saved(&self, ring: &Ring) -> Option<SavedRing> {
        let octets = ring.save(self.last.axis, self.last.unix)?;
        Some(SavedRing { span: ring.span(), octets })
    }

    /// A start begins in the middle of a half minute, so that samples that come a little early or late have one each.
    fn axis(&mut self, now: Instant) -> u64 {
        let step = u64::from(Span::Hour.step_seconds());
        let first =
            (self.resumed.axis / step).saturating_add(1).saturating_mul(step).saturating_add(step / 2);
        let (begun, axis) = *self.begun.get_or_insert((now, first));
        axis.saturating_add(now.since(begun).as_secs())
    }

    /// Moves what this start has measured away from what was before, by the time between them that the axis does not have.
    /// A point in which both lie goes with this start.
    fn put_in_what_passed(&mut self, axis: u64, real: u64) -> u64 {
        self.resumed.unix = None;
        let Some((_, first)) = self.begun else { return axis };
        let step = u64::from(Span::Hour.step_seconds());
        let missing = real.saturating_sub(axis.saturating_sub(self.resumed.axis)) / step * step;
        for ring in &mut self.rings {
            ring.put_gap(first, axis, missing);
        }
        self.begun = self.begun.map(|(begun, first)| (begun, first.saturating_add(missing)));
        axis.saturating_add(missing)
    }
}

impl Default for Archive {
    fn default() -> Self {
        Self::resume(&[])
    }
}
