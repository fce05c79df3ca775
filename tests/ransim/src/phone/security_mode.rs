//! Security mode control (TS 24.301 5.4.3) and the cell's security.

use pumice_wire::nas::{
    self, EmmCause, EmmMessage, Outer, Plain, SecurityHeader, SecurityModeCommand, SecurityModeComplete,
    SecurityModeReject,
};

use super::downlink::discard_of;
use super::{Discard, Phone, PhoneEventKind, PhoneOutput, PhoneTimer};
use crate::crypto;
use crate::security::{NasSecurity, Side};

impl Phone {
    /// A message under the header "new security context": only a security mode command may have it.
    pub(super) fn receive_new_context(&mut self, outer: &Outer<'_>, out: &mut Vec<PhoneOutput>) {
        let Outer::Protected { covered, .. } = *outer else { return };
        let Some((_, plain)) = covered.split_first() else { return };
        let Ok(Plain::Emm(EmmMessage::SecurityModeCommand(command))) = nas::decode(plain) else {
            return self.discard(Discard::Undecodable);
        };
        let Some(mut security) = self.context_for(&command) else {
            return self.reject_mode(EmmCause::SECURITY_MODE_REJECTED, out);
        };
        if let Err(fault) = security.unprotect(outer) {
            self.discard(discard_of(fault));
            return self.reject_mode(EmmCause::SECURITY_MODE_REJECTED, out);
        }
        if !self.admits("Security mode command", true) {
            return;
        }
        match self.judge(&command) {
            Ok(()) => self.complete(security, &command, out),
            Err(cause) => self.reject_mode(cause, out),
        }
    }

    /// The context that the command takes into use: of the last authentication, or the current one with other algorithms.
    fn context_for(&self, command: &SecurityModeCommand) -> Option<NasSecurity> {
        if command.ksi.mapped {
            return None;
        }
        let (ksi, eea, eia) = (command.ksi.value, command.eea, command.eia);
        let fresh = self.authenticated.as_ref().filter(|fresh| fresh.ksi == ksi);
        let in_use = self.security.as_ref().filter(|security| security.ksi == ksi);
        match fresh {
            Some(fresh) => Some(NasSecurity::new(Side::Phone, ksi, fresh.k_asme, eea, eia)),
            None => in_use.map(|security| security.with_algorithms(eea, eia)),
        }
    }

    fn judge(&self, command: &SecurityModeCommand) -> Result<(), EmmCause> {
        let mismatch = EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH;
        if padded(&command.replayed_capability) != padded(&self.security_capability()) {
            return Err(mismatch);
        }
        let additional = &command.replayed_additional_capability;
        if additional.is_some() && *additional != self.config.additional_security_capability {
            return Err(mismatch);
        }
        let has = |algorithms: u8, number: u8| number < 8 && algorithms & 0x80 >> number != 0;
        let capability = &self.config.capability;
        // EIA0 is for emergency calls alone (5.4.3.3).
        if command.eia == 0 || !has(capability.eia(), command.eia) || !has(capability.eea(), command.eea) {
            return Err(EmmCause::SECURITY_MODE_REJECTED);
        }
        Ok(())
    }

    /// UE security capability (9.9.3.36) as it follows from what the phone said.
    pub(super) fn security_capability(&self) -> heapless::Vec<u8, 5> {
        let capability = &self.config.capability;
        let gea = self.config.ms_network_capability.as_ref().map(nas::MsNetworkCapability::gea);
        let umts = capability.uea().zip(capability.uia()).or_else(|| gea.map(|_| (0, 0)));
        let mut octets = heapless::Vec::new();
        let eps = [Some(capability.eea()), Some(capability.eia())];
        let rest = [umts.map(|(uea, _)| uea), umts.map(|(_, uia)| uia), gea];
        octets.extend(eps.into_iter().chain(rest).flatten());
        octets
    }

    fn complete(&mut self, security: NasSecurity, command: &SecurityModeCommand, out: &mut Vec<PhoneOutput>) {
        self.k_enb_count = security.send_count;
        self.security = Some(security);
        self.authenticated = None;
        self.timers.stop(PhoneTimer::T3416);
        self.secure_exchange = true;
        let altered =
            |request: &&Vec<u8>| command.hash_mme.is_some_and(|hash| hash != crypto::hash_mme(request));
        let complete = SecurityModeComplete {
            imeisv: command.imeisv_requested.then_some(self.config.imeisv),
            replayed_request: self.initial_request.as_ref().filter(altered).cloned(),
        };
        let plain = Plain::Emm(EmmMessage::SecurityModeComplete(complete));
        let header = Some(SecurityHeader::NewContextCiphered);
        self.send(plain.name(), &nas::encode(&plain), header, self.config.signalling_cause, out);
    }

    /// Under the old context, if there is one (5.4.3.5).
    fn reject_mode(&mut self, cause: EmmCause, out: &mut Vec<PhoneOutput>) {
        self.causes.emm = Some(cause);
        self.send_emm(EmmMessage::SecurityModeReject(SecurityModeReject { cause }), out);
    }

    /// The cell begins its security: both sides must have derived the same K_eNB (TS 33.401 A.3).
    pub(super) fn check_key(&mut self, key: &[u8; 32], out: &mut Vec<PhoneOutput>) {
        let agrees = self.security.as_ref().is_some_and(|security| security.k_enb(self.k_enb_count) == *key);
        if agrees {
            self.secure_exchange = true;
        } else {
            self.event(PhoneEventKind::SecurityKeyDiffers);
        }
        out.push(PhoneOutput::SecurityChecked { agrees });
    }
}

/// Octets that are absent say the same as zeros.
fn padded(capability: &[u8]) -> [u8; 5] {
    let mut octets = [0; 5];
    octets.iter_mut().zip(capability).for_each(|(to, from)| *to = *from);
    octets
}
