//! How things pass between phones, eNBs and the links to the network.

use core::net::IpAddr;

use pumice_model::time::Instant;

use super::links::{Fate, LinkDirection, Parcel};
use super::{Actor, EnbIndex, PhoneId, Ran, RanOutput, Task, index};
use crate::enb::{EnbInput, EnbOutput};
use crate::phone::{Page, PhoneInput, PhoneOutput};

impl Ran {
    pub(super) fn hear_mme(&mut self, enb: EnbIndex, stream: u16, octets: Vec<u8>) {
        self.carry_in(enb, Parcel::S1ap { stream, octets });
    }

    pub(super) fn hear_gateway(&mut self, enb: EnbIndex, from: IpAddr, octets: Vec<u8>) {
        self.carry_in(enb, Parcel::Datagram { peer: from, octets });
    }

    fn carry_in(&mut self, enb: EnbIndex, parcel: Parcel) {
        for Fate { enb, direction, parcel } in
            self.links.pass(self.now, enb, LinkDirection::FromNetwork, parcel)
        {
            self.arrive(enb, direction, parcel, &mut Vec::new());
        }
        self.note_links();
    }

    /// A parcel at the end of its link.
    fn arrive(&mut self, enb: EnbIndex, direction: LinkDirection, parcel: Parcel, out: &mut Vec<RanOutput>) {
        match (direction, parcel) {
            (LinkDirection::FromNetwork, Parcel::S1ap { stream, octets }) => {
                self.queue.push_back(Task::Enb(enb, EnbInput::S1ap { stream, octets }));
            }
            (LinkDirection::FromNetwork, Parcel::Datagram { peer: from, octets }) => {
                self.queue.push_back(Task::Enb(enb, EnbInput::Datagram { from, octets }));
            }
            (LinkDirection::ToNetwork, Parcel::S1ap { stream, octets }) => {
                out.push(RanOutput::S1ap { enb, stream, octets });
            }
            (LinkDirection::ToNetwork, Parcel::Datagram { peer: to, octets }) => {
                out.push(RanOutput::Datagram { enb, to, octets });
            }
        }
    }

    /// Does all that is to be done at this instant.
    pub(super) fn run(&mut self, out: &mut Vec<RanOutput>) {
        while let Some(task) = self.queue.pop_front() {
            match task {
                Task::Enb(enb, input) => self.run_enb(enb, input, out),
                Task::Phone(phone, input) => self.run_phone(phone, input),
            }
        }
    }

    fn run_enb(&mut self, enb: EnbIndex, input: EnbInput, out: &mut Vec<RanOutput>) {
        let Some(slot) = self.enbs.get_mut(index(enb.0)) else { return };
        let mut outputs = Vec::new();
        slot.enb.handle(self.now, input, &mut outputs);
        let deadline = slot.enb.next_deadline();
        let old = core::mem::replace(&mut slot.deadline, deadline);
        self.note(Actor::Enb(enb), old, deadline);
        for output in outputs {
            match output {
                EnbOutput::S1ap { stream, octets } => {
                    self.carry_out(enb, Parcel::S1ap { stream, octets }, out)
                }
                EnbOutput::Datagram { to, octets } => {
                    self.carry_out(enb, Parcel::Datagram { peer: to, octets }, out)
                }
                EnbOutput::Phone { phone, input } => self.tell_phone(enb, phone, input),
                EnbOutput::Page(page) => self.page(enb, page),
            }
        }
    }

    fn carry_out(&mut self, enb: EnbIndex, parcel: Parcel, out: &mut Vec<RanOutput>) {
        for Fate { enb, direction, parcel } in
            self.links.pass(self.now, enb, LinkDirection::ToNetwork, parcel)
        {
            self.arrive(enb, direction, parcel, out);
        }
        self.note_links();
    }

    fn tell_phone(&mut self, enb: EnbIndex, phone: PhoneId, input: PhoneInput) {
        let Some(slot) = self.phones.get_mut(index(phone.0)) else { return };
        // What a cell says to a phone that has left it is lost.
        if slot.connected_to != Some(enb) {
            return;
        }
        if matches!(input, PhoneInput::ConnectionReleased | PhoneInput::ConnectionRefused) {
            slot.connected_to = None;
        }
        self.queue.push_back(Task::Phone(phone, input));
    }

    fn page(&mut self, enb: EnbIndex, page: Page) {
        let Some(slot) = self.enbs.get(index(enb.0)) else { return };
        let called = |id: &&PhoneId| self.slot(**id).is_some_and(|slot| slot.phone.is_called(page.s_tmsi));
        let tasks = slot.camped.iter().filter(called).map(|id| Task::Phone(*id, PhoneInput::Paged(page)));
        let tasks: Vec<_> = tasks.collect();
        self.queue.extend(tasks);
    }

    fn run_phone(&mut self, phone: PhoneId, input: PhoneInput) {
        let now = self.now;
        let Some(slot) = self.phones.get_mut(index(phone.0)) else { return };
        let mut outputs = Vec::new();
        slot.phone.handle(now, input, &mut outputs);
        let deadline = slot.phone.next_deadline();
        let old = core::mem::replace(&mut slot.deadline, deadline);
        for output in outputs {
            if let PhoneOutput::Connect(_) = output {
                slot.connected_to = slot.enb;
            }
            let Some(enb) = slot.connected_to else { continue };
            if output == PhoneOutput::Leave {
                slot.connected_to = None;
            }
            self.queue.push_back(Task::Enb(enb, EnbInput::Phone { phone, output }));
        }
        self.note(Actor::Phone(phone), old, deadline);
    }

    /// Puts a phone into the reach of an eNB.
    pub(super) fn place(&mut self, phone: PhoneId, enb: Option<EnbIndex>) {
        let Some(slot) = self.phones.get_mut(index(phone.0)) else { return };
        slot.connected_to = None;
        let old = core::mem::replace(&mut slot.enb, enb);
        if let Some(old) = old.and_then(|old| self.enbs.get_mut(index(old.0))) {
            old.camped.remove(&phone);
        }
        let cell = enb.and_then(|enb| self.enbs.get_mut(index(enb.0)));
        let tai = cell.map(|slot| {
            slot.camped.insert(phone);
            slot.enb.config().tai
        });
        self.queue.push_back(Task::Phone(phone, PhoneInput::Camped(tai)));
    }

    pub(super) fn end_timers(&mut self, out: &mut Vec<RanOutput>) {
        while let Some((at, actor)) = self.deadlines.first().copied().filter(|(at, _)| *at <= self.now) {
            self.deadlines.remove(&(at, actor));
            match actor {
                Actor::Link => {
                    for Fate { enb, direction, parcel } in self.links.due(self.now) {
                        self.arrive(enb, direction, parcel, out);
                    }
                    self.note_links();
                }
                Actor::Enb(enb) => self.queue.push_back(Task::Enb(enb, EnbInput::Tick)),
                Actor::Phone(phone) => self.queue.push_back(Task::Phone(phone, PhoneInput::Tick)),
            }
            self.run(out);
        }
    }

    fn note_links(&mut self) {
        let (old, new) = self.links.change_of_deadline();
        self.note(Actor::Link, old, new);
    }

    fn note(&mut self, actor: Actor, old: Option<Instant>, new: Option<Instant>) {
        if let Some(old) = old {
            self.deadlines.remove(&(old, actor));
        }
        if let Some(new) = new {
            self.deadlines.insert((new, actor));
        }
    }
}
