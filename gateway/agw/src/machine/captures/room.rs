//! The thread that captures.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant, SystemTime};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use pumice_model::control::Refusal;
use pumice_model::machine::{CaptureRequest, CaptureView};

use super::recorder::{LONGEST, Recorded, Recorder};
use super::socket::Next;
use super::{CAPTURES, OCTETS, Request, SECONDS, Snap, pcap, socket};

/// The least that a file may hold: an empty one helps nobody.
const LEAST: u64 = 4_096;

/// How often an interface that is down is looked for: the kernel does not say when it goes away for good.
const LOOK: Duration = Duration::from_secs(1);

/// Packets of one interface before the others have their turn.
const TURN: usize = 256;

pub(super) struct Room {
    folder: PathBuf,
    snap: Snap,
    asked: Receiver<Request>,
    rings: UnixStream,
    captures: Vec<Capture>,
    /// Of the next capture's name.
    next: u64,
    buffer: Vec<u8>,
}

struct Capture {
    name: String,
    request: CaptureRequest,
    octets: u64,
    packets: u64,
    /// Gone when it has ended.
    running: Option<Running>,
}

struct Running {
    packets: OwnedFd,
    recorder: Recorder<BufWriter<File>>,
    ends: Instant,
    /// Whether the interface was down when last heard of.
    is_down: bool,
}

impl Room {
    pub(super) fn open(
        folder: PathBuf,
        snap: Snap,
        asked: Receiver<Request>,
        rings: UnixStream,
    ) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(is_ours) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { folder, snap, asked, rings, captures: Vec::new(), next: 1, buffer: vec![0; LONGEST] })
    }

    pub(super) fn run(mut self) {
        while self.serve() {
            if let Err(error) = self.wait() {
                tracing::error!(%error, "packet capture has ended");
                break;
            }
            self.read_waiting();
            self.end_those_due(Instant::now());
        }
        for capture in self.captures {
            let _ = fs::remove_file(path(&self.folder, &capture.name));
        }
    }

    /// Waits for packets, a request, or the end of a capture.
    fn wait(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let running = || self.captures.iter().filter_map(|capture| capture.running.as_ref());
        let wake = |running: &Running| {
            let left = running.ends.saturating_duration_since(now);
            if running.is_down { left.min(LOOK) } else { left }
        };
        let timeout = running().map(wake).min();
        let timeout = timeout.map_or(PollTimeout::NONE, |left| {
            // Not a moment before the end, or the thread would spin up to it.
            PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
        });
        let mut ready = vec![PollFd::new(self.rings.as_fd(), PollFlags::POLLIN)];
        ready.extend(running().map(|running| PollFd::new(running.packets.as_fd(), PollFlags::POLLIN)));
        match poll(&mut ready, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        // The requests are looked for afterwards, so no ring is lost.
        let _ = self.rings.read(&mut [0; 64]);
        Ok(())
    }

    fn read_waiting(&mut self) {
        for capture in &mut self.captures {
            let Some(running) = &mut capture.running else { continue };
            match running.read_waiting(&mut self.buffer) {
                Ok(Recorded::GoesOn) => {}
                Ok(Recorded::Ends) => capture.end(),
                Err(error) => {
                    tracing::warn!(%error, name = capture.name, "a packet capture has ended early");
                    capture.end();
                }
            }
        }
    }

    fn end_those_due(&mut self, now: Instant) {
        for capture in &mut self.captures {
            if capture.running.as_ref().is_some_and(|running| running.ends <= now) {
                capture.end();
            }
        }
    }

    /// Carries out what is asked; whether anybody may still ask.
    fn serve(&mut self) -> bool {
        loop {
            // Who asked and is gone does not miss the answer.
            match self.asked.try_recv() {
                Ok(Request::List(reply)) => drop(reply.send(Ok(self.list()))),
                Ok(Request::Begin(request, reply)) => drop(reply.send(self.begin(request))),
                Ok(Request::End(name, reply)) => {
                    drop(reply.send(self.find(&name).map(|(_, capture)| capture.end())));
                }
                Ok(Request::Read(name, reply)) => drop(reply.send(self.read(&name))),
                Ok(Request::Remove(name, reply)) => drop(reply.send(self.remove(&name))),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn list(&self) -> Vec<CaptureView> {
        self.captures.iter().map(Capture::view).collect()
    }

    fn begin(&mut self, request: CaptureRequest) -> Result<String, Refusal> {
        if self.captures.len() >= CAPTURES {
            return Err(Refusal::Full {
                limit: "captures",
                holds: u32::try_from(CAPTURES).unwrap_or(u32::MAX),
            });
        }
        let request = CaptureRequest {
            seconds: request.seconds.clamp(1, SECONDS),
            octets: request.octets.clamp(LEAST, OCTETS),
            ..request
        };
        let (packets, link) = socket::open(&request.interface).map_err(|error| refusal_of(&error))?;
        let name = format!("capture-{}", self.next);
        let store = |error: io::Error| Refusal::Store { reason: error.to_string() };
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path(&self.folder, &name))
            .map_err(store)?;
        let ends = Instant::now() + Duration::from_secs(request.seconds.into());
        let recorder =
            Recorder::begin(BufWriter::new(file), link, self.snap, request.address, request.octets)
                .map_err(store)?;
        self.next += 1;
        let running = Some(Running { packets, recorder, ends, is_down: false });
        self.captures.push(Capture {
            name: name.clone(),
            request,
            octets: pcap::FILE_HEADER,
            packets: 0,
            running,
        });
        Ok(name)
    }

    fn read(&mut self, name: &str) -> Result<Vec<u8>, Refusal> {
        let store = |error: io::Error| Refusal::Store { reason: error.to_string() };
        let folder = self.folder.clone();
        let (_, capture) = self.find(name)?;
        if let Some(running) = &mut capture.running {
            running.recorder.flush().map_err(store)?;
        }
        fs::read(path(&folder, &capture.name)).map_err(store)
    }

    fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        let (at, _) = self.find(name)?;
        let capture = self.captures.remove(at);
        fs::remove_file(path(&self.folder, &capture.name))
            .map_err(|error| Refusal::Store { reason: error.to_string() })
    }

    /// By the names that were given out: no path is ever made of what somebody sent.
    fn find(&mut self, name: &str) -> Result<(usize, &mut Capture), Refusal> {
        let found = self.captures.iter_mut().enumerate().find(|(_, capture)| capture.name == name);
        found.ok_or(Refusal::NotFound)
    }
}

impl Capture {
    fn view(&self) -> CaptureView {
        let (octets, packets) =
            self.running.as_ref().map_or((self.octets, self.packets), |running| running.recorder.size());
        let running = self.running.is_some();
        CaptureView { name: self.name.clone(), request: self.request.clone(), running, octets, packets }
    }

    fn end(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        (self.octets, self.packets) = running.recorder.size();
        if let Err(error) = running.recorder.flush() {
            tracing::warn!(%error, name = self.name, "the end of a packet capture is not written");
        }
    }
}

impl Running {
    fn read_waiting(&mut self, buffer: &mut [u8]) -> io::Result<Recorded> {
        for _ in 0..TURN {
            match socket::next(&self.packets, buffer)? {
                Next::Packet(there, length) => {
                    self.is_down = false;
                    let packet = buffer.get(..there).unwrap_or_default();
                    if self.recorder.take(SystemTime::now(), packet, length)? == Recorded::Ends {
                        return Ok(Recorded::Ends);
                    }
                }
                // It may come up again, as a cable does.
                Next::Down => self.is_down = true,
                Next::Nothing => break,
            }
        }
        let is_gone = self.is_down && !socket::is_bound(&self.packets);
        Ok(if is_gone { Recorded::Ends } else { Recorded::GoesOn })
    }
}

fn path(folder: &std::path::Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.pcap"))
}

fn is_ours(file: &str) -> bool {
    let number = file.strip_prefix("capture-").and_then(|rest| rest.strip_suffix(".pcap"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

fn refusal_of(error: &io::Error) -> Refusal {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EPERM | Errno::EACCES) => {
            Refusal::NotHere { lacks: "packet capture needs CAP_NET_RAW; start the gateway with it" }
        }
        Some(Errno::ENODEV | Errno::ENXIO | Errno::EINVAL) => Refusal::Wrong {
            mistakes: vec![("interface".to_owned(), "is no interface of this box".to_owned())],
        },
        _ => Refusal::Wrong {
            mistakes: vec![("interface".to_owned(), format!("cannot be captured: {error}"))],
        },
    }
}
