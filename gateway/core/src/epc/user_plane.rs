//! What the user plane says.

use pumice_model::identity::Fteid;
use pumice_model::rules::{SessionId, UserPlaneCommand, UserPlaneEvent};
use pumice_wire::s1ap::Cause;

use crate::Core;
use crate::counters::Counter;
use crate::io::Effect;
use crate::session::downlink_far;

impl Core {
    pub(crate) fn on_user_plane(&mut self, event: UserPlaneEvent) {
        match event {
            UserPlaneEvent::DownlinkData { session } => {
                if let Some(imsi) = self.phones.by_session(session) {
                    self.call(imsi);
                }
            }
            UserPlaneEvent::ErrorIndication { session, tunnel } => self.on_tunnel_gone(session, tunnel),
        }
    }

    /// The cell has lost the phone's tunnel (TS 23.007 22): its end is dropped, the bearer kept, and the phone is as good as
    /// idle: its connection is released, and what comes for it calls it.
    fn on_tunnel_gone(&mut self, session: SessionId, tunnel: Fteid) {
        let Some(imsi) = self.phones.by_session(session) else { return };
        let buffered = self.config.limits.buffered_packets;
        let Some(phone) = self.phones.of_mut(imsi) else { return };
        let connection = phone.connection;
        let Some(bearer) = phone.bearers.iter_mut().find(|bearer| bearer.session == session) else { return };
        if bearer.tunnel != Some(tunnel) {
            // An answer to packets of an earlier tunnel.
            return;
        }
        bearer.tunnel = None;
        let far = downlink_far(None, buffered);
        self.effects.push(Effect::Program(UserPlaneCommand::Modify { session, far }));
        self.count(Counter::ErrorIndicationGtpu);
        if let Some(key) = connection {
            self.release(key, Cause::RADIO_CONNECTION_WITH_UE_LOST);
        }
    }
}
