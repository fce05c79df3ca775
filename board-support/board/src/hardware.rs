//! The board as a whole: opens what is there, says what is not, and is polled from one thread.

mod again;
mod parts;
mod readings;
#[cfg(test)]
mod tests;

use core::time::Duration;
use std::io;

use crate::board::{BatterySource, Board, Colour, FanControl};
use crate::button::Button;
use crate::fan::Fan;
use crate::gnss::{Phase, Pps, Pulse, Receiver};
use crate::led::{LedState, Player};
use crate::power::Policy;
use crate::sysfs::{self, Pwm, ThermalZone, Tree, UndervoltageAlarm};
use crate::watchdog::{Keeper, Progress, ProgressWatch, TooManyParts, Verdict};
use parts::{ButtonDriver, CellGate, GnssPort, LampDriver, SupplySensor};
pub use readings::{
    BatteryReading, Event, GnssReading, Missing, Readings, SupplyReading, TemperatureReading, WatchdogReading,
};

/// How often the sensors are read, the watchdog is fed and the battery is judged.
const SENSORS_EVERY: Duration = Duration::from_secs(1);
/// How much cooler it must be before hot is over, in thousandths of a degree.
const COOLER: i32 = 5_000;
/// How long the supervisor's word on the battery counts.
const SUPERVISOR_WORD: Duration = Duration::from_secs(10);
/// The watchdog may reset the board this long after it was told to halt, should the halt hang.
const HALT_TIME: Duration = Duration::from_secs(60);

/// A board that runs. Everything that the board file names and that is not there is in [`missing`](Self::missing); nothing
/// else depends on it.
#[derive(Debug)]
pub struct Hardware {
    tree: Tree,
    missing: Vec<Missing>,
    lamps: Vec<(Colour, LampDriver)>,
    player: Player,
    state: LedState,
    button: Option<(ButtonDriver, Button)>,
    watchdog: Option<Keeper>,
    progress: ProgressWatch,
    watched: Option<(String, Duration)>,
    halting_since: Option<Duration>,
    zones: Vec<ThermalZone>,
    hot: Vec<i32>,
    supplies: Vec<SupplySensor>,
    undervoltage: Option<UndervoltageAlarm>,
    rtc: Option<String>,
    fan: Option<(Pwm, Option<Fan>)>,
    gnss: Option<GnssPort>,
    receiver: Receiver,
    pps: Option<(String, Pps)>,
    gate: Option<CellGate>,
    battery: Option<(BatterySource, Policy)>,
    supervisor_word: Option<(u32, Duration)>,
    readings: Readings,
    next_sensors: Duration,
}

impl Hardware {
    /// How often [`poll`](Self::poll) wants to be called: the button's contact and the LED's shortest flash need it.
    pub const POLL_EVERY: Duration = Duration::from_millis(20);

    /// Opens what is there. The watchdog is not started yet.
    pub fn open(board: &Board, tree: Tree, now: Duration) -> Self {
        let mut missing = Vec::new();
        let mut lamps = Vec::new();
        for parts in &board.lamps {
            let opened = LampDriver::open(&tree, &parts.wire);
            let found = noted(&mut missing, || format!("led {:?}", parts.colour).to_lowercase(), opened);
            lamps.extend(found.map(|lamp| (parts.colour, lamp)));
        }
        let fitted = lamps.iter().fold(crate::led::Lamps::NONE, |lamps, (colour, _)| lamps.with(*colour));
        let button = board
            .button
            .as_ref()
            .and_then(|wire| noted(&mut missing, || "button".to_owned(), ButtonDriver::open(&tree, wire)));
        let mut readings = Readings::default();
        let (mut zones, mut hot) = (Vec::new(), Vec::new());
        for parts in &board.temperatures {
            let zone =
                ThermalZone::find(&tree, &parts.zone).ok_or_else(|| absent("thermal zone", &parts.zone));
            if let Some(zone) = noted(&mut missing, || format!("temperature {}", parts.name), zone) {
                zones.push(zone);
                hot.push(i32::from(parts.hot) * 1000);
                readings.temperatures.push(TemperatureReading {
                    name: parts.name.clone(),
                    millidegrees: None,
                    hot: false,
                });
            }
        }
        let mut supplies = Vec::new();
        for parts in &board.supplies {
            let opened = SupplySensor::open(&tree, parts);
            if let Some(sensor) = noted(&mut missing, || format!("supply {}", parts.name), opened) {
                supplies.push(sensor);
                readings.supplies.push(SupplyReading {
                    name: parts.name.clone(),
                    measured: Err("not measured yet".to_owned()),
                });
            }
        }
        let undervoltage = board.undervoltage.as_ref().and_then(|name| {
            let alarm = UndervoltageAlarm::find(&tree, name).ok_or_else(|| absent("hwmon device", name));
            noted(&mut missing, || "undervoltage".to_owned(), alarm)
        });
        let rtc = board.rtc.as_ref().and_then(|name| {
            let path = format!("/sys/class/rtc/{name}");
            let found = if tree.exists(&path) { Ok(name.clone()) } else { Err(absent("clock", name)) };
            noted(&mut missing, || "rtc".to_owned(), found)
        });
        let fan = board.fan.as_ref().and_then(|parts| {
            let pwm =
                Pwm::find(&tree, &parts.hwmon).ok_or_else(|| absent("hwmon device with pwm1", &parts.hwmon));
            let curve = match &parts.control {
                FanControl::Kernel => None,
                FanControl::Curve(curve) => Some(Fan::new(curve.clone())),
            };
            noted(&mut missing, || "fan".to_owned(), pwm).map(|pwm| (pwm, curve))
        });
        let gnss = board.gnss.as_ref().map(|parts| {
            let mut port = GnssPort::new(parts.port.clone());
            noted(&mut missing, || "gnss".to_owned(), port.reopen(&tree, now));
            port
        });
        let pps = board.gnss.as_ref().and_then(|parts| parts.pps.clone()).map(|name| {
            let there = tree.exists(&format!("/sys/class/pps/{name}/assert"));
            let found = if there { Ok(()) } else { Err(absent("pulse", &name)) };
            noted(&mut missing, || "pps".to_owned(), found);
            // A pulse that comes later is seen.
            (name, Pps::new())
        });
        let gate = board.cell_power.as_ref().and_then(|parts| {
            noted(&mut missing, || "cell power".to_owned(), parts::cell_gate(&tree, parts))
        });
        let devices = [
            ("modem", board.modem.as_ref().map(|port| &port.tty)),
            ("storage", board.storage.as_ref()),
            ("supervisor", board.supervisor.as_ref().map(|port| &port.tty)),
        ];
        for (part, device) in devices {
            if let Some(device) = device.filter(|device| !tree.exists(device)) {
                noted::<()>(&mut missing, || part.to_owned(), Err(absent("device", device)));
            }
        }
        let watched = board
            .watchdog
            .as_ref()
            .map(|parts| (parts.device.clone(), Duration::from_secs(parts.timeout_s.into())));
        let battery =
            board.battery.as_ref().map(|parts| (parts.source.clone(), Policy::new(parts.thresholds)));
        Self {
            missing,
            lamps,
            player: Player::new(fitted, now),
            state: LedState::Booting,
            button: button.map(|driver| (driver, Button::new())),
            watchdog: None,
            progress: ProgressWatch::new(),
            watched,
            halting_since: None,
            zones,
            hot,
            supplies,
            undervoltage,
            rtc,
            fan,
            gnss,
            receiver: Receiver::new(),
            pps,
            gate,
            battery,
            supervisor_word: None,
            readings,
            next_sensors: now,
            tree,
        }
    }

    /// What the board file names and was not there when it was opened.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// What was read last.
    pub const fn readings(&self) -> &Readings {
        &self.readings
    }

    /// Shows a state. While the button is down the LED shows what a release would do.
    pub const fn show(&mut self, state: LedState) {
        self.state = state;
    }

    /// Wants the cell's supply on or off, where the board switches it: a board that does not says `false`.
    pub fn power_cell(&mut self, on: bool) -> bool {
        self.gate.as_mut().map(|gate| gate.want(on)).is_some()
    }

    /// The supervisor's word on the battery.
    pub const fn supervisor_says(&mut self, now: Duration, millivolts: u32) {
        self.supervisor_word = Some((millivolts, now));
    }

    /// Watches one more part of the gateway: without its progress the watchdog is not fed.
    ///
    /// # Errors
    /// Too many parts.
    pub fn watch(
        &mut self,
        name: &'static str,
        deadline: Duration,
        now: Duration,
    ) -> Result<Progress, TooManyParts> {
        self.progress.add(name, deadline, now)
    }

    /// Watches a part no more, because it was ended by order.
    pub fn forget(&mut self, name: &str) {
        self.progress.forget(name);
    }

    /// Starts the watchdog, once everything that is watched has started. A board without one goes on without.
    pub fn start_watchdog(&mut self) {
        if self.watched.is_some() && self.watchdog.is_none() {
            let opened = self.open_watchdog();
            noted(&mut self.missing, || "watchdog".to_owned(), opened);
        }
    }

    fn open_watchdog(&mut self) -> io::Result<()> {
        let Some((device, timeout)) = &self.watched else { return Ok(()) };
        let keeper = Keeper::open(&self.tree.path(device), *timeout)?;
        self.readings.watchdog = Some(WatchdogReading {
            timeout: keeper.timeout(),
            reset_the_board: keeper.has_reset_the_board(),
        });
        self.watchdog = Some(keeper);
        Ok(())
    }

    /// Stops the watchdog, because the gateway ends by order and the board goes on without it.
    ///
    /// # Errors
    /// The watchdog cannot be stopped: it will reset the board.
    pub fn stop_watchdog(&mut self) -> io::Result<()> {
        self.readings.watchdog = None;
        self.watched = None;
        self.watchdog.take().map_or(Ok(()), Keeper::stop)
    }

    /// The board halts or restarts by order: the parts may stand still from now on, and the watchdog is fed for another minute. It
    /// stays on, so that a halt that hangs is a reset.
    pub fn halting(&mut self, now: Duration) {
        self.halting_since.get_or_insert(now);
    }

    /// Looks at everything that it is time to look at. Call it every [`POLL_EVERY`](Self::POLL_EVERY).
    pub fn poll(&mut self, now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some((driver, button)) = &mut self.button {
            let press = button.sample(now, driver.is_pressed());
            events.extend(press.map(Event::Button));
        }
        self.light(now);
        if let Some(gate) = &mut self.gate {
            // What fails is tried again at the next poll, and shown as unknown until then.
            let _ = gate.poll(now);
            self.readings.cell_powered = gate.is_on();
        }
        if let Some(port) = &mut self.gnss {
            port.read(&self.tree, now, |octets| self.receiver.feed(now, octets));
        }
        if now >= self.next_sensors {
            self.next_sensors = now + SENSORS_EVERY;
            self.feed(now, &mut events);
            self.read_sensors(&mut events);
            self.read_gnss(now, &mut events);
            self.judge_battery(now, &mut events);
        }
        events
    }

    fn light(&mut self, now: Duration) {
        let by_button = self.button.as_ref().and_then(|(_, button)| button.shown(now));
        self.player.show(by_button.unwrap_or(self.state), now);
        let burning = self.player.lamps(now);
        for (colour, lamp) in &mut self.lamps {
            // A lamp that fails is tried again at its next change.
            let _ = lamp.light(burning.has(*colour));
        }
    }

    fn feed(&mut self, now: Duration, events: &mut Vec<Event>) {
        let stuck = match self.halting_since {
            Some(since) if now.saturating_sub(since) <= HALT_TIME => heapless::Vec::new(),
            Some(_) => ["halt"].into_iter().collect(),
            None => match self.progress.verdict(now) {
                Verdict::Feed => heapless::Vec::new(),
                Verdict::Starve(stuck) => stuck,
            },
        };
        if let Some(keeper) = self.watchdog.as_mut().filter(|_| stuck.is_empty()) {
            // A watchdog that cannot be fed resets the board, which is what it is for.
            let _ = keeper.feed();
        }
        if self.readings.stuck != stuck {
            self.readings.stuck.clone_from(&stuck);
            events.push(Event::Stuck(stuck));
        }
    }

    fn read_sensors(&mut self, events: &mut Vec<Event>) {
        for ((zone, hot), reading) in self.zones.iter().zip(&self.hot).zip(&mut self.readings.temperatures) {
            reading.millidegrees = zone.millidegrees(&self.tree);
            let Some(millidegrees) = reading.millidegrees else { continue };
            let is_hot = millidegrees >= if reading.hot { hot - COOLER } else { *hot };
            if is_hot != reading.hot {
                reading.hot = is_hot;
                events.push(Event::Hot { name: reading.name.clone(), hot: is_hot, millidegrees });
            }
        }
        for (sensor, reading) in self.supplies.iter_mut().zip(&mut self.readings.supplies) {
            reading.measured = sensor.measure();
        }
        let was = self.readings.undervoltage;
        self.readings.undervoltage = self.undervoltage.as_ref().and_then(|alarm| alarm.is_raised(&self.tree));
        if self.readings.undervoltage != was && (was, self.readings.undervoltage) != (None, Some(false)) {
            events.extend(self.readings.undervoltage.map(Event::Undervoltage));
        }
        self.readings.rtc = self.rtc.as_ref().and_then(|name| sysfs::rtc_seconds(&self.tree, name));
        self.readings.power_supplies = sysfs::power_supplies(&self.tree);
        if let Some((pwm, fan)) = &mut self.fan {
            if let Some(fan) = fan {
                // One sensor that is blind is enough to turn fully: it may be the one that is hot.
                let temperatures: Option<Vec<i32>> =
                    self.readings.temperatures.iter().map(|reading| reading.millidegrees).collect();
                let percent = fan.turn(temperatures.and_then(|each| each.into_iter().max()));
                self.readings.fan_percent = pwm.turn(&self.tree, percent).ok().map(|()| percent);
            }
            self.readings.fan_rpm = pwm.rpm(&self.tree);
        }
    }

    fn read_gnss(&mut self, now: Duration, events: &mut Vec<Event>) {
        if self.gnss.is_none() {
            return;
        }
        let fix = self.receiver.fix(now);
        self.readings.gnss = Some(GnssReading {
            talking: self.receiver.is_talking(now),
            fix,
            time: self.receiver.time(now),
            in_view: self.receiver.satellites_in_view(),
            counters: self.receiver.counters(),
        });
        if let Some((name, pps)) = &mut self.pps {
            let phase = pps.observe(now, Pulse::read(&self.tree, name), fix.is_some());
            if phase != self.readings.phase.unwrap_or(Phase::None) {
                events.push(Event::Phase(phase));
            }
            self.readings.phase = Some(phase);
        }
    }

    fn judge_battery(&mut self, now: Duration, events: &mut Vec<Event>) {
        let Some((source, policy)) = &mut self.battery else { return };
        let millivolts = match source {
            BatterySource::Supervisor => {
                let fresh = self.supervisor_word.filter(|(_, at)| now.saturating_sub(*at) <= SUPERVISOR_WORD);
                fresh.map(|(millivolts, _)| millivolts)
            }
            BatterySource::Supply(name) => {
                let reading = self.readings.supplies.iter().find(|reading| reading.name == *name);
                reading.and_then(|reading| reading.measured.as_ref().ok()).map(|measured| measured.millivolts)
            }
        };
        events.extend(policy.observe(now, millivolts).into_iter().map(Event::Battery));
        self.readings.battery =
            Some(BatteryReading { millivolts, level: policy.level(), blind: policy.is_blind(now) });
    }
}

/// Takes what was opened, or notes that it is missing.
fn noted<T>(missing: &mut Vec<Missing>, part: impl FnOnce() -> String, opened: io::Result<T>) -> Option<T> {
    opened.map_err(|error| missing.push(Missing { part: part(), reason: error.to_string() })).ok()
}

fn absent(kind: &str, name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no {kind} {name}"))
}
