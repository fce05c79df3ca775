//! Whether the internet answers.
//!
//! [`Prober`] knows when to ask and what the answers mean; [`run`] asks, by making a TCP connection and closing it. It asks
//! seldom, because somebody may pay for each octet.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use pumice_model::machine::{BackhaulView, InterfaceView};
use pumice_model::time::Instant;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::config::{BackhaulSettings, Way};

#[cfg(test)]
mod tests;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// Failures in a row that mean off: one lost packet is not an outage.
const FAILURES: u32 = 2;

/// The time between probes while there is no answer.
const SOON: Duration = Duration::from_secs(10);
const LATE: Duration = Duration::from_secs(60);

/// Delays that the median is of.
const DELAYS: usize = 5;

/// What came of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An answer after this long.
    Answered(Duration),
    /// None.
    Failed(Off),
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Off {
    /// Nothing is plugged in.
    Cable,
    /// The WiFi or the modem has no connection.
    Signal,
    /// The interface has no address.
    Address,
    /// There is no default route.
    Route,
    /// All that is there, and nobody answers.
    Answer,
}

impl Off {
    /// In plain words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Cable => "no cable",
            Self::Signal => "no signal",
            Self::Address => "no address",
            Self::Route => "no route",
            Self::Answer => "no answer",
        }
    }
}

/// What is known of the way to the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reachability {
    /// Whether it answers, once that is known.
    pub(crate) online: Option<bool>,
    /// When that became so.
    pub(crate) since: Instant,
    /// The same in seconds since 1970, if the clock was trusted then.
    pub(crate) since_unix: Option<u64>,
    /// Milliseconds to the probe and back: the middle one of the last five.
    pub(crate) delay_millis: Option<u32>,
    /// Why it does not answer.
    pub(crate) off: Option<Off>,
}

impl Reachability {
    /// As people see it.
    pub(crate) fn view(&self, way: Option<&Way>, interface: Option<String>, now: Instant) -> BackhaulView {
        BackhaulView {
            way: way.map_or("file", Way::word).to_owned(),
            interface,
            online: self.online,
            since: now.since(self.since),
            since_unix: self.since_unix,
            delay_millis: self.delay_millis,
            why: self.off.map(Off::words),
        }
    }
}

/// Decides when to probe, and what the outcomes mean.
#[derive(Debug)]
pub(crate) struct Prober {
    state: Reachability,
    delays: VecDeque<Duration>,
    failures: u32,
    next: Instant,
}

impl Prober {
    /// Knows nothing yet, and wants to probe at once.
    pub(crate) fn new(now: Instant, unix_seconds: Option<u64>) -> Self {
        Self {
            state: Reachability { since: now, since_unix: unix_seconds, ..Reachability::default() },
            delays: VecDeque::with_capacity(DELAYS),
            failures: 0,
            next: now,
        }
    }

    /// When to probe next.
    pub(crate) const fn next(&self) -> Instant {
        self.next
    }

    /// What is known.
    pub(crate) const fn state(&self) -> Reachability {
        self.state
    }

    /// Takes the outcome of a probe; `every` is how often to probe while there are answers.
    pub(crate) fn observe(
        &mut self,
        now: Instant,
        unix_seconds: Option<u64>,
        outcome: Outcome,
        every: Duration,
    ) {
        match outcome {
            Outcome::Answered(delay) => {
                self.failures = 0;
                self.next = now + every;
                if self.delays.len() == DELAYS {
                    self.delays.pop_front();
                }
                self.delays.push_back(delay);
                self.turn(true, now, unix_seconds);
                self.state.delay_millis = self.median();
                self.state.off = None;
            }
            Outcome::Failed(off) => {
                self.failures = self.failures.saturating_add(1);
                self.next = now + (SOON * self.failures).min(LATE);
                if self.failures >= FAILURES {
                    self.delays.clear();
                    self.turn(false, now, unix_seconds);
                    self.state.delay_millis = None;
                    self.state.off = Some(off);
                }
            }
        }
    }

    fn turn(&mut self, online: bool, now: Instant, unix_seconds: Option<u64>) {
        if self.state.online != Some(online) {
            self.state =
                Reachability { online: Some(online), since: now, since_unix: unix_seconds, ..self.state };
        }
    }

    fn median(&self) -> Option<u32> {
        let mut delays: Vec<Duration> = self.delays.iter().copied().collect();
        delays.sort_unstable();
        let middle = delays.get(delays.len() / 2)?;
        Some(u32::try_from(middle.as_millis()).unwrap_or(u32::MAX))
    }
}

/// Why nothing answers, by what the box itself sees.
pub(crate) fn why_off(way: Option<&Way>, interfaces: &[InterfaceView], default_route: Option<&str>) -> Off {
    if default_route.is_some() {
        return Off::Answer;
    }
    let outside = || interfaces.iter().filter(|interface| interface.role == "backhaul");
    if outside().next().is_none() {
        return Off::Route;
    }
    if !outside().any(|interface| interface.up) {
        let is_radio = matches!(way, Some(Way::Wifi { .. } | Way::Modem { .. }));
        return if is_radio { Off::Signal } else { Off::Cable };
    }
    let has_address = outside().flat_map(|interface| &interface.addresses).any(|address| match address {
        std::net::IpAddr::V4(v4) => !v4.is_link_local(),
        std::net::IpAddr::V6(v6) => !v6.is_unicast_link_local(),
    });
    if has_address { Off::Route } else { Off::Address }
}

/// What the task asks the box.
pub(crate) trait Surroundings: Send + Sync {
    /// Now, and the wall clock while it is trusted.
    fn now(&self) -> (Instant, Option<u64>);

    /// Why nothing answers.
    fn why_off(&self, way: Option<&Way>) -> Off;
}

/// Probes until nobody gives settings or nobody wants to know. Settings that change count at once: what was known of another
/// way is forgotten.
pub(crate) async fn run(
    mut settings: watch::Receiver<BackhaulSettings>,
    surroundings: impl Surroundings,
    state: watch::Sender<Reachability>,
) {
    loop {
        let current = settings.borrow_and_update().clone();
        tokio::select! {
            () = probe_on(&current, &surroundings, &state) => return,
            changed = settings.changed() => if changed.is_err() {
                return;
            },
        }
    }
}

/// Probes by these settings; ends when nobody wants to know.
async fn probe_on(
    settings: &BackhaulSettings,
    surroundings: &impl Surroundings,
    state: &watch::Sender<Reachability>,
) {
    let (now, unix_seconds) = surroundings.now();
    let mut prober = Prober::new(now, unix_seconds);
    state.send_replace(prober.state());
    if settings.way == Some(Way::None) {
        // There is no way, so there is nothing to ask.
        state.closed().await;
        return;
    }
    loop {
        let (now, _) = surroundings.now();
        tokio::select! {
            () = sleep(prober.next().since(now)) => {}
            () = state.closed() => return,
        }
        let answer = answer_of(settings.probe).await;
        let (now, unix_seconds) = surroundings.now();
        let outcome = answer
            .map_or_else(|| Outcome::Failed(surroundings.why_off(settings.way.as_ref())), Outcome::Answered);
        let before = prober.state();
        prober.observe(now, unix_seconds, outcome, settings.probe_every);
        let after = prober.state();
        match (before.online, after.online) {
            (Some(false), Some(true)) => tracing::info!("the internet answers again"),
            (Some(true) | None, Some(false)) => {
                tracing::warn!(
                    why = after.off.map(Off::words),
                    "the internet does not answer; phones are served all the same"
                );
            }
            _ => {}
        }
        state.send_if_modified(|told| std::mem::replace(told, after) != after);
    }
}

/// How long a connection takes. One that is refused is no answer: a router in between may say so too.
async fn answer_of(probe: SocketAddr) -> Option<Duration> {
    let asked = std::time::Instant::now();
    let connected: Result<io::Result<TcpStream>, _> = timeout(ANSWER, TcpStream::connect(probe)).await;
    connected.ok()?.ok().map(|_| asked.elapsed())
}
