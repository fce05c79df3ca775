//! What is opened before privileges are given up, whether the box is a network yet or not.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;

use caps::Capability;
use pumice_board::sysfs::Tree;
use pumice_board::{Board, recognise};
use pumice_store::Archive;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::mpsc;

use super::{Kept, RunError, system};
use crate::config::{BoardSettings, Configured, Ground};
use crate::house::{Begin, BoardThread, Happened, Label, unix_seconds};
use crate::machine::captive_dns;
use crate::machine::captures::{Captures, Snap};
use crate::machine::log_ring::LogRing;
use crate::machine::network_files::SetupAccessPoint;
use crate::privileges::Confined;
use crate::shell::Past;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 64;

/// The box on its own WiFi; a channel that every phone may use everywhere.
const SETUP_ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 168, 74, 1);
const SETUP_CHANNEL: u8 = 6;

/// What is open.
pub(super) struct Opened {
    pub(super) api: TcpListener,
    /// Where the page listens, with TLS.
    pub(super) page: Vec<TcpListener>,
    /// Where it says without TLS that it is there.
    pub(super) http: Vec<TcpListener>,
    pub(super) label: Arc<Label>,
    pub(super) board: Arc<Board>,
    /// What the recognition of the board had to say.
    pub(super) notes: Arc<[String]>,
    pub(super) board_thread: Arc<BoardThread>,
    pub(super) happened: mpsc::Receiver<Happened>,
    pub(super) captures: Option<Captures>,
    /// The WiFi that the box opens to be set up, and where its names are answered.
    pub(super) setup: Option<(SetupAccessPoint, UdpSocket)>,
    pub(super) past: Past,
    pub(super) log: LogRing,
}

impl Opened {
    pub(super) fn open(
        confined: &Confined,
        kept: &mut Kept,
        configured: &Configured,
        log: LogRing,
    ) -> Result<Self, RunError> {
        let ground = configured.ground();
        let complete = matches!(configured, Configured::Whole(_));
        let address = ground.api.listen;
        let api = TcpListener::bind(address).map_err(|source| RunError::Api { address, source })?;
        let (page, http) = confined.open(&[Capability::CAP_NET_BIND_SERVICE], || {
            (listen_on(&ground.page.listen, "page.listen"), listen_on(&ground.page.http, "page.http"))
        })?;
        let [a, b, c, d, ..] = kept.identity.serial;
        let name = format!("{a:02x}{b:02x}{c:02x}{d:02x}");
        let label = Arc::new(Label::open_or_make(&ground.page.label, &name, unix_seconds())?);
        let (board, notes) = find_board(&ground.board).ok_or(RunError::NoBoard)?;
        let begin = Begin {
            board: board.clone(),
            tree: Tree::new("/"),
            watchdog: ground.board.watchdog,
            set_clock: ground.clock.set,
            last_known: kept.last_known,
        };
        let wanted: &[Capability] = if ground.clock.set { &[Capability::CAP_SYS_TIME] } else { &[] };
        let (board_thread, happened) = confined
            .open(wanted, || BoardThread::start(begin))?
            .map_err(system("starting the board's thread"))?;
        let folder = ground.store.key_file.with_file_name("captures");
        let captures = confined.open(&[Capability::CAP_NET_RAW], || Captures::open(folder, Snap::Whole))?;
        let captures = captures
            .inspect_err(|error| tracing::warn!(%error, "packets cannot be captured on this box"))
            .ok();
        let setup = setup_access_point(ground, &board, &name, &label.wifi_password);
        let setup = setup.filter(|_| !complete).and_then(|setup| {
            let own = setup.address.0;
            match confined.open(&[Capability::CAP_NET_BIND_SERVICE], || captive_dns::bind(own)) {
                Ok(Ok(socket)) => Some((setup, socket)),
                Ok(Err(error)) => {
                    tracing::error!(%error, "the setup WiFi is not opened");
                    None
                }
                Err(error) => {
                    tracing::error!(%error, "the setup WiFi is not opened");
                    None
                }
            }
        });
        let saved = kept.store.history().unwrap_or_default();
        Ok(Self {
            api,
            page,
            http,
            label,
            board: Arc::new(board),
            notes: notes.into(),
            board_thread: Arc::new(board_thread),
            happened,
            captures,
            setup,
            past: Past::resume(Archive::resume(&saved)),
            log,
        })
    }
}

/// The WiFi of a board that has one, if it is wanted.
fn setup_access_point(
    ground: &Ground,
    board: &Board,
    name: &str,
    password: &str,
) -> Option<SetupAccessPoint> {
    let found = pumice_board::interfaces::find(board, &Tree::new("/"));
    let wifi = found.into_iter().find(|found| found.roles.contains(&pumice_board::Role::Setup))?;
    ground.page.setup_wifi.then(|| SetupAccessPoint {
        interface: wifi.name,
        ssid: format!("Pumice-{name}"),
        passphrase: password.to_owned(),
        address: (SETUP_ADDRESS, 24),
        channel: SETUP_CHANNEL,
    })
}

/// The sockets that can be had. Phones are served without a page, too.
fn listen_on(addresses: &[SocketAddr], key: &str) -> Vec<TcpListener> {
    let mut listeners = Vec::new();
    for &address in addresses {
        match listen(address) {
            Ok(listener) => listeners.push(listener),
            // A kernel without IPv6 has nothing to listen on.
            Err(error) if error.raw_os_error() == Some(nix::libc::EAFNOSUPPORT) => {}
            Err(error) => {
                tracing::error!(%error, "the page does not listen on {address} ({key}); phones are served all the same");
            }
        }
    }
    listeners
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM.cloexec(), Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // Beside a socket for IPv4 with the same port.
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The board of the configuration, or the one that this is, or the nearest there is.
fn find_board(settings: &BoardSettings) -> Option<(Board, Vec<String>)> {
    let tree = Tree::new("/");
    let wanted = settings.description.as_str();
    let mut notes = Vec::new();
    if wanted != "auto" {
        let found = if wanted.contains('/') {
            pumice_board::load(std::path::Path::new(wanted)).map_err(|error| error.to_string())
        } else {
            recognise::by_name(wanted).ok_or_else(|| {
                let names: Vec<&str> = recognise::FILES.iter().map(|(name, _)| *name).collect();
                format!("there is no board {wanted:?}; there are {}", names.join(", "))
            })
        };
        match found {
            Ok(board) => return Some((board, notes)),
            Err(error) => {
                tracing::error!("board.description: {error}");
                notes.push(error);
            }
        }
    }
    let recognised = recognise::recognise(&tree, &[], std::env::consts::ARCH)?;
    if let Some(warning) = recognised.warning {
        // A computer without a device tree is a developer's, or a small PC: nothing is wrong with it.
        match warning.compatible.is_empty() {
            true => tracing::info!("{warning}"),
            false => tracing::warn!("{warning}"),
        }
        notes.push(warning.to_string());
    }
    notes.extend(recognised.board.never_run.iter().cloned());
    Some((recognised.board, notes))
}
