//! Promises that hold in every run, whatever is tested: each message is held against them.

use std::collections::{BTreeMap, BTreeSet};

use pumice_model::identity::{EnbUeS1apId, MTmsi};
use pumice_ransim::crypto::{Direction, Milenage};
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::PhoneEventKind;
use pumice_ransim::ran::{EnbIndex, Ran};
use pumice_wire::nas::{EmmCause, EmmMessage};
use pumice_wire::s1ap::Message;

use crate::trace::Entry;

/// The run's memory of numbers that must not come again.
#[derive(Debug, Default)]
pub struct Monitor {
    /// K_ASME and downlink NAS COUNT.
    counts: BTreeSet<([u8; 32], u32)>,
    /// The run that each SQN of a SIM served.
    sqns: BTreeMap<(PhoneId, u64), Run>,
    k_enbs: BTreeSet<[u8; 32]>,
    m_tmsis: BTreeMap<MTmsi, PhoneId>,
    /// Phones whose key may differ from their cell's: what they do is under test.
    tolerated: BTreeSet<PhoneId>,
}

/// An authentication run.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    rand: [u8; 16],
    cell: EnbIndex,
    connection: EnbUeS1apId,
}

impl Monitor {
    /// How many different vectors were used.
    pub fn vectors(&self) -> usize {
        self.sqns.len()
    }

    /// The SQNs that a SIM was challenged with, in order.
    pub fn sqns(&self, phone: PhoneId) -> Vec<u64> {
        self.sqns.keys().filter(|(of, _)| *of == phone).map(|(_, sqn)| *sqn).collect()
    }

    /// A phone that plays a role in which its keys need not agree with its cell's.
    pub fn tolerate(&mut self, phone: PhoneId) {
        self.tolerated.insert(phone);
    }

    /// What is wrong with a message.
    pub(crate) fn check(&mut self, ran: &Ran, entry: &Entry) -> Result<(), String> {
        if entry.direction == Direction::Uplink {
            return Ok(());
        }
        let Some(message) = entry.s1ap() else {
            return Err("the gateway sends what does not decode".to_owned());
        };
        if !message.is_from_mme() {
            return Err("an MME does not send this".to_owned());
        }
        let of_phone = entry.nas.is_some()
            || matches!(
                message,
                Message::UeContextReleaseCommand(_) | Message::InitialContextSetupRequest(_)
            );
        if of_phone && entry.stream == 0 {
            return Err("a phone's signalling on stream 0".to_owned());
        }
        if let Message::InitialContextSetupRequest(request) = &message
            && !self.k_enbs.insert(*request.security_key.expose())
        {
            return Err("a K_eNB comes a second time".to_owned());
        }
        self.check_count(ran, entry)?;
        self.check_nas(ran, entry)
    }

    /// What is wrong with the phones.
    pub(crate) fn check_phones(&self, ran: &Ran) -> Result<(), String> {
        for (id, phone) in ran.iter() {
            let differs =
                |event: &&pumice_ransim::phone::PhoneEvent| event.kind == PhoneEventKind::SecurityKeyDiffers;
            if !self.tolerated.contains(&id) && phone.log().iter().rfind(differs).is_some() {
                return Err(format!("the K_eNB of phone {} is not its cell's", id.0));
            }
        }
        Ok(())
    }

    fn check_count(&mut self, ran: &Ran, entry: &Entry) -> Result<(), String> {
        let count = entry.nas.as_ref().and_then(|nas| nas.count);
        let security = entry.phone.and_then(|phone| ran.phone(phone)).and_then(|phone| phone.security());
        let Some((count, security)) = count.zip(security) else { return Ok(()) };
        if self.counts.insert((security.k_asme, count)) {
            return Ok(());
        }
        Err(format!("downlink NAS COUNT {count} comes a second time"))
    }

    fn check_nas(&mut self, ran: &Ran, entry: &Entry) -> Result<(), String> {
        let Some(message) = entry.emm() else { return Ok(()) };
        let cause = match &message {
            EmmMessage::AttachReject(reject) => Some(reject.cause),
            EmmMessage::ServiceReject(reject) => Some(reject.cause),
            EmmMessage::TrackingAreaUpdateReject(reject) => Some(reject.cause),
            EmmMessage::DetachRequestToUe(request) => request.cause,
            _ => None,
        };
        const HURTS: [EmmCause; 4] = [
            EmmCause::ILLEGAL_UE,
            EmmCause::ILLEGAL_ME,
            EmmCause::EPS_SERVICES_NOT_ALLOWED,
            EmmCause::EPS_AND_NON_EPS_SERVICES_NOT_ALLOWED,
        ];
        if let Some(cause) = cause.filter(|cause| HURTS.contains(cause)) {
            return Err(format!("cause {cause} takes the SIM out of service"));
        }
        let Some(phone) = entry.phone else { return Ok(()) };
        match message {
            EmmMessage::AuthenticationRequest(request) => {
                self.check_vector(ran, phone, entry, request.rand, request.autn)
            }
            EmmMessage::AttachAccept(accept) => match accept.guti {
                Some(guti) if *self.m_tmsis.entry(guti.m_tmsi).or_insert(phone) != phone => {
                    Err("an M-TMSI goes to a second phone".to_owned())
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn check_vector(
        &mut self,
        ran: &Ran,
        phone: PhoneId,
        entry: &Entry,
        rand: [u8; 16],
        autn: [u8; 16],
    ) -> Result<(), String> {
        let Some(sim) = ran.phone(phone).map(|phone| phone.config().sim) else { return Ok(()) };
        let (_, ak) = Milenage::new(&sim.k, &sim.opc).f2_f5(&rand);
        let sqn = autn.iter().zip(ak).fold(0, |sqn, (concealed, ak)| sqn << 8 | u64::from(concealed ^ ak));
        let Some(Message::DownlinkNasTransport(transport)) = entry.s1ap() else { return Ok(()) };
        let run = Run { rand, cell: entry.cell, connection: transport.enb_ue };
        match self.sqns.get(&(phone, sqn)) {
            Some(before) if *before != run => Err(format!("SQN {sqn:#x} serves a second authentication run")),
            _ => {
                self.sqns.insert((phone, sqn), run);
                Ok(())
            }
        }
    }
}
