//! Packets of a phone: over its bearers, or waiting for them.

use core::net::Ipv4Addr;

use pumice_model::identity::Ebi;
use pumice_wire::nas::PdnAddress;

use super::{KEPT, Phone, PhoneOutput, service};

impl Phone {
    /// A packet from the network.
    pub(super) fn packet(&mut self, octets: Vec<u8>) {
        self.counters.packets_received += 1;
        self.counters.octets_received += octets.len() as u64;
        match &mut self.stack {
            Some(stack) => stack.deliver(octets),
            None => {
                if self.received.len() >= KEPT {
                    self.received.pop_front();
                }
                self.received.push_back(octets);
            }
        }
    }

    /// Sends a packet; without a bearer it waits, and the phone asks for one.
    pub(super) fn send_packet(&mut self, packet: Vec<u8>, out: &mut Vec<PhoneOutput>) {
        if self.uplink_queue.len() >= self.config.uplink_queue {
            self.counters.packets_dropped += 1;
            return;
        }
        self.uplink_queue.push_back(packet);
        if self.bearers_up {
            self.run_queue(out);
        } else {
            self.want_service(service::Wanted::MobileOriginated, out);
        }
    }

    pub(super) fn run_queue(&mut self, out: &mut Vec<PhoneOutput>) {
        if !self.bearers_up || self.bearers.is_empty() {
            return;
        }
        while let Some(octets) = self.uplink_queue.pop_front() {
            let Some(ebi) = self.bearer_of(&octets) else { continue };
            self.counters.packets_sent += 1;
            self.counters.octets_sent += octets.len() as u64;
            out.push(PhoneOutput::Packet { ebi, octets });
        }
    }

    /// The bearer whose address the packet has; the first, if none has it.
    fn bearer_of(&self, packet: &[u8]) -> Option<Ebi> {
        let source =
            packet.get(12..16).and_then(|octets| <[u8; 4]>::try_from(octets).ok()).map(Ipv4Addr::from);
        let owns = |address: &PdnAddress| match address {
            PdnAddress::Ipv4(own) | PdnAddress::Ipv4v6(_, own) => Some(*own) == source,
            PdnAddress::Ipv6(_) => false,
        };
        self.bearers
            .iter()
            .find(|bearer| owns(&bearer.address))
            .or_else(|| self.bearers.first())
            .map(|bearer| bearer.ebi)
    }

    /// Lets the IP stack work, and sends what it has to say.
    pub(super) fn run_stack(&mut self, out: &mut Vec<PhoneOutput>) {
        let Some(stack) = &mut self.stack else { return };
        stack.poll(self.now);
        while let Some(packet) = self.stack.as_mut().and_then(|stack| stack.take_packet()) {
            self.send_packet(packet, out);
        }
    }
}
