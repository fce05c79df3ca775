//! Packet captures on the box's interfaces, for who is to find out why a phone has no service.
//!
//! One thread opens the sockets, reads them and keeps the files; it needs CAP_NET_RAW, so it is started where privileges are
//! given out. Everything is bounded: [`CAPTURES`] files of at most [`OCTETS`] each, [`SECONDS`] each; a capture that is full ends.
//! Files do not outlive the gateway: they hold what people sent.

mod filter;
mod pcap;
mod recorder;
mod room;
mod socket;

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use pumice_model::control::Refusal;
use pumice_model::machine::{CaptureRequest, CaptureView};
use tokio::sync::oneshot;

use room::Room;

#[cfg(test)]
mod tests;

/// Captures that are kept, running or not.
pub(crate) const CAPTURES: usize = 4;

/// Octets of one file at most: 32 MiB for all.
pub(crate) const OCTETS: u64 = 8 << 20;

/// Seconds of one capture at most.
pub(crate) const SECONDS: u32 = 3_600;

/// Requests that may wait.
const REQUESTS: usize = 8;

/// How much of each packet is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Snap {
    /// All of it.
    Whole,
    /// The first 256 octets: headers, and little of what people say.
    #[cfg_attr(not(test), allow(dead_code, reason = "for who forbids whole packets on a box"))]
    Headers,
}

/// The door to the thread. The thread ends with its last clone.
#[derive(Debug, Clone)]
pub(crate) struct Captures(Arc<Door>);

#[derive(Debug)]
struct Door {
    // Dropped before the bell: who is woken by the bell's end sees that nobody asks any more.
    requests: SyncSender<Request>,
    bell: UnixStream,
}

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

#[derive(Debug)]
enum Request {
    List(Reply<Vec<CaptureView>>),
    Begin(CaptureRequest, Reply<String>),
    End(String, Reply<()>),
    Read(String, Reply<Vec<u8>>),
    Remove(String, Reply<()>),
}

impl Captures {
    /// Empties the folder of captures and starts the thread, which keeps the calling thread's capabilities: CAP_NET_RAW is the
    /// only one that it needs.
    pub(crate) fn open(folder: PathBuf, snap: Snap) -> io::Result<Self> {
        let (bell, rings) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        rings.set_nonblocking(true)?;
        let (requests, asked) = sync_channel(REQUESTS);
        let room = Room::open(folder, snap, asked, rings)?;
        thread::Builder::new().name("captures".to_owned()).spawn(move || room.run())?;
        Ok(Self(Arc::new(Door { requests, bell })))
    }

    /// Captures that run or have run, the oldest first.
    pub(crate) async fn list(&self) -> Result<Vec<CaptureView>, Refusal> {
        self.ask(Request::List).await
    }

    /// Begins a capture; its name. What is beyond the bounds of time and size is cut to them.
    pub(crate) async fn begin(&self, request: CaptureRequest) -> Result<String, Refusal> {
        self.ask(|reply| Request::Begin(request, reply)).await
    }

    /// Ends a capture; one that has ended stays so.
    pub(crate) async fn end(&self, name: String) -> Result<(), Refusal> {
        self.ask(|reply| Request::End(name, reply)).await
    }

    /// A capture's file, as far as it is.
    pub(crate) async fn read(&self, name: String) -> Result<Vec<u8>, Refusal> {
        self.ask(|reply| Request::Read(name, reply)).await
    }

    /// Removes a capture, and ends it before if it runs.
    pub(crate) async fn remove(&self, name: String) -> Result<(), Refusal> {
        self.ask(|reply| Request::Remove(name, reply)).await
    }

    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let ended = || Refusal::NotHere { lacks: "packet capture has ended; restart the gateway" };
        self.0.requests.try_send(request(reply)).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::Busy,
            TrySendError::Disconnected(_) => ended(),
        })?;
        // A bell that is full has not been heard yet, which is as good.
        let _ = (&self.0.bell).write(&[0]);
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}
