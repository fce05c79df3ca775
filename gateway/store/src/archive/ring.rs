//! The curves of one span.

use pumice_model::archive::{Series, Span};
use serde::{Deserialize, Serialize};

use crate::record;

const POINTS: usize = Span::POINTS as usize;

/// The curves of one span, the newest point last.
#[derive(Debug)]
pub(super) struct Ring {
    span: Span,
    /// The bucket of the last point; absent before the first sample.
    newest: Option<u64>,
    lanes: [Lane; Series::ALL.len()],
    /// Whether a point was completed since it was asked last.
    closed: bool,
}

/// One curve, and what its last point is made of so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Lane {
    points: Vec<Option<u32>>,
    sum: u64,
    count: u64,
}

/// What stands on the disk.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    /// Where the axis was.
    pub(super) axis: u64,
    /// The time of day then, if it was trusted.
    pub(super) unix: Option<u64>,
    lanes: [Lane; Series::ALL.len()],
}

impl Saved {
    pub(super) fn decode(octets: &[u8]) -> Option<Self> {
        let saved: Self = record::decode(octets)
            .inspect_err(|error| tracing::warn!(%error, "a curve of the past cannot be read"))
            .ok()?;
        saved.lanes.iter().all(|lane| lane.points.len() == POINTS).then_some(saved)
    }
}

impl Lane {
    fn empty() -> Self {
        Self { points: vec![None; POINTS], sum: 0, count: 0 }
    }

    fn advance(&mut self, by: usize) {
        let by = by.min(POINTS);
        self.points.rotate_left(by);
        self.points.iter_mut().rev().take(by).for_each(|point| *point = None);
        (self.sum, self.count) = (0, 0);
    }

    /// Moves all but the `newest` points back by `by`.
    fn put_gap(&mut self, newest: usize, by: usize) {
        let older = POINTS - newest.min(POINTS);
        let by = by.min(older);
        if let Some(points) = self.points.get_mut(..older) {
            points.rotate_left(by);
            points.iter_mut().rev().take(by).for_each(|point| *point = None);
        }
    }

    fn add(&mut self, (sum, count): (u64, u64)) {
        self.sum = self.sum.saturating_add(sum);
        self.count = self.count.saturating_add(count);
        let mean = self.sum.saturating_add(self.count / 2).checked_div(self.count);
        if let Some(last) = self.points.last_mut() {
            *last = mean.map(|mean| u32::try_from(mean).unwrap_or(u32::MAX));
        }
    }
}

impl Ring {
    pub(super) fn new(span: Span) -> Self {
        Self { span, newest: None, lanes: core::array::from_fn(|_| Lane::empty()), closed: false }
    }

    pub(super) fn resume(span: Span, saved: Saved) -> Self {
        let newest = Some(saved.axis / u64::from(span.step_seconds()));
        Self { span, newest, lanes: saved.lanes, closed: false }
    }

    pub(super) const fn span(&self) -> Span {
        self.span
    }

    /// Goes on to where the axis is now. The axis never goes back.
    pub(super) fn advance(&mut self, axis: u64) {
        let bucket = self.bucket(axis);
        if let Some(by) = self.newest.map(|newest| bucket.saturating_sub(newest)).filter(|by| *by > 0) {
            let by = usize::try_from(by).unwrap_or(usize::MAX);
            self.lanes.iter_mut().for_each(|lane| lane.advance(by));
            self.closed = true;
        }
        self.newest = Some(bucket.max(self.newest.unwrap_or(0)));
    }

    /// Makes room for `missing` seconds before what was measured since `first`; the axis is at `axis`, before them.
    pub(super) fn put_gap(&mut self, first: u64, axis: u64, missing: u64) {
        let later = self.bucket(axis.saturating_add(missing));
        let by = usize::try_from(later.saturating_sub(self.bucket(axis))).unwrap_or(usize::MAX);
        let since_first = self.bucket(axis).saturating_sub(self.bucket(first)).saturating_add(1);
        let newest = usize::try_from(since_first).unwrap_or(usize::MAX);
        self.lanes.iter_mut().for_each(|lane| lane.put_gap(newest, by));
        self.newest = Some(later);
    }

    /// Adds to the last point.
    pub(super) fn add(&mut self, of: impl Fn(Series) -> (u64, u64)) {
        for (lane, series) in self.lanes.iter_mut().zip(Series::ALL) {
            lane.add(of(series));
        }
    }

    pub(super) fn curves(&self) -> Vec<(Series, Vec<Option<u32>>)> {
        Series::ALL.into_iter().zip(self.lanes.iter().map(|lane| lane.points.clone())).collect()
    }

    /// Whether a point was completed since this was asked last.
    pub(super) fn take_closed(&mut self) -> bool {
        core::mem::take(&mut self.closed)
    }

    /// As it is to stand on the disk; nothing before the first sample.
    pub(super) fn save(&self, axis: u64, unix: Option<u64>) -> Option<Vec<u8>> {
        self.newest?;
        record::encode(&Saved { axis, unix, lanes: self.lanes.clone() }).ok()
    }

    fn bucket(&self, axis: u64) -> u64 {
        axis / u64::from(self.span.step_seconds())
    }
}
