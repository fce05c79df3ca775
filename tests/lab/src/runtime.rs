use std::fmt;
use std::os::fd::{AsFd, OwnedFd};
use std::panic;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::{LabError, namespace};

/// A current-thread tokio runtime on a thread of its own inside a [`crate::Namespace`]: sockets that its tasks open
/// belong to that namespace. Dropping it drops its tasks.
pub struct Runtime {
    label: String,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Runtime {
    pub(crate) fn start(label: &str, descriptor: Arc<OwnedFd>) -> Result<Self, LabError> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready_tx, ready) = mpsc::channel();
        let thread_label = label.to_owned();
        let thread = thread::Builder::new()
            .name(format!("rt-{label}"))
            .spawn(move || {
                let runtime = namespace::enter(&thread_label, descriptor.as_fd()).and_then(|()| {
                    Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .map_err(LabError::io("starting a runtime"))
                });
                // The namespace must be able to go while this runtime's tasks are still being dropped.
                drop(descriptor);
                match runtime {
                    Ok(runtime) => {
                        if ready_tx.send(Ok(runtime.handle().clone())).is_ok() {
                            let _ = runtime.block_on(stopped);
                        }
                    }
                    Err(error) => drop(ready_tx.send(Err(error))),
                }
            })
            .map_err(LabError::io(format!("starting a thread in namespace {label}")))?;
        let handle = ready.recv().map_err(|_| LabError::ThreadGone { namespace: label.to_owned() })??;
        Ok(Self { label: label.to_owned(), handle, stop: Some(stop), thread: Some(thread) })
    }

    /// Runs a future inside the namespace and waits for it. Not from inside a task of this runtime: that would wait
    /// for itself. A panic in the future goes on in the caller.
    ///
    /// # Errors
    /// The runtime's thread has ended.
    pub fn run<F>(&self, future: F) -> Result<F::Output, LabError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (done_tx, done) = mpsc::channel();
        let task = self.handle.spawn(future);
        self.handle.spawn(async move { done_tx.send(task.await) });
        match done.recv() {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(failure)) if failure.is_panic() => panic::resume_unwind(failure.into_panic()),
            Ok(Err(_)) | Err(_) => Err(LabError::ThreadGone { namespace: self.label.clone() }),
        }
    }

    /// Starts a task inside the namespace.
    pub fn spawn<F>(&self, future: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn(future)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("label", &self.label).finish_non_exhaustive()
    }
}
