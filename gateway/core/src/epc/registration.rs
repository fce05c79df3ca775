//! EMM-REGISTERED begins and ends: the phone's context, its GUTI, its default bearer, and what the network tells it of itself.

use std::net::IpAddr;

use pumice_model::change::Change;
use pumice_model::event::{DetachReason, Event};
use pumice_model::identity::{Ebi, Guti, Imsi, Tai, Teid};
use pumice_model::rules::UserPlaneCommand;
use pumice_model::ue::BearerRecord;
use pumice_wire::nas::{
    ActivateDefaultBearerRequest, AttachAccept, AttachComplete, EmmCause, EmmInformation, EmmMessage,
    EpsNetworkFeatureSupport, EpsResult, EsmBody, EsmCause, EsmMessage, GprsTimer, PdnAddress, Plain,
    UniversalTime, decode, encode,
};

use super::identification::REPEATS;
use super::state::{AttachRequested, Attempt, AwaitAttachComplete, Protection, Repeat};
use crate::Core;
use crate::ceiling::Raise;
use crate::config::Config;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::io::Effect;
use crate::phone::{Bearer, Phone};
use crate::security::SecurityContext;
use crate::session::{Selected, pco_answer, select, session};
use crate::timers::Timer;

impl Core {
    /// Adds a phone that was just proven, in the place of one that is only remembered if there is no other. `false`: none is.
    pub(super) fn add_phone(
        &mut self,
        key: ConnectionKey,
        imsi: Imsi,
        security: SecurityContext,
        attempt: &Attempt,
    ) -> bool {
        if self.phones.is_full() {
            let Some(oldest) = self.phones.oldest_remembered() else { return false };
            self.forget_phone(oldest);
        }
        let Some((tai, ecgi)) = self.connections.of(key).map(|connection| (connection.tai, connection.ecgi))
        else {
            return false;
        };
        let guti = self.draw_guti();
        self.phones.insert(Phone {
            imsi,
            imeisv: None,
            guti,
            guti_given: false,
            previous_guti: None,
            security,
            capability: attempt.capability.clone(),
            tai,
            ecgi,
            heard: self.now,
            registered: false,
            combined: false,
            drx: None,
            bearers: heapless::Vec::new(),
            radio_capability: None,
            connection: None,
            paged: None,
        });
        true
    }

    fn draw_guti(&mut self) -> Guti {
        loop {
            let (index, raise) = self.m_tmsis.draw(self.durable_through);
            match raise {
                Raise::None => {}
                Raise::Ahead(ceiling) => self.raise_m_tmsi(ceiling, false),
                Raise::Now(ceiling) => self.raise_m_tmsi(ceiling, true),
            }
            let m_tmsi = self.choices.m_tmsi.m_tmsi(index);
            // After 2^32 of them an index comes again, when its phone may still be here.
            if !self.phones.holds(m_tmsi) {
                return Guti { gummei: self.config.gummei(), m_tmsi };
            }
        }
    }

    /// Attach Accept (5.5.1.2.4): the old bearers go, a GUTI and a default bearer come. T3450 begins.
    pub(super) fn accept_attach(&mut self, key: ConnectionKey, attach: AttachRequested) {
        let Some(imsi) = self.proven(key) else { return };
        self.end_bearers(imsi);
        self.drop_radio_capability(imsi);
        if let Some(phone) = self.phones.of_mut(imsi) {
            phone.registered = false;
            phone.combined = attach.combined;
            phone.drx = attach.drx;
        }
        let (selected, address) = match self.default_bearer(imsi, &attach) {
            Ok(given) => given,
            Err(cause) => {
                self.checkpoint(imsi);
                let pti = attach.pdn.pti;
                let body = EsmBody::PdnConnectivityReject { cause, pco: None, back_off: None };
                let reject = EsmMessage { ebi: 0, pti, body };
                return self.reject_attach(key, EmmCause::ESM_FAILURE, Some(imsi), Some(&reject));
            }
        };
        let guti = self.guti_to_give(imsi);
        self.checkpoint(imsi);
        let esm = encode(&Plain::Esm(self.activate_default_bearer(&attach, selected, address)));
        let plain =
            encode(&Plain::Emm(EmmMessage::AttachAccept(self.attach_accept(key, &attach, &esm, guti))));
        let repeat = Repeat { plain: plain.clone(), protection: Protection::AsConnection, left: REPEATS };
        let Some(connection) = self.connections.of_mut(key) else { return };
        connection.emm = EmmState::AwaitAttachComplete(Box::new(AwaitAttachComplete { attach, repeat }));
        self.timers.start(Timer::NasRetransmission(key), self.now + self.config.timers.t3450);
        match self.protect(key, &plain, Protection::AsConnection) {
            Some(nas) => self.set_up_context(key, Some(&nas)),
            None => self.release(key, pumice_wire::s1ap::Cause::NAS_UNSPECIFIED),
        }
    }

    /// A GUTI that nobody on the air has seen with this phone.
    fn guti_to_give(&mut self, imsi: Imsi) -> Guti {
        if let Some(phone) = self.phones.of_mut(imsi)
            && !core::mem::replace(&mut phone.guti_given, true)
        {
            return phone.guti;
        }
        let guti = self.draw_guti();
        self.phones.reallocate_guti(imsi, guti);
        guti
    }

    fn draw_teid(&mut self) -> Teid {
        loop {
            let teid = self.choices.teid.teid();
            // Ends: there are far fewer bearers than TEIDs. One of a restored bearer may come up.
            if !self.phones.has_teid(teid) {
                return teid;
            }
        }
    }

    /// Chooses APN and address, and tells the user plane.
    fn default_bearer(
        &mut self,
        imsi: Imsi,
        attach: &AttachRequested,
    ) -> Result<(Selected, IpAddr), EsmCause> {
        let subscriber = self.hss.subscriber(imsi).ok_or(EsmCause::REQUEST_REJECTED)?;
        let selected = select(subscriber, &attach.pdn, self.config.any_apn)?;
        let most = usize::try_from(self.config.limits.bearers).unwrap_or(usize::MAX);
        if self.phones.bearers() >= most {
            self.publish_full("bearers");
            return Err(EsmCause::INSUFFICIENT_RESOURCES);
        }
        let Some(address) = self.pool.allocate(imsi).map(IpAddr::V4) else {
            self.publish_full("addresses");
            return Err(EsmCause::INSUFFICIENT_RESOURCES);
        };
        let record = BearerRecord {
            ebi: Ebi::FIRST,
            apn: selected.apn.clone(),
            address,
            teid: self.draw_teid(),
            qci: selected.profile.qci,
            priority: selected.profile.priority,
            ambr: selected.profile.ambr,
        };
        let bearer = Bearer { record, session: self.draw_session(), tunnel: None };
        let rules = session(bearer.session, &bearer.record, self.config.limits.buffered_packets);
        if !self.phones.add_bearer(imsi, bearer) {
            return Err(EsmCause::INSUFFICIENT_RESOURCES);
        }
        self.effects.push(Effect::Program(UserPlaneCommand::Establish(Box::new(rules))));
        Ok((selected, address))
    }

    fn activate_default_bearer(
        &self,
        attach: &AttachRequested,
        selected: Selected,
        address: IpAddr,
    ) -> EsmMessage {
        let address = match address {
            IpAddr::V4(v4) => PdnAddress::Ipv4(v4),
            IpAddr::V6(v6) => {
                let [.., a, b, c, d, e, f, g, h] = v6.octets();
                PdnAddress::Ipv6([a, b, c, d, e, f, g, h])
            }
        };
        let pco = attach.pdn.pco.as_ref().and_then(|pco| pco_answer(pco, &self.config.dns, self.config.mtu));
        let request = ActivateDefaultBearerRequest {
            qci: selected.profile.qci.get(),
            apn: selected.apn,
            address,
            ambr_uplink: selected.profile.ambr.uplink,
            ambr_downlink: selected.profile.ambr.downlink,
            cause: selected.cause,
            pco,
        };
        let body = EsmBody::ActivateDefaultBearerRequest(Box::new(request));
        EsmMessage { ebi: Ebi::FIRST.get(), pti: attach.pdn.pti, body }
    }

    fn attach_accept<'a>(
        &self,
        key: ConnectionKey,
        attach: &AttachRequested,
        esm: &'a [u8],
        guti: Guti,
    ) -> AttachAccept<'a> {
        AttachAccept {
            result: EpsResult::Eps,
            t3412: GprsTimer::at_least(self.config.timers.t3412),
            tais: self.registration_area(key),
            esm,
            guti: Some(guti),
            emm_cause: not_combined(attach.combined),
            t3402: None,
            equivalent_plmns: heapless::Vec::new(),
            feature_support: Some(self.feature_support(key)),
            t3412_extended: None,
        }
    }

    /// What is true of this network for this phone.
    pub(super) fn feature_support(&self, key: ConnectionKey) -> EpsNetworkFeatureSupport {
        let imsi = self.connections.of(key).and_then(|connection| connection.phone);
        let subscriber = imsi.and_then(|imsi| self.hss.subscriber(imsi));
        EpsNetworkFeatureSupport {
            ims_voice_over_ps: subscriber.is_some_and(|subscriber| subscriber.ims_voice),
            emergency_bearer_services: false,
        }
    }

    /// All areas of this box: a village is one registration area. The phone's own area comes first, because a list holds no more
    /// than sixteen.
    pub(super) fn registration_area(&self, key: ConnectionKey) -> heapless::Vec<Tai, 16> {
        area_around(self.connections.of(key).map(|connection| connection.tai), &self.config)
    }

    pub(super) fn on_attach_complete(&mut self, key: ConnectionKey, complete: &AttachComplete<'_>) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match core::mem::take(&mut connection.emm) {
            EmmState::AwaitAttachComplete(state) => match decode(complete.esm) {
                Ok(Plain::Esm(EsmMessage { body: EsmBody::ActivateDefaultBearerReject { .. }, .. })) => {
                    self.timers.stop(Timer::NasRetransmission(key));
                    self.abandon_attach(key);
                }
                Ok(Plain::Esm(EsmMessage { body: EsmBody::ActivateDefaultBearerAccept { .. }, .. })) => {
                    self.timers.stop(Timer::NasRetransmission(key));
                    self.complete_attach(key);
                }
                Ok(_) | Err(_) => self.unexpected(key, EmmState::AwaitAttachComplete(state)),
            },
            other => self.unexpected(key, other),
        }
    }

    fn complete_attach(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        connection.emm = EmmState::Registered;
        let Some(imsi) = connection.phone else { return };
        self.phones.acknowledge_guti(imsi);
        let Some(phone) = self.phones.of_mut(imsi) else { return };
        phone.registered = true;
        let address = phone.bearers.first().map(|bearer| bearer.record.address);
        self.count(Counter::AttachAccepted);
        self.checkpoint(imsi);
        if let Some(address) = address {
            self.publish(Event::PhoneAttached { imsi, address });
        }
        self.tell_about_network(key);
    }

    /// An attach that the phone does not complete: there is no bearer, so there is no registration.
    fn abandon_attach(&mut self, key: ConnectionKey) {
        self.count(Counter::AttachRejected);
        if let Some(imsi) = self.proven(key) {
            self.end_bearers(imsi);
            self.checkpoint(imsi);
        }
        self.release(key, pumice_wire::s1ap::Cause::NAS_UNSPECIFIED);
    }

    /// T3450 has expired for the fifth time (5.5.1.2.7 c).
    pub(super) fn attach_not_completed(&mut self, key: ConnectionKey) {
        self.abandon_attach(key);
    }

    /// EMM Information (5.4.5): the network's name; the time only while the clock is trusted, because phones believe it.
    pub(super) fn tell_about_network(&mut self, key: ConnectionKey) {
        let zone = self.clock.map(|(_, clock)| clock.zone_quarters);
        let time = self.unix_seconds().zip(zone);
        let name = |name: &String| (!name.is_empty()).then(|| name.clone());
        let information = EmmInformation {
            full_name: name(&self.config.network_name),
            short_name: name(&self.config.network_short_name),
            time: time.map(|(unix_seconds, zone_quarters)| UniversalTime { unix_seconds, zone_quarters }),
        };
        self.send_nas(key, &Plain::Emm(EmmMessage::EmmInformation(information)));
    }

    /// Ends the bearers of a phone: the user plane forgets them, the address is kept for its return.
    pub(super) fn end_bearers(&mut self, imsi: Imsi) {
        for bearer in self.phones.take_bearers(imsi) {
            self.effects.push(Effect::Program(UserPlaneCommand::Remove(bearer.session)));
        }
        self.pool.release(imsi);
        self.has_room_again("bearers");
        self.has_room_again("addresses");
    }

    /// EMM-DEREGISTERED: what remains is the security context, for a phone that comes back.
    pub(super) fn deregister(&mut self, imsi: Imsi, reason: DetachReason) {
        self.stop_calling(imsi);
        self.timers.stop(Timer::MobileReachable(imsi));
        self.timers.stop(Timer::ImplicitDetach(imsi));
        let Some(phone) = self.phones.of_mut(imsi) else { return };
        let was_registered = core::mem::replace(&mut phone.registered, false);
        let had_bearers = !phone.bearers.is_empty();
        self.end_bearers(imsi);
        self.has_room_again("phones");
        if was_registered {
            self.publish(Event::PhoneDetached { imsi, reason });
        }
        // An attach that was not completed has its bearers in the store too.
        if was_registered || had_bearers {
            self.checkpoint(imsi);
        }
    }

    /// Nothing remains of a phone that is not connected.
    pub(super) fn forget_phone(&mut self, imsi: Imsi) {
        if self.phones.of(imsi).is_none() {
            return;
        }
        self.deregister(imsi, DetachReason::ByOperator);
        self.drop_radio_capability(imsi);
        self.phones.remove(imsi);
        self.persist(Change::RemoveUe(imsi), false);
    }
}

/// The areas that a phone registered in this one may be in without a word, and is called in.
pub(super) fn area_around(own: Option<Tai>, config: &Config) -> heapless::Vec<Tai, 16> {
    let served = config.tacs.iter().map(|tac| Tai { plmn: config.plmn, tac: *tac });
    own.into_iter().chain(served.filter(|tai| Some(*tai) != own)).take(16).collect()
}

/// Why a phone that asked for calls too gets data only: #18 says it once and for all, so that it stays; #16 would make it ask
/// again and again (5.5.1.3.4.3).
pub(super) const fn not_combined(combined: bool) -> Option<EmmCause> {
    if combined { Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE) } else { None }
}
