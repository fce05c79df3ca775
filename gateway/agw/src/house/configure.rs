//! The owner's settings: previewed, tried, kept or gone back from.
//!
//! What is in force is known here and in the store; the store decides. Changes are made one at a time.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pumice_model::control::{Pending, Refusal};
use pumice_model::keeper::Configure;
use pumice_model::people::Actor;
use pumice_model::settings::{
    Applied, Preview, Restarts, Revision, SETTINGS, SettingChange, SettingKind, SettingRow, SettingSpec,
    SettingsView, Values, setting,
};
use pumice_store::{Application, StartingRevision};
use tokio::sync::{Mutex as Turn, watch};

use super::ending::{Ending, Endings, to_its_end};
use super::store_door::StoreDoor;
use crate::config::{self, Configured, File, Ground, Way};

#[cfg(test)]
mod tests;

/// How soon the end of a trial is written again when the disk does not take it.
const AGAIN: Duration = Duration::from_secs(5);

/// The settings of a running program.
#[derive(Debug, Clone)]
pub(crate) struct Settler(Arc<Inner>);

/// What of the box limits what can be set.
#[derive(Clone)]
pub(crate) struct BoxFacts {
    /// The ways to the internet that the board has.
    pub(crate) ways: Vec<&'static str>,
    /// The box's own addresses now, without those towards phones.
    pub(crate) addresses: Arc<dyn Fn() -> Vec<IpAddr> + Send + Sync>,
}

impl fmt::Debug for BoxFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxFacts").field("ways", &self.ways).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Inner {
    facts: BoxFacts,
    file: File,
    store: StoreDoor,
    endings: Endings,
    /// What is read anew while the program runs.
    ground: watch::Sender<Arc<Ground>>,
    state: Mutex<State>,
    /// Changes take turns.
    turn: Turn<()>,
}

#[derive(Debug, Clone)]
struct State {
    /// What an owner has set, secrets with it.
    values: Values,
    /// Whether the program serves phones.
    complete: bool,
    trial: Option<Trial>,
}

#[derive(Debug, Clone)]
struct Trial {
    revision: u64,
    until: Instant,
    restarts: Restarts,
    /// What was in force before: it is again when the store cannot say so.
    before: Values,
}

impl Settler {
    /// The settings that this start of the program has begun with.
    pub(crate) fn new(
        file: File,
        start: StartingRevision,
        configured: &Configured,
        store: StoreDoor,
        endings: Endings,
        facts: BoxFacts,
    ) -> Self {
        let complete = matches!(configured, Configured::Whole(_));
        let trial = start.number.filter(|_| start.on_trial).map(|revision| Trial {
            revision,
            until: Instant::now() + configured.ground().page.trial,
            // A trial that lasts over a start was for the gateway.
            restarts: Restarts::Gateway,
            before: Values::new(),
        });
        let (ground, _) = watch::channel(Arc::new(configured.ground().clone()));
        let state = Mutex::new(State { values: start.values, complete, trial: trial.clone() });
        let turn = Turn::new(());
        let settler = Self(Arc::new(Inner { facts, file, store, endings, ground, state, turn }));
        if let Some(trial) = trial {
            settler.watch_over(trial);
        }
        settler
    }

    /// What may change while the program runs: see [`Restarts::Nothing`] and [`Restarts::Backhaul`].
    pub(crate) fn ground(&self) -> watch::Receiver<Arc<Ground>> {
        self.0.ground.subscribe()
    }

    /// Goes back when nobody keeps the trial in time, whatever the disk says. Runs in a tokio runtime.
    fn watch_over(&self, trial: Trial) {
        let inner = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep_until(trial.until.into()).await;
            let revision = trial.revision;
            loop {
                let Some(inner) = inner.upgrade() else { return };
                match inner.end_trial(revision, false).await {
                    Ok(()) => {
                        tracing::warn!(
                            revision,
                            "nobody kept the new settings in time: they are gone back from"
                        );
                        return;
                    }
                    // Somebody was quicker.
                    Err(Refusal::TooLate) => return,
                    Err(error) => {
                        tracing::error!(%error, revision, "the end of a trial of settings cannot be written");
                        inner.leave_without_the_store(&trial);
                        if trial.restarts == Restarts::Gateway {
                            // A start goes back from what was on trial, also on a disk that takes nothing.
                            return;
                        }
                    }
                }
                drop(inner);
                tokio::time::sleep(AGAIN).await;
            }
        });
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn view(&self) -> SettingsView {
        let State { values, complete, trial } = self.state().clone();
        let shown = Shown::new(&self.file);
        let rows = SETTINGS
            .iter()
            .map(|spec| SettingRow {
                spec,
                value: shown.of(spec, &values),
                set: values.contains_key(spec.key),
            })
            .collect();
        let trial = trial.map(|trial| {
            let left = trial.until.saturating_duration_since(Instant::now()).as_secs();
            (trial.revision, u32::try_from(left).unwrap_or(u32::MAX))
        });
        let seconds = self.ground.borrow().page.trial.as_secs();
        SettingsView { rows, trial, trial_seconds: u32::try_from(seconds).unwrap_or(u32::MAX), complete }
    }

    /// What the values would come to: all that would be set, and what of it would be new.
    fn judge(&self, asked: &Values) -> (Values, Preview, Option<Configured>) {
        let State { values: current, complete, .. } = self.state().clone();
        let mut wanted = current.clone();
        let mut preview = Preview::default();
        for (key, value) in asked {
            match setting(key) {
                None => preview.mistakes.push((key.chars().take(64).collect(), "is no setting".to_owned())),
                Some(_) if value.trim().is_empty() => drop(wanted.remove(key)),
                Some(spec) => drop(wanted.insert(spec.key.to_owned(), value.trim().to_owned())),
            }
        }
        let shown = Shown::new(&self.file);
        preview.changes = SETTINGS
            .iter()
            .filter(|spec| current.get(spec.key) != wanted.get(spec.key))
            .map(|spec| SettingChange { spec, old: shown.of(spec, &current), new: shown.of(spec, &wanted) })
            // Set to what it is anyway; a secret's text does not tell.
            .filter(|change| change.old != change.new || change.spec.kind == SettingKind::Secret)
            .collect();
        let configured = match self.file.with(&wanted) {
            Ok(Configured::Unfinished(_, missing)) if complete => {
                let told = |key| (key, "is missing: the network needs it".to_owned());
                preview.mistakes.extend(missing.into_iter().map(told));
                None
            }
            Ok(configured) => {
                preview.mistakes.extend(self.unfit(&configured, &preview));
                Some(configured)
            }
            Err(mistakes) => {
                preview.mistakes.extend(mistakes.into_iter().map(|mistake| (mistake.key, mistake.reason)));
                None
            }
        };
        (wanted, preview, configured)
    }

    /// What is right in itself and wrong on this box.
    fn unfit(&self, configured: &Configured, preview: &Preview) -> Option<(String, String)> {
        let changes = |key: &str| preview.changes.iter().any(|change| change.spec.key == key);
        let way = configured.ground().backhaul.way.as_ref().map_or("none", Way::word);
        if changes("backhaul.way") && !self.facts.ways.contains(&way) {
            let ways = self.facts.ways.join(", ");
            return Some(("backhaul.way".to_owned(), format!("this board has no {way}; it has {ways}")));
        }
        // Phones' addresses on the owner's own network would lock the owner out.
        let Configured::Whole(settings) = configured else { return None };
        if self.state().complete && !changes("user_plane.pool") {
            return None;
        }
        let pool = settings.user_plane.pool;
        let taken = (self.facts.addresses)().into_iter().find(|address| pool.contains(*address))?;
        let reason =
            format!("phones' addresses are those of this box's own network ({taken}): give another range");
        Some(("user_plane.pool".to_owned(), reason))
    }

    async fn apply(self: Arc<Self>, asked: Values, by: Actor) -> Result<Applied, Refusal> {
        let _turn = self.turn.lock().await;
        let (wanted, preview, configured) = self.judge(&asked);
        let Some(configured) = configured.filter(|_| preview.mistakes.is_empty()) else {
            return Err(Refusal::Wrong { mistakes: preview.mistakes });
        };
        self.set(wanted, preview.restarts(), configured, by).await
    }

    async fn set(
        self: &Arc<Self>,
        wanted: Values,
        restarts: Restarts,
        configured: Configured,
        by: Actor,
    ) -> Result<Applied, Refusal> {
        let State { complete, trial, values: before } = self.state().clone();
        if trial.is_some() {
            return Err(Refusal::TooLate);
        }
        let completes = matches!(configured, Configured::Whole(_));
        // A box that serves nobody has nothing to lose, and an owner half way through the setup.
        let how = match restarts {
            _ if !complete => Application::Keep,
            Restarts::Nothing => Application::Keep,
            Restarts::Backhaul => Application::TryNow,
            Restarts::Gateway => Application::TryAtStart,
        };
        let restarts = match (complete, completes) {
            (false, true) => Restarts::Gateway,
            (false, false) => restarts.min(Restarts::Backhaul),
            (true, _) => restarts,
        };
        let (at, values) = (self.store.now(), wanted.clone());
        let revision = self.store.ask(move |store| store.apply_revision(&values, at, &by, how)).await?;
        tracing::info!(revision, restarts = restarts.word(), "settings are applied");
        if restarts == Restarts::Gateway {
            // What is in force until then stays known: a page that is open still shows the truth.
            self.endings.soon(Ending::Restart);
        } else {
            self.state().values = wanted;
            self.ground.send_replace(Arc::new(configured.ground().clone()));
        }
        if how == Application::TryNow {
            let until = Instant::now() + configured.ground().page.trial;
            let trial = Trial { revision, until, restarts, before };
            self.state().trial = Some(trial.clone());
            Settler(Arc::clone(self)).watch_over(trial);
        }
        Ok(Applied { revision, restarts, on_trial: how != Application::Keep })
    }

    /// Goes back in memory; the store still has to hear of it.
    fn leave_without_the_store(&self, trial: &Trial) {
        match trial.restarts {
            Restarts::Gateway => self.endings.soon(Ending::Restart),
            Restarts::Nothing | Restarts::Backhaul => self.put_in_force(trial.before.clone()),
        }
    }

    fn put_in_force(&self, values: Values) {
        if let Ok(configured) = self.file.with(&values) {
            self.ground.send_replace(Arc::new(configured.ground().clone()));
        }
        self.state().values = values;
    }

    /// Keeps the revision on trial, or goes back from it. What was not kept in time cannot be kept.
    async fn end_trial(&self, revision: u64, keep: bool) -> Result<(), Refusal> {
        let _turn = self.turn.lock().await;
        let trial = self.state().trial.clone().filter(|trial| trial.revision == revision);
        let trial = trial.filter(|trial| !keep || Instant::now() < trial.until).ok_or(Refusal::TooLate)?;
        let before = self
            .store
            .ask(move |store| {
                if keep {
                    store.keep_revision(revision)?;
                } else {
                    store.go_back_from_revision(revision)?;
                }
                store.revision_in_force()
            })
            .await?;
        self.state().trial = None;
        if keep {
            return Ok(());
        }
        if trial.restarts == Restarts::Gateway {
            self.endings.soon(Ending::Restart);
            return Ok(());
        }
        self.put_in_force(before.map(|revision| revision.values).unwrap_or_default());
        Ok(())
    }

    async fn return_to(self: Arc<Self>, revision: u64, by: Actor) -> Result<Applied, Refusal> {
        let _turn = self.turn.lock().await;
        let values = self.store.ask(move |store| store.revision(revision)).await?.values;
        let configured = self.file.with(&values).map_err(|mistakes| Refusal::Wrong {
            mistakes: mistakes.into_iter().map(|mistake| (mistake.key, mistake.reason)).collect(),
        })?;
        let State { values: current, complete, .. } = self.state().clone();
        if let Configured::Unfinished(_, missing) = &configured
            && complete
        {
            let told = |key: &String| (key.clone(), "was not set then: the network needs it".to_owned());
            return Err(Refusal::Wrong { mistakes: missing.iter().map(told).collect() });
        }
        let restarts = SETTINGS
            .iter()
            .filter(|spec| current.get(spec.key) != values.get(spec.key))
            .map(|spec| spec.restarts)
            .max();
        self.set(values, restarts.unwrap_or(Restarts::Nothing), configured, by).await
    }
}

impl Configure for Settler {
    fn settings(&self) -> Pending<SettingsView> {
        let view = self.0.view();
        Pending::new(async move { Ok(view) })
    }

    fn preview(&self, values: Values) -> Pending<Preview> {
        let (_, preview, _) = self.0.judge(&values);
        Pending::new(async move { Ok(preview) })
    }

    fn apply(&self, values: Values, by: Actor) -> Pending<Applied> {
        to_its_end(Arc::clone(&self.0).apply(values, by))
    }

    fn keep(&self, revision: u64, by: Actor) -> Pending<()> {
        let inner = Arc::clone(&self.0);
        to_its_end(async move {
            inner.end_trial(revision, true).await?;
            tracing::info!(revision, %by, "settings are kept");
            Ok(())
        })
    }

    fn go_back(&self, revision: u64, by: Actor) -> Pending<()> {
        let inner = Arc::clone(&self.0);
        to_its_end(async move {
            inner.end_trial(revision, false).await?;
            tracing::info!(revision, %by, "settings are gone back from");
            Ok(())
        })
    }

    fn return_to(&self, revision: u64, by: Actor) -> Pending<Applied> {
        to_its_end(Arc::clone(&self.0).return_to(revision, by))
    }

    fn revisions(&self) -> Pending<Vec<Revision>> {
        self.0.store.ask(|store| store.revisions())
    }
}

/// What a form shows where an owner has set nothing: the file's value, or the default.
struct Shown {
    file: Values,
    defaults: Values,
}

impl Shown {
    fn new(file: &File) -> Self {
        Self { file: file.values(), defaults: config::defaults() }
    }

    fn of(&self, spec: &SettingSpec, set: &Values) -> String {
        if spec.kind == SettingKind::Secret {
            return String::new();
        }
        let known = [set, &self.file, &self.defaults].into_iter().find_map(|values| values.get(spec.key));
        known.cloned().unwrap_or_default()
    }
}
