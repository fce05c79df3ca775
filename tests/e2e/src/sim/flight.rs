//! What is on its way.

use core::net::{IpAddr, SocketAddr};
use std::collections::BTreeMap;

use pumice_core::AssociationId;
use pumice_model::time::Instant;
use pumice_ransim::ran::{EnbIndex, RanInput};

/// Something on its way.
#[derive(Debug)]
pub(super) enum Parcel {
    AssociationLost(AssociationId),
    AssociationRestarted {
        association: AssociationId,
        outbound_streams: u16,
    },
    AssociationUp {
        association: AssociationId,
        peer: SocketAddr,
        outbound_streams: u16,
    },
    FromInternet(Vec<u8>),
    S1ap {
        association: AssociationId,
        stream: u16,
        octets: Vec<u8>,
    },
    /// To a cell; on an association if one is named.
    ToCell {
        cell: EnbIndex,
        association: Option<AssociationId>,
        input: RanInput,
    },
    ToGateway {
        from: IpAddr,
        to: IpAddr,
        octets: Vec<u8>,
    },
    ToInternet(Vec<u8>),
}

/// All that is on its way, by the time of its arrival, then by the order in which it was sent.
#[derive(Debug, Default)]
pub(super) struct Flight {
    parcels: BTreeMap<(Instant, u64), Parcel>,
    sent: u64,
}

impl Flight {
    pub(super) fn send(&mut self, arrival: Instant, parcel: Parcel) {
        self.sent += 1;
        self.parcels.insert((arrival, self.sent), parcel);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parcels.is_empty()
    }

    /// When the next one arrives.
    pub(super) fn next(&self) -> Option<Instant> {
        self.parcels.keys().next().map(|(at, _)| *at)
    }

    /// The next one, if it has arrived.
    pub(super) fn arrived(&mut self, now: Instant) -> Option<Parcel> {
        let entry = self.parcels.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    /// Takes away what is on its way to the gateway, which has ended.
    pub(super) fn lose_signalling(&mut self) {
        self.parcels.retain(|_, parcel| {
            !matches!(
                parcel,
                Parcel::AssociationLost(_)
                    | Parcel::AssociationRestarted { .. }
                    | Parcel::AssociationUp { .. }
                    | Parcel::S1ap { .. }
            )
        });
    }
}
