//! Messages on their way out.

use pumice_model::change::Change;
use pumice_model::identity::Imsi;
use pumice_model::query::StoreHealth;
use pumice_wire::nas::{EmmCause, EmmMessage, EmmStatus, Plain, SecurityHeader, encode};
use pumice_wire::s1ap::{self, Cause, DownlinkNasTransport, Message};

use crate::Core;
use crate::ceiling::Raise;
use crate::connection::{ConnectionKey, S1State};
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::epc::state::Protection;
use crate::io::{AssociationId, Effect};

impl Core {
    /// Sends an S1AP message. One that cannot be encoded is not sent: the peer's next message finds us where we were.
    pub(super) fn send_s1ap(&mut self, association: AssociationId, stream: u16, message: &Message<'_>) {
        if let Ok(octets) = s1ap::encode(message) {
            self.count(Counter::S1apSent);
            self.effects.push(Effect::Send { association, stream, octets });
        }
    }

    /// Sends an S1AP message of a connection, on its stream.
    pub(super) fn send_on(&mut self, key: ConnectionKey, message: &Message<'_>) {
        let Some(connection) = self.connections.of(key) else { return };
        let (association, stream) = (connection.association, connection.stream);
        self.send_s1ap(association, stream, message);
    }

    /// Sends a NAS message, protected as the connection is.
    pub(super) fn send_nas(&mut self, key: ConnectionKey, plain: &Plain<'_>) {
        self.send_nas_octets(key, &encode(plain), Protection::AsConnection);
    }

    /// Sends the octets of a plain NAS message.
    pub(super) fn send_nas_octets(&mut self, key: ConnectionKey, plain: &[u8], protection: Protection) {
        match self.protect(key, plain, protection) {
            Some(octets) => self.transport(key, &octets),
            // NAS COUNTs are used up: the connection ends, and the phone is authenticated when it comes again.
            None => self.release(key, Cause::NAS_UNSPECIFIED),
        }
    }

    /// Protects a NAS message for a connection.
    pub(super) fn protect(
        &mut self,
        key: ConnectionKey,
        plain: &[u8],
        protection: Protection,
    ) -> Option<Vec<u8>> {
        let through = self.durable_through;
        let connection = self.connections.of_mut(key)?;
        match (protection, &mut connection.emm) {
            (Protection::Candidate(header), EmmState::AwaitSecurityMode(state)) => {
                // Its ceiling is persisted with the phone when the mode is complete; until then nothing restarts from it.
                state.candidate.protect(header, plain, through).map(|(octets, _)| octets)
            }
            (Protection::Candidate(_), _) => None,
            (Protection::AsConnection, _) => match connection.phone.filter(|_| connection.secured) {
                Some(imsi) => self.protect_for(imsi, plain),
                None => Some(plain.to_vec()),
            },
        }
    }

    /// Protects a NAS message by a phone's context, and persists the ceiling of its COUNT ahead.
    fn protect_for(&mut self, imsi: Imsi, plain: &[u8]) -> Option<Vec<u8>> {
        let through = self.durable_through;
        let failing = self.store != StoreHealth::Good;
        let phone = self.phones.of_mut(imsi)?;
        if failing && phone.security.is_at_ceiling(through) {
            // What is on the disk says that the next COUNT was never used, and would say so after a crash. The phone gets a key
            // that the disk has never seen instead.
            phone.security.spend();
            self.count(Counter::NasCountAtCeiling);
            return None;
        }
        let (octets, raise) =
            phone.security.protect(SecurityHeader::IntegrityProtectedAndCiphered, plain, through)?;
        if let Raise::Ahead(ceiling) | Raise::Now(ceiling) = raise {
            let change = Change::RaiseUeCeilings(Box::new(phone.record(ceiling)));
            let ticket = self.persist(change, matches!(raise, Raise::Now(_)));
            if let Some(phone) = self.phones.of_mut(imsi) {
                phone.security.raising(ticket, ceiling);
            }
        }
        Some(octets)
    }

    /// Puts protected NAS into a Downlink NAS Transport.
    pub(super) fn transport(&mut self, key: ConnectionKey, nas: &[u8]) {
        let Some(connection) = self.connections.of(key) else { return };
        if connection.s1 == S1State::Releasing {
            return;
        }
        let message = DownlinkNasTransport { mme_ue: key.0, enb_ue: connection.enb_ue, nas };
        self.send_on(key, &Message::DownlinkNasTransport(message));
    }

    /// Answers a message that could not be handled (TS 24.301 7), on a secured connection only: an unprotected status says
    /// nothing that a phone would believe.
    pub(super) fn send_emm_status(&mut self, key: ConnectionKey, cause: EmmCause) {
        if self.connections.of(key).is_some_and(|connection| connection.secured) {
            self.send_nas(key, &Plain::Emm(EmmMessage::EmmStatus(EmmStatus { cause })));
        }
    }

    /// Checkpoints a phone: what the air can bring back.
    pub(super) fn checkpoint(&mut self, imsi: Imsi) {
        if let Some(phone) = self.phones.of(imsi) {
            let change = Change::PutUe(Box::new(phone.record(0)));
            self.persist(change, false);
        }
    }
}
