//! What a picture of the state looks like. Pure: what was read goes in, text comes out.

use pumice_web::dto::{Cell, Curve, Event, Machine, Phone, Status};

use super::View;
use crate::operate::event;
use crate::operate::history::{in_unit, name};
use crate::operate::machine::{backhaul, disk, power, temperature};
use crate::operate::status::{admission, store};
use crate::operate::text::{clean, columns, curve, duration, size};

/// Characters of a curve.
const CURVE: usize = 40;

/// Lines that events get at least, and at most.
const EVENTS: std::ops::RangeInclusive<usize> = 3..=8;

/// A picture of so many characters and lines, and no more.
pub(in crate::operate) fn render(view: &View, width: usize, height: usize) -> String {
    let mut lines = head(view);
    lines.push(String::new());
    lines.extend(curves(view));
    lines.push(String::new());
    lines.extend(cells(&view.cells));
    lines.push(String::new());

    // What is left is shared: events get a little, phones the rest.
    let left = height.saturating_sub(lines.len());
    let events = view.events.len().clamp(*EVENTS.start(), *EVENTS.end()).min(left.saturating_sub(2) / 2);
    let phones_have = left.saturating_sub(events + 1);
    lines.extend(phones(&view.phones, phones_have));
    lines.push(String::new());
    lines.extend(latest(&view.events, events));

    let lines = lines.into_iter().take(height).map(|line| line.chars().take(width).collect::<String>());
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn head(view: &View) -> Vec<String> {
    let mut lines = Vec::new();
    match (&view.status, &view.trouble) {
        (Some(status), _) => lines.extend(of_status(status)),
        (None, Some(trouble)) => lines.extend(clean_lines(trouble)),
        (None, None) => lines.push("nothing is known yet".to_owned()),
    }
    lines.extend(view.machine.iter().flat_map(of_machine));
    lines
}

/// A text of several lines, each without what controls a terminal.
fn clean_lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(clean)
}

fn of_status(status: &Status) -> Vec<String> {
    let network = clean(&status.network_name);
    let limits = &status.limits;
    vec![
        format!(
            "Pumice {}  {} \"{network}\"  up {}",
            status.version,
            status.plmn,
            duration(status.uptime_seconds)
        ),
        format!(
            "phones {} of {}, {} connected   cells {} of {}, {}   subscribers {} of {}",
            status.phones,
            limits.phones,
            status.connected,
            status.cells,
            limits.cells,
            admission(&status.cell_admission),
            status.subscribers,
            limits.subscribers
        ),
        format!("store {}", clean(&store(&status.store))),
    ]
}

fn of_machine(machine: &Machine) -> [String; 2] {
    let clock = if machine.clock.trusted { "trusted" } else { "NOT TRUSTED" };
    let heat = machine
        .temperature_millicelsius
        .map_or_else(String::new, |milli| format!("   {}", temperature(milli)));
    [
        format!("internet {}", clean(&backhaul(&machine.backhaul))),
        format!(
            "power {}   clock {clock} ({})   disk {}{heat}",
            clean(&power(&machine.power)),
            clean(&machine.clock.source),
            clean(&disk(machine))
        ),
    ]
}

fn curves(view: &View) -> Vec<String> {
    let Some(curves) = &view.curves else { return vec!["the last hour is not known".to_owned()] };
    let row = |Curve { series, points }: &Curve| {
        let last = points.last().copied().flatten();
        let last = last.map_or_else(|| "-".to_owned(), |value| in_unit(series, value));
        format!("{:<9}{:<CURVE$}  {last}", clean(name(series)), curve(points, CURVE))
    };
    curves.curves.iter().map(row).collect()
}

fn cells(cells: &[Cell]) -> Vec<String> {
    if cells.is_empty() {
        return vec!["no cell is here".to_owned()];
    }
    let row = |cell: &Cell| {
        let peer = cell.peer.clone().unwrap_or_else(|| "not here".to_owned());
        [cell.id.clone(), peer, cell.phones.to_string(), cell.name.clone()]
    };
    let rows: Vec<_> = cells.iter().map(row).collect();
    lines_of(&columns(["CELL", "FROM", "PHONES", "NAME"], &rows))
}

/// The phones that fit: those with a connection first, then those heard last.
fn phones(phones: &[Phone], lines: usize) -> Vec<String> {
    if phones.is_empty() {
        return vec!["no phone is attached"].into_iter().take(lines).map(str::to_owned).collect();
    }
    let mut phones: Vec<&Phone> = phones.iter().collect();
    phones.sort_by_key(|phone| (!phone.connected, phone.silent_seconds));
    // The header, and a line for those that do not fit.
    let fitting = if phones.len() < lines { phones.len() } else { lines.saturating_sub(2) };
    let row = |phone: &&Phone| {
        let (sent, received) = phone.bearers.iter().fold((0_u64, 0_u64), |(sent, received), bearer| {
            let usage = &bearer.usage;
            (sent.saturating_add(usage.uplink_octets), received.saturating_add(usage.downlink_octets))
        });
        let address = phone.bearers.first().map_or("-", |bearer| bearer.address.as_str()).to_owned();
        let state = if phone.connected { "connected" } else { "idle" }.to_owned();
        let heard = duration(phone.silent_seconds);
        [phone.imsi.clone(), state, address, heard, size(sent), size(received), phone.name.clone()]
    };
    let rows: Vec<_> = phones.iter().take(fitting).map(row).collect();
    let header = ["PHONE", "STATE", "ADDRESS", "SILENT FOR", "SENT", "RECEIVED", "NAME"];
    let mut text = lines_of(&columns(header, &rows));
    if fitting < phones.len() {
        text.push(format!("and {} more", phones.len() - fitting));
    }
    text.truncate(lines);
    text
}

fn latest(events: &[Event], most: usize) -> Vec<String> {
    let from = events.len().saturating_sub(most);
    let line = |event: &Event| format!("{}  {}", event::when(event), event::what(&event.event));
    events.get(from..).unwrap_or_default().iter().map(line).collect()
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
