//! What goes on by itself while the gateway runs: the lamp tells the truth, the button is obeyed, the battery is minded, the
//! network's files and the page's certificate follow what is set.

use std::sync::Arc;
use std::time::Duration;

use pumice_board::button::Press;
use pumice_board::led::LedState;
use pumice_board::power::Action;
use pumice_board::sysfs::Tree;
use pumice_board::{Board, Event};
use pumice_model::keeper::Machine;
use pumice_model::machine::Reset;
use pumice_model::query::StoreHealth;
use pumice_web::TlsIdentity;
use pumice_web::site::certificate::{self, Certified};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::ending::{Ending, Endings};
use super::hardware::{BoardThread, Happened, Order};
use super::label::Label;
use super::machine::{BoxMachine, Eyes};
use super::store_door::{StoreDoor, unix_seconds};
use crate::config::Ground;
use crate::machine::network_files::{self, Roles, SetupAccessPoint, Written};

#[cfg(test)]
mod tests;

/// How often the lamp's state is thought over.
const LAMP_EVERY: Duration = Duration::from_secs(2);

/// How often interfaces and addresses are looked at: cables are plugged in, and drivers are loaded while phones are served already.
const SURROUNDINGS_EVERY: Duration = Duration::from_secs(5);

/// How long a battery and a button wait for a disk.
const DISK_TIME: Duration = Duration::from_secs(2);

/// How often the time is kept.
const TIME_EVERY: Duration = Duration::from_secs(600);

/// What is kept up.
pub(crate) struct Upkeep {
    pub(crate) machine: BoxMachine,
    pub(crate) board: Arc<BoardThread>,
    pub(crate) happened: mpsc::Receiver<Happened>,
    pub(crate) endings: Endings,
    pub(crate) store: StoreDoor,
    pub(crate) label: Arc<Label>,
    /// Names besides addresses for which the page has a certificate.
    pub(crate) names: Vec<String>,
    pub(crate) identity: TlsIdentity,
    /// What the page shows now.
    pub(crate) certified: Certified,
    pub(crate) roles: Roles,
    pub(crate) setup: Option<SetupAccessPoint>,
    /// Whether the box is to open a WiFi of its own, if it has one.
    pub(crate) wants_setup_wifi: bool,
    /// The name that is announced: another box may have the usual one.
    pub(crate) announced: Option<watch::Receiver<String>>,
}

impl Upkeep {
    /// Runs until the program ends.
    pub(crate) async fn run(mut self) {
        let mut ground = self.machine.eyes.ground.clone();
        self.write_network_files(&ground.borrow_and_update().clone());
        let mut lamp = ticks(LAMP_EVERY);
        let mut surroundings = ticks(SURROUNDINGS_EVERY);
        let mut time = ticks(TIME_EVERY);
        let mut battery_low = false;
        loop {
            tokio::select! {
                Some(happened) = self.happened.recv() => self.take(happened, &mut battery_low).await,
                Ok(()) = ground.changed() => {
                    let now = Arc::clone(&ground.borrow_and_update());
                    self.write_network_files(&now);
                }
                _ = lamp.tick() => {
                    let state = self.lamp(battery_low).await;
                    self.board.order(Order::Show(state));
                }
                _ = surroundings.tick() => {
                    self.look_at_interfaces().await;
                    self.renew_certificate().await;
                }
                _ = time.tick() => self.keep_time().await,
            }
        }
    }

    async fn take(&self, happened: Happened, battery_low: &mut bool) {
        match happened {
            Happened::Board(Event::Battery(action)) => self.mind_battery(action, battery_low).await,
            Happened::Board(Event::Button(press)) => self.obey(press).await,
            Happened::Board(Event::Hot { name, hot, millidegrees }) => {
                let degrees = millidegrees / 1_000;
                if hot {
                    tracing::warn!("{name} is hot: {degrees} degrees; give the box air");
                } else {
                    tracing::info!("{name} is cool again: {degrees} degrees");
                }
            }
            Happened::Board(Event::Phase(phase)) => {
                tracing::info!(?phase, "the phase of the pulse per second")
            }
            Happened::Board(Event::Stuck(parts)) if parts.is_empty() => tracing::info!("all goes on again"),
            Happened::Board(Event::Stuck(parts)) => {
                tracing::error!(?parts, "no progress: the board's watchdog is not fed");
            }
            Happened::Board(Event::Undervoltage(true)) => {
                tracing::warn!("the board's supply is too weak: use a better one, or a shorter cable");
            }
            Happened::Board(Event::Undervoltage(false)) => {
                tracing::info!("the board's supply is strong enough again")
            }
            Happened::PowerGoes { seconds } => {
                tracing::error!(seconds, "the supervisor cuts the power: the box halts");
                self.halt();
            }
            Happened::Nudged => {
                tracing::error!("the supervisor sees no progress: the gateway starts anew");
                self.endings.soon(Ending::Restart);
            }
        }
    }

    async fn mind_battery(&self, action: Action, battery_low: &mut bool) {
        match action {
            Action::Warn => {
                *battery_low = true;
                tracing::warn!("the battery runs down");
            }
            Action::EndWarning => {
                *battery_low = false;
                tracing::info!("the battery is well again");
            }
            Action::DropCell => {
                tracing::warn!("the battery runs down: the cell is switched off, phones have no service");
                self.board.order(Order::PowerCell(false));
            }
            Action::RestoreCell => {
                tracing::info!("the battery is well enough: the cell is switched on");
                self.board.order(Order::PowerCell(true));
            }
            Action::Save => {
                tracing::warn!("the battery is nearly empty: everything is saved");
                self.save().await;
            }
            Action::EndSaving => {}
            Action::Halt => {
                tracing::error!("the battery is empty: the box halts, and comes back by itself");
                self.save().await;
                self.halt();
            }
        }
    }

    fn halt(&self) {
        self.board.order(Order::Halt);
        self.endings.soon(Ending::PowerOff);
    }

    /// Has everything that is kept written where it outlives the power.
    async fn save(&self) {
        self.keep_time().await;
        let saved = self.store.ask(|store| Ok(store.checkpoint()?));
        match timeout(DISK_TIME, saved).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "not everything could be saved"),
            Err(_) => tracing::warn!("the disk does not answer: not everything is saved"),
        }
    }

    async fn obey(&self, press: Press) {
        let done = match press {
            Press::Short => {
                tracing::warn!("the button was pressed: the box starts anew");
                self.endings.soon(Ending::Reboot);
                return;
            }
            Press::Long => self.machine.reset(Reset::Settings).await,
            Press::VeryLong => self.machine.reset(Reset::Factory).await,
        };
        match done {
            Ok(()) => tracing::warn!(?press, "the button was held: the box is reset"),
            Err(error) => tracing::error!(%error, ?press, "the button was held, and nothing could be reset"),
        }
    }

    async fn lamp(&self, battery_low: bool) -> LedState {
        let online = self.machine.eyes.reachability.borrow().online;
        let wants_internet = self.machine.eyes.ground.borrow().backhaul.way.is_some();
        let looked = match timeout(DISK_TIME, self.machine.eyes.query.status()).await {
            // A loop that waits for a disk serves nobody new.
            Err(_) => Looked { set_up: true, cells: 0, failing: true },
            Ok(Ok(status)) => Looked {
                set_up: true,
                cells: status.cells,
                failing: matches!(status.store, StoreHealth::Failing { .. }),
            },
            Ok(Err(_)) => Looked { set_up: false, cells: 0, failing: false },
        };
        state_of_lamp(looked, battery_low, online == Some(false) && wants_internet)
    }

    /// What comes late: the files of networks follow it, and a box that is to open a WiFi for setup begins anew with it.
    async fn look_at_interfaces(&mut self) {
        let board = Arc::clone(&self.machine.eyes.board);
        let looked = tokio::task::spawn_blocking(move || roles(&board, &Tree::new("/"))).await;
        let Ok(now) = looked else { return };
        if now == self.roles {
            return;
        }
        self.roles = now;
        let ground = Arc::clone(&self.machine.eyes.ground.borrow());
        self.write_network_files(&ground);
        if self.setup.is_none() && self.wants_setup_wifi && self.roles.setup.is_some() {
            tracing::info!("the WiFi for setup has come");
            self.endings.soon(Ending::Restart);
        }
    }

    /// In a thread of its own: it waits for the disk.
    fn write_network_files(&self, ground: &Ground) {
        let (backhaul, roles, setup) = (ground.backhaul.clone(), self.roles.clone(), self.setup.clone());
        tokio::task::spawn_blocking(move || {
            let files = match network_files::render(&backhaul, &roles, setup.as_ref()) {
                Ok(files) => files,
                Err(unfit) => {
                    tracing::error!(%unfit, "the way to the internet cannot be configured");
                    return;
                }
            };
            let folder = backhaul.files.display();
            match network_files::write(&backhaul.files, &files) {
                Ok(Written::Unchanged) => {}
                Ok(Written::Generation(generation)) => {
                    tracing::info!(generation, %folder, "the network's files are written");
                }
                Err(error) => tracing::error!(%error, %folder, "the network's files cannot be written"),
            }
        });
    }

    async fn renew_certificate(&mut self) {
        let (eyes, names) = (self.machine.eyes.clone(), self.names.clone());
        let names = tokio::task::spawn_blocking(move || certificate_names(&eyes, &names)).await;
        let Ok(mut names) = names else { return };
        names.extend(self.announced.as_ref().map(|name| name.borrow().clone()));
        let now = unix_seconds();
        if !certificate::is_due(&self.certified, &names, now) {
            return;
        }
        let renewed = self.label.certificate(&names, now).and_then(|certified| {
            self.identity.replace(&certified)?;
            Ok(certified)
        });
        match renewed {
            Ok(certified) => {
                tracing::info!(names = certified.names.join(" "), "the page has a new certificate");
                self.certified = certified;
            }
            Err(error) => tracing::error!(%error, "the page keeps its old certificate"),
        }
    }

    async fn keep_time(&self) {
        let trusted = self.machine.eyes.seen.borrow().clock.filter(|clock| clock.trusted);
        let Some(clock) = trusted else { return };
        let seconds = clock.time.as_secs();
        let kept = timeout(DISK_TIME, self.store.ask(move |store| store.remember_time(seconds))).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::debug!("the time is not kept this time");
        }
    }
}

/// For what the page has a certificate: names, and the box's addresses now.
pub(crate) fn certificate_names(eyes: &Eyes, names: &[String]) -> Vec<String> {
    let addresses = eyes.interfaces().into_iter().flat_map(|interface| interface.addresses);
    names.iter().cloned().chain(addresses.map(|address| address.to_string())).collect()
}

/// What the lamp's state follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Looked {
    set_up: bool,
    cells: u32,
    failing: bool,
}

fn state_of_lamp(looked: Looked, battery_low: bool, offline: bool) -> LedState {
    match looked {
        Looked { failing: true, .. } => LedState::NeedsAttention,
        Looked { set_up: false, .. } => LedState::NeedsAttention,
        _ if battery_low => LedState::BatteryLow,
        Looked { cells: 0, .. } => LedState::WaitingForCell,
        _ if offline => LedState::BackhaulOff,
        _ => LedState::Serving,
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// The interfaces by what they serve for, as the board says and as they are now.
pub(crate) fn roles(board: &Board, tree: &Tree) -> Roles {
    use pumice_board::{Medium, Role};
    let found = pumice_board::interfaces::find(board, tree);
    // Of two that may serve for the same, the one that the board's file has for it first of all.
    let of = |medium: Medium, role: Role| {
        let rank =
            |found: &&pumice_board::interfaces::Found| found.roles.iter().position(|each| *each == role);
        let fit = found.iter().filter(|found| found.medium == medium && rank(found).is_some());
        fit.min_by_key(rank).map(|found| found.name.clone())
    };
    let setup = found.iter().find(|found| found.roles.contains(&Role::Setup));
    Roles {
        backhaul: of(Medium::Ethernet, Role::Backhaul),
        wifi: of(Medium::Wifi, Role::Backhaul),
        modem: of(Medium::Modem, Role::Backhaul),
        lan: of(Medium::Ethernet, Role::Cell).or_else(|| of(Medium::Ethernet, Role::Lan)),
        setup: setup.map(|found| found.name.clone()),
        fallback: (board.fallback_address, board.fallback_prefix),
    }
}

/// The roles of interfaces by their names, as people see them.
pub(crate) fn roles_by_name(board: &Board, tree: &Tree) -> std::collections::BTreeMap<String, &'static str> {
    use pumice_board::{Medium, Role};
    let found = pumice_board::interfaces::find(board, tree);
    found
        .into_iter()
        .filter_map(|found| {
            let role = match (found.medium, found.roles.first()?) {
                (Medium::Wifi, _) => "wifi",
                (_, Role::Cell) => "cell",
                (_, Role::Backhaul) => "backhaul",
                (_, Role::Lan | Role::Setup) => "lan",
            };
            Some((found.name, role))
        })
        .collect()
}
