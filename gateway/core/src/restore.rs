//! Phones after a restart: idle, with the GUTI, address and security context that they had.

use std::net::IpAddr;

use pumice_model::change::Change;
use pumice_model::rules::{SessionId, UserPlaneCommand};
use pumice_model::ue::{CapabilityHash, UeRecord};

use crate::io::Effect;
use crate::phone::{Bearer, Phone};
use crate::security::SecurityContext;
use crate::timers::Timer;
use crate::{Core, session};

impl Core {
    /// Takes phones back. One whose subscriber or address is gone comes back without bearers: it will attach anew.
    pub(crate) fn restore(&mut self, ues: Vec<UeRecord>, radio_capabilities: Vec<(CapabilityHash, Vec<u8>)>) {
        for (hash, octets) in radio_capabilities {
            self.radio_capabilities.restore(hash, octets);
        }
        for ue in ues {
            if self.hss.subscriber(ue.imsi).is_some() && !self.phones.is_full() {
                self.restore_phone(ue);
            }
        }
    }

    /// The part of a restore that has effects: rules, timers, and what nobody claims any more is dropped from the disk.
    pub(crate) fn resume_restored(&mut self) {
        let phones: Vec<_> =
            self.phones.after(None).filter(|phone| phone.registered).map(|phone| phone.imsi).collect();
        for imsi in phones {
            let bearers = self.phones.of(imsi).map(|phone| phone.bearers.clone()).unwrap_or_default();
            for bearer in &bearers {
                let rules =
                    session::session(bearer.session, &bearer.record, self.config.limits.buffered_packets);
                self.effects.push(Effect::Program(UserPlaneCommand::Establish(Box::new(rules))));
            }
            let silent = self.config.timers.t3412 + self.config.timers.reachable_grace;
            self.timers.start(Timer::MobileReachable(imsi), self.now + silent);
        }
        for hash in self.radio_capabilities.drop_unclaimed() {
            self.persist(Change::RemoveRadioCapability(hash), false);
        }
    }

    fn restore_phone(&mut self, ue: UeRecord) {
        let mut bearers = heapless::Vec::new();
        for record in ue.bearers {
            let IpAddr::V4(address) = record.address else { continue };
            if self.pool.restore(ue.imsi, address) {
                let session = self.draw_session();
                // As many as were in the record.
                let _ = bearers.push(Bearer { record, session, tunnel: None });
            }
        }
        let radio_capability = ue.radio_capability.filter(|hash| self.radio_capabilities.claim(*hash));
        self.phones.insert(Phone {
            imsi: ue.imsi,
            imeisv: ue.imeisv,
            guti: ue.guti,
            guti_given: true,
            previous_guti: None,
            security: SecurityContext::restored(&ue.security),
            capability: ue.capability,
            tai: ue.tai,
            ecgi: None,
            heard: self.now,
            registered: !bearers.is_empty(),
            combined: ue.combined,
            drx: None,
            bearers,
            radio_capability,
            connection: None,
            paged: None,
        });
    }

    pub(crate) fn draw_session(&mut self) -> SessionId {
        self.next_session += 1;
        SessionId(self.next_session)
    }
}
