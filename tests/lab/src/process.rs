use std::fmt;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl;
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

use crate::LabError;

/// How often a process that is waited for is looked at.
const POLL: Duration = Duration::from_millis(2);

/// A child process inside a [`crate::Namespace`]. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Shared,
    id: u32,
}

impl Process {
    pub(crate) fn new(child: Shared) -> Self {
        let id = child.lock().id();
        Self { child, id }
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The child's standard input, the first time, where its command asked for a pipe.
    pub fn stdin(&self) -> Option<ChildStdin> {
        self.child.lock().stdin.take()
    }

    /// The child's standard output, the first time, where its command asked for a pipe.
    pub fn stdout(&self) -> Option<ChildStdout> {
        self.child.lock().stdout.take()
    }

    /// The child's standard error, the first time, where its command asked for a pipe.
    pub fn stderr(&self) -> Option<ChildStderr> {
        self.child.lock().stderr.take()
    }

    /// Sends a signal; one that comes after the end of the process is no error.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn signal(&self, signal: Signal) -> Result<(), LabError> {
        self.child.signal(signal).map_err(LabError::io(format!("sending {signal} to process {}", self.id)))
    }

    /// SIGKILL, as a crash or a power cut would end it; waits until it is gone.
    pub fn kill(&self) {
        self.child.kill_and_reap();
    }

    /// Waits for its end, `None` if it runs on after `limit`.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn wait(&self, limit: Duration) -> Result<Option<ExitStatus>, LabError> {
        let deadline = Instant::now() + limit;
        loop {
            let status = self.child.lock().try_wait();
            match status.map_err(LabError::io(format!("waiting for process {}", self.id)))? {
                Some(status) => return Ok(Some(status)),
                None if Instant::now() >= deadline => return Ok(None),
                None => thread::sleep(POLL),
            }
        }
    }

    /// SIGTERM, and SIGKILL if it has not ended after `grace`. `None` says that it had to be killed.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn terminate(&self, grace: Duration) -> Result<Option<ExitStatus>, LabError> {
        self.signal(Signal::SIGTERM)?;
        let status = self.wait(grace)?;
        if status.is_none() {
            self.kill();
        }
        Ok(status)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill_and_reap();
    }
}

/// The child as the [`Process`] and its namespace share it. `Child` remembers that it was waited for, so no signal
/// ever reaches a stranger with a reused id.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Child>>);

impl Shared {
    /// Starts `command` in the calling thread's namespace, to die with that thread.
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        command.process_group(0);
        // SAFETY: prctl(2) is async-signal-safe and touches no memory of the parent.
        unsafe {
            command.pre_exec(|| prctl::set_pdeathsig(Signal::SIGKILL).map_err(io::Error::from));
        }
        command.spawn().map(|child| Self(Arc::new(Mutex::new(child))))
    }

    pub(crate) fn is_running(&self) -> bool {
        matches!(self.lock().try_wait(), Ok(None))
    }

    pub(crate) fn kill_and_reap(&self) {
        let mut child = self.lock();
        let _ = child.kill();
        let _ = child.wait();
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let mut child = self.lock();
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        let id = i32::try_from(child.id()).map_err(io::Error::other)?;
        signal::kill(Pid::from_raw(id), signal).map_err(io::Error::from)
    }

    fn lock(&self) -> MutexGuard<'_, Child> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Child({})", self.lock().id())
    }
}
