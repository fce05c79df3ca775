//! Ctrl-C. The first one lets everything be tidied up; a second one does not wait for it.

use std::io;
use std::process;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// The exit status of a program that SIGINT ended, as shells show it.
const INTERRUPTED: i32 = 130;

/// Whether the demo has been asked to end.
pub(crate) struct Interrupt(Receiver<()>);

impl Interrupt {
    /// Listens for SIGINT, SIGTERM and SIGHUP on a thread of its own.
    pub(crate) fn watch() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let guard = runtime.enter();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        drop(guard);
        let (asked, asks) = mpsc::channel();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                for is_first in [true, false] {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = terminate.recv() => {}
                        _ = hang_up.recv() => {}
                    }
                    if is_first {
                        // The demo may be on its way out already.
                        let _ = asked.send(());
                    }
                }
                process::exit(INTERRUPTED);
            });
        })?;
        Ok(Self(asks))
    }

    /// Whether it has been asked by now.
    pub(crate) fn is_asked(&self) -> bool {
        !matches!(self.0.try_recv(), Err(TryRecvError::Empty))
    }

    /// Waits until it is asked, at most so long; whether it was.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        // A listener that has ended will never ask; then there is nothing to wait for.
        !matches!(self.0.recv_timeout(limit), Err(RecvTimeoutError::Timeout))
    }
}
