//! The rules of a default bearer (TS 29.244 in the shapes of TS 23.214): one rule for each direction, both counted by one URR and
//! held by one QER to the APN's rate.

use pumice_model::identity::Fteid;
use pumice_model::rules::{Action, Far, Interface, Pdi, Pdr, Qer, RuleId, Session, SessionId, Urr};
use pumice_model::ue::BearerRecord;

const UPLINK: RuleId = RuleId(1);
const DOWNLINK: RuleId = RuleId(2);
const ONLY: RuleId = RuleId(1);

/// The forwarding action rule that changes when a phone goes idle and comes back.
pub(crate) const DOWNLINK_FAR: RuleId = DOWNLINK;

/// The rules of a bearer whose phone is idle or not yet connected.
pub(crate) fn session(id: SessionId, bearer: &BearerRecord, buffered_packets: u32) -> Session {
    let mut session = Session {
        id,
        pdrs: heapless::Vec::new(),
        fars: heapless::Vec::new(),
        qers: heapless::Vec::new(),
        urrs: heapless::Vec::new(),
    };
    let uplink = Pdi { source: Interface::Access, local_teid: Some(bearer.teid), ue_address: bearer.address };
    let downlink = Pdi { source: Interface::Core, local_teid: None, ue_address: bearer.address };
    // All fit: the lists hold more than one bearer's rules.
    let _ = session.pdrs.push(rule(UPLINK, uplink, true));
    let _ = session.pdrs.push(rule(DOWNLINK, downlink, false));
    let _ = session.fars.push(Far { id: UPLINK, action: Action::ForwardToCore });
    let _ = session.fars.push(downlink_far(None, buffered_packets));
    let _ = session.qers.push(Qer {
        id: ONLY,
        uplink_open: true,
        downlink_open: true,
        uplink_mbr: Some(bearer.ambr.uplink),
        downlink_mbr: Some(bearer.ambr.downlink),
    });
    let _ = session.urrs.push(Urr { id: ONLY });
    session
}

/// What happens to packets for the phone: into its cell's tunnel, or kept while it is called.
pub(crate) fn downlink_far(tunnel: Option<Fteid>, buffered_packets: u32) -> Far {
    let packets = u16::try_from(buffered_packets).unwrap_or(u16::MAX);
    let action =
        tunnel.map_or(Action::BufferAndNotify { packets }, |tunnel| Action::ForwardToAccess { tunnel });
    Far { id: DOWNLINK_FAR, action }
}

fn rule(id: RuleId, pdi: Pdi, outer_header_removal: bool) -> Pdr {
    let only = || heapless::Vec::from_iter([ONLY]);
    Pdr { id, precedence: 255, pdi, outer_header_removal, far: id, qers: only(), urrs: only() }
}
