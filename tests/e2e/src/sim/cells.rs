//! Cells and their associations.

use core::net::IpAddr;

use pumice_core::AssociationId;
use pumice_model::identity::Tac;
use pumice_ransim::enb::{EnbCommand, EnbConfig};
use pumice_ransim::ran::{EnbIndex, RanInput};

use super::Sim;
use super::flight::Parcel;

/// S1AP's port of SCTP.
const S1AP_PORT: u16 = 36412;

impl Sim {
    /// The configuration of the cell with this number in the first area that is served.
    pub fn cell_config(&self, number: u8) -> EnbConfig {
        let tac = self.settings.config.tacs.first().copied().unwrap_or(Tac(1));
        EnbConfig::numbered(self.settings.config.plmn, tac, number)
    }

    /// Adds a cell, connects it and waits until it is served.
    pub fn add_cell(&mut self, number: u8) -> EnbIndex {
        let config = self.cell_config(number);
        let cell = self.add_cell_with(config);
        assert!(self.is_ready(cell), "the cell is served:\n{}", self.trace.tail(10));
        cell
    }

    /// Adds a cell, connects it and lets it try.
    pub fn add_cell_with(&mut self, config: EnbConfig) -> EnbIndex {
        let cell = self.ran.add_enb(config);
        self.connect(cell);
        self.settle();
        cell
    }

    /// Whether S1 Setup is done.
    pub fn is_ready(&self, cell: EnbIndex) -> bool {
        self.ran.enb(cell).is_some_and(|enb| enb.s1_state().is_ready())
    }

    /// The association of a cell.
    pub fn association(&self, cell: EnbIndex) -> Option<AssociationId> {
        self.associations.get(&cell).copied()
    }

    /// Makes an association between a cell and the gateway.
    pub fn connect(&mut self, cell: EnbIndex) {
        let address = self.address_of(cell).expect("a cell of this world");
        self.connect_from(cell, address);
    }

    /// The same from another address than the cell's user plane has.
    pub fn connect_from(&mut self, cell: EnbIndex, address: IpAddr) {
        let association = AssociationId(self.next_association);
        self.next_association += 1;
        self.associations.insert(cell, association);
        let outbound_streams = self.settings.streams;
        let peer = (address, S1AP_PORT).into();
        self.flight.send(self.now, Parcel::AssociationUp { association, peer, outbound_streams });
        let input = RanInput::AssociationUp { enb: cell, streams: outbound_streams };
        let arrival = self.now + self.settings.link_latency;
        self.flight.send(arrival, Parcel::ToCell { cell, association: Some(association), input });
    }

    /// Breaks an association: both ends notice at once.
    pub fn disconnect(&mut self, cell: EnbIndex) {
        if let Some(association) = self.associations.remove(&cell) {
            self.flight.send(self.now, Parcel::AssociationLost(association));
            self.tell(RanInput::AssociationDown { enb: cell });
        }
    }

    /// Breaks an association so that only the cell notices; the gateway's end is still there.
    pub fn disconnect_unnoticed(&mut self, cell: EnbIndex) -> Option<AssociationId> {
        let association = self.associations.remove(&cell)?;
        self.tell(RanInput::AssociationDown { enb: cell });
        Some(association)
    }

    /// The gateway notices at last that an association is gone.
    pub fn notice_loss(&mut self, association: AssociationId) {
        self.flight.send(self.now, Parcel::AssociationLost(association));
    }

    /// A cell starts anew and takes its association up again (RFC 9260 5.2): it knows no phone any more.
    pub fn restart_cell(&mut self, cell: EnbIndex) {
        let Some(association) = self.association(cell) else { return self.connect(cell) };
        self.tell(RanInput::AssociationDown { enb: cell });
        self.tell(RanInput::Enb { enb: cell, command: EnbCommand::Restart });
        let outbound_streams = self.settings.streams;
        self.flight.send(self.now, Parcel::AssociationRestarted { association, outbound_streams });
        let input = RanInput::AssociationUp { enb: cell, streams: outbound_streams };
        let arrival = self.now + self.settings.link_latency;
        self.flight.send(arrival, Parcel::ToCell { cell, association: Some(association), input });
    }

    /// Gives the gateway S1AP octets as if a cell had sent them.
    pub fn send_from_cell(&mut self, cell: EnbIndex, stream: u16, octets: Vec<u8>) {
        self.tell(RanInput::Enb { enb: cell, command: EnbCommand::SendS1ap { stream, octets } });
    }

    /// The gateway ends an association.
    pub(super) fn abort(&mut self, association: AssociationId) {
        let on = self.associations.iter().find(|(_, known)| **known == association).map(|(cell, _)| *cell);
        let Some(cell) = on else { return };
        self.associations.remove(&cell);
        self.flight.send(self.now, Parcel::AssociationLost(association));
        let input = RanInput::AssociationDown { enb: cell };
        let arrival = self.now + self.settings.link_latency;
        self.flight.send(arrival, Parcel::ToCell { cell, association: None, input });
    }
}
