//! The box, as its people see it and act on it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pumice_board::power::Level;
use pumice_board::sysfs::Tree;
use pumice_board::time::Source;
use pumice_board::{Backhaul, Board, Readings};
use pumice_model::control::{Pending, Refusal};
use pumice_model::keeper::{Configure, Machine};
use pumice_model::machine::{
    BackhaulView, BackupView, BoardView, CaptureRequest, CaptureView, ClockView, DiskView, InterfaceView,
    MachineView, PowerView, Reset, Restart,
};
use pumice_model::people::Actor;
use pumice_model::query::{PageRequest, Query, StoreHealth};
use pumice_model::recovery_key::RecoveryKey;
use pumice_model::settings::SettingKind;
use pumice_model::time::Instant;
use pumice_store::Home;
use tokio::sync::watch;

use super::configure::Settler;
use super::ending::{Ending, Endings, to_its_end};
use super::hardware::Seen;
use super::store_door::{StoreDoor, unix_seconds};
use super::upkeep::roles_by_name;
use crate::config::{Ground, Way};
use crate::machine::captures::Captures;
use crate::machine::diagnostics::{Parts, Scrubber, bundle};
use crate::machine::log_ring::LogRing;
use crate::machine::prober::Reachability;
use crate::machine::{disk, interfaces, network_files};

/// Events in a bundle.
const EVENTS: u32 = 200;

/// What the box is looked at by.
#[derive(Clone)]
pub(crate) struct Eyes {
    pub(crate) ground: watch::Receiver<Arc<Ground>>,
    pub(crate) board: Arc<Board>,
    /// What the recognition of the board had to say.
    pub(crate) notes: Arc<[String]>,
    pub(crate) seen: watch::Receiver<Arc<Seen>>,
    pub(crate) reachability: watch::Receiver<Reachability>,
    pub(crate) places: interfaces::Places,
    /// The phones' own interface.
    pub(crate) tun: String,
    pub(crate) begun: std::time::Instant,
    pub(crate) query: Arc<dyn Query>,
}

impl Eyes {
    /// The interfaces as they are now. Reads files of the kernel: not for the core's thread.
    pub(crate) fn interfaces(&self) -> Vec<InterfaceView> {
        let roles = roles_by_name(&self.board, &Tree::new("/"));
        interfaces::list(&self.places, &interfaces::addresses(), &roles, &self.tun)
    }

    /// The interface of the default route.
    pub(crate) fn default_route(&self) -> Option<String> {
        interfaces::default_route(&self.places, &self.tun)
    }

    /// The way to the internet.
    pub(crate) fn backhaul(&self) -> BackhaulView {
        let now = Instant::after_start(self.begun.elapsed());
        let way = self.ground.borrow().backhaul.way.clone();
        self.reachability.borrow().view(way.as_ref(), self.default_route(), now)
    }

    async fn view(self) -> Result<MachineView, Refusal> {
        let failing = match self.query.status().await.map(|status| status.store) {
            Ok(StoreHealth::Failing { reason }) => Some(reason),
            // On a box without a network the disk is tried when something is set.
            Ok(StoreHealth::Good) | Err(_) => None,
        };
        tokio::task::spawn_blocking(move || self.look(failing)).await.map_err(|_| Refusal::Busy)
    }

    fn look(&self, failing: Option<String>) -> MachineView {
        let (ground, seen) = (Arc::clone(&self.ground.borrow()), Arc::clone(&self.seen.borrow()));
        let folder = ground.store.path.parent().unwrap_or_else(|| Path::new("/"));
        MachineView {
            board: self.board(&seen),
            power: power(&seen),
            clock: self.clock(&ground, &seen),
            disk: DiskView { failing: failing.clone(), ..disk::look(folder) },
            backhaul: self.backhaul(),
            interfaces: self.interfaces(),
            temperature_millicelsius: hottest(&seen.readings),
        }
    }

    fn board(&self, seen: &Seen) -> BoardView {
        let missing = seen.missing.iter().map(|missing| format!("{}: {}", missing.part, missing.reason));
        BoardView {
            name: self.board.title.clone(),
            notes: self.notes.iter().cloned().chain(missing).collect(),
            ways: ways(&self.board),
            access_point: self
                .board
                .interfaces
                .iter()
                .any(|interface| interface.roles.contains(&pumice_board::Role::Setup)),
            switches_cell: self.board.cell_power.is_some() || self.board.supervisor.is_some(),
        }
    }

    fn clock(&self, ground: &Ground, seen: &Seen) -> ClockView {
        let trusted = seen.clock.is_some_and(|clock| clock.trusted)
            || ground.clock.trust == crate::config::ClockTrust::Always;
        let source = match seen.clock.map(|clock| clock.source) {
            Some(Source::Gnss) => "gnss",
            Some(Source::Ntp) => "ntp",
            Some(Source::Cloud) => "cloud",
            Some(Source::Cell) => "cell",
            Some(Source::Rtc) => "rtc",
            Some(Source::LastKnown) => "last-known",
            None => "none",
        };
        ClockView { trusted, source, unix_seconds: unix_seconds(), zone_quarters: ground.clock.zone_quarters }
    }
}

/// The ways to the internet that a board has, in the words of the settings.
pub(crate) fn ways(board: &Board) -> Vec<&'static str> {
    let ways = board.backhaul.iter().flat_map(|way| match way {
        Backhaul::Ethernet => &["dhcp", "static"][..],
        Backhaul::Pppoe => &["pppoe"],
        Backhaul::WifiClient => &["wifi"],
        Backhaul::Modem => &["modem"],
    });
    ways.copied().chain(["none"]).collect()
}

fn power(seen: &Seen) -> PowerView {
    let readings = &seen.readings;
    let gauge = readings.power_supplies.iter().find(|supply| supply.kind == "Battery");
    if let Some(millivolts) = readings.battery.as_ref().and_then(|battery| battery.millivolts) {
        let level = readings.battery.as_ref().map_or(Level::Normal, |battery| battery.level);
        return PowerView::Battery {
            percent: gauge.and_then(|gauge| gauge.percent),
            millivolts,
            low: level >= Level::Warned,
            charging: seen.supervisor.map(|(charging, _)| charging),
            cell_off: level >= Level::CellDropped
                || readings.cell_powered == Some(false)
                || seen.supervisor.is_some_and(|(_, cell_on)| !cell_on),
        };
    }
    if let Some(gauge) = gauge.filter(|gauge| gauge.millivolts.is_some()) {
        return PowerView::Battery {
            percent: gauge.percent,
            millivolts: gauge.millivolts.unwrap_or_default(),
            low: gauge.percent.is_some_and(|percent| percent < 20),
            charging: gauge.status.as_deref().map(|status| status == "Charging" || status == "Full"),
            cell_off: readings.cell_powered == Some(false),
        };
    }
    let measured = readings.supplies.first().and_then(|supply| supply.measured.as_ref().ok());
    match (measured, readings.undervoltage) {
        (None, None) => PowerView::Unknown,
        (measured, _) => PowerView::Mains { millivolts: measured.map(|measured| measured.millivolts) },
    }
}

fn hottest(readings: &Readings) -> Option<i32> {
    readings.temperatures.iter().filter_map(|temperature| temperature.millidegrees).max()
}

/// The box of a running program.
#[derive(Clone)]
pub(crate) struct BoxMachine {
    pub(crate) eyes: Eyes,
    pub(crate) store: StoreDoor,
    pub(crate) home: Home,
    /// Which box this is.
    pub(crate) serial: [u8; 16],
    pub(crate) settler: Settler,
    pub(crate) endings: Endings,
    pub(crate) captures: Option<Captures>,
    pub(crate) log: LogRing,
    /// What else a factory reset takes.
    pub(crate) network_files: PathBuf,
    /// What must not be in a bundle.
    pub(crate) secrets: Arc<[zeroize::Zeroizing<String>]>,
}

impl BoxMachine {
    fn captures(&self) -> Result<Captures, Refusal> {
        self.captures.clone().ok_or(Refusal::NotHere { lacks: "CAP_NET_RAW, which captures take" })
    }

    async fn bundle(self) -> Result<Vec<u8>, Refusal> {
        let machine = self.eyes.clone().view().await?;
        let settings = self.settler.settings().await?;
        let status = self.eyes.query.status().await;
        let status = status.map_or_else(|refusal| refusal.to_string(), |status| format!("{status:#?}"));
        let metrics = self.eyes.query.metrics().await.unwrap_or_default();
        let metrics = metrics.iter().fold(String::new(), |mut text, metric| {
            let label = metric.label.as_ref().map(|(name, value)| format!("{{{name}=\"{value}\"}}"));
            // Writing to a String does not fail.
            let _ = writeln!(text, "pumice_{}{} {}", metric.name, label.unwrap_or_default(), metric.value);
            text
        });
        let request = PageRequest { after: None, limit: Some(EVENTS) };
        let events = self.eyes.query.events(request).await.map(|page| page.items).unwrap_or_default();
        let events = events.iter().fold(String::new(), |mut text, event| {
            let _ = writeln!(text, "{event:?}");
            text
        });
        let secrets = self.secret_values().await;
        let log = self.log.text();
        tokio::task::spawn_blocking(move || {
            let parts = Parts {
                version: env!("CARGO_PKG_VERSION"),
                status: &status,
                machine: &machine,
                metrics: &metrics,
                events: &events,
                settings: &settings,
                log: &log,
                unix_seconds: unix_seconds(),
            };
            bundle(&parts, &Scrubber::new(secrets.iter().map(|secret| secret.as_str())), Path::new("/proc"))
        })
        .await
        .map_err(|_| Refusal::Busy)?
        .map_err(|error| Refusal::Store { reason: error.to_string() })
    }

    /// All values that are secret by their kind, those of the configuration file, and the label's.
    async fn secret_values(&self) -> Vec<zeroize::Zeroizing<String>> {
        let mut secrets = self.secrets.to_vec();
        let way = self.eyes.ground.borrow().backhaul.way.clone();
        secrets.extend(way.and_then(Way::into_secret).map(zeroize::Zeroizing::new));
        let set = self.store.ask(|store| store.revision_in_force()).await.ok().flatten();
        let values = set.map(|revision| revision.values).unwrap_or_default();
        for (key, value) in values {
            if pumice_model::settings::setting(&key).is_some_and(|spec| spec.kind == SettingKind::Secret) {
                secrets.push(zeroize::Zeroizing::new(value));
            }
        }
        secrets
    }
}

impl Machine for BoxMachine {
    fn machine(&self) -> Pending<MachineView> {
        Pending::new(self.eyes.clone().view())
    }

    fn restart(&self, what: Restart) -> Pending<()> {
        let ending = match what {
            Restart::Gateway => Ending::Restart,
            Restart::Box => Ending::Reboot,
        };
        let endings = self.endings.clone();
        Pending::new(async move {
            endings.soon(ending);
            Ok(())
        })
    }

    fn reset(&self, how_much: Reset) -> Pending<()> {
        let this = self.clone();
        to_its_end(async move {
            let at = this.store.now();
            match how_much {
                Reset::Settings => {
                    this.store.ask(move |store| store.reset_settings(at, &Actor::Box)).await?;
                }
                Reset::Factory => {
                    let (home, files) = (this.home.clone(), this.network_files.clone());
                    let forgotten = tokio::task::spawn_blocking(move || {
                        if let Err(error) = network_files::write(&files, &[]) {
                            tracing::warn!(%error, "the network's files stay");
                        }
                        home.forget_at_next_start()
                    });
                    forgotten.await.map_err(|_| Refusal::Busy)??;
                }
            }
            tracing::warn!(?how_much, "reset");
            this.endings.soon(Ending::Restart);
            Ok(())
        })
    }

    fn backup(&self, recovery_key: String) -> Pending<Vec<u8>> {
        let store = self.store.clone();
        Pending::new(async move {
            let key = RecoveryKey::parse(&recovery_key).ok_or(Refusal::BadBackup)?;
            let portable = store.ask(|store| store.carry_away()).await?;
            tokio::task::spawn_blocking(move || portable.encrypt(&key)).await.map_err(|_| Refusal::Busy)?
        })
    }

    fn restore(&self, backup: Vec<u8>, recovery_key: String) -> Pending<()> {
        let (home, endings) = (self.home.clone(), self.endings.clone());
        to_its_end(async move {
            let staged = tokio::task::spawn_blocking(move || home.stage(backup, &recovery_key));
            staged.await.map_err(|_| Refusal::Busy)??;
            tracing::warn!("a backup takes the place of all that is kept");
            endings.soon(Ending::Restart);
            Ok(())
        })
    }

    fn look_into(&self, backup: Arc<Vec<u8>>, recovery_key: String) -> Pending<BackupView> {
        let (home, serial) = (self.home.clone(), self.serial);
        Pending::new(async move {
            let looked = tokio::task::spawn_blocking(move || {
                home.look_into(Arc::unwrap_or_clone(backup), &recovery_key, &serial)
            });
            looked.await.map_err(|_| Refusal::Busy)?
        })
    }

    fn diagnostics(&self) -> Pending<Vec<u8>> {
        Pending::new(self.clone().bundle())
    }

    fn captures(&self) -> Pending<Vec<CaptureView>> {
        let captures = self.captures();
        Pending::new(async move { captures?.list().await })
    }

    fn begin_capture(&self, request: CaptureRequest) -> Pending<String> {
        let captures = self.captures();
        Pending::new(async move { captures?.begin(request).await })
    }

    fn end_capture(&self, name: String) -> Pending<()> {
        let captures = self.captures();
        Pending::new(async move { captures?.end(name).await })
    }

    fn capture_file(&self, name: String) -> Pending<Vec<u8>> {
        let captures = self.captures();
        Pending::new(async move { captures?.read(name).await })
    }

    fn remove_capture(&self, name: String) -> Pending<()> {
        let captures = self.captures();
        Pending::new(async move { captures?.remove(name).await })
    }
}
