//! The loop around the core: it takes what happened from the rooms, gives it to the core in batches, and carries out what the
//! core answers, in the order of [`batch`]. No decision about a phone is made here.

pub(crate) mod batch;
mod doors;
mod recorder;
mod room_metrics;
mod wall_clock;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant as SystemInstant};

use pumice_core::{AssociationId, CommandId, Core, Effect, Input, Ticket};
use pumice_dataplane::{Events, PortableEngine};
use pumice_model::control::Refusal;
use pumice_model::query::Metric;
use pumice_model::rules::{SessionId, UserPlane, UserPlaneEvent};
use pumice_model::time::Instant;
use pumice_sctp::{Backend, Endpoint, Event, S1AP_PPID, SendError};
use pumice_store::{Notice, StoreThread, SubmitError};
use sd_notify::NotifyState;
use tokio::signal::unix::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, sleep_until, timeout};

use crate::config::{ClockSettings, ImsiInLog};
use crate::house::{Ending, Stamps};
use crate::logging::{Pace, Paced, event_line};
use batch::{Batches, Outgoing};
pub(crate) use doors::doors;
use doors::{Job, View};
pub(crate) use recorder::{Past, Recorder};
use wall_clock::ClockWatch;
pub(crate) use wall_clock::is_synchronised;

/// A batch ends after so many inputs, or so much time.
const BATCH_INPUTS: usize = 64;
const BATCH_TIME: Duration = Duration::from_millis(2);

/// Commands whose answer the core still owes. One more is told to come again.
const COMMANDS: usize = 64;

/// How long cells have to take the end of their associations, and then the disk to answer, when the gateway stops.
const CELLS_LEAVE: Duration = Duration::from_millis(700);
const STORE_SETTLES: Duration = Duration::from_millis(500);

/// Why the loop ended by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LoopError {
    /// The SCTP endpoint is gone.
    #[error("the SCTP endpoint has ended")]
    Sctp,
    /// The user plane is gone.
    #[error(
        "the user plane has ended: its TUN device was taken away, or its thread failed; the log says which"
    )]
    UserPlane,
}

/// What the loop is made of.
#[derive(Debug)]
pub(crate) struct Rooms {
    pub(crate) core: Core,
    pub(crate) endpoint: Endpoint,
    pub(crate) engine: PortableEngine,
    pub(crate) store: Arc<StoreThread>,
    pub(crate) notices: mpsc::UnboundedReceiver<Notice>,
    pub(crate) jobs: mpsc::Receiver<Job>,
}

/// Why the loop was asked to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By the service manager, or somebody at a terminal.
    Signal,
    /// By somebody who uses the gateway.
    By(Ending),
}

/// What the loop tells others about while it runs.
pub(crate) struct Witnesses {
    /// Writes the past down.
    pub(crate) recorder: Recorder,
    /// Have a date while the clock is trusted.
    pub(crate) stamps: Stamps,
    /// Hears that the loop makes progress: what the hardware watchdog waits for.
    pub(crate) progress: Arc<dyn Fn() + Send + Sync>,
}

/// The loop.
pub(crate) struct Shell {
    rooms: Rooms,
    witnesses: Witnesses,
    user_plane_events: Events,
    started: SystemInstant,
    batches: Batches,
    effects: Vec<Effect>,
    associations: BTreeMap<AssociationId, pumice_sctp::AssociationId>,
    answers: BTreeMap<CommandId, oneshot::Sender<Result<(), Refusal>>>,
    next_command: u64,
    /// The last batch whose commit was answered.
    last_answered: Ticket,
    clock: ClockWatch,
    imsi: ImsiInLog,
    pace: Pace,
    counters: LoopCounters,
}

/// What the loop counts.
#[derive(Debug, Default)]
struct LoopCounters {
    batches: u64,
    inputs: u64,
    send_failures: u64,
    program_failures: u64,
}

/// What a wait ended with.
enum Happening {
    Deadline,
    Job(Job),
    Notice(Notice),
    Sctp(Event),
    UserPlane(Option<UserPlaneEvent>),
}

impl Shell {
    /// Starts the core.
    pub(crate) fn new(rooms: Rooms, witnesses: Witnesses, clock: ClockSettings, imsi: ImsiInLog) -> Self {
        let mut shell = Self {
            user_plane_events: rooms.engine.events(),
            rooms,
            witnesses,
            started: SystemInstant::now(),
            batches: Batches::default(),
            effects: Vec::new(),
            associations: BTreeMap::new(),
            answers: BTreeMap::new(),
            next_command: 0,
            last_answered: Ticket(0),
            clock: ClockWatch::new(clock),
            imsi,
            pace: Pace::new(),
            counters: LoopCounters::default(),
        };
        let now = shell.now();
        shell.rooms.core.start(now, &mut shell.effects);
        shell.look_at_clock();
        shell.settle();
        shell
    }

    /// Runs until somebody asks to stop. `tick` comes often enough for the watchdog and the wall clock.
    pub(crate) async fn run(
        &mut self,
        stop: &mut [Signal; 2],
        endings: &mut mpsc::Receiver<Ending>,
        mut tick: Interval,
    ) -> Result<Asked, LoopError> {
        let [terminate, interrupt] = stop;
        loop {
            let happening = tokio::select! {
                _ = terminate.recv() => return Ok(Asked::Signal),
                _ = interrupt.recv() => return Ok(Asked::Signal),
                Some(ending) = endings.recv() => return Ok(Asked::By(ending)),
                _ = tick.tick() => {
                    tell_service_manager(&[NotifyState::Watchdog]);
                    (self.witnesses.progress)();
                    self.look_at_clock();
                    self.settle();
                    self.look_at_rooms();
                    continue;
                }
                happening = self.next() => happening,
            };
            self.batch(happening).await?;
        }
    }

    /// Lets cells go in order, and the disk finish. At most [`CELLS_LEAVE`] and [`STORE_SETTLES`] together, and what the
    /// last checkpoint takes.
    pub(crate) async fn stop(mut self) {
        for association in self.associations.values() {
            self.rooms.endpoint.shutdown(*association);
        }
        let leave = async {
            while !self.associations.is_empty() {
                let happening = self.next().await;
                if self.batch(happening).await.is_err() {
                    break;
                }
            }
        };
        if timeout(CELLS_LEAVE, leave).await.is_err() {
            tracing::info!(
                cells = self.associations.len(),
                "cells did not answer the end of their associations"
            );
        }
        let settle = async {
            while !self.batches.is_settled() {
                let Some(notice) = self.rooms.notices.recv().await else { break };
                self.take_notice(notice);
                self.settle();
            }
        };
        if timeout(STORE_SETTLES, settle).await.is_err() {
            tracing::warn!("the disk is slow: the last changes are still being written");
        }
        let now = self.now();
        let Rooms { core, endpoint, engine, .. } = self.rooms;
        self.witnesses.recorder.finish(now, &core, |session| engine.usage(session));
        drop(endpoint);
        drop(engine);
    }

    fn look_at_rooms(&mut self) {
        let now = self.now();
        let Rooms { core, engine, .. } = &self.rooms;
        self.witnesses.recorder.look(now, core, |session| engine.usage(session));
    }

    fn now(&self) -> Instant {
        Instant::after_start(self.started.elapsed())
    }

    /// Waits for something to happen. While too much waits for the disk only its answer is taken. Dropping the future loses
    /// nothing.
    async fn next(&mut self) -> Happening {
        let open = !self.batches.is_full();
        let deadline = self.rooms.core.next_deadline().map(|deadline| self.started + deadline.since_start());
        let is_due = async {
            match deadline {
                Some(deadline) => sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(notice) = self.rooms.notices.recv() => Happening::Notice(notice),
            event = self.rooms.endpoint.next(), if open => Happening::Sctp(event),
            event = self.user_plane_events.next(), if open => Happening::UserPlane(event),
            Some(job) = self.rooms.jobs.recv(), if open => Happening::Job(job),
            () = is_due, if open => Happening::Deadline,
            // Only where the store's thread has ended: nothing more will happen.
            else => std::future::pending().await,
        }
    }

    /// One batch: what happened, and what else has happened meanwhile.
    async fn batch(&mut self, first: Happening) -> Result<(), LoopError> {
        let begun = SystemInstant::now();
        self.counters.batches += 1;
        self.take(first)?;
        for _ in 1..BATCH_INPUTS {
            if begun.elapsed() >= BATCH_TIME {
                break;
            }
            let more = tokio::select! {
                biased;
                more = self.next() => more,
                () = std::future::ready(()) => break,
            };
            self.take(more)?;
        }
        self.settle();
        Ok(())
    }

    fn take(&mut self, happening: Happening) -> Result<(), LoopError> {
        match happening {
            Happening::Deadline => self.handle(Input::Deadline),
            Happening::Job(job) => self.take_job(job),
            Happening::Notice(notice) => self.take_notice(notice),
            Happening::Sctp(event) => return self.take_sctp(event),
            Happening::UserPlane(Some(event)) => self.handle(Input::UserPlane(event)),
            Happening::UserPlane(None) => return Err(LoopError::UserPlane),
        }
        Ok(())
    }

    fn handle(&mut self, input: Input<'_>) {
        self.counters.inputs += 1;
        let now = self.now();
        self.rooms.core.handle(now, input, &mut self.effects);
    }

    fn take_sctp(&mut self, event: Event) -> Result<(), LoopError> {
        match event {
            Event::Closed => return Err(LoopError::Sctp),
            Event::Lost { association, reason } => {
                tracing::debug!(%association, %reason, "association lost");
                let association = AssociationId(association.value());
                self.associations.remove(&association);
                self.settle();
                self.batches.forget(association);
                self.handle(Input::AssociationLost(association));
            }
            Event::Message { association, stream, ppid: S1AP_PPID, payload } => {
                let association = AssociationId(association.value());
                self.handle(Input::S1ap { association, stream, octets: &payload });
            }
            Event::Restarted { association, outbound_streams, .. } => {
                let association = AssociationId(association.value());
                // What was meant for the peer before it began anew must not reach it after.
                self.settle();
                self.batches.forget(association);
                self.handle(Input::AssociationRestarted { association, outbound_streams });
            }
            Event::Up { association, peer, outbound_streams, inbound_streams } => {
                tracing::debug!(%association, %peer, outbound_streams, inbound_streams, "association up");
                let name = AssociationId(association.value());
                self.associations.insert(name, association);
                self.handle(Input::AssociationUp { association: name, peer, outbound_streams });
            }
            // The endpoint lets no other payload protocol in.
            _ => {}
        }
        Ok(())
    }

    fn take_job(&mut self, job: Job) {
        match job {
            Job::Command(_, answer) if self.answers.len() >= COMMANDS => {
                // Who asked may have gone.
                let _ = answer.send(Err(Refusal::Busy));
            }
            Job::Command(command, answer) => {
                let id = CommandId(self.next_command);
                self.next_command += 1;
                self.answers.insert(id, answer);
                self.handle(Input::Command { id, command });
            }
            Job::Look(look) => {
                let Rooms { core, endpoint, engine, store, .. } = &self.rooms;
                let metrics = || -> Vec<Metric> {
                    let mut metrics = room_metrics::of_loop(&self.counters, self.batches.waiting());
                    metrics.append(&mut room_metrics::of_sctp(endpoint));
                    metrics.append(&mut room_metrics::of_user_plane(engine));
                    metrics.append(&mut room_metrics::of_store(store));
                    metrics
                };
                look(&View {
                    core,
                    now: self.now(),
                    sctp: backend(endpoint),
                    usage: &|session: SessionId| engine.usage(session).unwrap_or_default(),
                    metrics: &metrics,
                });
            }
        }
    }

    fn take_notice(&mut self, notice: Notice) {
        match notice {
            Notice::Done { ticket, result } => {
                let through = Ticket(ticket);
                self.batches.answered(through);
                self.last_answered = through;
                self.handle(Input::Stored { through, result: result.map_err(|error| error.to_string()) });
            }
            // The core says it to the operator, from the outcome of each commit.
            Notice::Failing { why } => tracing::debug!(%why, "the disk takes nothing"),
            // What had failed is on the disk now, without a commit of ours to say so.
            Notice::Recovered => {
                let through = self.last_answered;
                self.handle(Input::Stored { through, result: Ok(()) });
            }
            _ => {}
        }
    }

    fn look_at_clock(&mut self) {
        let now = self.now();
        if let Some(clock) = self.clock.look(now) {
            let trusted = clock.is_some();
            self.witnesses.stamps.trust(trusted);
            self.witnesses.recorder.look_at_clock(now, clock);
            tracing::info!(
                trusted,
                "the clock is {}",
                if trusted { "trusted" } else { "not trusted any more" }
            );
            self.handle(Input::Clock(clock));
        }
    }

    /// Carries out what the core has asked for.
    fn settle(&mut self) {
        self.carry_out();
        // A store that has ended is answered for at once, and the core has something to say to that.
        if !self.effects.is_empty() {
            self.carry_out();
        }
    }

    /// Persists, programs, sends, answers, and logs.
    fn carry_out(&mut self) {
        let at_once = self.batches.take(&mut self.effects);
        self.persist();
        let now = self.now();
        for command in &at_once.programs {
            let Rooms { core, engine, .. } = &self.rooms;
            self.witnesses.recorder.before(now, command, core, |session| engine.usage(session));
            if let Err(error) = self.rooms.engine.program(command) {
                self.counters.program_failures += 1;
                tracing::error!(%error, ?command, "the user plane and the core disagree about limits");
            }
        }
        while let Some(outgoing) = self.batches.next_outgoing() {
            self.send(outgoing);
        }
        for (id, result) in at_once.answers {
            if let Some(answer) = self.answers.remove(&id) {
                // Who asked may have gone.
                let _ = answer.send(result);
            }
        }
        for record in at_once.events {
            let line = event_line(&record.event, self.imsi);
            log(self.pace.next(self.now()), record.sequence, &line);
        }
    }

    fn persist(&mut self) {
        let Some((through, changes)) = self.batches.commit() else { return };
        match self.rooms.store.submit(through.0, changes) {
            Ok(()) => {}
            // The next answer of the store comes before there is nothing in its queue.
            Err(SubmitError::Full(changes)) => self.batches.commit_refused(changes),
            Err(SubmitError::Stopped(_)) => {
                self.batches.answered(through);
                let reason = "the store's thread has ended; restart the gateway".to_owned();
                self.handle(Input::Stored { through, result: Err(reason) });
            }
        }
    }

    fn send(&mut self, outgoing: Outgoing) {
        match outgoing {
            Outgoing::Abort(association) => {
                if let Some(association) = self.associations.get(&association) {
                    self.rooms.endpoint.abort(*association);
                }
            }
            Outgoing::Send { association, stream, octets } => {
                let Some(known) = self.associations.get(&association).copied() else {
                    self.counters.send_failures += 1;
                    return;
                };
                match self.rooms.endpoint.send(known, stream, S1AP_PPID, octets) {
                    Ok(()) => {}
                    Err(SendError::QueueFull) => {
                        self.counters.send_failures += 1;
                        // With a message missing, the cell's procedures and ours would differ for ever.
                        tracing::warn!(%association, "a cell does not read what it is sent: its association is ended");
                        self.rooms.endpoint.abort(known);
                    }
                    Err(error) => {
                        self.counters.send_failures += 1;
                        tracing::debug!(%association, %error, "a message was not sent");
                    }
                }
            }
        }
    }
}

fn log(paced: Paced, sequence: u64, line: &crate::logging::EventLine) {
    let Paced::Log { left_out } = paced else { return };
    if left_out > 0 {
        tracing::warn!(left_out, "events were too many for the log; the last ones are at /api/v1/events");
    }
    let text = line.text.as_str();
    match line.level {
        tracing::Level::ERROR => tracing::error!(target: "pumice", sequence, "{text}"),
        tracing::Level::WARN => tracing::warn!(target: "pumice", sequence, "{text}"),
        _ => tracing::info!(target: "pumice", sequence, "{text}"),
    }
}

/// Which SCTP runs, for status.
pub(crate) fn backend(endpoint: &Endpoint) -> &'static str {
    match endpoint.backend() {
        Backend::Kernel => "kernel",
        Backend::UserSpace => "user-space",
        Backend::Auto => "auto",
    }
}

/// Says something to the service manager, if there is one.
pub(crate) fn tell_service_manager(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
