//! What an eavesdropper who knows every SIM understands: whose connection a message belongs to, and the NAS in it without its
//! protection.

use std::collections::BTreeMap;

use pumice_model::identity::EnbUeS1apId;
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::ran::{EnbIndex, Ran};
use pumice_ransim::security::{NasSecurity, Side};
use pumice_wire::nas::{self, Outer};
use pumice_wire::s1ap::{self, Message};

use crate::trace::TracedNas;

/// Which phone is on which connection.
#[derive(Debug, Default)]
pub(crate) struct Eavesdropper {
    phones: BTreeMap<(EnbIndex, EnbUeS1apId), PhoneId>,
    /// The last security context that a phone had: what it says last is sent when it has forgotten it.
    contexts: BTreeMap<PhoneId, NasSecurity>,
}

/// What is understood of a message.
#[derive(Debug, Default)]
pub(crate) struct Understood {
    pub(crate) phone: Option<PhoneId>,
    pub(crate) nas: Option<TracedNas>,
}

impl Eavesdropper {
    pub(crate) fn listen(
        &mut self,
        ran: &Ran,
        cell: EnbIndex,
        direction: Direction,
        octets: &[u8],
    ) -> Understood {
        let Ok(decoded) = s1ap::decode(octets) else { return Understood::default() };
        if let Message::Paging(paging) = &decoded.message {
            let called = ran.iter().find(|(_, phone)| phone.is_called(paging.s_tmsi));
            return Understood { phone: called.map(|(id, _)| id), nas: None };
        }
        let (enb_ue, nas) = parts(&decoded.message);
        let Some(enb_ue) = enb_ue else { return Understood::default() };
        let here = ran.enb(cell).and_then(|enb| enb.phone_of(enb_ue));
        if let (Message::InitialUeMessage(_), Some(phone)) = (&decoded.message, here) {
            self.phones.insert((cell, enb_ue), phone);
        }
        let phone = here.or_else(|| self.phones.get(&(cell, enb_ue)).copied());
        let current = phone.and_then(|phone| Some((phone, ran.phone(phone)?.security()?)));
        if let Some((phone, security)) = current {
            self.contexts.insert(phone, security.clone());
        }
        let security = phone.and_then(|phone| self.contexts.get(&phone));
        Understood { phone, nas: nas.map(|nas| open(nas, direction, security)) }
    }
}

fn parts<'a>(message: &'a Message<'a>) -> (Option<EnbUeS1apId>, Option<&'a [u8]>) {
    match message {
        Message::DownlinkNasTransport(m) => (Some(m.enb_ue), Some(m.nas)),
        Message::InitialContextSetupFailure(m) => (Some(m.enb_ue), None),
        Message::InitialContextSetupRequest(m) => {
            (Some(m.enb_ue), m.erabs.iter().find_map(|erab| erab.nas.as_deref()))
        }
        Message::InitialContextSetupResponse(m) => (Some(m.enb_ue), None),
        Message::InitialUeMessage(m) => (Some(m.enb_ue), Some(m.nas)),
        Message::NasNonDeliveryIndication(m) => (Some(m.enb_ue), Some(m.nas)),
        Message::UeCapabilityInfoIndication(m) => (Some(m.enb_ue), None),
        Message::UeContextReleaseCommand(m) => (m.enb_ue, None),
        Message::UeContextReleaseComplete(m) => (Some(m.enb_ue), None),
        Message::UeContextReleaseRequest(m) => (Some(m.enb_ue), None),
        Message::UplinkNasTransport(m) => (Some(m.enb_ue), Some(m.nas)),
        Message::ErrorIndication(m) => (m.enb_ue.and_then(|id| EnbUeS1apId::new(id).ok()), None),
        Message::Paging(_)
        | Message::Reset(_)
        | Message::ResetAcknowledge(_)
        | Message::S1SetupFailure(_)
        | Message::S1SetupRequest(_)
        | Message::S1SetupResponse(_) => (None, None),
    }
}

fn open(octets: &[u8], direction: Direction, security: Option<&NasSecurity>) -> TracedNas {
    let bare = TracedNas { octets: octets.to_vec(), header: None, plain: None, count: None };
    let Ok(outer) = nas::open(octets) else { return bare };
    let verified = security.and_then(|security| listener(security, direction).open(&outer).ok());
    match outer {
        Outer::Plain(plain) => TracedNas { plain: Some(plain.to_vec()), ..bare },
        Outer::ServiceRequest { .. } => TracedNas { count: verified.map(|(_, count)| count), ..bare },
        Outer::Protected { header, covered, .. } => {
            let readable = (!header.is_ciphered()).then(|| covered.get(1..).unwrap_or_default().to_vec());
            let count = verified.as_ref().map(|(_, count)| *count);
            let plain = verified.map(|(plain, _)| plain).or(readable);
            TracedNas { header: Some(header), plain, count, ..bare }
        }
    }
}

/// The phone's own security for what it will receive or has received lately, the opposite for what it has sent.
fn listener(phone: &NasSecurity, direction: Direction) -> NasSecurity {
    match direction {
        Direction::Downlink => {
            let mut phone = phone.clone();
            // A COUNT that comes a second time must be recognised, although the phone would not take it.
            phone.receive_count = phone.receive_count.saturating_sub(128);
            phone
        }
        Direction::Uplink => {
            let mut network = NasSecurity::new(Side::Network, phone.ksi, phone.k_asme, phone.eea, phone.eia);
            // What was just sent is among the last.
            network.receive_count = phone.send_count.saturating_sub(32);
            network
        }
    }
}
