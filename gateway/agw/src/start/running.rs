//! A program that runs: with a network, or with its page alone.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pumice_board::sysfs::Tree;
use pumice_core::Core;
use pumice_core::choose::Choices;
use pumice_model::box_identity::BoxIdentity;
use pumice_model::change::DurableState;
use pumice_model::control::Control;
use pumice_model::query::Query;
use pumice_model::software::{Software, WithoutImage};
use pumice_store::{Home, StartingRevision, StoreThread};
use pumice_web::site::certificate;
use pumice_web::site::{self, SetupWifi, SiteConfig};
use pumice_web::{Doors, LabelFacts, Shared, Subnet, TlsIdentity, WebConfig, WebLimits};
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::opened::Opened;
use super::{Finish, NetworkRooms, Notices, OperatingSystem, RunError, system};
use crate::config::{BackhaulSettings, Configured, File, Ground, Settings, SoftwareSettings, Way};
use crate::house::{
    BoxFacts, BoxMachine, Ending, Endings, Eyes, NotSetUp, Settler, Stamps, StoreDoor, StoreKeeper, Upkeep,
    certificate_names, endings, roles, roles_by_name, unix_seconds, ways,
};
use crate::machine::announce::{self, Announced, Announcement};
use crate::machine::captive_dns;
use crate::machine::interfaces::{self, Places};
use crate::machine::prober::{self, Off, Reachability, Surroundings};
use crate::shell::{Asked, Recorder, Rooms, Shell, Witnesses, backend, doors, tell_service_manager};
use crate::software::Door;

/// How often the wall clock is looked at, if the watchdog does not want to hear more often.
const TICK: Duration = Duration::from_secs(10);

/// How soon a network that does not start is tried again.
const NETWORK_AGAIN: Duration = Duration::from_secs(60);

/// How long requests that are under way have when the gateway stops.
const REQUESTS_END: Duration = Duration::from_millis(200);

/// All that a program has when it begins to run.
pub(super) struct Running {
    pub(super) file: File,
    pub(super) start: StartingRevision,
    pub(super) configured: Configured,
    pub(super) opened: Opened,
    pub(super) store: Arc<StoreThread>,
    pub(super) notices: Notices,
    pub(super) state: DurableState,
    pub(super) identity: BoxIdentity,
    pub(super) boot: u32,
    pub(super) home: Home,
}

impl Running {
    /// Runs until it is asked to end.
    pub(super) async fn run(
        self,
        rooms: Option<NetworkRooms>,
        entropy: OperatingSystem,
    ) -> Result<Finish, RunError> {
        let Self { file, start, configured, opened, store, notices, state, identity, boot, home } = self;
        let ground = configured.ground().clone();
        let mut stop = signals().map_err(system("listening for signals"))?;
        let stamps = Stamps::new(boot);
        let door = StoreDoor::new(Arc::clone(&store), stamps.clone());
        let (endings, mut heard) = endings();
        let tun = match &configured {
            Configured::Whole(settings) => settings.user_plane.tun.clone(),
            Configured::Unfinished(..) => String::new(),
        };
        let (board, phones) = (Arc::clone(&opened.board), tun.clone());
        let facts = BoxFacts {
            ways: ways(&opened.board),
            addresses: Arc::new(move || {
                let named = roles_by_name(&board, &Tree::new("/"));
                let seen = interfaces::list(&Places::default(), &interfaces::addresses(), &named, &phones);
                seen.into_iter().flat_map(|interface| interface.addresses).collect()
            }),
        };
        let settler = Settler::new(file, start, &configured, door.clone(), endings.clone(), facts);
        let (core_doors, jobs) = doors();
        let (control, query): (Arc<dyn Control>, Arc<dyn Query>) = match &rooms {
            Some(_) => (Arc::new(core_doors.clone()), Arc::new(core_doors)),
            None => (Arc::new(NotSetUp), Arc::new(NotSetUp)),
        };
        let (probed, reachability) = watch::channel(Reachability::default());
        let eyes = Eyes {
            ground: settler.ground(),
            board: Arc::clone(&opened.board),
            notes: Arc::clone(&opened.notes),
            seen: opened.board_thread.seen(),
            reachability,
            places: Places::default(),
            tun: tun.clone(),
            begun: Instant::now(),
            query: Arc::clone(&query),
        };
        let mut tasks = JoinSet::new();
        if rooms.is_some() {
            let home = home.clone();
            tasks.spawn_blocking(move || {
                if let Err(error) = home.confirm() {
                    tracing::warn!(%error, "what a restore has replaced stays on the disk");
                }
            });
        }
        tasks.spawn(prober::run(
            backhaul_settings(eyes.ground.clone()),
            Watcher(eyes.clone(), stamps.clone()),
            probed,
        ));

        let names = names_of(&ground);
        let certified =
            opened.label.certificate(&certificate_names(&eyes, &ground.page.hosts), unix_seconds())?;
        let tls =
            TlsIdentity::new(&certified, opened.label.authority()).map_err(crate::house::LabelError::from)?;
        let machine = BoxMachine {
            eyes: eyes.clone(),
            store: door.clone(),
            home,
            serial: identity.serial,
            settler: settler.clone(),
            endings: endings.clone(),
            captures: opened.captures.clone(),
            log: opened.log.clone(),
            network_files: ground.backhaul.files.clone(),
            secrets: Arc::new([opened.label.code.clone(), opened.label.wifi_password.clone()]),
        };
        let all_doors = Doors {
            control,
            query,
            keeper: Arc::new(StoreKeeper::new(door.clone(), opened.past.clone())),
            configure: Arc::new(settler),
            machine: Arc::new(machine.clone()),
            software: software(ground.software.as_ref()),
        };
        let page =
            Page { configured: &configured, opened: &opened, identity: &identity, tls: &tls, names: &names };
        let (stop_web, stopping) = watch::channel(false);
        let mut web = JoinSet::new();
        page.serve(all_doors, &mut web, &stopping)?;
        let announcement = announced(&configured, &opened);
        let setup = opened.setup.map(|(setup, socket)| {
            tasks.spawn(captive_dns::run(socket, setup.address.0));
            setup
        });
        let later = endings.clone();
        let upkeep = Upkeep {
            machine,
            board: Arc::clone(&opened.board_thread),
            happened: opened.happened,
            endings,
            store: door.clone(),
            label: Arc::clone(&opened.label),
            names: ground.page.hosts.clone(),
            identity: tls,
            certified,
            roles: roles(&opened.board, &Tree::new("/")),
            setup,
            wants_setup_wifi: ground.page.setup_wifi && matches!(configured, Configured::Unfinished(..)),
            announced: announcement.as_ref().map(Announcement::name),
        };
        tasks.spawn(upkeep.run());

        let progress = opened.board_thread.progress();
        let asked = match (&configured, rooms) {
            (Configured::Whole(settings), Some(NetworkRooms { engine, endpoint })) => {
                let choices = Choices::new(entropy, &identity);
                let core = Core::new(settings.core(identity), state, choices);
                let rooms = Rooms { core, endpoint, engine, store, notices, jobs };
                let recorder = Recorder::new(opened.past.clone(), door, eyes.reachability.clone());
                let witnesses = Witnesses { recorder, stamps, progress };
                serve_network(settings, rooms, witnesses, &mut stop, &mut heard).await
            }
            (Configured::Whole(_), None) => {
                try_again_later(&later);
                Ok(serve_page(&ground, &mut stop, &mut heard, notices, &*progress).await)
            }
            _ => Ok(serve_page(&ground, &mut stop, &mut heard, notices, &*progress).await),
        };

        tell_service_manager(&[NotifyState::Stopping]);
        drop(announcement);
        stop_web.send_replace(true);
        // What was asked before is answered; a connection that stays open is cut.
        let _ = timeout(REQUESTS_END, async { while web.join_next().await.is_some() {} }).await;
        tasks.shutdown().await;
        Ok(match asked? {
            Asked::Signal => Finish::Stopped,
            Asked::By(Ending::Restart) => Finish::Restart,
            Asked::By(Ending::Reboot) => Finish::Reboot,
            Asked::By(Ending::PowerOff) => Finish::PowerOff,
        })
    }
}

async fn serve_network(
    settings: &Settings,
    rooms: Rooms,
    witnesses: Witnesses,
    stop: &mut [Signal; 2],
    heard: &mut mpsc::Receiver<Ending>,
) -> Result<Asked, RunError> {
    let sctp = backend(&rooms.endpoint);
    let cells: Vec<String> = rooms.endpoint.local_addrs().iter().map(ToString::to_string).collect();
    let mut shell = Shell::new(rooms, witnesses, settings.ground.clock, settings.ground.log.imsi);
    let api = settings.ground.api.listen;
    tracing::info!(network = %settings.network.plmn, sctp, cells = cells.join(" "), api = %api, "ready");
    let status = format!("S1AP on {} ({sctp}), API on {api}", cells.join(", "));
    tell_service_manager(&[NotifyState::Ready, NotifyState::Status(&status)]);
    let asked = shell.run(stop, heard, tick()).await;
    let stopping = Instant::now();
    tracing::info!("stopping");
    shell.stop().await;
    tracing::info!(milliseconds = stopping.elapsed().as_millis(), "all is closed and written");
    Ok(asked?)
}

/// The network did not start, and perhaps it will: a cable is plugged in, another program ends.
fn try_again_later(endings: &Endings) {
    let endings = endings.clone();
    tokio::spawn(async move {
        tokio::time::sleep(NETWORK_AGAIN).await;
        tracing::info!("the network is tried again");
        endings.soon(Ending::Restart);
    });
}

/// A box that is not set up yet, or whose network does not start: nothing but its page.
async fn serve_page(
    ground: &Ground,
    stop: &mut [Signal; 2],
    heard: &mut mpsc::Receiver<Ending>,
    mut notices: Notices,
    progress: &(dyn Fn() + Send + Sync),
) -> Asked {
    let pages: Vec<String> = ground.page.listen.iter().map(ToString::to_string).collect();
    let api = ground.api.listen;
    tracing::info!(page = pages.join(" "), api = %api, "ready to be set up");
    let status = format!("not set up yet: page on {}, API on {api}", pages.join(", "));
    tell_service_manager(&[NotifyState::Ready, NotifyState::Status(&status)]);
    let mut tick = tick();
    let [terminate, interrupt] = stop;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Asked::Signal,
            _ = interrupt.recv() => return Asked::Signal,
            Some(ending) = heard.recv() => return Asked::By(ending),
            // Nobody commits anything that somebody waits for here.
            Some(_) = notices.recv() => {}
            _ = tick.tick() => {
                tell_service_manager(&[NotifyState::Watchdog]);
                progress();
            }
        }
    }
}

fn tick() -> Interval {
    let watchdog = sd_notify::watchdog_enabled().map_or(TICK, |within| within / 2);
    let mut tick = interval(watchdog.clamp(Duration::from_millis(10), TICK));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

fn signals() -> std::io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?])
}

/// What the page and the API are made of.
struct Page<'a> {
    configured: &'a Configured,
    opened: &'a Opened,
    identity: &'a BoxIdentity,
    tls: &'a TlsIdentity,
    names: &'a [String],
}

impl Page<'_> {
    /// Serves the API, the page, and what says where the page is.
    fn serve(
        &self,
        doors: Doors,
        web: &mut JoinSet<()>,
        stopping: &watch::Receiver<bool>,
    ) -> Result<(), RunError> {
        let ground = self.configured.ground();
        let stop = || {
            let mut stopping = stopping.clone();
            // Said or gone, it means the same.
            async move { drop(stopping.wait_for(|stop| *stop).await.map(|_| ())) }
        };
        let fingerprint = self.opened.label.fingerprint()?;
        let shared = Shared::default();
        let api = WebConfig {
            hosts: ground.api.hosts.clone(),
            subscriber: ground.subscribers.clone(),
            label: LabelFacts {
                names: [certificate::LOCAL_NAME.to_owned()]
                    .into_iter()
                    .chain(ground.page.hosts.clone())
                    .collect(),
                fingerprint: Some(certificate::fingerprint_text(&fingerprint)),
            },
            limits: WebLimits::default(),
            shared: shared.clone(),
        };
        let limits = api.limits.clone();
        let serving = pumice_web::serve(
            clone_of(&self.opened.api)?,
            pumice_web::router(doors.clone(), api),
            limits,
            stop(),
        );
        web.spawn(async move { told("the local API", serving.await) });
        let config = SiteConfig { shared, ..self.site_config() };
        let (limits, neighbours) = (config.limits.web.clone(), config.neighbours());
        let plain = site::plain_router(config.clone());
        let secure = site::router(doors, config);
        for listener in &self.opened.page {
            let serving = pumice_web::serve_tls(
                clone_of(listener)?,
                secure.clone(),
                self.tls.clone(),
                neighbours.clone(),
                limits.clone(),
                stop(),
            );
            web.spawn(async move { told("the page", serving.await) });
        }
        for listener in &self.opened.http {
            let serving = pumice_web::serve_plain(
                clone_of(listener)?,
                plain.clone(),
                neighbours.clone(),
                limits.clone(),
                stop(),
            );
            web.spawn(async move { told("the way to the page", serving.await) });
        }
        Ok(())
    }

    fn site_config(&self) -> SiteConfig {
        let ground = self.configured.ground();
        let phones = match self.configured {
            Configured::Whole(settings) => {
                let pool = settings.user_plane.pool;
                vec![Subnet { address: pool.network.into(), prefix: pool.prefix }]
            }
            Configured::Unfinished(..) => Vec::new(),
        };
        let [a, b, ..] = self.identity.serial;
        SiteConfig {
            label_code: Some(self.opened.label.code.clone()),
            box_name: format!("{a:02x}{b:02x}"),
            names: self.names.to_vec(),
            fallback_address: Some(self.opened.board.fallback_address.into()),
            phones,
            captive: self.opened.setup.is_some(),
            setup_wifi: self
                .opened
                .setup
                .as_ref()
                .map(|(setup, _)| SetupWifi { ssid: setup.ssid.clone(), password: setup.passphrase.clone() }),
            port: ground.page.listen.first().map_or(443, std::net::SocketAddr::port),
            listens: ground.page.listen.iter().map(ToString::to_string).collect(),
            language: ground.page.language.clone(),
            ..SiteConfig::new(
                self.tls.clone(),
                self.opened.label.authority().clone(),
                ground.subscribers.clone(),
            )
        }
    }
}

fn clone_of(listener: &TcpListener) -> Result<TcpListener, RunError> {
    listener.try_clone().map_err(system("listening"))
}

fn told(what: &str, served: std::io::Result<()>) {
    if let Err(error) = served {
        tracing::error!(%error, "{what} has ended; phones are served all the same");
    }
}

/// Names of the page besides the one that every box has: those of the configuration, and what a second box in the same house
/// calls itself.
fn names_of(ground: &Ground) -> Vec<String> {
    let further = (2..=9).map(|number| format!("pumice-{number}.local"));
    ground.page.hosts.iter().cloned().chain(further).collect()
}

/// The door to the software of a box with an image, or of one without.
fn software(settings: Option<&SoftwareSettings>) -> Arc<dyn Software> {
    match settings {
        Some(settings) => Arc::new(Door::new(settings.requests.clone(), settings.reports.clone())),
        None => Arc::new(WithoutImage { version: env!("CARGO_PKG_VERSION").to_owned() }),
    }
}

fn announced(configured: &Configured, opened: &Opened) -> Option<Announcement> {
    let ground = configured.ground();
    let port = ground.page.listen.first().map(std::net::SocketAddr::port)?;
    if !ground.page.announce || opened.page.is_empty() {
        return None;
    }
    let (title, phones) = match configured {
        Configured::Whole(settings) => (settings.network.name.clone(), settings.user_plane.tun.clone()),
        Configured::Unfinished(..) => ("Pumice".to_owned(), String::new()),
    };
    announce::start(&Announced { title, port, phones })
}

/// Follows what is set of the way to the internet.
fn backhaul_settings(mut ground: watch::Receiver<Arc<Ground>>) -> watch::Receiver<BackhaulSettings> {
    let (tell, told) = watch::channel(ground.borrow_and_update().backhaul.clone());
    tokio::spawn(async move {
        while ground.changed().await.is_ok() {
            let now = ground.borrow_and_update().backhaul.clone();
            tell.send_if_modified(|before| {
                let news = *before != now;
                *before = now;
                news
            });
        }
    });
    told
}

/// What the prober asks the box.
struct Watcher(Eyes, Stamps);

impl Surroundings for Watcher {
    fn now(&self) -> (pumice_model::time::Instant, Option<u64>) {
        (pumice_model::time::Instant::after_start(self.0.begun.elapsed()), self.1.now().unix_seconds)
    }

    fn why_off(&self, way: Option<&Way>) -> Off {
        prober::why_off(way, &self.0.interfaces(), self.0.default_route().as_deref())
    }
}
