//! The disk: the product's writer over an SQLite file, in simulated time. A commit takes a while; what it has not finished
//! when the gateway dies is lost.

use core::time::Duration;
use std::path::{Path, PathBuf};

use pumice_core::Ticket;
use pumice_model::change::{Change, Durability, DurableState};
use pumice_model::time::Instant;
use pumice_store::{Batch, FileSealer, Notice, Options, Statistics, Store, Writer, WriterOptions};

use crate::Storage;

const SEALING_KEY: [u8; 32] = [0x5a; 32];

/// How the gateway ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// In order: the disk finishes what it was given.
    Stop,
    /// The process dies: what was committed stays.
    Kill,
    /// The power goes: of what was committed stays what the last FULL commit made durable.
    PowerCut,
}

/// A directory in memory where there is a file system for it, with a database in it.
#[derive(Debug)]
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self(directory.expect("a temporary directory"))
    }

    fn holding(files: &Files) -> Self {
        let home = Self::new();
        for (name, content) in [("pumice.db", &files.database), ("pumice.db-wal", &files.log)] {
            if let Some(content) = content {
                std::fs::write(home.0.path().join(name), content).expect("the directory takes a file");
            }
        }
        home
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("pumice.db")
    }

    fn files(&self) -> Files {
        let read = |name| std::fs::read(self.0.path().join(name)).ok();
        Files { database: read("pumice.db"), log: read("pumice.db-wal") }
    }
}

/// A database and its log, as octets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    database: Option<Vec<u8>>,
    log: Option<Vec<u8>>,
}

impl Files {
    /// What a database would hold if these changes had been committed last.
    pub(crate) fn altered(&self, change: impl FnOnce(&DurableState) -> Vec<Change>) -> Self {
        let home = Home::holding(self);
        let options = Options::new(FileSealer::new(&SEALING_KEY));
        let mut opened = Store::open(&home.database(), options).expect("a store opens");
        opened.store.commit(&change(&opened.state)).expect("the store takes changes");
        drop(opened.store);
        home.files()
    }
}

/// The same database with changes.
pub(crate) fn edited(
    storage: &Storage,
    files: &Files,
    changes: impl FnOnce(&DurableState) -> Vec<Change>,
) -> Files {
    let (disk, state) = Disk::open(storage, Duration::ZERO, files);
    let (mut writer, home) = disk.writer.expect("a store");
    writer.store().commit(&changes(&state)).expect("the changes are committed");
    drop(writer);
    home.files()
}

/// What was committed, or was not.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) through: Ticket,
    pub(crate) result: Result<(), String>,
}

/// A disk with its gateway's database.
#[derive(Debug)]
pub(crate) struct Disk {
    latency: Duration,
    /// Absent where nothing is kept.
    writer: Option<(Writer, Home)>,
    queue: Vec<Batch>,
    underway: Option<(Instant, Vec<Batch>)>,
    /// The last ticket that was answered.
    answered: Ticket,
    /// What a power cut leaves.
    durable: Files,
}

impl Disk {
    /// Opens the database; `files` is what was found of it.
    pub(crate) fn open(storage: &Storage, latency: Duration, files: &Files) -> (Self, DurableState) {
        let mut disk = Self {
            latency,
            writer: None,
            queue: Vec::new(),
            underway: None,
            answered: Ticket::default(),
            durable: Files::default(),
        };
        let Storage::Database { vfs } = storage else { return (disk, DurableState::default()) };
        let home = Home::holding(files);
        let options = Options { vfs: vfs.clone(), ..Options::new(FileSealer::new(&SEALING_KEY)) };
        let opened = Store::open(&home.database(), options).expect("a store opens");
        disk.durable = home.files();
        disk.writer = Some((Writer::new(opened.store, WriterOptions::default()), home));
        (disk, opened.state)
    }

    pub(crate) fn submit(&mut self, now: Instant, ticket: Ticket, changes: Vec<Change>) {
        self.queue.push(Batch { ticket: ticket.0, changes });
        self.begin(now);
    }

    /// Whether a commit is under way.
    pub(crate) const fn is_busy(&self) -> bool {
        self.underway.is_some()
    }

    /// When [`Self::poll`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let commit = self.underway.as_ref().map(|(at, _)| *at);
        let retry = self.writer.as_ref().and_then(|(writer, _)| writer.deadline());
        [commit, retry].into_iter().flatten().min()
    }

    /// Does what is due.
    pub(crate) fn poll(&mut self, now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        if let Some((_, batches)) = self.underway.take_if(|(at, _)| *at <= now) {
            self.commit(now, batches, &mut answers);
            self.answered = answers.last().map_or(self.answered, |answer| answer.through);
            self.begin(now);
        }
        if let Some((writer, _)) =
            self.writer.as_mut().filter(|(writer, _)| writer.deadline().is_some_and(|at| at <= now))
        {
            let through = self.answered;
            writer.tick(now, &mut |notice| {
                if notice == Notice::Recovered {
                    answers.push(Answer { through, result: Ok(()) });
                }
            });
        }
        answers
    }

    /// A backup of what is committed.
    pub(crate) fn backup(&mut self) -> Files {
        let (writer, home) = self.writer.as_mut().expect("a store");
        let target = home.0.path().join("backup.db");
        writer.store().backup_to(&target).expect("a backup");
        Files { database: std::fs::read(target).ok(), log: None }
    }

    /// What the store has done so far.
    pub(crate) fn statistics(&self) -> Statistics {
        self.writer.as_ref().map(|(writer, _)| writer.statistics()).unwrap_or_default()
    }

    /// The gateway is gone; this is what its successor finds.
    pub(crate) fn end(mut self, now: Instant, how: Crash) -> Files {
        match how {
            Crash::PowerCut => self.durable,
            Crash::Kill => self.writer.as_ref().map(|(_, home)| home.files()).unwrap_or_default(),
            Crash::Stop => {
                while let Some((at, _)) = &self.underway {
                    let at = (*at).max(now);
                    self.poll(at);
                }
                let Some((writer, home)) = self.writer else { return Files::default() };
                drop(writer);
                home.files()
            }
        }
    }

    fn begin(&mut self, now: Instant) {
        if self.underway.is_none() && !self.queue.is_empty() {
            let latency = if self.writer.is_some() { self.latency } else { Duration::ZERO };
            self.underway = Some((now + latency, core::mem::take(&mut self.queue)));
        }
    }

    fn commit(&mut self, now: Instant, batches: Vec<Batch>, answers: &mut Vec<Answer>) {
        let Some((writer, home)) = &mut self.writer else {
            answers.extend(
                batches.into_iter().map(|batch| Answer { through: Ticket(batch.ticket), result: Ok(()) }),
            );
            return;
        };
        let full = |change: &Change| change.durability() == Durability::Full;
        let syncs = batches.iter().flat_map(|batch| &batch.changes).any(full);
        let before = answers.len();
        writer.write(now, batches, &mut |notice| {
            if let Notice::Done { ticket, result } = notice {
                let result = result.map_err(|error| error.to_string());
                answers.push(Answer { through: Ticket(ticket), result });
            }
        });
        if syncs && answers.iter().skip(before).all(|answer| answer.result.is_ok()) {
            self.durable = home.files();
        }
        writer.idle();
    }
}
