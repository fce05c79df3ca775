//! What happened lately.

use pumice_model::event::{Event, EventRecord};
use pumice_model::identity::{GlobalEnbId, Imsi};
use pumice_ui::page::home::{self, State};
use pumice_ui::{Words, key};

use super::cells::Sight;
use super::phones::Everyone;
use crate::dto::cell_id;
use crate::site::framing::Scene;

/// Events that are shown.
const SHOWN: usize = 8;

/// The last events, the newest first.
pub(crate) fn lately(scene: &Scene, sight: &Sight, everyone: &Everyone) -> Vec<home::Event> {
    sight.events.iter().rev().take(SHOWN).map(|record| one(scene, sight, everyone, record)).collect()
}

fn one(scene: &Scene, sight: &Sight, everyone: &Everyone, record: &EventRecord) -> home::Event {
    let cell = |enb: &GlobalEnbId| {
        let known = sight.cells.iter().find(|cell| cell.enb == *enb && !cell.name.is_empty());
        known.map_or_else(|| cell_id(*enb), |cell| cell.name.clone())
    };
    let named = |key, name: String| Words::new(key).with("name", name);
    let imsi = of_phone(&record.event);
    // A name that is empty would leave a hole in the sentence.
    let phone = imsi.map_or_else(|| "?".to_owned(), |imsi| called(everyone, imsi));
    let (state, what) = match &record.event {
        Event::CellUp { enb, .. } => (State::Ok, named(key!("event.cell-connected"), cell(enb))),
        Event::CellDown { enb } => (State::Warn, named(key!("event.cell-lost"), cell(enb))),
        Event::CellLearned { enb, .. } => (State::Ok, named(key!("audit.cell-admitted"), cell(enb))),
        Event::CellRefused { peer, .. } => {
            (State::Bad, Words::new(key!("event.cell-refused")).with("address", peer.ip().to_string()))
        }
        Event::PhoneAttached { .. } => (State::Ok, named(key!("event.phone-attached"), phone)),
        Event::PhoneDetached { .. } => (State::Unknown, named(key!("event.phone-detached"), phone)),
        Event::PhoneRefused { cause, .. } => {
            let reason = format!("EMM cause {cause}");
            (State::Warn, named(key!("event.phone-refused"), phone).with("reason", reason))
        }
        Event::AuthenticationFailed { failure, .. } => {
            let reason = format!("{failure:?}");
            (State::Warn, named(key!("event.phone-refused"), phone).with("reason", reason))
        }
        Event::PoolFull { limit } => (State::Warn, Words::verbatim(format!("{limit}: full"))),
        Event::StoreFailed { .. } => (State::Bad, key!("check.disk.failing").into()),
        Event::StoreRecovered => (State::Ok, Words::verbatim("The disk takes data again")),
        _ => (State::Unknown, Words::verbatim("-")),
    };
    let href = imsi.filter(|_| scene.frame.person.is_some()).map(|imsi| format!("/phones/{}", imsi.digits()));
    home::Event { when: scene.of_this_start(record.at_millis, record.unix_seconds), state, what, href }
}

const fn of_phone(event: &Event) -> Option<Imsi> {
    match event {
        Event::PhoneAttached { imsi, .. }
        | Event::PhoneDetached { imsi, .. }
        | Event::AuthenticationFailed { imsi, .. } => Some(*imsi),
        Event::PhoneRefused { imsi, .. } => *imsi,
        _ => None,
    }
}

/// What a phone is called: by its name, or by its IMSI where it has none here.
fn called(everyone: &Everyone, imsi: Imsi) -> String {
    let known = everyone.subscribers.iter().find(|known| known.imsi == imsi && !known.name.is_empty());
    known.map_or_else(|| imsi.digits().to_string(), |known| known.name.clone())
}
