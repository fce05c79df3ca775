//! From a configuration to a running gateway, and back to nothing.

use std::fs::{DirBuilder, File};
use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use caps::Capability;
use pumice_core::Core;
use pumice_core::choose::{Choices, Entropy};
use pumice_dataplane::{DataplaneError, EngineConfig, NatMode, PhoneToPhone, Pool, PortableEngine};
use pumice_model::box_identity::BoxIdentity;
use pumice_model::change::DurableState;
use pumice_model::control::Control;
use pumice_sctp::{Backend, Endpoint, EndpointError};
use pumice_store::{FileSealer, Notice, Opened, Options, Store, StoreError, StoreThread, ThreadOptions};
use pumice_web::{WebConfig, WebLimits};
use sd_notify::NotifyState;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::config::{self, ConfigError, Nat, Settings};
use crate::logging;
use crate::privileges::{Confined, PrivilegeError};
use crate::shell::{Doors, LoopError, Rooms, Shell, backend, doors, tell_service_manager};

/// How often the wall clock is looked at, if the watchdog does not want to hear more often.
const TICK: Duration = Duration::from_secs(10);

/// How long requests that are under way have when the gateway stops.
const REQUESTS_END: Duration = Duration::from_millis(200);

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

/// `pumice run`
pub(crate) fn run(path: &Path) -> Result<(), RunError> {
    let settings = config::load(path)?;
    logging::start(settings.log);
    let outcome = opened_and_run(&settings);
    match &outcome {
        Ok(()) => tracing::info!("stopped"),
        Err(error) => tracing::error!("{error}"),
    }
    outcome
}

fn opened_and_run(settings: &Settings) -> Result<(), RunError> {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(version, network = %settings.network.plmn, "starting");
    for note in &settings.notes {
        tracing::warn!("{note}");
    }
    let confined = Confined::enter(settings.process.user.as_deref())?;
    if settings.s1ap.sctp == Backend::UserSpace {
        confined.demand(Capability::CAP_NET_RAW, "which s1ap.sctp = \"user-space\" needs")?;
    }
    let mut entropy = OperatingSystem;
    entropy.try_fill(&mut [0; 1])?;

    // The store first: its lock tells a second gateway apart before that one touches anything else.
    let kept = confined.open(&[], || open_store(settings))??;
    let engine = confined.open(&[Capability::CAP_NET_ADMIN], || {
        // Looked at before, because afterwards it cannot be told from a device that another user has.
        File::options().read(true).write(true).open("/dev/net/tun").map_err(tun_file)?;
        PortableEngine::start(engine_config(settings)).map_err(RunError::UserPlane)
    })??;
    let runtime =
        Builder::new_current_thread().enable_all().build().map_err(system("starting the runtime"))?;
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
    let address = settings.api.listen;
    let listener = TcpListener::bind(address).map_err(|source| RunError::Api { address, source })?;
    confined.leave()?;
    let sctp = backend(&endpoint);
    tracing::info!(
        "capabilities are given up, but for CAP_NET_ADMIN in the thread of the user plane{}",
        if sctp == "user-space" { " and CAP_NET_RAW in that of SCTP" } else { "" }
    );

    let choices = Choices::new(entropy, &kept.identity);
    let core = Core::new(settings.core(kept.identity), kept.state, choices);
    let (doors, jobs) = doors();
    let rooms = Rooms { core, endpoint, engine, store: kept.store, notices: kept.notices, jobs };
    runtime.block_on(serve(settings, rooms, doors, listener))
}

async fn serve(
    settings: &Settings,
    rooms: Rooms,
    doors: Doors,
    listener: TcpListener,
) -> Result<(), RunError> {
    let mut stop = signals().map_err(system("listening for signals"))?;
    let sctp = backend(&rooms.endpoint);
    let cells: Vec<String> = rooms.endpoint.local_addrs().iter().map(ToString::to_string).collect();
    let mut shell = Shell::new(rooms, settings.clock, settings.log.imsi);
    let (stop_web, web) = start_web(settings, doors, listener);
    let api = settings.api.listen;
    tracing::info!(sctp, cells = cells.join(" "), api = %api, "ready");
    let status = format!("S1AP on {} ({sctp}), API on {api}", cells.join(", "));
    tell_service_manager(&[NotifyState::Ready, NotifyState::Status(&status)]);

    let watchdog = sd_notify::watchdog_enabled().map_or(TICK, |within| within / 2);
    let mut tick = interval(watchdog.clamp(Duration::from_millis(10), TICK));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let outcome = shell.run(&mut stop, tick).await;

    let stopping = Instant::now();
    tracing::info!("stopping");
    tell_service_manager(&[NotifyState::Stopping]);
    drop(stop_web);
    shell.stop().await;
    // What was asked before is answered; a connection that stays open is cut.
    let _ = timeout(REQUESTS_END, web).await;
    tracing::info!(milliseconds = stopping.elapsed().as_millis(), "all is closed and written");
    Ok(outcome?)
}

fn signals() -> io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?])
}

fn start_web(
    settings: &Settings,
    doors: Doors,
    listener: TcpListener,
) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let config = WebConfig {
        hosts: settings.api.hosts.clone(),
        subscriber: settings.subscribers.clone(),
        limits: WebLimits::default(),
    };
    let limits = config.limits.clone();
    let control: Arc<dyn Control> = Arc::new(doors.clone());
    let router = pumice_web::router(control, Arc::new(doors), config);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = async move {
        let shutdown = async {
            // Sent or dropped, it means the same.
            let _ = stopped.await;
        };
        if let Err(error) = pumice_web::serve(listener, router, limits, shutdown).await {
            tracing::error!(%error, "the local API has ended; phones are served all the same");
        }
    };
    (stop, tokio::spawn(serving))
}

/// What the store kept, and the thread that keeps it.
struct Kept {
    store: StoreThread,
    notices: mpsc::UnboundedReceiver<Notice>,
    state: DurableState,
    identity: BoxIdentity,
}

fn open_store(settings: &Settings) -> Result<Kept, RunError> {
    let store = &settings.store;
    let failed = |source| match source {
        StoreError::Busy => RunError::SecondInstance { path: store.path.clone() },
        source => RunError::Store { path: store.path.clone(), source },
    };
    make_directory_of(&store.key_file)?;
    let sealer = FileSealer::open_or_create(&store.key_file).map_err(failed)?;
    let options = Options {
        database_octets: store.database_octets,
        log_octets: store.log_octets,
        sync_delay: store.sync_delay,
        ..Options::new(sealer)
    };
    // The store has logged what it found wrong.
    let Opened { store: opened, state, identity, .. } = Store::open(&store.path, options).map_err(failed)?;
    // Bounded by what the store's thread takes: it says one thing for each batch.
    let (notify, notices) = mpsc::unbounded_channel();
    let notify = Box::new(move |notice| {
        // The loop has ended, then nobody wants to know.
        let _ = notify.send(notice);
    });
    let thread = StoreThread::start(opened, ThreadOptions::default(), notify)
        .map_err(system("starting the store's thread"))?;
    Ok(Kept { store: thread, notices, state, identity })
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
        limits: settings.limits,
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
    config.max_associations = usize::try_from(settings.limits.associations).unwrap_or(usize::MAX);
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
