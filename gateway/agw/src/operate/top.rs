//! `pumice top`: the state of the gateway, drawn anew every 2 seconds.

mod screen;
mod view;

use std::io::IsTerminal;
use std::time::Duration;

use pumice_web::dto::{Cell, Curves, Event, Machine, Phone, Status};
use tokio::time::sleep;

use super::client::{Client, ClientError};
use super::{Console, OperateError};
use screen::Screen;
pub(super) use view::render;

#[cfg(test)]
mod tests;

/// How often it is drawn.
const EVERY: Duration = Duration::from_secs(2);

/// Where there is no terminal: as wide as most, and as long as it is.
const WIDTH: usize = 100;
const HEIGHT: usize = 10_000;

/// Rows of a list that are asked for: more than a screen has.
const ROWS: usize = 200;

/// What was read in one round. A part that could not be read is absent.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    /// The state in short; absent on a box that is not set up, or whose gateway is starting.
    pub(super) status: Option<Status>,
    /// Why there is no state.
    pub(super) trouble: Option<String>,
    pub(super) machine: Option<Machine>,
    pub(super) curves: Option<Curves>,
    pub(super) cells: Vec<Cell>,
    pub(super) phones: Vec<Phone>,
    pub(super) events: Vec<Event>,
}

pub(super) async fn show(client: &Client, once: bool, console: &mut Console<'_>) -> Result<(), OperateError> {
    let live = !once && std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if !live {
        // Here, unlike in a live picture, a gateway that is not there is an error.
        client.json("/api/v1/machine").await?;
        let view = read(client).await;
        writeln!(console.out, "{}", render(&view, WIDTH, HEIGHT))?;
        return Ok(());
    }
    let mut screen = Screen::open()?;
    loop {
        let view = read(client).await;
        let (width, height) = screen.size();
        screen.draw(&render(&view, width, height))?;
        tokio::select! {
            () = sleep(EVERY) => {}
            () = screen.wants_to_quit() => return Ok(()),
            // The terminal is set back by who owns it.
            interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
        }
    }
}

async fn read(client: &Client) -> View {
    let status: Result<Status, ClientError> = client.fetch("/api/v1/status").await;
    let (status, trouble) = match status {
        Ok(status) => (Some(status), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let mut events: Vec<Event> = client.all("/api/v1/events").await.unwrap_or_default();
    events.drain(..events.len().saturating_sub(ROWS));
    View {
        status,
        trouble,
        machine: client.fetch("/api/v1/machine").await.ok(),
        curves: client.fetch("/api/v1/history?span=hour").await.ok(),
        cells: client.first("/api/v1/cells", ROWS).await.unwrap_or_default(),
        phones: client.first("/api/v1/phones", ROWS).await.unwrap_or_default(),
        events,
    }
}
