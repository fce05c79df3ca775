//! Parts that come late: a driver that is loaded after the gateway has started, a stick that is plugged in.

use core::time::Duration;
use std::io;

use super::parts::{self, ButtonDriver, LampDriver, SupplySensor};
use super::{Hardware, absent, noted};
use crate::board::{Board, FanControl};
use crate::button::Button;
use crate::fan::Fan;
use crate::led::{Lamps, Player};
use crate::sysfs::{Pwm, ThermalZone, UndervoltageAlarm};
use crate::{Missing, SupplyReading, TemperatureReading};

impl Hardware {
    /// Looks once more for what was missing; the names of what is there now. What was there stays as it is.
    pub fn look_again(&mut self, board: &Board, now: Duration) -> Vec<String> {
        let before = core::mem::take(&mut self.missing);
        let mut found = Vec::new();
        for Missing { part, .. } in before {
            let opened = self.open_again(board, &part, now);
            if noted(&mut self.missing, || part.clone(), opened).is_some() {
                found.push(part);
            }
        }
        found
    }

    fn open_again(&mut self, board: &Board, part: &str, now: Duration) -> io::Result<()> {
        let tree = self.tree.clone();
        let there = |device: Option<&String>| match device {
            Some(device) if tree.exists(device) => Ok(()),
            Some(device) => Err(absent("device", device)),
            None => Ok(()),
        };
        match part.split_once(' ').unwrap_or((part, "")) {
            ("button", _) => {
                let wire = board.button.as_ref().ok_or(io::ErrorKind::NotFound)?;
                self.button = Some((ButtonDriver::open(&tree, wire)?, Button::new()));
                Ok(())
            }
            ("watchdog", _) => self.open_watchdog(),
            ("led", name) => {
                let named = |colour: crate::board::Colour| format!("{colour:?}").to_lowercase() == name;
                let parts = board.lamps.iter().find(|parts| named(parts.colour));
                let parts = parts.ok_or(io::ErrorKind::NotFound)?;
                let lamp = LampDriver::open(&tree, &parts.wire)?;
                self.lamps.push((parts.colour, lamp));
                let fitted = self.lamps.iter().fold(Lamps::NONE, |lamps, (colour, _)| lamps.with(*colour));
                self.player = Player::new(fitted, now);
                Ok(())
            }
            ("temperature", name) => {
                let parts = board.temperatures.iter().find(|parts| parts.name == name);
                let parts = parts.ok_or(io::ErrorKind::NotFound)?;
                let zone = ThermalZone::find(&tree, &parts.zone)
                    .ok_or_else(|| absent("thermal zone", &parts.zone))?;
                self.zones.push(zone);
                self.hot.push(i32::from(parts.hot) * 1000);
                let reading = TemperatureReading { name: parts.name.clone(), millidegrees: None, hot: false };
                self.readings.temperatures.push(reading);
                Ok(())
            }
            ("supply", name) => {
                let parts = board.supplies.iter().find(|parts| parts.name == name);
                let parts = parts.ok_or(io::ErrorKind::NotFound)?;
                self.supplies.push(SupplySensor::open(&tree, parts)?);
                let measured = Err("not measured yet".to_owned());
                self.readings.supplies.push(SupplyReading { name: parts.name.clone(), measured });
                Ok(())
            }
            ("undervoltage", _) => {
                let name = board.undervoltage.as_ref().ok_or(io::ErrorKind::NotFound)?;
                let alarm =
                    UndervoltageAlarm::find(&tree, name).ok_or_else(|| absent("hwmon device", name))?;
                self.undervoltage = Some(alarm);
                Ok(())
            }
            ("rtc", _) => {
                let name = board.rtc.as_ref().ok_or(io::ErrorKind::NotFound)?;
                if !tree.exists(&format!("/sys/class/rtc/{name}")) {
                    return Err(absent("clock", name));
                }
                self.rtc = Some(name.clone());
                Ok(())
            }
            ("fan", _) => {
                let parts = board.fan.as_ref().ok_or(io::ErrorKind::NotFound)?;
                let missing = || absent("hwmon device with pwm1", &parts.hwmon);
                let pwm = Pwm::find(&tree, &parts.hwmon).ok_or_else(missing)?;
                let curve = match &parts.control {
                    FanControl::Kernel => None,
                    FanControl::Curve(curve) => Some(Fan::new(curve.clone())),
                };
                self.fan = Some((pwm, curve));
                Ok(())
            }
            ("cell", _) => {
                let wire = board.cell_power.as_ref().ok_or(io::ErrorKind::NotFound)?;
                self.gate = Some(parts::cell_gate(&tree, wire)?);
                Ok(())
            }
            // These are opened anew by themselves.
            ("gnss", _) => there(board.gnss.as_ref().map(|parts| &parts.port.tty)),
            ("pps", _) => {
                let name = board.gnss.as_ref().and_then(|parts| parts.pps.as_ref());
                let name = name.ok_or(io::ErrorKind::NotFound)?;
                let is_there = tree.exists(&format!("/sys/class/pps/{name}/assert"));
                if is_there { Ok(()) } else { Err(absent("pulse", name)) }
            }
            ("modem", _) => there(board.modem.as_ref().map(|port| &port.tty)),
            ("storage", _) => there(board.storage.as_ref()),
            _ => there(board.supervisor.as_ref().map(|port| &port.tty)),
        }
    }
}
