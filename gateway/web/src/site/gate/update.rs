//! An update that a browser sends: it goes to the disk while it comes.

use core::future::poll_fn;
use core::pin::Pin;
use core::time::Duration;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::http::request::Parts;
use pumice_model::control::Refusal;
use pumice_model::software::{PIECE_OCTETS, UPDATE_OCTETS};
use tokio::time::timeout;

use super::super::fault::Fault;
use super::super::form::Form;
use super::super::form::incoming::Incoming;
use super::super::state::Site;
use super::{UPDATE_TIME, content_type};
use crate::error::WebError;
use crate::seats::Seat;

/// How long a client may be silent in the middle.
const SILENCE: Duration = Duration::from_secs(30);

/// The field in which the route finds how many octets were received.
pub(crate) const RECEIVED: &str = "_received";

/// Takes the form, and gives its file to the box piece by piece once `admit` has seen the fields that come before it.
pub(super) async fn receive(
    site: &Site,
    parts: &Parts,
    body: Body,
    admit: impl Fn(&Form) -> Result<(), Fault>,
) -> Result<Form, Fault> {
    let _room = site.import_permit().await?;
    let seat = parts.extensions.get::<Arc<Seat>>();
    let incoming = Incoming::new(content_type(parts)).map_err(|_| Fault::BAD_REQUEST)?;
    let received = timeout(UPDATE_TIME, stream(site, seat, body, incoming, admit)).await;
    received.map_err(|_| WebError::BodySlow)?
}

async fn stream(
    site: &Site,
    seat: Option<&Arc<Seat>>,
    mut body: Body,
    mut incoming: Incoming,
    admit: impl Fn(&Form) -> Result<(), Fault>,
) -> Result<Form, Fault> {
    let mut writer = Writer { site, offset: 0, waiting: Vec::new() };
    let mut admitted = false;
    loop {
        if let Some(seat) = seat {
            seat.waits_for_client();
        }
        let frame = timeout(SILENCE, poll_fn(|context| Pin::new(&mut body).poll_frame(context))).await;
        if let Some(seat) = seat {
            seat.works();
        }
        let Some(frame) = frame.map_err(|_| WebError::BodySlow)? else { break };
        let Ok(data) = frame.map_err(|_| WebError::BodyBroken)?.into_data() else { continue };
        incoming.push(&data).map_err(|_| Fault::BAD_REQUEST)?;
        if !incoming.has_file() {
            continue;
        }
        if !admitted {
            admit(&incoming.form)?;
            admitted = true;
        }
        writer.write(&incoming.take()).await?;
    }
    if !incoming.is_complete() {
        return Err(WebError::BodyBroken.into());
    }
    let octets = writer.finish().await?;
    let mut form = incoming.form;
    form.put(RECEIVED, &octets.to_string());
    Ok(form)
}

/// Collects what comes into pieces.
struct Writer<'a> {
    site: &'a Site,
    offset: u64,
    waiting: Vec<u8>,
}

impl Writer<'_> {
    async fn write(&mut self, octets: &[u8]) -> Result<(), Fault> {
        self.waiting.extend_from_slice(octets);
        while self.waiting.len() >= PIECE_OCTETS {
            let rest = self.waiting.split_off(PIECE_OCTETS);
            let piece = core::mem::replace(&mut self.waiting, rest);
            self.give(piece).await?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<u64, Fault> {
        let last = core::mem::take(&mut self.waiting);
        if !last.is_empty() {
            self.give(last).await?;
        }
        Ok(self.offset)
    }

    async fn give(&mut self, piece: Vec<u8>) -> Result<(), Fault> {
        if self.offset > UPDATE_OCTETS {
            let holds = u32::try_from(UPDATE_OCTETS).unwrap_or(u32::MAX);
            return Err(WebError::Refused(Refusal::Full { limit: "octets of an update", holds }).into());
        }
        let offset = self.offset;
        self.offset = self.site.desk.change_box(|doors| doors.software.receive(offset, piece)).await?;
        Ok(())
    }
}
