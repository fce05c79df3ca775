//! Paging (TS 24.301 5.6.2, TS 36.413 8.5): a packet waits for an idle phone, which is called in its registration area.

use pumice_model::identity::Imsi;
use pumice_model::rules::{Action, Far, UserPlaneCommand};
use pumice_wire::s1ap::{Message, Paging, PagingDrx};

use super::dispatch::COMMON_STREAM;
use super::registration::area_around;
use crate::Core;
use crate::counters::Counter;
use crate::io::Effect;
use crate::session::{DOWNLINK_FAR, downlink_far};
use crate::timers::Timer;

impl Core {
    /// Calls a phone, if it is idle and not called already. One that has missed its periodic update is out of reach
    /// (TS 23.401 4.3.5.2): what comes for it is dropped until it is heard of.
    pub(super) fn call(&mut self, imsi: Imsi) {
        let out_of_reach = self.timers.runs(Timer::ImplicitDetach(imsi));
        let Some(phone) = self.phones.of_mut(imsi) else { return };
        if phone.connection.is_some() || phone.paged.is_some() || !phone.registered {
            return;
        }
        if out_of_reach {
            return self.free_what_waits(imsi);
        }
        phone.paged = Some(0);
        self.send_paging(imsi);
    }

    /// T3413 has expired: once more, or it is given up.
    pub(super) fn on_t3413_expired(&mut self, imsi: Imsi) {
        let attempts = self.config.timers.paging_attempts;
        match self.phones.of(imsi).and_then(|phone| phone.paged) {
            Some(paged) if paged < attempts => self.send_paging(imsi),
            Some(_) => self.give_up_calling(imsi),
            None => {}
        }
    }

    /// The phone has answered, or is not to be called any more.
    pub(super) fn stop_calling(&mut self, imsi: Imsi) {
        self.timers.stop(Timer::T3413(imsi));
        if let Some(phone) = self.phones.of_mut(imsi) {
            phone.paged = None;
        }
        self.timers.stop(Timer::MobileReachable(imsi));
        self.timers.stop(Timer::ImplicitDetach(imsi));
    }

    fn send_paging(&mut self, imsi: Imsi) {
        let Some(phone) = self.phones.of_mut(imsi) else { return };
        phone.paged = phone.paged.map(|paged| paged.saturating_add(1));
        let tais = area_around(Some(phone.tai), &self.config);
        let message = Message::Paging(Paging {
            ue_identity_index: identity_index(imsi),
            s_tmsi: phone.guti.s_tmsi(),
            paging_drx: phone.drx.and_then(paging_drx),
            tais: tais.clone(),
        });
        let cells: Vec<_> = self
            .cells
            .cells()
            .filter(|(_, _, cell)| cell.tais.iter().any(|tai| tais.contains(tai)))
            .map(|(id, ..)| id)
            .collect();
        for association in cells {
            self.count(Counter::PagingSent);
            self.send_s1ap(association, COMMON_STREAM, &message);
        }
        self.timers.start(Timer::T3413(imsi), self.now + self.config.timers.t3413);
    }

    fn give_up_calling(&mut self, imsi: Imsi) {
        self.count(Counter::PagingFailed);
        if let Some(phone) = self.phones.of_mut(imsi) {
            phone.paged = None;
        }
        self.free_what_waits(imsi);
    }

    /// What waits for the phone is freed; the core is told of the next packet again.
    pub(super) fn free_what_waits(&mut self, imsi: Imsi) {
        let buffered = self.config.limits.buffered_packets;
        let Some(phone) = self.phones.of(imsi) else { return };
        for bearer in &phone.bearers {
            let session = bearer.session;
            let drop = Far { id: DOWNLINK_FAR, action: Action::Drop };
            self.effects.push(Effect::Program(UserPlaneCommand::Modify { session, far: drop }));
            self.effects.push(Effect::Program(UserPlaneCommand::Modify {
                session,
                far: downlink_far(None, buffered),
            }));
        }
    }
}

/// UE Identity Index (TS 36.304 7.1): IMSI modulo 1024.
fn identity_index(imsi: Imsi) -> u16 {
    let number = imsi.digits().parse::<u64>().unwrap_or(0);
    u16::try_from(number % 1024).unwrap_or(0)
}

/// The paging cycle in a DRX parameter (TS 24.008 10.5.5.6): the high four bits of its second octet, in S1 mode.
const fn paging_drx(parameter: u16) -> Option<PagingDrx> {
    match parameter >> 4 & 0x0f {
        6 => Some(PagingDrx::V32),
        7 => Some(PagingDrx::V64),
        8 => Some(PagingDrx::V128),
        9 => Some(PagingDrx::V256),
        _ => None,
    }
}
