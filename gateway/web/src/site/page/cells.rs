//! Cells, and who may be one.

use core::net::IpAddr;

use pumice_model::control::Command;
use pumice_model::event::{CellRefusal, Event, EventRecord};
use pumice_model::identity::{GlobalEnbId, Plmn};
use pumice_model::query::{AdmissionView, CellView, Status};
use pumice_model::settings::Values;
use pumice_ui::page::cells::{self, Admission, CellRow, CellState, Cells, Forget};
use pumice_ui::page::setup::{CellCard, CellWait, Refusal};
use pumice_ui::{Section, When, Words};

use super::settings::apply;
use crate::audit::Deed;
use crate::dto::{cell_id, parse_cell_id};
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::saying;
use crate::site::state::Site;

/// The port of S1AP over SCTP (TS 36.412 7).
const PORT: u16 = 36412;

/// Cells that were turned away and are shown.
const REFUSED: usize = 8;

/// How many cells are learned before the door is locked.
const LEARN: &str = "s1ap.admission.learn";

/// All that pages tell of cells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    pub(crate) status: Option<Status>,
    pub(crate) cells: Vec<CellView>,
    pub(crate) events: Vec<EventRecord>,
}

impl Sight {
    pub(crate) async fn of(site: &Site) -> Result<Self, WebError> {
        Ok(Self {
            status: site.status().await?,
            cells: site.whole_list(|query, page| query.cells(page)).await?,
            events: site.whole_list(|query, page| query.events(page)).await?,
        })
    }

    /// Cells that were turned away and have not come in since, the last one first.
    fn refused(&self) -> Vec<(Option<GlobalEnbId>, core::net::SocketAddr, CellRefusal, &EventRecord)> {
        let mut refused = Vec::new();
        let here = |enb: GlobalEnbId| self.cells.iter().any(|cell| cell.enb == enb && cell.peer.is_some());
        for record in self.events.iter().rev() {
            let Event::CellRefused { enb, peer, reason } = &record.event else { continue };
            let told = refused.iter().any(
                |(known, from, ..): &(Option<GlobalEnbId>, core::net::SocketAddr, _, _)| {
                    known == enb && (enb.is_some() || from.ip() == peer.ip())
                },
            );
            if !told && !enb.is_some_and(here) && refused.len() < REFUSED {
                refused.push((*enb, *peer, *reason, record));
            }
        }
        refused
    }

    /// Whether a cell was turned away and has not come in since.
    pub(crate) fn was_refused(&self) -> bool {
        !self.refused().is_empty()
    }

    /// Since when a cell is as it is.
    fn since(&self, scene: &Scene, enb: GlobalEnbId) -> When {
        let changed = |event: &Event| match event {
            Event::CellUp { enb: known, .. } | Event::CellDown { enb: known } => *known == enb,
            _ => false,
        };
        let last = self.events.iter().rev().find(|record| changed(&record.event));
        last.map_or(When::Unknown, |record| happened(scene, record))
    }

    /// What has been heard of a first cell.
    pub(crate) fn wait(&self, scene: &Scene) -> CellWait {
        let here = self.cells.iter().find_map(|cell| Some((cell, cell.peer?)));
        if let Some((cell, peer)) = here {
            let name = if cell.name.is_empty() { cell_id(cell.enb) } else { cell.name.clone() };
            let since = self.since(scene, cell.enb);
            return CellWait::Connected { name, address: peer.ip().to_string(), since };
        }
        match self.refused().into_iter().next() {
            Some((enb, peer, reason, when)) => CellWait::Refused {
                from: peer.ip().to_string(),
                id: enb.map(cell_id),
                when: happened(scene, when),
                why: self.why(enb, reason),
            },
            None => {
                let since = self.status.as_ref().map_or(When::Unknown, |status| scene.since(status.uptime));
                CellWait::Nothing { since }
            }
        }
    }

    fn why(&self, enb: Option<GlobalEnbId>, reason: CellRefusal) -> Refusal {
        let ours = self.status.as_ref().map(|status| status.plmn);
        match (reason, enb, ours) {
            (CellRefusal::NotAdmitted, ..) => Refusal::NotAdmitted,
            (CellRefusal::TooMany, ..) => Refusal::TooMany,
            (CellRefusal::UnknownPlmnOrTac, Some(enb), Some(ours)) if enb.plmn != ours => {
                Refusal::Plmn { told: plmn_text(enb.plmn), ours: plmn_text(ours) }
            }
            (CellRefusal::UnknownPlmnOrTac, ..) => other("It broadcasts another network or tracking area."),
            (CellRefusal::IdentityInUse, ..) => other("Another cell has the same identity."),
            (CellRefusal::TooFewStreams, ..) => other("Its association has too few streams."),
        }
    }
}

fn happened(scene: &Scene, record: &EventRecord) -> When {
    scene.of_this_start(record.at_millis, record.unix_seconds)
}

fn other(text: &str) -> Refusal {
    Refusal::Other(Words::verbatim(text))
}

/// MCC and MNC as people write them: `001-01`.
pub(crate) fn plmn_text(plmn: Plmn) -> String {
    let digits = plmn.digits();
    let (mcc, mnc) = digits.split_at_checked(3).unwrap_or((&digits, ""));
    format!("{mcc}-{mnc}")
}

/// What to type into a cell.
pub(crate) fn card(scene: &Scene) -> CellCard {
    let set: Vec<String> = list(scene.setting("user_plane.listen"));
    let unspecified = |address: &String| address == "0.0.0.0" || address == "::";
    let mme_addresses =
        if set.is_empty() || set.iter().any(unspecified) { towards_cells(scene) } else { set };
    CellCard {
        mme_addresses,
        port: PORT,
        plmn: Plmn::parse(scene.setting("network.plmn")).map(plmn_text).unwrap_or_default(),
        tac: list(scene.setting("network.tacs")).first().and_then(|tac| tac.parse().ok()).unwrap_or(1),
        band: scene.setting("network.band").to_owned(),
    }
}

/// The addresses of this box at which a cell may find it, the likeliest first. The box's own address is among the first that are looked
/// at: it has it as soon as a cable is plugged in. One that some router gave is the last resort, because it changes.
pub(crate) fn towards_cells(scene: &Scene) -> Vec<String> {
    let is_lasting = |address: &&IpAddr| matches!(address, IpAddr::V4(v4) if !v4.is_link_local());
    let of = |which: &dyn Fn(&str) -> bool| -> Vec<IpAddr> {
        let interfaces = scene.machine.interfaces.iter().filter(|interface| which(interface.role));
        interfaces.flat_map(|interface| &interface.addresses).filter(is_lasting).copied().collect()
    };
    let mut cell = of(&|role| role == "cell");
    // The one that stays is the better of two.
    cell.sort_by_key(|address| Some(*address) != scene.fallback);
    let candidates = [
        cell,
        scene.fallback.into_iter().collect(),
        of(&|role| role == "lan"),
        of(&|role| role != "backhaul"),
        of(&|_| true),
    ];
    let first = candidates.into_iter().find(|addresses| !addresses.is_empty());
    first.unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The view of the page.
pub(crate) fn view(scene: &Scene, sight: &Sight) -> Cells {
    let known = sight.cells.iter().map(|cell| CellRow {
        id: cell_id(cell.enb),
        name: cell.name.clone(),
        address: cell.peer.map(|peer| peer.ip().to_string()),
        state: if cell.peer.is_some() { CellState::Connected } else { CellState::Away },
        since: sight.since(scene, cell.enb),
        phones: u64::from(cell.phones),
    });
    let refused = sight.refused().into_iter().map(|(enb, peer, reason, when)| CellRow {
        id: enb.map(cell_id).unwrap_or_default(),
        name: String::new(),
        address: Some(peer.ip().to_string()),
        state: CellState::Refused(sight.why(enb, reason)),
        since: happened(scene, when),
        phones: 0,
    });
    let learning = sight.status.as_ref().map(|status| &status.cell_admission);
    Cells {
        rows: known.chain(refused).collect(),
        admission: match learning {
            Some(AdmissionView::Learning(left)) if *left > 0 => Admission::LearnOne,
            _ => Admission::ListOnly,
        },
        card: card(scene),
    }
}

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Cells).await?;
    let sight = Sight::of(&call.site).await?;
    Ok(Answer::Page(cells::page(&scene.frame, &view(&scene, &sight))))
}

pub(crate) async fn admission(call: Call) -> Result<Answer, Fault> {
    let more = match Admission::parse(call.form.text("admission")) {
        Some(Admission::LearnOne) => 1,
        Some(Admission::ListOnly) => 0,
        None => return Err(Fault::BAD_REQUEST),
    };
    learn(&call, more).await
}

/// Lets in the next cell that comes: the box learns cells, it is not told their identities.
pub(crate) async fn admit(call: Call) -> Result<Answer, Fault> {
    parse_cell_id(call.place("id")).ok_or(Fault::NOT_FOUND)?;
    learn(&call, 1).await
}

async fn learn(call: &Call, more: usize) -> Result<Answer, Fault> {
    let cells = call.site.whole_list(|query, page| query.cells(page)).await?;
    let learned = cells.iter().filter(|cell| cell.learned).count();
    let values = Values::from([(LEARN.to_owned(), learned.saturating_add(more).to_string())]);
    apply(call, values, "/cells", saying::saved()).await
}

fn enb(call: &Call) -> Result<GlobalEnbId, Fault> {
    parse_cell_id(call.place("id")).ok_or(Fault::NOT_FOUND)
}

pub(crate) async fn forgetting(call: Call) -> Result<Answer, Fault> {
    let enb = enb(&call)?;
    let cells = call.site.whole_list(|query, page| query.cells(page)).await?;
    let cell = cells.into_iter().find(|cell| cell.enb == enb).ok_or(Fault::NOT_FOUND)?;
    let scene = Scene::of(&call, Section::Cells).await?;
    let view = Forget { id: cell_id(enb), name: cell.name, phones: u64::from(cell.phones) };
    Ok(Answer::Page(cells::forget(&scene.frame, &view)))
}

pub(crate) async fn forget(call: Call) -> Result<Answer, Fault> {
    let enb = enb(&call)?;
    let done = call.site.desk.execute(Command::ForgetCell(enb)).await;
    call.noted(Deed::new("cell.forget", cell_id(enb)), done).await?;
    Ok(call.done("/cells", saying::cell_forgotten()))
}
