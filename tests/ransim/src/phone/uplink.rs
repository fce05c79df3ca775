//! How a phone's NAS messages go out: protection, rules, and the connection that the first of them asks for.

use pumice_wire::nas::{self, EmmMessage, EsmMessage, NasMessageContainer, Plain, SecurityHeader};

use super::{ConnectionRequest, NasAction, Phone, PhoneEventKind, PhoneOutput, Protection, rules};
use crate::crypto::Direction;

/// RRC establishment causes (TS 24.301 annex D).
pub(super) const MT_ACCESS: u8 = 2;
pub(super) const MO_DATA: u8 = 4;

impl Phone {
    /// Sends an EMM message with the protection that the connection has.
    pub(super) fn send_emm(&mut self, message: EmmMessage<'_>, out: &mut Vec<PhoneOutput>) {
        let plain = Plain::Emm(message);
        let header = self.secure_exchange.then_some(SecurityHeader::IntegrityProtectedAndCiphered);
        self.send(plain.name(), &nas::encode(&plain), header, self.config.signalling_cause, out);
    }

    /// Sends an ESM message of its own.
    pub(super) fn send_esm(&mut self, message: EsmMessage, out: &mut Vec<PhoneOutput>) {
        let plain = Plain::Esm(message);
        let header = self.secure_exchange.then_some(SecurityHeader::IntegrityProtectedAndCiphered);
        self.send(plain.name(), &nas::encode(&plain), header, self.config.signalling_cause, out);
    }

    /// Sends a message that may begin a connection: never ciphered then (TS 24.301 4.4.5). K_eNB follows from its COUNT.
    pub(super) fn send_initial(&mut self, message: EmmMessage<'_>, out: &mut Vec<PhoneOutput>) {
        let plain = Plain::Emm(message);
        let octets = nas::encode(&plain);
        if let Some(security) = &self.security {
            self.k_enb_count = security.send_count;
        }
        if matches!(
            plain,
            Plain::Emm(EmmMessage::AttachRequest(_) | EmmMessage::TrackingAreaUpdateRequest(_))
        ) {
            self.initial_request = Some(octets.clone());
        }
        let header = self.security.as_ref().map(|_| SecurityHeader::IntegrityProtected);
        self.send(plain.name(), &octets, header, self.config.signalling_cause, out);
    }

    pub(super) fn send(
        &mut self,
        name: &'static str,
        plain: &[u8],
        header: Option<SecurityHeader>,
        cause: u8,
        out: &mut Vec<PhoneOutput>,
    ) {
        let action = rules::action(&mut self.rules, Direction::Uplink, name);
        if action == Some(NasAction::Ignore) {
            return;
        }
        let mut copies = 1;
        let protection = match (&action, header) {
            (Some(NasAction::Unprotected), _) | (_, None) => Protection::None,
            (Some(NasAction::WrongMac), Some(header)) => Protection::WrongMac(header),
            (Some(NasAction::OldCount), Some(header)) => Protection::OldCount(header),
            (_, Some(header)) => Protection::Current(header),
        };
        let plain = match &action {
            Some(NasAction::Replace(instead)) => instead.as_slice(),
            _ => plain,
        };
        self.event(PhoneEventKind::Message {
            direction: Direction::Uplink,
            name,
            protected: protection != Protection::None,
        });
        if action == Some(NasAction::Twice) {
            let first = self.protect(plain, protection);
            self.push(first, cause, out);
        }
        let octets = self.protect(plain, protection);
        if action == Some(NasAction::Replay) {
            copies = 2;
        }
        for _ in 0..copies {
            self.push(octets.clone(), cause, out);
        }
    }

    pub(super) fn send_scripted(&mut self, plain: &[u8], protection: Protection, out: &mut Vec<PhoneOutput>) {
        if let (Protection::Current(SecurityHeader::IntegrityProtected), Some(security)) =
            (protection, &self.security)
        {
            self.k_enb_count = security.send_count;
        }
        let octets = self.protect(plain, protection);
        self.push(octets, self.config.signalling_cause, out);
    }

    pub(super) fn send_container(&mut self, contents: Vec<u8>, out: &mut Vec<PhoneOutput>) {
        self.send_emm(EmmMessage::UplinkNasTransport(NasMessageContainer { contents }), out);
    }

    fn protect(&mut self, plain: &[u8], protection: Protection) -> Vec<u8> {
        let Some(security) = &mut self.security else { return plain.to_vec() };
        match protection {
            Protection::None => plain.to_vec(),
            Protection::Current(header) => security.protect(header, plain),
            Protection::WrongMac(header) => {
                // The network accepts it not, so its COUNT stays free.
                let count = security.send_count;
                let mut octets = security.protect(header, plain);
                security.send_count = count;
                // The code is the second to fifth octet.
                if let Some(octet) = octets.get_mut(2) {
                    *octet ^= 0x55;
                }
                octets
            }
            Protection::OldCount(header) => {
                let count = security.send_count;
                security.send_count = count.saturating_sub(1);
                let octets = security.protect(header, plain);
                security.send_count = count;
                octets
            }
        }
    }

    /// On the connection, or as its first message.
    pub(super) fn push(&mut self, nas: Vec<u8>, establishment_cause: u8, out: &mut Vec<PhoneOutput>) {
        if self.connected {
            out.push(PhoneOutput::Nas(nas));
            return;
        }
        self.connected = true;
        self.timers.stop(super::PhoneTimer::T3412);
        let at_home = self.cell.is_some_and(|cell| self.tais.contains(&cell));
        out.push(PhoneOutput::Connect(ConnectionRequest {
            nas,
            s_tmsi: self.guti.filter(|_| at_home).map(|guti| guti.s_tmsi()),
            gummei: self.guti.filter(|_| !at_home).map(|guti| guti.gummei),
            establishment_cause,
            radio_capability: self.config.radio_capability.clone(),
        }));
    }
}
