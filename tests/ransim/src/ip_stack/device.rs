use std::collections::VecDeque;

use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

/// Packets that wait on either side; more are dropped, as a radio would.
const QUEUE: usize = 256;

/// A device of two queues.
pub(super) struct QueueDevice {
    mtu: usize,
    inbound: VecDeque<Vec<u8>>,
    outbound: VecDeque<Vec<u8>>,
}

impl QueueDevice {
    pub(super) const fn new(mtu: usize) -> Self {
        Self { mtu, inbound: VecDeque::new(), outbound: VecDeque::new() }
    }

    pub(super) fn deliver(&mut self, packet: Vec<u8>) {
        if self.inbound.len() < QUEUE {
            self.inbound.push_back(packet);
        }
    }

    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        self.outbound.pop_front()
    }
}

impl Device for QueueDevice {
    type RxToken<'a> = Inbound;
    type TxToken<'a> = Outbound<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Inbound, Outbound<'_>)> {
        let packet = self.inbound.pop_front()?;
        Some((Inbound(packet), Outbound(&mut self.outbound)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Outbound<'_>> {
        (self.outbound.len() < QUEUE).then_some(Outbound(&mut self.outbound))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

/// A packet that has come.
pub(super) struct Inbound(Vec<u8>);

impl RxToken for Inbound {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

/// Room for a packet that goes.
pub(super) struct Outbound<'a>(&'a mut VecDeque<Vec<u8>>);

impl TxToken for Outbound<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let result = f(&mut packet);
        self.0.push_back(packet);
        result
    }
}
