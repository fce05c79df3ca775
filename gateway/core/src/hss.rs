//! The HSS: subscribers, and authentication vectors drawn for them (TS 33.102, TS 33.401 6.1).

mod aka;

use std::collections::BTreeMap;
use std::ops::Bound;

use pumice_model::change::Counter;
use pumice_model::identity::{Imsi, Plmn};
use pumice_model::subscriber::{OperatorKey, Subscriber, SubscriberState};

pub(crate) use aka::{Resynchronised, Vector, resynchronise, vector};

use crate::ceiling::{Ceiling, Raise};
use crate::choose::Choices;
use crate::io::Ticket;

/// How many sequence numbers are persisted ahead at a time: a busy box's day. A restart skips at most so many, and 4,000
/// restarts stay within the jump that SIMs accept (Delta of TS 33.102 C.2.1, 2^28).
const SEQ_STEP: u64 = 1 << 16;

/// The same at a start, where it must be little: a box that starts again and again for days, and authenticates nobody meanwhile,
/// must not come near that jump.
const FIRST_SEQ_STEP: u64 = 256;

/// The indexes that this box uses of the 32 (TS 33.102 C.1.2): so many from its first one on, in turn, so that boxes that
/// share a subscriber do not push each other's sequence numbers out.
const INDS: u8 = 4;

/// The subscribers and their common sequence counter.
#[derive(Debug)]
pub(crate) struct Hss {
    subscribers: BTreeMap<Imsi, Subscriber>,
    capacity: usize,
    seq: Ceiling,
    first_ind: u8,
}

/// What the HSS knows of an IMSI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Provisioned and served.
    Served,
    /// Of this network, but barred or not provisioned.
    OwnRefused,
    /// Of another network, and not provisioned here.
    Foreign,
}

impl Hss {
    pub(crate) fn new(subscribers: Vec<Subscriber>, seq_ceiling: u64, first_ind: u8, capacity: u32) -> Self {
        Self {
            subscribers: subscribers.into_iter().map(|subscriber| (subscriber.imsi, subscriber)).collect(),
            capacity: usize::try_from(capacity).unwrap_or(usize::MAX),
            seq: Ceiling::restored(seq_ceiling, SEQ_STEP),
            first_ind,
        }
    }

    /// What is known of an IMSI in this network. A provisioned SIM of another network (test SIMs) is served.
    pub(crate) fn standing(&self, imsi: Imsi, plmn: Plmn) -> Standing {
        match self.subscribers.get(&imsi) {
            Some(subscriber) if subscriber.state == SubscriberState::Active => Standing::Served,
            Some(_) => Standing::OwnRefused,
            None if imsi.is_of(plmn) => Standing::OwnRefused,
            None => Standing::Foreign,
        }
    }

    /// A vector that is used for one authentication run, and the ceiling that must be raised.
    pub(crate) fn draw(
        &mut self,
        imsi: Imsi,
        plmn: Plmn,
        choices: &mut Choices,
        through: Ticket,
    ) -> Option<(Vector, Raise)> {
        let subscriber = self.subscribers.get(&imsi)?;
        let (drawn, raise) = self.seq.draw(through);
        let ind = self.first_ind + u8::try_from(drawn % u64::from(INDS)).unwrap_or(0);
        // SEQ 0 is what a new SIM holds, and a SIM takes only what is greater.
        let seq = drawn + 1 + subscriber.seq_offset;
        let sqn = choices.sqn.sqn(seq, ind);
        Some((vector(&subscriber.keys, plmn, choices.rand.rand(), sqn)?, raise))
    }

    /// The ceiling that lets the first draws after a start not wait.
    pub(crate) const fn first_ceiling(&self) -> u64 {
        self.seq.peek() + FIRST_SEQ_STEP
    }

    /// The commits through this ticket failed.
    pub(crate) fn raise_failed(&mut self, through: Ticket) {
        self.seq.failed(through);
    }

    /// Notes that a raise was asked for.
    pub(crate) fn raising(&mut self, ticket: Ticket, ceiling: u64) {
        self.seq.raising(ticket, ceiling);
    }

    /// Which counter the sequence numbers are drawn from.
    pub(crate) const COUNTER: Counter = Counter::Seq;

    /// Moves a subscriber's offset so that the next sequence number is above the SIM's. Gives the changed subscriber.
    pub(crate) fn resynchronise(&mut self, imsi: Imsi, sim: Resynchronised) -> Option<&Subscriber> {
        let base = self.seq.peek() + 1;
        let subscriber = self.subscribers.get_mut(&imsi)?;
        // The array scheme accepts what is above the SIM's highest; never go back.
        subscriber.seq_offset = subscriber.seq_offset.max((sim.seq + 1).saturating_sub(base));
        Some(subscriber)
    }

    pub(crate) fn subscriber(&self, imsi: Imsi) -> Option<&Subscriber> {
        self.subscribers.get(&imsi)
    }

    pub(crate) fn len(&self) -> usize {
        self.subscribers.len()
    }

    /// How many more there may be.
    pub(crate) fn room(&self) -> usize {
        self.capacity.saturating_sub(self.subscribers.len())
    }

    /// Adds or replaces a subscriber. What its SIM's sequence number is known to be stays while its keys are the same.
    pub(crate) fn put(&mut self, subscriber: Subscriber) {
        self.subscribers.insert(subscriber.imsi, subscriber);
    }

    pub(crate) fn remove(&mut self, imsi: Imsi) -> Option<Subscriber> {
        self.subscribers.remove(&imsi)
    }

    /// The subscribers after this one, in order.
    pub(crate) fn after(&self, imsi: Option<Imsi>) -> impl Iterator<Item = &Subscriber> {
        let from = imsi.map_or(Bound::Unbounded, Bound::Excluded);
        self.subscribers.range((from, Bound::Unbounded)).map(|(_, subscriber)| subscriber)
    }
}

/// Whether two subscribers' SIMs answer a challenge in the same way.
pub(crate) fn same_keys(a: &Subscriber, b: &Subscriber) -> bool {
    let opc = |subscriber: &Subscriber| match &subscriber.keys.op {
        OperatorKey::Opc(opc) => opc.clone(),
        OperatorKey::Op(op) => aka::opc(&subscriber.keys.k, op),
    };
    a.keys.k == b.keys.k && a.keys.amf == b.keys.amf && opc(a) == opc(b)
}
