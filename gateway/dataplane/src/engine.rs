//! The portable engine: a TUN device, UDP port 2152, one thread between them and the [`Forwarder`].
//!
//! The thread holds the forwarder only while it decides about one packet, so a command waits for no system call. Packets are
//! read in turns of a bounded number from each side, so neither starves the other.

mod config;
mod events;
mod shared;
mod socket;
mod thread;
mod transport;

use std::io::PipeWriter;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use pumice_model::rules::{SessionId, Usage, UserPlane, UserPlaneCommand, UserPlaneFull};

pub use config::{EngineConfig, NatMode, Pool};
pub use events::Events;
pub use transport::TransportCounters;

use crate::cause::Counters;
use crate::error::DataplaneError;
use thread::Thread;
use transport::Transport;

/// A running engine. Dropping it stops the thread and takes the TUN device and the table `pumice` away.
#[derive(Debug)]
pub struct PortableEngine {
    transport: Arc<Transport>,
    /// The thread ends when this end of the pipe is closed.
    running: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl PortableEngine {
    /// Starts the engine in the network namespace of the calling thread, and returns when packets flow. It blocks for some
    /// milliseconds, and may be called inside a tokio runtime.
    ///
    /// # Errors
    /// A value in the configuration is wrong, or the system refuses something: [`DataplaneError`] says what. Nothing is left
    /// behind.
    pub fn start(config: EngineConfig) -> Result<Self, DataplaneError> {
        config.check()?;
        let (stop, running) = std::io::pipe().map_err(DataplaneError::system("making a pipe"))?;
        let (started, outcome) = mpsc::channel();
        // The new thread is in the namespace of this one; it sets up and cleans up there, wherever this value is dropped.
        let thread = std::thread::Builder::new()
            .name("user-plane".to_owned())
            .spawn(move || Thread::live(config, stop, &started))
            .map_err(DataplaneError::system("starting the user-plane thread"))?;
        match outcome.recv() {
            Ok(Ok(transport)) => Ok(Self { transport, running: Some(running), thread: Some(thread) }),
            Ok(Err(error)) => Err(error),
            Err(mpsc::RecvError) => Err(DataplaneError::system("starting the user-plane thread")(
                std::io::ErrorKind::BrokenPipe.into(),
            )),
        }
    }

    /// What the forwarder has counted.
    pub fn counters(&self) -> Counters {
        self.transport.forwarder().counters()
    }

    /// What the sockets and the TUN device have refused.
    pub fn transport_counters(&self) -> TransportCounters {
        self.transport.counters()
    }

    /// The events for the core. Several of these share one queue.
    pub fn events(&self) -> Events {
        Events::new(Arc::clone(&self.transport.shared))
    }
}

impl UserPlane for PortableEngine {
    fn program(&mut self, command: &UserPlaneCommand) -> Result<(), UserPlaneFull> {
        let outcome = self.transport.forwarder().program(command);
        self.transport.flush();
        outcome
    }

    fn usage(&self, session: SessionId) -> Option<Usage> {
        self.transport.forwarder().usage(session)
    }
}

impl Drop for PortableEngine {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}
