//! What goes with a message in the kernel's SCTP: ancillary data (RFC 6458 section 5.3) and notifications (section 6.1).
//!
//! The types are sctp-rs' where it gives them out. Reading is ours: sctp-rs reads only within `sctp_recv`, which can't be
//! used (see [`super`]), and panics on a notification that is too short.

use sctp_rs::{AssocChangeState, Event, SendInfo};

/// Stream and payload protocol of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) stream: u16,
    pub(super) ppid: u32,
}

impl Label {
    /// SCTP_SNDINFO.
    ///
    /// sctp-rs and the kernel copy the PPID to the wire as it lies in memory, so it has to lie there in network order.
    pub(super) fn to_send_info(self) -> SendInfo {
        SendInfo { sid: self.stream, ppid: self.ppid.to_be(), ..SendInfo::default() }
    }

    /// From the data of SCTP_RCVINFO: stream, SSN, flags, PPID (in network order), and what we don't need.
    pub(super) fn from_rcvinfo(data: &[u8]) -> Option<Self> {
        // Three numbers of 16 bits, two octets of padding.
        let &[s0, s1, _, _, _, _, _, _, p0, p1, p2, p3, ..] = data else { return None };
        Some(Self { stream: u16::from_ne_bytes([s0, s1]), ppid: u32::from_be_bytes([p0, p1, p2, p3]) })
    }
}

/// SCTP_ASSOC_CHANGE, the only notification we subscribe to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AssociationChange {
    pub(super) state: AssocChangeState,
    pub(super) outbound_streams: u16,
    pub(super) inbound_streams: u16,
}

impl AssociationChange {
    /// Reads `struct sctp_assoc_change`: type, flags, length, state, error, outbound and inbound streams.
    pub(super) fn parse(notification: &[u8]) -> Option<Self> {
        let &[t0, t1, _, _, _, _, _, _, s0, s1, _, _, o0, o1, i0, i1, ..] = notification else { return None };
        if u16::from_ne_bytes([t0, t1]) != Event::Association as u16 {
            return None;
        }
        let known = [
            AssocChangeState::CommUp,
            AssocChangeState::CommLost,
            AssocChangeState::Restart,
            AssocChangeState::ShutdownComplete,
            AssocChangeState::CannotStartAssoc,
        ];
        Some(Self {
            state: known.get(usize::from(u16::from_ne_bytes([s0, s1])))?.clone(),
            outbound_streams: u16::from_ne_bytes([o0, o1]),
            inbound_streams: u16::from_ne_bytes([i0, i1]),
        })
    }
}
