//! The one thread that makes and compares hashes. It has one memory for all of them, so that however many try to sign in, hashing
//! takes no more than that; they wait for it, and when too many wait, one more is sent away.

use core::time::Duration;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::LONGEST;
use crate::argon::{MOST_KIB, Memory};

#[cfg(test)]
mod tests;

/// 19 MiB, two passes, one lane: what OWASP names as the least for Argon2id, and half a second of a small board.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Those that wait for the thread. More are told to come back.
const WAITING: usize = 8;

/// The longest that one waits: who has waited longer is told to come back when it is its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The memory goes back to the system when nothing was to do for so long.
const IDLE: Duration = Duration::from_secs(60);

/// There are too many hashes to make, or the system has no memory for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crowded;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// Makes and compares hashes, one at a time. Clones share the thread, which begins with the first hash and ends with the last clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hasher(Arc<Mutex<Option<SyncSender<Job>>>>);

impl Hasher {
    /// The hash of a password in the PHC format.
    pub(crate) async fn hash(&self, password: Zeroizing<String>) -> Result<String, Crowded> {
        self.work(move |memory| phc(memory, &password)).await?
    }

    /// Whether a password is the one of this hash. Without a hash, or with a damaged one, it is not, and finding that out
    /// takes as long.
    pub(crate) async fn verify(
        &self,
        password: Zeroizing<String>,
        kept: Option<String>,
    ) -> Result<bool, Crowded> {
        self.work(move |memory| {
            // The stand-in for accounts that do not exist; a guess that matched it would still be refused.
            static NOBODY: OnceLock<String> = OnceLock::new();
            let known = kept.as_deref().and_then(Kept::parse);
            let exists = known.is_some();
            let kept = match known {
                Some(known) => known,
                None => {
                    let nobody = match NOBODY.get() {
                        Some(nobody) => nobody,
                        None => NOBODY.get_or_init(|| phc(memory, "nobody's").unwrap_or_default()),
                    };
                    Kept::parse(nobody).ok_or(Crowded)?
                }
            };
            let cut = password.get(..LONGEST).unwrap_or(&password);
            let same = kept.is_of(memory, cut)?;
            Ok(same & exists & (password.len() <= LONGEST))
        })
        .await?
    }

    /// Does something as costly as a hash, in the same thread and memory.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Crowded> {
        let (answer, answered) = oneshot::channel();
        let asked = Instant::now();
        self.send(Box::new(move |memory| {
            // For who has gone, or has waited too long, nothing is done.
            if !answer.is_closed() && asked.elapsed() < PATIENCE {
                drop(answer.send(work(memory)));
            }
        }))?;
        answered.await.map_err(|_| Crowded)
    }

    fn send(&self, job: Job) -> Result<(), Crowded> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match queue.as_ref() {
            None => job,
            Some(queue) => match queue.try_send(job) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(_)) => return Err(Crowded),
                // The thread has ended, which it does not do while somebody can ask.
                Err(TrySendError::Disconnected(job)) => job,
            },
        };
        let (sender, jobs) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("hash".to_owned());
        thread.spawn(move || serve(&jobs, IDLE)).map_err(|_| Crowded)?;
        let sent = sender.try_send(job).map_err(|_| Crowded);
        *queue = Some(sender);
        sent
    }
}

/// Works until nobody can ask any more.
fn serve(jobs: &Receiver<Job>, idle: Duration) {
    let mut memory = Memory::default();
    loop {
        let job = if memory.is_free() {
            jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            jobs.recv_timeout(idle)
        };
        match job {
            Ok(job) => job(&mut memory),
            Err(RecvTimeoutError::Timeout) => memory.free(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}

/// A hash that is kept.
struct Kept {
    argon2: Argon2<'static>,
    salt: Salt,
    hash: Output,
}

impl Kept {
    /// Reads one that this box can have made.
    fn parse(text: &str) -> Option<Self> {
        let PasswordHash { algorithm, version, params, salt, hash } = PasswordHash::new(text).ok()?;
        let algorithm = Algorithm::try_from(algorithm.as_str()).ok()?;
        let version = version.map_or_else(|| Ok(Version::default()), Version::try_from).ok()?;
        let params = Params::try_from(&params).ok().filter(|params| params.m_cost() <= MOST_KIB)?;
        Some(Self { argon2: Argon2::new(algorithm, version, params), salt: salt?, hash: hash? })
    }

    fn is_of(&self, memory: &mut Memory, password: &str) -> Result<bool, Crowded> {
        let mut out = Zeroizing::new([0; Output::MAX_LENGTH]);
        let out = out.get_mut(..self.hash.len()).ok_or(Crowded)?;
        memory.derive(&self.argon2, password.as_bytes(), &self.salt, out).map_err(|_| Crowded)?;
        Ok(out.ct_eq(self.hash.as_bytes()).into())
    }
}

fn phc(memory: &mut Memory, password: &str) -> Result<String, Crowded> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| Crowded)?;
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| Crowded)?;
    let shown = ParamsString::try_from(&params).map_err(|_| Crowded)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = Zeroizing::new([0; Params::DEFAULT_OUTPUT_LEN]);
    memory.derive(&argon2, password.as_bytes(), &salt, out.as_mut_slice()).map_err(|_| Crowded)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: shown,
        salt: Some(Salt::new(&salt).map_err(|_| Crowded)?),
        hash: Some(Output::new(out.as_slice()).map_err(|_| Crowded)?),
    };
    Ok(hash.to_string())
}
