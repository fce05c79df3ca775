//! `pumice machine`, `pumice restart`, `pumice reset`

use std::io::{BufRead, BufReader, Read};

use hyper::Method;
use pumice_web::dto::{Backhaul, Machine, Power, ResetOrder, ResetWhat, RestartOrder, RestartWhat};

use super::client::{Body, Client};
use super::text::{columns, duration, facts, moment, size, yes};
use super::{Console, OperateError, line};
use crate::command_line::{Form, HowMuch, ResetArgs, What};

/// What is to be typed before something is forgotten.
const WORD: &str = "RESET";

pub(super) async fn show(client: &Client, form: Form, console: &mut Console<'_>) -> Result<(), OperateError> {
    let octets = client.json("/api/v1/machine").await?;
    if form.json {
        return line(console.out, &octets);
    }
    console.out.write_all(in_words(&client.parse(&octets)?).as_bytes())?;
    Ok(())
}

fn in_words(machine: &Machine) -> String {
    let clock = &machine.clock;
    let trust = if clock.trusted { "trusted" } else { "NOT TRUSTED" };
    let mut rows = vec![
        ("board", machine.board.name.clone()),
        ("power", power(&machine.power)),
        ("clock", format!("{} UTC, {trust}, by {}", moment(clock.unix_seconds), clock.source)),
        ("disk", disk(machine)),
        ("internet", backhaul(&machine.backhaul)),
        ("can switch cell", yes(machine.board.switches_cell).to_owned()),
    ];
    rows.extend(machine.temperature_millicelsius.map(|milli| ("temperature", temperature(milli))));
    rows.extend(machine.board.notes.iter().map(|note| ("note", note.clone())));
    let interfaces: Vec<_> = machine
        .interfaces
        .iter()
        .map(|interface| {
            let up = if interface.up { "up" } else { "down" }.to_owned();
            [interface.name.clone(), interface.role.clone(), up, interface.addresses.join(" ")]
        })
        .collect();
    format!("{}\n{}", facts(&rows), columns(["INTERFACE", "FOR", "LINK", "ADDRESSES"], &interfaces))
}

pub(super) fn power(power: &Power) -> String {
    let volts = |milli: u32| format!("{}.{} V", milli / 1_000, milli % 1_000 / 100);
    match power {
        Power::Unknown => "not measured".to_owned(),
        Power::Mains { millivolts: None } => "mains".to_owned(),
        Power::Mains { millivolts: Some(milli) } => format!("mains, {}", volts(*milli)),
        Power::Battery { percent, millivolts, low, charging, cell_off } => {
            let percent = percent.map_or_else(String::new, |percent| format!(" {percent} %,"));
            let low = if *low { ", LOW" } else { "" };
            let charging = match charging {
                Some(true) => ", charging",
                Some(false) => ", not charging",
                None => "",
            };
            let cell = if *cell_off { ", CELL SWITCHED OFF" } else { "" };
            format!("battery{percent} {}{low}{charging}{cell}", volts(*millivolts))
        }
    }
}

pub(super) fn disk(machine: &Machine) -> String {
    let disk = &machine.disk;
    let state = disk.failing.as_ref().map_or_else(String::new, |reason| format!(", FAILING: {reason}"));
    format!("{} free of {}{state}", size(disk.free_octets), size(disk.total_octets))
}

pub(super) fn backhaul(backhaul: &Backhaul) -> String {
    let state = match backhaul.online {
        None => "not known",
        Some(true) => "on",
        Some(false) => "OFF",
    };
    let through = backhaul.interface.as_deref().map_or_else(String::new, |name| format!(" through {name}"));
    let delay = backhaul.delay_millis.map_or_else(String::new, |milli| format!(", {milli} ms"));
    let why = backhaul.why.as_deref().map_or_else(String::new, |why| format!(": {why}"));
    let since = duration(backhaul.since_seconds);
    format!("{state} ({}){through}{delay}, for {since}{why}", backhaul.way)
}

pub(super) fn temperature(milli: i32) -> String {
    let tenths = milli / 100;
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{} °C", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

pub(super) async fn restart(
    client: &Client,
    what: What,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let what = match what {
        What::Gateway => RestartWhat::Gateway,
        What::Box => RestartWhat::Box,
    };
    let body = Body::json(&RestartOrder { what })?;
    client.request(Method::POST, "/api/v1/machine/restart", Some(body)).await?;
    writeln!(console.out, "the {} starts anew in a moment", what.word())?;
    Ok(())
}

pub(super) async fn reset(
    client: &Client,
    args: &ResetArgs,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let (how_much, what) = match args.how_much {
        HowMuch::Settings => (ResetWhat::Settings, "all that was set; phones stay"),
        HowMuch::Factory => (ResetWhat::Factory, "accounts, phones, settings and history"),
    };
    if !args.yes {
        write!(console.notes, "this forgets {what}. Type {WORD} to go on: ")?;
        console.notes.flush()?;
        let mut typed = String::new();
        BufReader::new((&mut *console.input).take(64)).read_line(&mut typed)?;
        if typed.trim() != WORD {
            return Err(OperateError::Declined);
        }
    }
    let body = Body::json(&ResetOrder { how_much, confirm: WORD.to_owned() })?;
    client.request(Method::POST, "/api/v1/machine/reset", Some(body)).await?;
    writeln!(console.out, "the box forgets {what}, and starts anew in a moment")?;
    Ok(())
}
