//! A world of eNBs and phones in one process. Its boundary is S1AP octets and GTP-U datagrams; what happens inside is
//! ordered by time, then by the order in which it was caused, so that the same inputs and seed give the same octets.

mod links;
mod world;

use core::net::IpAddr;
use std::collections::{BTreeSet, VecDeque};

use pumice_model::time::Instant;

pub use links::{LinkAction, LinkDirection, LinkRule, Traffic};

use crate::enb::{Enb, EnbCommand, EnbConfig, EnbInput, PhoneId};
use crate::phone::{Command, Phone, PhoneConfig, PhoneInput};
use links::Links;

/// An eNB, by its number in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnbIndex(pub u32);

/// What comes into the world.
#[derive(Debug, Clone, PartialEq)]
pub enum RanInput {
    /// An eNB's association to the MME stands.
    AssociationUp {
        /// Which eNB's.
        enb: EnbIndex,
        /// Its outbound streams.
        streams: u16,
    },
    /// An eNB's association is gone.
    AssociationDown {
        /// Which eNB's.
        enb: EnbIndex,
    },
    /// The MME says something.
    S1ap {
        /// To which eNB.
        enb: EnbIndex,
        /// On which stream.
        stream: u16,
        /// What.
        octets: Vec<u8>,
    },
    /// A GTP-U datagram comes.
    Datagram {
        /// To which eNB.
        enb: EnbIndex,
        /// From whom.
        from: IpAddr,
        /// What UDP carries.
        octets: Vec<u8>,
    },
    /// Something happens to a phone.
    Phone {
        /// Which.
        phone: PhoneId,
        /// What.
        input: PhoneInput,
    },
    /// A test wants something of an eNB.
    Enb {
        /// Which.
        enb: EnbIndex,
        /// What.
        command: EnbCommand,
    },
    /// Nothing but time has passed.
    Tick,
}

/// What leaves the world.
#[derive(Debug, Clone, PartialEq)]
pub enum RanOutput {
    /// For the MME.
    S1ap {
        /// From which eNB.
        enb: EnbIndex,
        /// On which stream.
        stream: u16,
        /// What.
        octets: Vec<u8>,
    },
    /// For the gateway's user plane, UDP port 2152 to 2152.
    Datagram {
        /// From which eNB.
        enb: EnbIndex,
        /// To whom.
        to: IpAddr,
        /// What UDP carries.
        octets: Vec<u8>,
    },
}

/// The world.
#[derive(Debug)]
pub struct Ran {
    now: Instant,
    enbs: Vec<EnbSlot>,
    phones: Vec<PhoneSlot>,
    deadlines: BTreeSet<(Instant, Actor)>,
    queue: VecDeque<Task>,
    links: Links,
}

#[derive(Debug)]
struct EnbSlot {
    enb: Enb,
    camped: BTreeSet<PhoneId>,
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct PhoneSlot {
    phone: Phone,
    /// Where it camps.
    enb: Option<EnbIndex>,
    /// Where its connection is: the cell that it was camped on when it asked.
    connected_to: Option<EnbIndex>,
    deadline: Option<Instant>,
}

/// Who acts at a deadline. Links come first: what they held back is older than what a timer causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Actor {
    Link,
    Enb(EnbIndex),
    Phone(PhoneId),
}

/// What is still to be done at this instant.
#[derive(Debug)]
enum Task {
    Enb(EnbIndex, EnbInput),
    Phone(PhoneId, PhoneInput),
}

impl Ran {
    /// An empty world. `seed` decides what misbehaving links do by chance.
    pub fn new(seed: u64) -> Self {
        Self {
            now: Instant::ZERO,
            enbs: Vec::new(),
            phones: Vec::new(),
            deadlines: BTreeSet::new(),
            queue: VecDeque::new(),
            links: Links::new(seed),
        }
    }

    /// Adds an eNB.
    pub fn add_enb(&mut self, config: EnbConfig) -> EnbIndex {
        let index = EnbIndex(u32::try_from(self.enbs.len()).unwrap_or(u32::MAX));
        self.enbs.push(EnbSlot { enb: Enb::new(config), camped: BTreeSet::new(), deadline: None });
        index
    }

    /// Adds a phone, switched off, in reach of an eNB or of none.
    pub fn add_phone(&mut self, config: PhoneConfig, enb: Option<EnbIndex>) -> PhoneId {
        let id = PhoneId(u32::try_from(self.phones.len()).unwrap_or(u32::MAX));
        self.phones.push(PhoneSlot {
            phone: Phone::new(config),
            enb: None,
            connected_to: None,
            deadline: None,
        });
        self.place(id, enb);
        // A phone that is off does nothing when it finds a cell.
        self.run(&mut Vec::new());
        id
    }

    /// Takes what happens at `now`, and appends what leaves the world. What has ended by then comes first, as if it ended
    /// now: simulated time goes from one [`next_deadline`](Self::next_deadline) to the next.
    pub fn handle(&mut self, now: Instant, input: RanInput, out: &mut Vec<RanOutput>) {
        self.now = self.now.max(now);
        self.end_timers(out);
        match input {
            RanInput::AssociationUp { enb, streams } => {
                self.queue.push_back(Task::Enb(enb, EnbInput::AssociationUp { streams }));
            }
            RanInput::AssociationDown { enb } => {
                self.queue.push_back(Task::Enb(enb, EnbInput::AssociationDown))
            }
            RanInput::S1ap { enb, stream, octets } => self.hear_mme(enb, stream, octets),
            RanInput::Datagram { enb, from, octets } => self.hear_gateway(enb, from, octets),
            RanInput::Phone { phone, input } => self.queue.push_back(Task::Phone(phone, input)),
            RanInput::Enb { enb, command } => {
                self.queue.push_back(Task::Enb(enb, EnbInput::Command(command)))
            }
            RanInput::Tick => {}
        }
        self.run(out);
    }

    /// When [`handle`](Self::handle) wants to be called again at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Switches a phone on.
    pub fn power_on(&mut self, now: Instant, phone: PhoneId, out: &mut Vec<RanOutput>) {
        self.handle(now, RanInput::Phone { phone, input: PhoneInput::PowerOn }, out);
    }

    /// Lets a phone's user do something.
    pub fn command(&mut self, now: Instant, phone: PhoneId, command: Command, out: &mut Vec<RanOutput>) {
        self.handle(now, RanInput::Phone { phone, input: PhoneInput::Command(command) }, out);
    }

    /// Carries a phone into the reach of another eNB, or of none. A connection that it has is lost on the way: there is no
    /// handover.
    pub fn carry(&mut self, now: Instant, phone: PhoneId, enb: Option<EnbIndex>, out: &mut Vec<RanOutput>) {
        self.now = self.now.max(now);
        self.end_timers(out);
        if let Some(old) = self.slot(phone).and_then(|slot| slot.connected_to) {
            self.queue.push_back(Task::Enb(old, EnbInput::Command(EnbCommand::LoseRadio { phone })));
            self.run(out);
        }
        self.place(phone, enb);
        self.run(out);
    }

    /// Makes links misbehave; the first rule that matches a message counts.
    pub fn add_link_rule(&mut self, rule: LinkRule) {
        self.links.add(rule);
    }

    /// Makes links behave again; what they hold back still comes.
    pub fn clear_link_rules(&mut self) {
        self.links.clear();
    }

    /// The number of phones.
    pub const fn phones(&self) -> usize {
        self.phones.len()
    }

    /// A phone.
    pub fn phone(&self, id: PhoneId) -> Option<&Phone> {
        self.slot(id).map(|slot| &slot.phone)
    }

    /// A phone, for what a test sets in it.
    pub fn phone_mut(&mut self, id: PhoneId) -> Option<&mut Phone> {
        self.phones.get_mut(index(id.0)).map(|slot| &mut slot.phone)
    }

    /// Every phone, in the order in which it was added.
    pub fn iter(&self) -> impl Iterator<Item = (PhoneId, &Phone)> {
        (0..).map(PhoneId).zip(self.phones.iter().map(|slot| &slot.phone))
    }

    /// An eNB.
    pub fn enb(&self, enb: EnbIndex) -> Option<&Enb> {
        self.enbs.get(index(enb.0)).map(|slot| &slot.enb)
    }

    /// An eNB, for what a test sets in it.
    pub fn enb_mut(&mut self, enb: EnbIndex) -> Option<&mut Enb> {
        self.enbs.get_mut(index(enb.0)).map(|slot| &mut slot.enb)
    }

    fn slot(&self, id: PhoneId) -> Option<&PhoneSlot> {
        self.phones.get(index(id.0))
    }
}

/// Indices are 32 bits here and pointers are no shorter on any machine that runs this.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
