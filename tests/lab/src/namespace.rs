use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic;
use std::process::Command;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use nix::sched::{CloneFlags, setns, unshare};

use crate::process::{Process, Shared};
use crate::runtime::Runtime;
use crate::{LabError, rtnl};

/// A network namespace of this process, held by descriptor.
///
/// Loopback is up. Dropping it kills the processes started in it and closes the descriptor; the kernel frees the
/// namespace and its links once the sockets and [`Runtime`]s inside are gone too.
#[derive(Debug)]
pub struct Namespace {
    label: String,
    descriptor: Arc<OwnedFd>,
    /// The thread that starts child processes. It lives as long as the namespace because the kernel sends
    /// PR_SET_PDEATHSIG when the *thread* that made the child ends.
    anchor: Option<Anchor>,
    children: Mutex<Vec<Shared>>,
}

#[derive(Debug)]
struct Anchor {
    orders: mpsc::Sender<SpawnOrder>,
    thread: JoinHandle<()>,
}

struct SpawnOrder {
    command: Command,
    reply: mpsc::Sender<io::Result<Shared>>,
}

impl Namespace {
    /// Makes a namespace with its loopback up. `label` is for error messages only.
    ///
    /// # Errors
    /// The process may not make namespaces (see [`crate::privilege`]), or is out of descriptors or threads.
    pub fn new(label: &str) -> Result<Self, LabError> {
        let (orders, inbox) = mpsc::channel::<SpawnOrder>();
        let (made_tx, made) = mpsc::channel();
        let thread_label = label.to_owned();
        let thread = thread::Builder::new()
            .name(format!("ns-{label}"))
            .spawn(move || {
                let descriptor = unshare_network(&thread_label);
                let usable = descriptor.is_ok();
                if made_tx.send(descriptor).is_ok() && usable {
                    serve_spawn_orders(&inbox);
                }
            })
            .map_err(LabError::io(format!("starting the thread of namespace {label}")))?;
        let descriptor = made.recv().map_err(|_| LabError::ThreadGone { namespace: label.to_owned() })??;
        let namespace = Self {
            label: label.to_owned(),
            descriptor: Arc::new(descriptor),
            anchor: Some(Anchor { orders, thread }),
            children: Mutex::default(),
        };
        namespace.skip_duplicate_address_detection();
        namespace.link("lo")?.up()?;
        Ok(namespace)
    }

    /// The label given at creation.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The namespace's descriptor, for `setns(2)` or IFLA_NET_NS_FD.
    #[must_use]
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// Runs `work` on a thread inside the namespace and returns its result. A panic in `work` goes on in the caller.
    ///
    /// # Errors
    /// The thread could not start or could not enter the namespace.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> Result<R, LabError> {
        thread::scope(|scope| {
            let inside = thread::Builder::new()
                .name(format!("in-{}", self.label))
                .spawn_scoped(scope, || {
                    enter(&self.label, self.descriptor.as_fd())?;
                    Ok(work())
                })
                .map_err(LabError::io(format!("starting a thread in namespace {}", self.label)))?;
            inside.join().unwrap_or_else(|cause| panic::resume_unwind(cause))
        })
    }

    /// A tokio runtime on a thread of its own inside the namespace.
    ///
    /// # Errors
    /// The thread or the runtime could not start.
    pub fn runtime(&self) -> Result<Runtime, LabError> {
        Runtime::start(&self.label, Arc::clone(&self.descriptor))
    }

    /// Starts a child process inside the namespace, in a process group of its own so that a Ctrl-C in the terminal
    /// reaches the laboratory only. It is killed when the [`Process`] or the namespace is dropped, and by the kernel
    /// when this process dies.
    ///
    /// # Errors
    /// The program could not start.
    pub fn spawn(&self, command: Command) -> Result<Process, LabError> {
        let gone = || LabError::ThreadGone { namespace: self.label.clone() };
        let program = command.get_program().to_string_lossy().into_owned();
        let (reply, answer) = mpsc::channel();
        let anchor = self.anchor.as_ref().ok_or_else(gone)?;
        anchor.orders.send(SpawnOrder { command, reply }).map_err(|_| gone())?;
        let child =
            answer.recv().map_err(|_| gone())?.map_err(LabError::io(format!("starting {program}")))?;
        let mut children = self.children.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        children.retain(Shared::is_running);
        children.push(child.clone());
        Ok(Process::new(child))
    }

    /// Runs netlink requests inside the namespace.
    pub(crate) fn netlink<T, F>(
        &self,
        requests: impl FnOnce(rtnetlink::Handle) -> F + Send,
    ) -> Result<T, LabError>
    where
        T: Send,
        F: Future<Output = Result<T, LabError>>,
    {
        self.run(|| rtnl::converse(requests))?
    }

    /// Addresses are ours alone: a second of duplicate address detection would prove nothing. In a container that
    /// keeps /proc/sys read-only only link-local addresses are affected; the others are added without it.
    fn skip_duplicate_address_detection(&self) {
        let _ = self.run(|| {
            for scope in ["all", "default"] {
                let _ = fs::write(format!("/proc/sys/net/ipv6/conf/{scope}/accept_dad"), "0");
            }
        });
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let children = self.children.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        for child in children.drain(..) {
            child.kill_and_reap();
        }
        if let Some(Anchor { orders, thread }) = self.anchor.take() {
            drop(orders);
            let _ = thread.join();
        }
    }
}

/// Moves the calling thread into the namespace for good.
pub(crate) fn enter(label: &str, descriptor: BorrowedFd<'_>) -> Result<(), LabError> {
    setns(descriptor, CloneFlags::CLONE_NEWNET).map_err(|source| LabError::Namespace {
        namespace: label.to_owned(),
        action: "setns",
        source,
    })
}

fn unshare_network(label: &str) -> Result<OwnedFd, LabError> {
    unshare(CloneFlags::CLONE_NEWNET).map_err(|source| LabError::Namespace {
        namespace: label.to_owned(),
        action: "unshare",
        source,
    })?;
    let path = "/proc/thread-self/ns/net";
    File::open(path).map(OwnedFd::from).map_err(LabError::io(format!("opening {path}")))
}

fn serve_spawn_orders(inbox: &mpsc::Receiver<SpawnOrder>) {
    while let Ok(SpawnOrder { command, reply }) = inbox.recv() {
        let child = Shared::start(command);
        if let Err(mpsc::SendError(Ok(orphan))) = reply.send(child) {
            orphan.kill_and_reap();
        }
    }
}
