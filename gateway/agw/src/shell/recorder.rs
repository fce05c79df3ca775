//! What is remembered of the past: curves every half minute, and what each phone used, by the day. Counters are absolute for a
//! session's life, so looking twice counts nothing twice; a session that ends is looked at once more before its count is gone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pumice_core::Core;
use pumice_model::archive::Day;
use pumice_model::identity::Imsi;
use pumice_model::rules::{SessionId, Usage, UserPlaneCommand};
use pumice_model::time::{Instant, WallClock};
use pumice_store::{Archive, Sample, UsageMeter};
use tokio::sync::watch;

use crate::house::StoreDoor;
use crate::machine::prober::Reachability;

#[cfg(test)]
mod tests;

/// Seconds between two samples.
const SAMPLE_EVERY: Duration = Duration::from_secs(30);

/// What the page looks at and the recorder writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Past {
    archive: Arc<Mutex<Archive>>,
    meter: Arc<Mutex<UsageMeter>>,
}

impl Past {
    /// Goes on with what was saved.
    pub(crate) fn resume(archive: Archive) -> Self {
        Self { archive: Arc::new(Mutex::new(archive)), meter: Arc::default() }
    }

    pub(crate) fn archive(&self) -> MutexGuard<'_, Archive> {
        self.archive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn meter(&self) -> MutexGuard<'_, UsageMeter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at the rooms and writes down what it sees.
#[derive(Debug)]
pub(crate) struct Recorder {
    past: Past,
    store: StoreDoor,
    reachability: watch::Receiver<Reachability>,
    owners: BTreeMap<SessionId, Imsi>,
    /// What the sessions that are over have used, so that the sum of all only goes up.
    gone: Totals,
    before: Option<(Instant, Totals)>,
    /// The wall clock when it was trusted last, and when that was.
    clock: Option<(Instant, WallClock)>,
}

/// Sums since the start of the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Totals {
    uplink: u64,
    downlink: u64,
    attaches_accepted: u64,
    attaches_rejected: u64,
}

impl Recorder {
    pub(crate) fn new(past: Past, store: StoreDoor, reachability: watch::Receiver<Reachability>) -> Self {
        Self {
            past,
            store,
            reachability,
            owners: BTreeMap::new(),
            gone: Totals::default(),
            before: None,
            clock: None,
        }
    }

    /// The wall clock is this now; nothing while it is not trusted.
    pub(crate) fn look_at_clock(&mut self, now: Instant, clock: Option<WallClock>) {
        if let Some(clock) = clock {
            self.clock = Some((now, clock));
        }
    }

    /// A command is about to reach the user plane, which forgets a session's count when it ends.
    pub(crate) fn before(
        &mut self,
        now: Instant,
        command: &UserPlaneCommand,
        core: &Core,
        usage: impl Fn(SessionId) -> Option<Usage>,
    ) {
        match command {
            UserPlaneCommand::Establish(session) => {
                if let Some(imsi) = core.owner(session.id) {
                    self.owners.insert(session.id, imsi);
                }
            }
            UserPlaneCommand::Remove(session) => {
                let Some(imsi) = self.owners.remove(session) else { return };
                let Some(used) = usage(*session) else { return };
                let day = self.day(now);
                let mut meter = self.past.meter();
                meter.observe(imsi, session.0, used.uplink_octets, used.downlink_octets, day);
                meter.end(imsi, session.0);
                drop(meter);
                self.gone.uplink = self.gone.uplink.saturating_add(used.uplink_octets);
                self.gone.downlink = self.gone.downlink.saturating_add(used.downlink_octets);
            }
            UserPlaneCommand::Modify { .. }
            | UserPlaneCommand::AdmitPeer(_)
            | UserPlaneCommand::RetirePeer(_) => {}
        }
    }

    /// Looks at everything, if it is time to. Runs in a tokio runtime.
    pub(crate) fn look(&mut self, now: Instant, core: &Core, usage: impl Fn(SessionId) -> Option<Usage>) {
        if self.before.is_some_and(|(before, _)| now.since(before) < SAMPLE_EVERY) {
            return;
        }
        let totals = self.observe(now, core, usage);
        if let Some((before, then)) = self.before.replace((now, totals)) {
            let sample = self.sample(core, now.since(before), then, totals);
            let unix = self.unix_seconds(now);
            self.past.archive().sample(now, unix, &sample);
        }
        let rings = self.past.archive().take_due();
        let rows = self.past.meter().take_due(now);
        self.write(rings, rows);
    }

    /// Looks once more and hands everything to the store, at the end.
    pub(crate) fn finish(&mut self, now: Instant, core: &Core, usage: impl Fn(SessionId) -> Option<Usage>) {
        self.observe(now, core, usage);
        let rings = self.past.archive().save();
        let rows = self.past.meter().take_all();
        self.write(rings, rows);
    }

    fn observe(&self, now: Instant, core: &Core, usage: impl Fn(SessionId) -> Option<Usage>) -> Totals {
        let day = self.day(now);
        let mut totals = self.gone;
        let mut meter = self.past.meter();
        for (&session, &imsi) in &self.owners {
            let Some(used) = usage(session) else { continue };
            meter.observe(imsi, session.0, used.uplink_octets, used.downlink_octets, day);
            totals.uplink = totals.uplink.saturating_add(used.uplink_octets);
            totals.downlink = totals.downlink.saturating_add(used.downlink_octets);
        }
        drop(meter);
        let attaches = core.attaches();
        totals.attaches_accepted = attaches.accepted;
        totals.attaches_rejected = attaches.rejected;
        totals
    }

    fn sample(&self, core: &Core, passed: Duration, then: Totals, now: Totals) -> Sample {
        let rate = |then: u64, now: u64| {
            let rate = now.saturating_sub(then).checked_div(passed.as_secs().max(1));
            rate.map(|rate| u32::try_from(rate).unwrap_or(u32::MAX))
        };
        let count = |then: u64, now: u64| u32::try_from(now.saturating_sub(then)).unwrap_or(u32::MAX);
        let succeeded = count(then.attaches_accepted, now.attaches_accepted);
        Sample {
            uplink: rate(then.uplink, now.uplink),
            downlink: rate(then.downlink, now.downlink),
            phones: Some(core.registered()),
            attaches_ended: succeeded.saturating_add(count(then.attaches_rejected, now.attaches_rejected)),
            attaches_succeeded: succeeded,
            delay: self.reachability.borrow().delay_millis,
        }
    }

    /// What the disk refuses is tried again with the next.
    fn write(&self, rings: Vec<pumice_store::SavedRing>, rows: Vec<pumice_model::archive::DayUsage>) {
        if !rings.is_empty() {
            let kept = self.store.ask(move |store| store.keep_history(&rings));
            tokio::spawn(async move {
                if let Err(error) = kept.await {
                    tracing::debug!(%error, "curves are not kept this time");
                }
            });
        }
        if !rows.is_empty() {
            let (past, store) = (self.past.clone(), self.store.clone());
            let again = rows.clone();
            let added = store.ask(move |store| store.add_usage(&rows));
            tokio::spawn(async move {
                if let Err(error) = added.await {
                    tracing::debug!(%error, "what phones used is kept in memory for now");
                    past.meter().give_back(again);
                }
            });
        }
    }

    /// The day in the box's zone. A clock that was trusted once in this run goes on well enough for a day.
    fn day(&self, now: Instant) -> Day {
        let Some((at, clock)) = self.clock else {
            let days = now.since_start().as_secs() / 86_400;
            return Day(u32::try_from(days).unwrap_or(0).min(Day::FIRST_REAL.0 - 1));
        };
        let local = i64::try_from(clock.unix_seconds.saturating_add(now.since(at).as_secs()))
            .unwrap_or(0)
            .saturating_add(i64::from(clock.zone_quarters) * 900);
        Day(u32::try_from(local.div_euclid(86_400)).unwrap_or(0))
    }

    fn unix_seconds(&self, now: Instant) -> Option<u64> {
        self.clock.map(|(at, clock)| clock.unix_seconds.saturating_add(now.since(at).as_secs()))
    }
}
