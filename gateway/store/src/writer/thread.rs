use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use pumice_model::change::Change;
use pumice_model::control::Refusal;
use pumice_model::time::Instant;

use super::{Batch, Notice, Writer, WriterOptions};
use crate::{Statistics, Store};

/// How the store's thread is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadOptions {
    /// Batches that may wait for the thread.
    pub queue_batches: usize,
    /// Changes in them.
    pub queue_changes: usize,
    /// Questions that may wait for the thread.
    pub queue_questions: usize,
    /// Batches that share one transaction at most.
    pub group_batches: usize,
    /// The writer in the thread.
    pub writer: WriterOptions,
}

impl Default for ThreadOptions {
    fn default() -> Self {
        Self {
            queue_batches: 256,
            queue_changes: 16_384,
            queue_questions: 32,
            group_batches: 64,
            writer: WriterOptions::default(),
        }
    }
}

/// Why a batch was not taken. It is given back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// As many wait as may.
    #[error("the store's queue is full")]
    Full(Vec<Change>),
    /// The thread has ended.
    #[error("the store has stopped")]
    Stopped(Vec<Change>),
}

/// A [`Store`] in a thread of its own. Dropping it commits what is queued, empties the log and waits for the thread.
pub struct StoreThread {
    queue: Option<SyncSender<Request>>,
    shared: Arc<Shared>,
    options: ThreadOptions,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    /// Batches and backups.
    waiting_batches: AtomicUsize,
    waiting_questions: AtomicUsize,
    waiting_changes: AtomicUsize,
    statistics: Mutex<Statistics>,
}

enum Request {
    Batch(Batch),
    Backup { ticket: u64, target: PathBuf },
    Question(Question),
}

/// Asks the store, and hands the answer over.
type Question = Box<dyn FnOnce(&mut Store) + Send>;

impl StoreThread {
    /// Starts the thread. `notify` is called in it and must not block: it wakes whoever waits.
    pub fn start(
        store: Store,
        options: ThreadOptions,
        notify: Box<dyn FnMut(Notice) + Send>,
    ) -> io::Result<Self> {
        let (queue, requests) = mpsc::sync_channel(options.queue_batches.max(1) + options.queue_questions);
        let shared = Arc::new(Shared {
            waiting_batches: AtomicUsize::new(0),
            waiting_questions: AtomicUsize::new(0),
            waiting_changes: AtomicUsize::new(0),
            statistics: Mutex::new(store.statistics()),
        });
        let worker = Worker {
            writer: Writer::new(store, options.writer),
            requests,
            group: options.group_batches.max(1),
            shared: Arc::clone(&shared),
            notify,
        };
        let thread = thread::Builder::new().name("store".to_owned()).spawn(|| worker.run())?;
        Ok(Self { queue: Some(queue), shared, options, thread: Some(thread) })
    }

    /// Hands a batch over; never waits. [`Notice::Done`] says what became of it.
    pub fn submit(&self, ticket: u64, changes: Vec<Change>) -> Result<(), SubmitError> {
        let count = changes.len();
        let before = self.shared.waiting_changes.fetch_add(count, Ordering::AcqRel);
        // A batch of any size is taken when none waits, or it could never be.
        let refused = if before > 0 && before.saturating_add(count) > self.options.queue_changes {
            SubmitError::Full(changes)
        } else {
            match self.send(Request::Batch(Batch { ticket, changes })) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            }
        };
        self.shared.waiting_changes.fetch_sub(count, Ordering::AcqRel);
        Err(refused)
    }

    /// Asks for a backup after all that was submitted before; never waits. The answer is [`Notice::Done`].
    pub fn backup(&self, ticket: u64, target: PathBuf) -> Result<(), SubmitError> {
        self.send(Request::Backup { ticket, target })
    }

    /// Asks the store between two batches, after all that was submitted before; never waits. `answer` is called in the
    /// store's thread and must not block. It is dropped without an answer if the thread ends first.
    ///
    /// [`Refusal::Busy`] when as many wait as may, or the thread has ended: neither is called then.
    pub fn ask<T>(
        &self,
        question: impl FnOnce(&mut Store) -> T + Send + 'static,
        answer: impl FnOnce(T) + Send + 'static,
    ) -> Result<(), Refusal> {
        let waiting = &self.shared.waiting_questions;
        let ticket = Question::from(Box::new(move |store: &mut Store| answer(question(store))));
        if waiting.fetch_add(1, Ordering::AcqRel) < self.options.queue_questions
            && let Some(queue) = &self.queue
            && queue.try_send(Request::Question(ticket)).is_ok()
        {
            return Ok(());
        }
        waiting.fetch_sub(1, Ordering::AcqRel);
        Err(Refusal::Busy)
    }

    /// What was done so far.
    pub fn statistics(&self) -> Statistics {
        self.shared.statistics.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Commits what is queued, empties the log and waits for the thread.
    pub fn stop(self) {}

    /// Sends a batch or a backup.
    fn send(&self, request: Request) -> Result<(), SubmitError> {
        let changes = |request| match request {
            Request::Batch(batch) => batch.changes,
            Request::Backup { .. } | Request::Question(_) => Vec::new(),
        };
        let Some(queue) = &self.queue else { return Err(SubmitError::Stopped(changes(request))) };
        let waiting = &self.shared.waiting_batches;
        let refused = if waiting.fetch_add(1, Ordering::AcqRel) >= self.options.queue_batches.max(1) {
            SubmitError::Full(changes(request))
        } else {
            match queue.try_send(request) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(request)) => SubmitError::Full(changes(request)),
                Err(TrySendError::Disconnected(request)) => SubmitError::Stopped(changes(request)),
            }
        };
        waiting.fetch_sub(1, Ordering::AcqRel);
        Err(refused)
    }
}

impl Drop for StoreThread {
    fn drop(&mut self) {
        // The thread ends when the queue is empty and nobody can add to it.
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's thread panicked");
        }
    }
}

impl fmt::Debug for StoreThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreThread").finish_non_exhaustive()
    }
}

struct Worker {
    writer: Writer,
    requests: Receiver<Request>,
    group: usize,
    shared: Arc<Shared>,
    notify: Box<dyn FnMut(Notice) + Send>,
}

impl Worker {
    fn run(mut self) {
        let begun = std::time::Instant::now();
        let now = || Instant::after_start(begun.elapsed());
        loop {
            let request = match self.writer.deadline() {
                None => self.requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => self.requests.recv_timeout(due.since(now()).max(Duration::from_millis(1))),
            };
            match request {
                Ok(request) => self.serve(now(), request),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.writer.tick(now(), &mut self.notify);
            self.publish();
        }
        // Its last checkpoint is made when the store is dropped.
    }

    /// Serves a request and those that have come in meanwhile.
    fn serve(&mut self, now: Instant, first: Request) {
        let mut next = Some(first);
        while let Some(request) = next.take() {
            match request {
                Request::Batch(batch) => next = self.write_group(now, batch),
                Request::Backup { ticket, target } => {
                    self.shared.waiting_batches.fetch_sub(1, Ordering::AcqRel);
                    let result = self.writer.store().backup_to(&target);
                    (self.notify)(Notice::Done { ticket, result });
                }
                Request::Question(question) => {
                    self.shared.waiting_questions.fetch_sub(1, Ordering::AcqRel);
                    question(self.writer.store());
                    next = self.requests.try_recv().ok();
                    if next.is_none() {
                        self.writer.idle();
                    }
                }
            }
        }
    }

    /// Writes a batch with those behind it; gives what stands behind them and is no batch.
    fn write_group(&mut self, now: Instant, first: Batch) -> Option<Request> {
        let mut batches = vec![first];
        let mut other = None;
        let mut nothing_waits = false;
        while batches.len() < self.group {
            match self.requests.try_recv() {
                Ok(Request::Batch(batch)) => batches.push(batch),
                Ok(request) => {
                    other = Some(request);
                    break;
                }
                Err(_) => {
                    nothing_waits = true;
                    break;
                }
            }
        }
        self.shared.waiting_batches.fetch_sub(batches.len(), Ordering::AcqRel);
        let taken = batches.iter().map(|batch| batch.changes.len()).sum();
        self.shared.waiting_changes.fetch_sub(taken, Ordering::AcqRel);
        self.writer.write(now, batches, &mut self.notify);
        if nothing_waits {
            self.writer.idle();
        }
        other
    }

    fn publish(&self) {
        *self.shared.statistics.lock().unwrap_or_else(PoisonError::into_inner) = self.writer.statistics();
    }
}
