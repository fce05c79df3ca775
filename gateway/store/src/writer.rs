//! Between those who change and the disk: batches share transactions, and what phones did while the disk took nothing is
//! kept until it does.

mod backlog;
mod thread;

use core::fmt;
use core::time::Duration;

use pumice_model::change::Change;
use pumice_model::time::Instant;

use crate::{Statistics, Store, StoreError};
use backlog::Backlog;

pub use thread::{StoreThread, SubmitError, ThreadOptions};

/// Changes that are committed together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What the answer is known by.
    pub ticket: u64,
    /// The changes, in the order in which they happened.
    pub changes: Vec<Change>,
}

/// What the writer says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A batch, or a backup, is done; in the order in which they were submitted.
    Done {
        /// Its ticket.
        ticket: u64,
        /// On failure nothing of the batch is on the disk. What an operator changed in it is refused and forgotten: it must
        /// not be in force. What phones did waits in the backlog, unless the batch itself, and not the disk, is to blame.
        result: Result<(), StoreError>,
    },
    /// The disk takes nothing. Said once until it recovers.
    Failing {
        /// What the disk says.
        why: StoreError,
    },
    /// The disk takes what it is given again, and has all that waited for it.
    Recovered,
}

/// How the writer is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterOptions {
    /// Octets in the log from which a checkpoint is made when there is nothing else to do.
    pub checkpoint_idle: u64,
    /// Octets in the log from which a checkpoint is made even when there is something else to do.
    pub checkpoint_busy: u64,
    /// Rows that may wait for the disk to recover: all subscribers' phones and some.
    pub backlog_rows: usize,
    /// Octets of radio capabilities that may wait.
    pub backlog_octets: usize,
    /// How long after a failure the disk is tried again without being asked; doubles up to [`Self::retry_longest`].
    pub retry_first: Duration,
    /// The longest such wait.
    pub retry_longest: Duration,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            checkpoint_idle: 1 << 20,
            checkpoint_busy: 4 << 20,
            backlog_rows: 4_096,
            backlog_octets: 256 << 10,
            retry_first: Duration::from_secs(1),
            retry_longest: Duration::from_secs(60),
        }
    }
}

/// Writes batches to a [`Store`] that it owns. It has no clock and no thread: [`StoreThread`] gives it both.
pub struct Writer {
    store: Store,
    options: WriterOptions,
    backlog: Backlog,
    failing: Option<Failing>,
}

#[derive(Debug, Clone, Copy)]
struct Failing {
    retry_at: Instant,
    pause: Duration,
}

impl Writer {
    /// Takes the store.
    pub fn new(store: Store, options: WriterOptions) -> Self {
        let backlog = Backlog::new(options.backlog_rows, options.backlog_octets);
        Self { store, options, backlog, failing: None }
    }

    /// Commits the batches, in one transaction if that works, and says what became of each, in their order.
    pub fn write(&mut self, now: Instant, batches: Vec<Batch>, notify: &mut dyn FnMut(Notice)) {
        if batches.is_empty() {
            return;
        }
        let together = batches.iter().flat_map(|batch| &batch.changes);
        match self.store.commit_all(self.backlog.changes().chain(together)) {
            Ok(()) => {
                self.backlog.clear();
                self.recovered(notify);
                for batch in batches {
                    notify(Notice::Done { ticket: batch.ticket, result: Ok(()) });
                }
            }
            Err(error) => {
                let alone = batches.len() > 1 || !self.backlog.is_empty();
                if alone && error.may_be_of_one_batch() {
                    self.write_each(now, batches, notify);
                } else {
                    for batch in batches {
                        self.refuse(now, batch, error.clone(), notify);
                    }
                }
            }
        }
        if self.store.log_octets() >= self.options.checkpoint_busy {
            self.checkpoint();
        }
    }

    /// Does what is due: tries a disk that failed again.
    pub fn tick(&mut self, now: Instant, notify: &mut dyn FnMut(Notice)) {
        let Some(failing) = self.failing.filter(|failing| failing.retry_at <= now) else { return };
        match self.write_backlog() {
            Ok(()) => {
                self.backlog.clear();
                self.recovered(notify);
            }
            Err(error) => {
                tracing::debug!(%error, "the disk still takes nothing");
                let pause = (failing.pause * 2).min(self.options.retry_longest);
                self.failing = Some(Failing { retry_at: now + pause, pause });
            }
        }
    }

    /// To be called when there is nothing else to do.
    pub fn idle(&mut self) {
        if self.failing.is_none() && self.store.log_octets() >= self.options.checkpoint_idle {
            self.checkpoint();
        }
    }

    /// When [`Self::tick`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.failing.map(|failing| failing.retry_at)
    }

    /// The store, for what is not a change: a backup.
    pub const fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// What was done so far.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            backlog: self.backlog.len(),
            backlog_dropped: self.backlog.dropped(),
            ..self.store.statistics()
        }
    }

    fn write_backlog(&mut self) -> Result<(), StoreError> {
        if self.backlog.is_empty() {
            return self.store.probe();
        }
        match self.store.commit_all(self.backlog.changes()) {
            // Radio capabilities are the largest, and the only ones that a cell gives again when asked.
            Err(StoreError::Full) if self.backlog.drop_radio_capabilities() => self.write_backlog(),
            outcome => outcome,
        }
    }

    /// One batch spoils a transaction for all: each gets its own.
    fn write_each(&mut self, now: Instant, batches: Vec<Batch>, notify: &mut dyn FnMut(Notice)) {
        for batch in batches {
            match self.store.commit(&batch.changes) {
                Ok(()) => {
                    self.backlog.supersede(&batch.changes);
                    notify(Notice::Done { ticket: batch.ticket, result: Ok(()) });
                }
                Err(error) => self.refuse(now, batch, error, notify),
            }
        }
    }

    fn refuse(&mut self, now: Instant, batch: Batch, error: StoreError, notify: &mut dyn FnMut(Notice)) {
        if error.is_of_the_surroundings() {
            self.backlog.keep(batch.changes);
            if self.failing.is_none() {
                let pause = self.options.retry_first;
                self.failing = Some(Failing { retry_at: now + pause, pause });
                notify(Notice::Failing { why: error.clone() });
            }
        }
        notify(Notice::Done { ticket: batch.ticket, result: Err(error) });
    }

    fn recovered(&mut self, notify: &mut dyn FnMut(Notice)) {
        if self.failing.take().is_some() {
            notify(Notice::Recovered);
        }
    }

    fn checkpoint(&mut self) {
        if let Err(error) = self.store.checkpoint() {
            tracing::warn!(%error, "no checkpoint; the log grows up to its bound");
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("store", &self.store)
            .field("backlog", &self.backlog.len())
            .field("failing", &self.failing)
            .finish_non_exhaustive()
    }
}
