//! What every page shows around its own matter, as it is now.

use core::net::IpAddr;
use core::time::Duration;

use pumice_model::machine::MachineView;
use pumice_model::people::{Actor, Role};
use pumice_model::settings::SettingsView;
use pumice_model::time::Stamp;
use pumice_ui::{Frame, Moment, Person, Section, Trial, When};

use super::call::Call;
use super::csrf::proof;
use super::fault::Fault;
use super::page::settings::changes;
use super::state::Site;
use super::token::random;
use super::visit::Visit;
use crate::error::WebError;

/// What all frames of a moment have in common.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    machine: MachineView,
    settings: SettingsView,
    trial: Option<Trial>,
    claimed: bool,
    now: Stamp,
    fallback: Option<IpAddr>,
}

impl Base {
    pub(crate) async fn of(site: &Site) -> Result<Self, WebError> {
        let machine = site.desk.ask_box(|doors| doors.machine.machine()).await?;
        let settings = site.desk.ask_box(|doors| doors.configure.settings()).await?;
        let trial = match settings.trial {
            Some((number, seconds_left)) => Some(trial(site, number, seconds_left).await?),
            None => None,
        };
        Ok(Self {
            machine,
            settings,
            trial,
            claimed: site.is_claimed().await?,
            now: site.desk.now(),
            fallback: site.config.fallback_address,
        })
    }
}

/// A frame, and what it was made of.
pub(crate) struct Scene {
    pub(crate) frame: Frame,
    pub(crate) machine: MachineView,
    pub(crate) settings: SettingsView,
    /// The address under which the box is found when nothing else works.
    pub(crate) fallback: Option<IpAddr>,
    now: Stamp,
}

impl Scene {
    pub(crate) async fn of(call: &Call, section: Section) -> Result<Self, Fault> {
        let mut frame = bare(&call.visit)?;
        frame.section = section;
        Ok(Self::new(Base::of(&call.site).await?, frame))
    }

    /// Fills in a frame what is known.
    pub(crate) fn new(base: Base, frame: Frame) -> Self {
        let Base { machine, settings, trial, claimed, now, fallback } = base;
        let network = value(&settings, "network.name").to_owned();
        let frame = Frame { claimed, network, trial, ..frame };
        let mut scene = Self { frame, machine, settings, fallback, now };
        scene.frame.now = scene.machine.clock.trusted.then(|| scene.moment(scene.machine.clock.unix_seconds));
        scene
    }

    /// A value of the settings; empty if there is none.
    pub(crate) fn setting(&self, key: &str) -> &str {
        value(&self.settings, key)
    }

    /// A time in the box's zone.
    pub(crate) fn moment(&self, unix_seconds: u64) -> Moment {
        moment(&self.machine, unix_seconds)
    }

    /// A time that may not be known.
    pub(crate) fn at(&self, unix_seconds: Option<u64>) -> Option<Moment> {
        unix_seconds.map(|unix_seconds| self.moment(unix_seconds))
    }

    /// The time of what was noted: by the clock where it was trusted then or is now, by its age where that can be told.
    pub(crate) fn stamp(&self, stamp: Stamp) -> When {
        match self.at(stamp.unix_seconds) {
            Some(moment) => moment.into(),
            None if stamp.boot == self.now.boot => self.of_this_start(stamp.at_millis, None),
            None => When::Earlier,
        }
    }

    /// The same of what happened so many milliseconds after this start.
    pub(crate) fn of_this_start(&self, at_millis: u64, unix_seconds: Option<u64>) -> When {
        match self.at(unix_seconds) {
            Some(moment) => moment.into(),
            None => self.since(Duration::from_millis(self.now.at_millis.saturating_sub(at_millis))),
        }
    }

    /// The time so long ago: a moment if the clock is trusted, else how long ago it is.
    pub(crate) fn since(&self, passed: Duration) -> When {
        if !self.machine.clock.trusted {
            return ago(passed);
        }
        self.moment(self.machine.clock.unix_seconds.saturating_sub(passed.as_secs())).into()
    }
}

/// How long ago something was, whatever the clock says.
pub(crate) const fn ago(passed: Duration) -> When {
    When::Ago(passed.as_secs())
}

/// A time in the box's zone.
pub(crate) fn moment(machine: &MachineView, unix_seconds: u64) -> Moment {
    let minutes = i16::from(machine.clock.zone_quarters) * 15;
    Moment::from_unix(i64::try_from(unix_seconds).unwrap_or(i64::MAX), minutes)
}

/// The frame of what is told when something went wrong: as much of it as can be had.
pub(crate) async fn least(site: &Site, visit: &Visit) -> Frame {
    let frame = bare(visit).unwrap_or_else(|_| Frame::nobody(visit.language, ""));
    match Base::of(site).await {
        Ok(base) => Scene::new(base, frame).frame,
        Err(_) => frame,
    }
}

/// What is known of the reader alone.
pub(crate) fn bare(visit: &Visit) -> Result<Frame, Fault> {
    let mask = random().ok_or(Fault::BROKEN)?;
    let mut frame = Frame::nobody(visit.language, proof(&visit.token, mask));
    frame.person = visit
        .known
        .as_ref()
        .map(|known| Person { name: known.name.to_string(), role: shown_role(known.role) });
    frame.path.clone_from(&visit.path);
    frame.flash.clone_from(&visit.flash);
    Ok(frame)
}

pub(crate) const fn shown_role(role: Role) -> pumice_ui::Role {
    match role {
        Role::Owner => pumice_ui::Role::Owner,
        Role::Seller => pumice_ui::Role::Seller,
        Role::Viewer => pumice_ui::Role::Viewer,
    }
}

/// How somebody is called who did something.
pub(crate) fn who(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Account(name) => Some(name.to_string()),
        Actor::Shell | Actor::Box | Actor::Nobody => None,
    }
}

fn value<'a>(settings: &'a SettingsView, key: &str) -> &'a str {
    settings.rows.iter().find(|row| row.spec.key == key).map_or("", |row| &row.value)
}

async fn trial(site: &Site, number: u64, seconds_left: u32) -> Result<Trial, WebError> {
    let revisions = site.desk.ask_box(|doors| doors.configure.revisions()).await?;
    let on = revisions.iter().find(|revision| revision.number == number);
    let changes = changes(&revisions, number).len();
    Ok(Trial {
        seconds_left,
        changes: u32::try_from(changes).unwrap_or(u32::MAX),
        by: on.and_then(|on| who(&on.by)).unwrap_or_default(),
    })
}
