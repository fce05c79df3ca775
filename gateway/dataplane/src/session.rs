//! A session as packets meet it: the rules with their names resolved to places, so that a packet looks nothing up.

use core::net::IpAddr;
use std::collections::VecDeque;

use pumice_model::identity::{Fteid, Teid};
use pumice_model::rules::{Action, Far, Interface, Pdr, Qer, RuleId, Session, SessionId, Usage};
use pumice_model::time::Instant;

use crate::bucket::Bucket;
use crate::inner::phone_prefix;

/// Which way a packet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Uplink,
    Downlink,
}

#[derive(Debug)]
pub(crate) struct SessionState {
    pub(crate) id: SessionId,
    /// The lowest precedence value first.
    pdrs: heapless::Vec<PdrState, 8>,
    fars: heapless::Vec<FarState, 8>,
    qers: heapless::Vec<QerState, 4>,
    urrs: heapless::Vec<UrrState, 4>,
    usage: Usage,
}

#[derive(Debug)]
pub(crate) struct PdrState {
    precedence: u32,
    source: Interface,
    teid: Option<Teid>,
    phone: IpAddr,
    pub(crate) far: Option<usize>,
    pub(crate) qers: heapless::Vec<usize, 2>,
    pub(crate) urrs: heapless::Vec<RuleId, 2>,
}

#[derive(Debug)]
pub(crate) struct FarState {
    pub(crate) id: RuleId,
    pub(crate) action: Action,
    /// The cell has said that its end of the tunnel is gone. Packets wait until the core changes the rule.
    pub(crate) tunnel_gone: bool,
    /// The core knows that packets wait.
    pub(crate) notified: bool,
    /// The numbers of the packets that wait, oldest first.
    pub(crate) kept: VecDeque<u64>,
}

#[derive(Debug)]
struct QerState {
    rule: Qer,
    uplink: Option<Bucket>,
    downlink: Option<Bucket>,
}

#[derive(Debug)]
struct UrrState {
    id: RuleId,
    usage: Usage,
}

impl SessionState {
    /// Resolves the names in the rules. A rule that names a rule that is not there does without it; without a forwarding
    /// action rule, what it catches is dropped.
    pub(crate) fn new(session: &Session, now: Instant) -> Self {
        let mut pdrs: heapless::Vec<_, 8> =
            session.pdrs.iter().map(|pdr| PdrState::new(pdr, session)).collect();
        // Stable: of two with the same precedence, the first that the core named.
        pdrs.sort_by_key(|pdr| pdr.precedence);
        Self {
            id: session.id,
            pdrs,
            fars: session.fars.iter().map(FarState::new).collect(),
            qers: session.qers.iter().map(|qer| QerState::new(*qer, now)).collect(),
            urrs: session.urrs.iter().map(|urr| UrrState { id: urr.id, usage: Usage::default() }).collect(),
            usage: Usage::default(),
        }
    }

    /// Takes over from the session's former rules what goes on: volume, the level of buckets whose rate is the same, and
    /// the packets that wait for rules of the same name. Returns the numbers of those whose rule is gone.
    pub(crate) fn inherit(&mut self, former: &mut Self) -> Vec<u64> {
        self.usage = former.usage;
        for urr in &mut self.urrs {
            if let Some(former) = former.urrs.iter().find(|former| former.id == urr.id) {
                urr.usage = former.usage;
            }
        }
        for qer in &mut self.qers {
            if let Some(former) = former.qers.iter().find(|former| former.rule.id == qer.rule.id) {
                qer.inherit(former);
            }
        }
        let mut orphans = Vec::new();
        for former in &mut former.fars {
            match self.far_named(former.id) {
                Some(far) => far.kept.append(&mut former.kept),
                None => orphans.extend(former.kept.drain(..)),
            }
        }
        orphans
    }

    /// The first rule that fits a packet, and whether the session has any rule at all for that interface, tunnel and IP
    /// version.
    pub(crate) fn detect(
        &self,
        source: Interface,
        teid: Option<Teid>,
        phone: IpAddr,
    ) -> Result<&PdrState, NoMatch> {
        let mut nearest = NoMatch::Family;
        for pdr in &self.pdrs {
            if pdr.source != source || pdr.teid.is_some_and(|wanted| Some(wanted) != teid) {
                continue;
            }
            if pdr.phone == phone_prefix(phone) {
                return Ok(pdr);
            }
            if pdr.phone.is_ipv4() == phone.is_ipv4() {
                nearest = NoMatch::Address;
            }
        }
        Err(nearest)
    }

    pub(crate) fn far_named(&mut self, id: RuleId) -> Option<&mut FarState> {
        self.fars.iter_mut().find(|far| far.id == id)
    }

    pub(crate) fn far_at(&mut self, place: usize) -> Option<&mut FarState> {
        self.fars.get_mut(place)
    }

    pub(crate) fn fars(&mut self) -> impl Iterator<Item = &mut FarState> {
        self.fars.iter_mut()
    }

    /// Whether every gate is open.
    pub(crate) fn gates_open(&self, qers: &[usize], direction: Direction) -> bool {
        qers.iter().filter_map(|place| self.qers.get(*place)).all(|qer| match direction {
            Direction::Uplink => qer.rule.uplink_open,
            Direction::Downlink => qer.rule.downlink_open,
        })
    }

    /// Takes the octets from every bucket that limits them, or from none.
    pub(crate) fn conforms(
        &mut self,
        qers: &[usize],
        direction: Direction,
        now: Instant,
        octets: usize,
    ) -> bool {
        for place in qers {
            if self.bucket(*place, direction).is_some_and(|bucket| !bucket.holds(now, octets)) {
                return false;
            }
        }
        for place in qers {
            if let Some(bucket) = self.bucket(*place, direction) {
                bucket.take(octets);
            }
        }
        true
    }

    fn bucket(&mut self, place: usize, direction: Direction) -> Option<&mut Bucket> {
        let qer = self.qers.get_mut(place)?;
        match direction {
            Direction::Uplink => qer.uplink.as_mut(),
            Direction::Downlink => qer.downlink.as_mut(),
        }
    }

    /// Counts a packet that went out. One that no usage reporting rule measures is not counted.
    pub(crate) fn measure(&mut self, urrs: &[RuleId], direction: Direction, octets: u64) {
        let mut measured = false;
        for urr in self.urrs.iter_mut().filter(|urr| urrs.contains(&urr.id)) {
            add(&mut urr.usage, direction, octets);
            measured = true;
        }
        if measured {
            add(&mut self.usage, direction, octets);
        }
    }

    /// What all usage reporting rules together have measured, no packet twice.
    pub(crate) const fn usage(&self) -> Usage {
        self.usage
    }

    /// What one usage reporting rule has measured.
    pub(crate) fn usage_of(&self, urr: RuleId) -> Option<Usage> {
        self.urrs.iter().find(|state| state.id == urr).map(|state| state.usage)
    }

    /// The tunnels by which packets from the phone come.
    pub(crate) fn teids(&self) -> heapless::Vec<Teid, 8> {
        distinct(self.pdrs.iter().filter(|pdr| pdr.source == Interface::Access).filter_map(|pdr| pdr.teid))
    }

    /// The phone's addresses to which packets come.
    pub(crate) fn phones(&self) -> heapless::Vec<IpAddr, 8> {
        distinct(self.pdrs.iter().filter(|pdr| pdr.source == Interface::Core).map(|pdr| pdr.phone))
    }

    /// The cells' ends of the tunnels in which packets leave.
    pub(crate) fn tunnels(&self) -> heapless::Vec<Fteid, 8> {
        distinct(self.fars.iter().filter_map(|far| tunnel_of(far.action)))
    }
}

/// How near the rules came to fitting a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoMatch {
    /// None is for this IP version.
    Family,
    /// One is for this IP version, with another address.
    Address,
}

impl PdrState {
    fn new(pdr: &Pdr, session: &Session) -> Self {
        let far = session.fars.iter().position(|far| far.id == pdr.far);
        if far.is_none() {
            tracing::warn!(session = session.id.0, pdr = pdr.id.0, "the rule names no forwarding action");
        }
        let place = |id: &RuleId| session.qers.iter().position(|qer| qer.id == *id);
        Self {
            precedence: pdr.precedence,
            source: pdr.pdi.source,
            teid: pdr.pdi.local_teid,
            phone: phone_prefix(pdr.pdi.ue_address),
            far,
            qers: pdr.qers.iter().filter_map(place).collect(),
            urrs: pdr.urrs.clone(),
        }
    }
}

impl FarState {
    fn new(far: &Far) -> Self {
        Self { id: far.id, action: far.action, tunnel_gone: false, notified: false, kept: VecDeque::new() }
    }
}

impl QerState {
    fn new(rule: Qer, now: Instant) -> Self {
        let bucket = |rate: Option<u64>| rate.map(|rate| Bucket::new(rate, now));
        Self { rule, uplink: bucket(rule.uplink_mbr), downlink: bucket(rule.downlink_mbr) }
    }

    fn inherit(&mut self, former: &Self) {
        let pairs = [(&mut self.uplink, former.uplink), (&mut self.downlink, former.downlink)];
        for (bucket, former) in pairs {
            if bucket.map(|bucket| bucket.rate()) == former.map(|former| former.rate()) {
                *bucket = former;
            }
        }
    }
}

const fn tunnel_of(action: Action) -> Option<Fteid> {
    match action {
        Action::ForwardToAccess { tunnel } => Some(tunnel),
        Action::Drop | Action::ForwardToCore | Action::BufferAndNotify { .. } => None,
    }
}

const fn add(usage: &mut Usage, direction: Direction, octets: u64) {
    match direction {
        Direction::Uplink => {
            usage.uplink_packets = usage.uplink_packets.wrapping_add(1);
            usage.uplink_octets = usage.uplink_octets.wrapping_add(octets);
        }
        Direction::Downlink => {
            usage.downlink_packets = usage.downlink_packets.wrapping_add(1);
            usage.downlink_octets = usage.downlink_octets.wrapping_add(octets);
        }
    }
}

fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> heapless::Vec<T, 8> {
    let mut found = heapless::Vec::new();
    for value in values {
        if !found.contains(&value) {
            // Eight rules name no more than eight values.
            let _ = found.push(value);
        }
    }
    found
}
