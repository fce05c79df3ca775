//! Associations, and the cells that they become by S1 Setup.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use pumice_model::cell::{CellAdmission, KnownCell};
use pumice_model::change::LearnedCell;
use pumice_model::identity::{GlobalEnbId, Tai};
use pumice_model::query::AdmissionView;

use crate::io::AssociationId;

/// An SCTP association.
#[derive(Debug)]
pub(crate) struct Association {
    pub(crate) peer: SocketAddr,
    pub(crate) outbound_streams: u16,
    /// What it is, after S1 Setup.
    pub(crate) cell: Option<Cell>,
    /// Whether its S1 Setup was refused.
    pub(crate) refused: bool,
    /// Spreads phones over streams.
    next_stream: u16,
}

/// A cell (an eNB) that completed S1 Setup.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) enb: GlobalEnbId,
    pub(crate) name: String,
    /// The areas that it broadcasts and that are served here.
    pub(crate) tais: Vec<Tai>,
    /// The user-plane addresses that were admitted for it, without its peer address.
    pub(crate) tunnel_addresses: Vec<IpAddr>,
}

impl Association {
    /// A stream for a phone's signalling: never 0 (TS 36.412 7), in turn over the others.
    pub(crate) fn draw_stream(&mut self) -> u16 {
        let usable = self.outbound_streams.saturating_sub(1).max(1);
        self.next_stream = self.next_stream.wrapping_add(1) % usable;
        self.next_stream + 1
    }
}

/// Whether a cell may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admittance {
    /// It may.
    Known,
    /// It may, and is to be learned.
    Learn,
    /// It may not.
    Refused,
}

/// All associations and cells.
#[derive(Debug)]
pub(crate) struct Cells {
    associations: BTreeMap<AssociationId, Association>,
    max_associations: usize,
    max_cells: usize,
    admission: CellAdmission,
    learned: Vec<LearnedCell>,
}

impl Cells {
    pub(crate) fn new(
        admission: CellAdmission,
        learned: Vec<LearnedCell>,
        associations: u32,
        cells: u32,
    ) -> Self {
        Self {
            associations: BTreeMap::new(),
            max_associations: usize::try_from(associations).unwrap_or(usize::MAX),
            max_cells: usize::try_from(cells).unwrap_or(usize::MAX),
            admission,
            learned,
        }
    }

    /// Adds an association. `false`: there are too many.
    pub(crate) fn add(&mut self, id: AssociationId, peer: SocketAddr, outbound_streams: u16) -> bool {
        if self.associations.len() >= self.max_associations {
            return false;
        }
        self.associations
            .insert(id, Association { peer, outbound_streams, cell: None, refused: false, next_stream: 0 });
        true
    }

    pub(crate) fn remove(&mut self, id: AssociationId) -> Option<Association> {
        self.associations.remove(&id)
    }

    pub(crate) fn of(&self, id: AssociationId) -> Option<&Association> {
        self.associations.get(&id)
    }

    pub(crate) fn of_mut(&mut self, id: AssociationId) -> Option<&mut Association> {
        self.associations.get_mut(&id)
    }

    /// The association on which this cell is.
    pub(crate) fn of_enb(&self, enb: GlobalEnbId) -> Option<AssociationId> {
        let is_it = |association: &Association| association.cell.as_ref().is_some_and(|cell| cell.enb == enb);
        self.associations.iter().find(|(_, association)| is_it(association)).map(|(id, _)| *id)
    }

    /// The cells that completed S1 Setup.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (AssociationId, &Association, &Cell)> {
        self.associations
            .iter()
            .filter_map(|(id, association)| Some((*id, association, association.cell.as_ref()?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.cells().count()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() >= self.max_cells
    }

    /// Whether a cell may come in from this address.
    pub(crate) fn admits(&self, address: IpAddr, enb: GlobalEnbId) -> Admittance {
        match &self.admission {
            CellAdmission::Only(known) if known.iter().any(|known| known.admits(address, enb)) => {
                Admittance::Known
            }
            CellAdmission::Only(_) => Admittance::Refused,
            // A learned cell is known by its identity: its address may change with the backhaul's DHCP.
            CellAdmission::Learn { .. } if self.is_learned(enb) => Admittance::Known,
            CellAdmission::Learn { first }
                if self.learned.len() < usize::try_from(*first).unwrap_or(usize::MAX) =>
            {
                Admittance::Learn
            }
            CellAdmission::Learn { .. } => Admittance::Refused,
        }
    }

    pub(crate) fn is_learned(&self, enb: GlobalEnbId) -> bool {
        self.learned.iter().any(|learned| learned.enb == enb)
    }

    pub(crate) fn learned(&self) -> &[LearnedCell] {
        &self.learned
    }

    pub(crate) fn learn(&mut self, cell: LearnedCell) {
        self.learned.push(cell);
    }

    /// Forgets a learned cell. `false`: it was not learned.
    pub(crate) fn forget(&mut self, enb: GlobalEnbId) -> bool {
        let before = self.learned.len();
        self.learned.retain(|learned| learned.enb != enb);
        self.learned.len() < before
    }

    /// The listed cells whose identity is known.
    pub(crate) fn listed(&self) -> &[KnownCell] {
        match &self.admission {
            CellAdmission::Only(known) => known,
            CellAdmission::Learn { .. } => &[],
        }
    }

    pub(crate) fn admission(&self) -> AdmissionView {
        match &self.admission {
            CellAdmission::Only(known) => {
                AdmissionView::Listed(u32::try_from(known.len()).unwrap_or(u32::MAX))
            }
            CellAdmission::Learn { first } => {
                let left = first.saturating_sub(u32::try_from(self.learned.len()).unwrap_or(u32::MAX));
                if left == 0 { AdmissionView::Locked } else { AdmissionView::Learning(left) }
            }
        }
    }
}
