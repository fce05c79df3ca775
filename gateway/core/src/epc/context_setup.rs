//! Initial Context Setup (TS 36.413 8.3.1): the cell gets keys and bearers, the gateway gets the cell's ends of the tunnels. UE
//! radio capability (8.11).

use std::borrow::Cow;
use std::net::IpAddr;

use pumice_model::change::Change;
use pumice_model::identity::{Fteid, Imsi};
use pumice_model::rules::UserPlaneCommand;
use pumice_wire::nas::UeNetworkCapability;
use pumice_wire::s1ap::{
    Cause, ErabToSetup, InitialContextSetupFailure, InitialContextSetupRequest, InitialContextSetupResponse,
    Message,
};

use crate::Core;
use crate::connection::{ConnectionKey, S1State};
use crate::counters::Counter;
use crate::io::Effect;
use crate::radio_capability::Kept;
use crate::session::downlink_far;
use crate::timers::Timer;

impl Core {
    /// Asks the cell for the phone's bearers, with NAS to pass on in the first of them.
    pub(super) fn set_up_context(&mut self, key: ConnectionKey, nas: Option<&[u8]>) {
        let Some(connection) = self.connections.of(key) else { return };
        let Some(phone) = connection.phone.and_then(|imsi| self.phones.of(imsi)) else { return };
        let capability = UeNetworkCapability(phone.capability.network.clone());
        let subscribed = self.hss.subscriber(phone.imsi).map(|subscriber| subscriber.ambr);
        let (ue_ambr_uplink, ue_ambr_downlink) =
            subscribed.map_or((0, 0), |ambr| (ambr.uplink, ambr.downlink));
        let mut nas = nas.map(Cow::Borrowed);
        let erabs = phone.bearers.iter().map(|bearer| ErabToSetup {
            ebi: bearer.record.ebi,
            qci: bearer.record.qci.get(),
            priority: bearer.record.priority,
            transport_address: self.config.user_plane_address,
            teid: bearer.record.teid,
            nas: nas.take(),
        });
        let request = InitialContextSetupRequest {
            mme_ue: key.0,
            enb_ue: connection.enb_ue,
            ue_ambr_uplink,
            ue_ambr_downlink,
            erabs: erabs.collect(),
            encryption_algorithms: algorithms(capability.eea()),
            integrity_algorithms: algorithms(capability.eia()),
            security_key: phone.security.k_enb(),
            radio_capability: phone
                .radio_capability
                .and_then(|hash| self.radio_capabilities.of(hash))
                .map(Cow::Borrowed),
        };
        let (association, stream) = (connection.association, connection.stream);
        let encoded = pumice_wire::s1ap::encode(&Message::InitialContextSetupRequest(request));
        if let Ok(octets) = encoded {
            self.count(Counter::S1apSent);
            self.effects.push(Effect::Send { association, stream, octets });
        }
        if let Some(connection) = self.connections.of_mut(key) {
            connection.s1 = S1State::ContextSetup;
        }
        self.timers.start(Timer::ContextSetup(key), self.now + self.config.timers.context_setup);
    }

    pub(super) fn on_initial_context_setup_response(
        &mut self,
        key: ConnectionKey,
        message: &InitialContextSetupResponse,
    ) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match connection.s1 {
            S1State::ContextSetup => connection.s1 = S1State::Established,
            // Crossed with a release: what it says is void.
            S1State::Releasing => return,
            // An answer to nothing (10.4).
            S1State::Signalling | S1State::Established => return self.count(Counter::S1apUnexpected),
        }
        self.timers.stop(Timer::ContextSetup(key));
        let (association, phone) = (connection.association, connection.phone);
        let Some(imsi) = phone else { return self.release(key, Cause::NAS_UNSPECIFIED) };
        for erab in &message.erabs {
            self.admit_tunnel_address(association, erab.transport_address);
            let tunnel = Fteid { address: erab.transport_address, teid: erab.teid };
            let buffered = self.config.limits.buffered_packets;
            if let Some(bearer) = self.phones.of_mut(imsi).and_then(|phone| phone.bearer_mut(erab.ebi)) {
                bearer.tunnel = Some(tunnel);
                let far = downlink_far(Some(tunnel), buffered);
                self.effects.push(Effect::Program(UserPlaneCommand::Modify { session: bearer.session, far }));
            }
        }
        let some_stand = self
            .phones
            .of(imsi)
            .is_some_and(|phone| phone.bearers.iter().any(|bearer| bearer.tunnel.is_some()));
        if !some_stand {
            // A context without its default bearer serves nobody.
            self.context_not_set_up(key, Cause::RELEASE_DUE_TO_EUTRAN_GENERATED_REASON);
        }
    }

    pub(super) fn on_initial_context_setup_failure(
        &mut self,
        key: ConnectionKey,
        message: &InitialContextSetupFailure,
    ) {
        match self.connections.of(key).map(|connection| connection.s1) {
            Some(S1State::ContextSetup) => {
                self.context_not_set_up(key, message.cause);
            }
            Some(S1State::Releasing) | None => {}
            Some(S1State::Signalling | S1State::Established) => self.count(Counter::S1apUnexpected),
        }
    }

    pub(super) fn on_context_setup_expired(&mut self, key: ConnectionKey) {
        self.context_not_set_up(key, Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE);
    }

    /// What waits for the phone is freed: it would call the phone again at once, for another setup that fails.
    fn context_not_set_up(&mut self, key: ConnectionKey, cause: Cause) {
        self.count(Counter::ContextSetupFailed);
        if let Some(imsi) = self.connections.of(key).and_then(|connection| connection.phone) {
            self.free_what_waits(imsi);
        }
        self.release(key, cause);
    }

    pub(super) fn on_ue_capability(&mut self, key: ConnectionKey, octets: &[u8]) {
        let Some(imsi) = self.connections.of(key).and_then(|connection| connection.phone) else {
            return self.count(Counter::S1apUnexpected);
        };
        let kept = match self.radio_capabilities.keep(octets) {
            Kept::New(hash) => {
                self.persist(Change::PutRadioCapability { hash, octets: octets.to_vec() }, false);
                Some(hash)
            }
            Kept::Shared(hash) => Some(hash),
            Kept::NoRoom => {
                self.count(Counter::RadioCapabilityNotKept);
                None
            }
        };
        self.drop_radio_capability(imsi);
        if let Some(phone) = self.phones.of_mut(imsi) {
            phone.radio_capability = kept;
        }
        self.checkpoint(imsi);
    }

    /// The phone's radio capability is not known any more.
    pub(super) fn drop_radio_capability(&mut self, imsi: Imsi) {
        let Some(hash) = self.phones.of_mut(imsi).and_then(|phone| phone.radio_capability.take()) else {
            return;
        };
        if self.radio_capabilities.release(hash) {
            self.persist(Change::RemoveRadioCapability(hash), false);
        }
    }

    /// Packets from this address are taken as long as its cell is here.
    fn admit_tunnel_address(&mut self, association: crate::io::AssociationId, address: IpAddr) {
        // More addresses than a real eNB has are not remembered: its phones' packets come from one of these.
        const ADDRESSES: usize = 3;
        let Some(association) = self.cells.of_mut(association) else { return };
        let peer = association.peer.ip();
        let Some(cell) = &mut association.cell else { return };
        if address != peer
            && !cell.tunnel_addresses.contains(&address)
            && cell.tunnel_addresses.len() < ADDRESSES
        {
            cell.tunnel_addresses.push(address);
            self.effects.push(Effect::Program(UserPlaneCommand::AdmitPeer(address)));
        }
    }
}

/// The bits of an S1AP algorithm list (TS 36.413 9.2.1.40): EEA1 first, where NAS begins with EEA0.
fn algorithms(nas_bits: u8) -> u16 {
    u16::from(nas_bits & 0x7f) << 9
}
