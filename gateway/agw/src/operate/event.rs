//! `pumice event ..`

use std::time::Duration;

use pumice_web::dto::{Event, EventKind};

use super::client::Client;
use super::text::{clean, duration, moment};
use super::{Console, OperateError, line, pretty};
use crate::command_line::{EventCommand, Form};

/// How often what is new is asked for.
const EVERY: Duration = Duration::from_secs(1);

pub(super) async fn carry_out(
    client: &Client,
    command: EventCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let EventCommand::List { follow, form } = command;
    let mut seen = Seen::default();
    if !follow && form.json {
        return pretty(console.out, &seen.fresh(events(client).await?));
    }
    let mut none_yet = !follow;
    loop {
        for event in seen.fresh(events(client).await?) {
            none_yet = false;
            write(&event, form, console)?;
        }
        if none_yet {
            writeln!(console.out, "nothing has happened since the gateway started")?;
        }
        console.out.flush()?;
        if !follow {
            return Ok(());
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn events(client: &Client) -> Result<Vec<Event>, OperateError> {
    Ok(client.all("/api/v1/events").await?)
}

fn write(event: &Event, form: Form, console: &mut Console<'_>) -> Result<(), OperateError> {
    if form.json {
        return line(console.out, &serde_json::to_vec(event).map_err(std::io::Error::from)?);
    }
    writeln!(console.out, "{}  {}", when(event), what(&event.event))?;
    Ok(())
}

/// What was shown already. A gateway that starts anew counts from the beginning.
#[derive(Debug, Default)]
pub(super) struct Seen(u64);

impl Seen {
    pub(super) fn fresh(&mut self, events: Vec<Event>) -> Vec<Event> {
        let last = events.last().map_or(0, |event| event.sequence);
        if last < self.0 {
            self.0 = 0;
        }
        let before = core::mem::replace(&mut self.0, last);
        events.into_iter().filter(|event| event.sequence > before).collect()
    }
}

/// When an event was.
pub(super) fn when(event: &Event) -> String {
    match event.unix_seconds {
        Some(seconds) => moment(seconds),
        None => format!("{:>19}", format!("+ {}", duration(event.at_millis / 1_000))),
    }
}

/// An event in words.
pub(super) fn what(event: &EventKind) -> String {
    let text = match event {
        EventKind::AuthenticationFailed { imsi, failure } => {
            format!("{imsi} failed its authentication: {}", failure.replace('_', " "))
        }
        EventKind::CellDown { cell } => format!("cell {cell} has gone"),
        EventKind::CellLearned { cell, address } => format!("cell {cell} was learned from {address}"),
        EventKind::CellRefused { cell, peer, reason } => {
            let cell = cell.as_deref().unwrap_or("without a name");
            format!("cell {cell} from {peer} was refused: {}", reason.replace('_', " "))
        }
        EventKind::CellUp { cell, peer } => format!("cell {cell} is here, from {peer}"),
        EventKind::Other { text } => text.clone(),
        EventKind::PhoneAttached { imsi, address } => format!("{imsi} attached, {address}"),
        EventKind::PhoneDetached { imsi, reason } => format!("{imsi} left: {}", reason.replace('_', " ")),
        EventKind::PhoneRefused { imsi, cause } => {
            format!("{} was refused: EMM cause {cause}", imsi.as_deref().unwrap_or("a phone"))
        }
        EventKind::PoolFull { limit } => format!("no room for more {limit}"),
        EventKind::StoreFailed { reason } => format!("the disk fails: {reason}"),
        EventKind::StoreRecovered => "the disk works again".to_owned(),
    };
    clean(&text)
}
