//! Whether phones are served, and what they and the gateway said.

use core::net::Ipv4Addr;
use core::time::Duration;

use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_wire::nas::{EmmCause, EmmMessage, EsmBody, EsmCause, GprsTimer, PdnAddress, Plain, decode};

use super::Sim;
use super::flight::Parcel;
use crate::internet::HOST;
use crate::packet::{echo_request, is_echo_reply};
use crate::trace::Entry;

impl Sim {
    /// The address of a phone.
    pub fn address(&self, phone: PhoneId) -> Option<Ipv4Addr> {
        match self.phone(phone).bearers().first()?.address {
            PdnAddress::Ipv4(v4) | PdnAddress::Ipv4v6(_, v4) => Some(v4),
            PdnAddress::Ipv6(_) => None,
        }
    }

    /// A phone that is registered sends a packet to the internet and its answer comes back; an idle phone comes to do so by
    /// itself. Panics otherwise.
    pub fn assert_served(&mut self, phone: PhoneId) {
        let served = self.is_served(phone, Duration::from_secs(30));
        assert!(served, "phone {} is not served; the last messages:\n{}", phone.0, self.trace.tail(60));
    }

    /// The same for a phone that may find out only on the way that the gateway has forgotten it: its first packets may be lost.
    pub fn assert_recovers(&mut self, phone: PhoneId) {
        let recovers = (0..3).any(|_| self.is_served(phone, Duration::from_secs(60)));
        assert!(recovers, "phone {} does not recover; the last messages:\n{}", phone.0, self.trace.tail(60));
    }

    /// The same without a panic.
    pub fn is_served(&mut self, phone: PhoneId, patience: Duration) -> bool {
        let Some(address) = self.address(phone) else { return false };
        self.pings = self.pings.wrapping_add(1);
        let identifier = self.pings;
        let packet = echo_request(address, HOST, identifier, b"pumice");
        self.phone_mut(phone).received_packets().clear();
        self.order(phone, Command::SendPacket(packet));
        let end = self.now + patience;
        loop {
            if self.phone_mut(phone).received_packets().iter().any(|packet| is_echo_reply(packet, identifier))
            {
                return true;
            }
            match self.next().filter(|at| *at <= end) {
                Some(at) => self.turn(at),
                None => return false,
            }
        }
    }

    /// The internet sends a packet to a phone.
    pub fn send_from_internet(&mut self, packet: Vec<u8>) {
        self.flight.send(self.now + self.settings.internet_latency, Parcel::FromInternet(packet));
    }

    /// The messages of a phone's connections from a mark on.
    pub fn messages(&self, phone: PhoneId, mark: usize) -> impl Iterator<Item = &Entry> {
        self.trace.since(mark).iter().filter(move |entry| entry.phone == Some(phone))
    }

    /// The messages of a phone's connections in short.
    pub fn ladder(&self, phone: PhoneId) -> Vec<String> {
        self.ladder_since(phone, 0)
    }

    /// The same from a mark on.
    pub fn ladder_since(&self, phone: PhoneId, mark: usize) -> Vec<String> {
        self.messages(phone, mark).map(Entry::short).collect()
    }

    /// How many messages of a phone from a mark on have this short form.
    pub fn count(&self, phone: PhoneId, mark: usize, short: &str) -> usize {
        self.messages(phone, mark).filter(|entry| entry.short() == short).count()
    }

    /// The last rejection that a phone was sent: its causes and T3346.
    pub fn rejection(&self, phone: PhoneId, mark: usize) -> Option<Rejection> {
        let mut last = None;
        for entry in self.messages(phone, mark) {
            last = match entry.emm() {
                Some(EmmMessage::AttachReject(reject)) => {
                    let esm = reject.esm.and_then(|esm| match decode(esm) {
                        Ok(Plain::Esm(message)) => match message.body {
                            EsmBody::PdnConnectivityReject { cause, .. } => Some(cause),
                            _ => None,
                        },
                        _ => None,
                    });
                    Some(Rejection { emm: reject.cause, esm, t3346: reject.t3346.and_then(GprsTimer::span) })
                }
                Some(EmmMessage::ServiceReject(reject)) => Some(Rejection {
                    emm: reject.cause,
                    esm: None,
                    t3346: reject.t3346.and_then(GprsTimer::span),
                }),
                Some(EmmMessage::TrackingAreaUpdateReject(reject)) => Some(Rejection {
                    emm: reject.cause,
                    esm: None,
                    t3346: reject.t3346.and_then(GprsTimer::span),
                }),
                _ => last,
            };
        }
        last
    }
}

/// Why a phone was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// The EMM cause.
    pub emm: EmmCause,
    /// The ESM cause beside it.
    pub esm: Option<EsmCause>,
    /// How long to stay away.
    pub t3346: Option<Duration>,
}
