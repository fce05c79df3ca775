//! From a configuration to a running gateway, and back to nothing.

mod opened;
mod running;

use std::fs::{DirBuilder, File};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use caps::Capability;
use pumice_core::choose::Entropy;
use pumice_dataplane::{DataplaneError, EngineConfig, NatMode, PhoneToPhone, Pool, PortableEngine};
use pumice_model::box_identity::BoxIdentity;
use pumice_model::change::DurableState;
use pumice_sctp::{Backend, Endpoint, EndpointError};
use pumice_store::{
    FileSealer, Home, Notice, Options, Settled, StartingRevision, Store, StoreError, StoreThread,
    ThreadOptions,
};
use tokio::runtime::Builder;
use tokio::sync::mpsc;

use crate::config::{self, ConfigError, Configured, Nat, Settings, StoreSettings};
use crate::house::LabelError;
use crate::logging;
use crate::machine::log_ring::LogRing;
use crate::privileges::{Confined, PrivilegeError};
use crate::shell::{LoopError, backend};
use opened::Opened;
use running::Running;

/// Why the gateway did not run, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RunError {
    /// The local API cannot listen.
    #[error(
        "cannot listen on {address} for the local API: {source}. Is another program there? api.listen names another"
    )]
    Api {
        /// Where.
        address: std::net::SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A directory is missing and cannot be made.
    #[error("cannot make the directory {path}: {source}", path = path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The loop ended by itself.
    #[error(transparent)]
    Loop(#[from] LoopError),
    /// The label cannot be read or made.
    #[error("what is on the box's label: {0}")]
    Label(#[from] LabelError),
    /// No board is described that this could be.
    #[error("no board is described that this could be; name one with board.description")]
    NoBoard,
    /// A box that is not set up yet has no page, and nothing else to do.
    #[error(
        "the page listens nowhere, and the network is not set up: {missing} missing. Set page.listen, or the network in the file"
    )]
    NoPage {
        /// Keys of the configuration.
        missing: String,
    },
    /// Privileges are missing, or could not be given up.
    #[error(transparent)]
    Privileges(#[from] PrivilegeError),
    /// SCTP cannot listen.
    #[error("cannot listen for cells: {0}")]
    Sctp(#[source] EndpointError),
    /// Another gateway has the store.
    #[error("another gateway runs with the store {path}: stop it first (systemctl stop pumice), or name another store.path", path = path.display())]
    SecondInstance {
        /// Which store.
        path: PathBuf,
    },
    /// The store cannot be opened.
    #[error("the store {path}: {source}", path = path.display())]
    Store {
        /// Which.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The system refuses something that every process needs.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// The TUN device's file is closed to the gateway's user.
    #[error(
        "this user may not open /dev/net/tun, which udev makes with mode 0666: chmod 0666 /dev/net/tun, or start as root without process.user"
    )]
    TunFile,
    /// The user plane cannot start.
    #[error("cannot start the user plane: {0}")]
    UserPlane(#[source] DataplaneError),
}

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// As the service manager asked.
    Stopped,
    /// To be started anew.
    Restart,
    /// To be started anew with the whole box.
    Reboot,
    /// With the box to be switched off.
    PowerOff,
}

impl Finish {
    /// What tells whoever has started the program what to do next; `--help` documents it.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Stopped => 0,
            Self::Restart => 4,
            Self::Reboot => 5,
            Self::PowerOff => 6,
        }
    }
}

/// `pumice run`
pub(crate) fn run(path: &Path) -> Result<Finish, RunError> {
    let (file, base) = config::File::load(path)?;
    let log = LogRing::default();
    logging::start(base.ground().log, &log);
    let outcome = opened_and_run(file, base, log);
    match &outcome {
        Ok(finish) => tracing::info!(?finish, "stopped"),
        Err(error) => tracing::error!("{error}"),
    }
    outcome
}

fn opened_and_run(file: config::File, base: Configured, log: LogRing) -> Result<Finish, RunError> {
    let ground = base.ground();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    let confined = Confined::enter(ground.process.user.as_deref())?;
    let mut entropy = OperatingSystem;
    entropy.try_fill(&mut [0; 1])?;

    // The store first: its lock tells a second gateway apart before that one touches anything else.
    let mut kept = confined.open(&[], || open_store(&ground.store))??;
    let (start, configured) = owners_settings(&file, base.clone(), &mut kept.store);
    let mut opened = Opened::open(&confined, &mut kept, &configured, log)?;
    let runtime =
        Builder::new_current_thread().enable_all().build().map_err(system("starting the runtime"))?;
    let rooms = match &configured {
        Configured::Whole(settings) => {
            for note in &settings.notes {
                tracing::warn!("{note}");
            }
            match open_rooms(&confined, &runtime, settings) {
                Ok(rooms) => Some(rooms),
                // Settings that the network does not start with: those before are in force at the next start.
                Err(error) if start.on_trial => {
                    tracing::error!("{error}");
                    go_back(&start, &mut kept.store);
                    return Ok(Finish::Restart);
                }
                // An owner must reach the page to mend what an owner has set.
                Err(error) if start.number.is_some() && !opened.page.is_empty() => {
                    tracing::error!(
                        "{error}; only the page is served, and the network is tried again in a minute"
                    );
                    opened.notes = opened.notes.iter().cloned().chain([error.to_string()]).collect();
                    None
                }
                Err(error) => return Err(error),
            }
        }
        Configured::Unfinished(_, missing) if opened.page.is_empty() => {
            return Err(RunError::NoPage { missing: missing.join(", ") });
        }
        Configured::Unfinished(_, missing) => {
            tracing::warn!(
                missing = missing.join(", "),
                "the network is not set up yet: only the page is served"
            );
            None
        }
    };
    confined.leave()?;

    let (store, notices) = start_thread(kept.store)?;
    let held = Arc::clone(&store);
    let running = Running {
        file,
        start,
        configured,
        opened,
        store,
        notices,
        state: kept.state,
        identity: kept.identity,
        boot: kept.boot,
        home: kept.home,
    };
    let finish = runtime.block_on(running.run(rooms, entropy))?;
    // What was asked of the store before is done when its thread ends, which its last user waits for.
    drop(runtime);
    drop(held);
    Ok(finish)
}

/// What an owner has set, laid over the file. Settings that cannot be used any more are left out, and the network is as the
/// file says: a page is needed to mend them.
fn owners_settings(
    file: &config::File,
    base: Configured,
    store: &mut Store,
) -> (StartingRevision, Configured) {
    let start = store.begin_revision().unwrap_or_else(|error| {
        tracing::error!(%error, "what the owner has set cannot be read; the configuration file counts");
        StartingRevision::default()
    });
    if let Some(revision) = start.gone_back_from {
        tracing::warn!(
            revision,
            "the gateway ended before somebody kept these settings: they are gone back from"
        );
    }
    match file.with(&start.values) {
        Ok(configured) => (start, configured),
        Err(mistakes) => {
            for mistake in mistakes {
                tracing::error!("what the owner has set: {} {}", mistake.key, mistake.reason);
            }
            if start.on_trial {
                go_back(&start, store);
            }
            (StartingRevision::default(), base)
        }
    }
}

fn go_back(start: &StartingRevision, store: &mut Store) {
    let Some(revision) = start.number else { return };
    match store.go_back_from_revision(revision) {
        Ok(()) => tracing::warn!(revision, "the new settings are gone back from"),
        // The next start goes back by itself: this one did not live to see them kept.
        Err(error) => tracing::error!(%error, revision, "the new settings cannot be gone back from"),
    }
}

/// What only a network needs.
pub(super) struct NetworkRooms {
    pub(super) engine: PortableEngine,
    pub(super) endpoint: Endpoint,
}

fn open_rooms(
    confined: &Confined,
    runtime: &tokio::runtime::Runtime,
    settings: &Settings,
) -> Result<NetworkRooms, RunError> {
    if settings.s1ap.sctp == Backend::UserSpace {
        confined.demand(Capability::CAP_NET_RAW, "which s1ap.sctp = \"user-space\" needs")?;
    }
    let engine = confined.open(&[Capability::CAP_NET_ADMIN], || {
        // Looked at before, because afterwards it cannot be told from a device that another user has.
        File::options().read(true).write(true).open("/dev/net/tun").map_err(tun_file)?;
        PortableEngine::start(engine_config(settings)).map_err(RunError::UserPlane)
    })??;
    let endpoint = confined.open(&[Capability::CAP_NET_RAW], || {
        let _in_runtime = runtime.enter();
        Endpoint::bind(sctp_config(settings))
    })?;
    let endpoint = endpoint.map_err(|error| match error {
        EndpointError::System { .. } if settings.s1ap.sctp == Backend::Auto => {
            let purpose = "which SCTP needs, because this kernel has none of its own";
            confined
                .demand(Capability::CAP_NET_RAW, purpose)
                .map_or_else(RunError::from, |()| RunError::Sctp(error))
        }
        error => RunError::Sctp(error),
    })?;
    let sctp = backend(&endpoint);
    tracing::info!(
        "capabilities are given up, but for CAP_NET_ADMIN in the thread of the user plane and CAP_NET_RAW in that of captures{}",
        if sctp == "user-space" { " and that of SCTP" } else { "" }
    );
    Ok(NetworkRooms { engine, endpoint })
}

/// What the store kept.
struct Kept {
    home: Home,
    store: Store,
    state: DurableState,
    identity: BoxIdentity,
    boot: u32,
    last_known: Option<u64>,
}

fn open_store(store: &StoreSettings) -> Result<Kept, RunError> {
    let failed = |source| match source {
        StoreError::Busy => RunError::SecondInstance { path: store.path.clone() },
        source => RunError::Store { path: store.path.clone(), source },
    };
    make_directory_of(&store.key_file)?;
    let home = Home::new(&store.path, &store.key_file);
    match home.settle().map_err(failed)? {
        Settled::Nothing => {}
        Settled::Restored => tracing::warn!("a backup has taken the place of all that was kept"),
        Settled::Forgotten => tracing::warn!("all that was kept is gone: the box is as from the factory"),
    }
    let sealer = FileSealer::open_or_create(&store.key_file).map_err(failed)?;
    let options = Options {
        database_octets: store.database_octets,
        log_octets: store.log_octets,
        sync_delay: store.sync_delay,
        ..Options::new(sealer)
    };
    // The store has logged what it found wrong.
    let opened = Store::open(&store.path, options).map_err(failed)?;
    let pumice_store::Opened { store, state, identity, boot, last_known, .. } = opened;
    Ok(Kept { home, store, state, identity, boot, last_known })
}

type Notices = mpsc::UnboundedReceiver<Notice>;

fn start_thread(store: Store) -> Result<(Arc<StoreThread>, Notices), RunError> {
    // Bounded by what the store's thread takes: it says one thing for each batch.
    let (notify, notices) = mpsc::unbounded_channel();
    let notify = Box::new(move |notice| {
        // The loop has ended, then nobody wants to know.
        let _ = notify.send(notice);
    });
    let thread = StoreThread::start(store, ThreadOptions::default(), notify)
        .map_err(system("starting the store's thread"))?;
    Ok((Arc::new(thread), notices))
}

fn make_directory_of(file: &Path) -> Result<(), RunError> {
    let Some(directory) = file.parent() else { return Ok(()) };
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(RunError::Directory { path: directory.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn engine_config(settings: &Settings) -> EngineConfig {
    let user_plane = &settings.user_plane;
    let pool = user_plane.pool;
    let gateway = Ipv4Addr::from_bits(pool.network.to_bits() + 1);
    // The advertised address first: packets to cells come from it.
    let mut listen = vec![user_plane.advertise];
    listen.extend(user_plane.listen.iter().filter(|address| **address != user_plane.advertise));
    EngineConfig {
        listen,
        tun: user_plane.tun.clone(),
        pools: vec![Pool { gateway: IpAddr::V4(gateway), prefix_length: pool.prefix }],
        mtu: user_plane.mtu,
        limits: settings.ground.limits,
        nat: match &user_plane.nat {
            Nat::Masquerade { outside } => NatMode::Masquerade { outside: outside.clone() },
            Nat::Routed => NatMode::Routed,
        },
        phone_to_phone: if user_plane.phone_to_phone { PhoneToPhone::Direct } else { PhoneToPhone::Dropped },
    }
}

fn sctp_config(settings: &Settings) -> pumice_sctp::Config {
    let everywhere = || (Ipv4Addr::UNSPECIFIED, 36412).into();
    let listen = &settings.s1ap.listen;
    let mut config = pumice_sctp::Config::new(listen.first().copied().unwrap_or_else(everywhere));
    config.local.clone_from(listen);
    config.backend = settings.s1ap.sctp;
    config.max_associations = usize::try_from(settings.ground.limits.associations).unwrap_or(usize::MAX);
    config
}

/// The operating system's randomness.
#[derive(Debug, Clone)]
struct OperatingSystem;

impl OperatingSystem {
    /// Fails on a kernel that has no getrandom(2), and then always.
    fn try_fill(&mut self, octets: &mut [u8]) -> Result<(), RunError> {
        getrandom::fill(octets).map_err(|error| system("drawing randomness")(error.into()))
    }
}

impl Entropy for OperatingSystem {
    fn fill(&mut self, octets: &mut [u8]) {
        if let Err(error) = self.try_fill(octets) {
            // It worked at start. A RAND or a key that can be foreseen is worse than no service.
            tracing::error!(%error, "the operating system gives no randomness");
            std::process::abort();
        }
    }
}

fn tun_file(source: io::Error) -> RunError {
    match source.kind() {
        io::ErrorKind::PermissionDenied => RunError::TunFile,
        _ => RunError::System {
            doing: "opening /dev/net/tun (modprobe tun, if there is no such file)",
            source,
        },
    }
}

fn system(doing: &'static str) -> impl FnOnce(io::Error) -> RunError {
    move |source| RunError::System { doing, source }
}
