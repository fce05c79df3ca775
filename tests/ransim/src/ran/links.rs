//! Links between eNBs and network, and what can go wrong on them on purpose.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::BTreeMap;

use pumice_model::time::Instant;
use pumice_wire::s1ap;

use super::EnbIndex;

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkDirection {
    /// To the MME and the user plane.
    ToNetwork,
    /// From them.
    FromNetwork,
}

/// Which messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Traffic {
    /// S1AP messages of this name in the codec (`s1ap::Message::name`).
    S1ap(&'static str),
    /// All of S1AP.
    AnyS1ap,
    /// GTP-U.
    UserPlane,
}

/// A misbehaviour of links.
#[derive(Debug, Clone)]
pub struct LinkRule {
    /// Whose link; all, if absent.
    pub enb: Option<EnbIndex>,
    /// Which way.
    pub direction: LinkDirection,
    /// Which messages.
    pub traffic: Traffic,
    /// How many such messages pass first.
    pub after: u32,
    /// How many are treated; `u32::MAX` for all.
    pub times: u32,
    /// With which probability each of them is treated: 0 to 1.
    pub chance: f64,
    /// How.
    pub action: LinkAction,
}

impl LinkRule {
    /// Treats every such message on every link.
    pub const fn always(direction: LinkDirection, traffic: Traffic, action: LinkAction) -> Self {
        Self { enb: None, direction, traffic, after: 0, times: u32::MAX, chance: 1.0, action }
    }

    /// Treats the first such message.
    pub fn once(direction: LinkDirection, traffic: Traffic, action: LinkAction) -> Self {
        Self { times: 1, ..Self::always(direction, traffic, action) }
    }

    /// Treats such messages by chance.
    pub fn sometimes(direction: LinkDirection, traffic: Traffic, chance: f64, action: LinkAction) -> Self {
        Self { chance, ..Self::always(direction, traffic, action) }
    }
}

/// What happens to a message.
#[derive(Debug, Clone)]
pub enum LinkAction {
    /// It is lost.
    Drop,
    /// It comes later.
    Delay(Duration),
    /// It comes so many times more.
    Duplicate(u8),
    /// It comes after the next one on its link, or a second later.
    Reorder,
    /// So many of its bits are flipped.
    FlipBits(u8),
    /// It is cut at a random octet.
    Truncate,
    /// This comes instead.
    Replace(Vec<u8>),
    /// This is done to it.
    Rewrite(fn(&mut Vec<u8>)),
}

/// How long a reordered message waits for another to overtake it.
const OVERTAKEN_WITHIN: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub(super) enum Parcel {
    S1ap { stream: u16, octets: Vec<u8> },
    Datagram { peer: IpAddr, octets: Vec<u8> },
}

/// A parcel that comes out of a link.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    pub(super) enb: EnbIndex,
    pub(super) direction: LinkDirection,
    pub(super) parcel: Parcel,
}

#[derive(Debug)]
pub(super) struct Links {
    rng: fastrand::Rng,
    rules: Vec<LinkRule>,
    // By time, then by the order of arrival.
    held: BTreeMap<(Instant, u64), Fate>,
    waiting: BTreeMap<(EnbIndex, LinkDirection), (Instant, u64)>,
    arrivals: u64,
    noted: Option<Instant>,
}

impl Parcel {
    fn octets_mut(&mut self) -> &mut Vec<u8> {
        match self {
            Self::S1ap { octets, .. } | Self::Datagram { octets, .. } => octets,
        }
    }

    fn is(&self, traffic: Traffic) -> bool {
        match (self, traffic) {
            (Self::S1ap { .. }, Traffic::AnyS1ap) | (Self::Datagram { .. }, Traffic::UserPlane) => true,
            (Self::S1ap { octets, .. }, Traffic::S1ap(name)) => {
                s1ap::decode(octets).is_ok_and(|decoded| decoded.message.name() == name)
            }
            _ => false,
        }
    }
}

impl Links {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            rules: Vec::new(),
            held: BTreeMap::new(),
            waiting: BTreeMap::new(),
            arrivals: 0,
            noted: None,
        }
    }

    pub(super) fn add(&mut self, rule: LinkRule) {
        self.rules.push(rule);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What comes out at once when a parcel goes in.
    pub(super) fn pass(
        &mut self,
        now: Instant,
        enb: EnbIndex,
        direction: LinkDirection,
        parcel: Parcel,
    ) -> Vec<Fate> {
        let action = self.action(enb, direction, &parcel);
        let mut fate = Fate { enb, direction, parcel };
        // What waits to be overtaken is overtaken by this one.
        let overtaken = self.waiting.remove(&(enb, direction)).and_then(|key| self.held.remove(&key));
        let mut fates = match action {
            None => vec![fate],
            Some(LinkAction::Drop) => Vec::new(),
            Some(LinkAction::Delay(span)) => {
                self.hold(now + span, fate);
                Vec::new()
            }
            Some(LinkAction::Duplicate(more)) => vec![fate; usize::from(more) + 1],
            Some(LinkAction::Reorder) => {
                let key = self.hold(now + OVERTAKEN_WITHIN, fate);
                self.waiting.insert((enb, direction), key);
                Vec::new()
            }
            Some(LinkAction::FlipBits(bits)) => {
                self.flip(fate.parcel.octets_mut(), bits);
                vec![fate]
            }
            Some(LinkAction::Truncate) => {
                let octets = fate.parcel.octets_mut();
                let keep = self.rng.usize(0..octets.len().max(1));
                octets.truncate(keep);
                vec![fate]
            }
            Some(LinkAction::Replace(octets)) => {
                *fate.parcel.octets_mut() = octets;
                vec![fate]
            }
            Some(LinkAction::Rewrite(rewrite)) => {
                rewrite(fate.parcel.octets_mut());
                vec![fate]
            }
        };
        fates.extend(overtaken);
        fates
    }

    /// What was held back until now.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Fate> {
        let mut fates = Vec::new();
        while let Some(entry) = self.held.first_entry().filter(|entry| entry.key().0 <= now) {
            let key = *entry.key();
            fates.push(entry.remove());
            self.waiting.retain(|_, waiting| *waiting != key);
        }
        fates
    }

    /// The deadline as it was told last, and as it is.
    pub(super) fn change_of_deadline(&mut self) -> (Option<Instant>, Option<Instant>) {
        let new = self.held.keys().next().map(|(at, _)| *at);
        (core::mem::replace(&mut self.noted, new), new)
    }

    fn action(&mut self, enb: EnbIndex, direction: LinkDirection, parcel: &Parcel) -> Option<LinkAction> {
        let rng = &mut self.rng;
        self.rules.iter_mut().find_map(|rule| {
            let is_meant =
                rule.enb.is_none_or(|meant| meant == enb) && rule.direction == direction && rule.times > 0;
            if !is_meant || !parcel.is(rule.traffic) {
                return None;
            }
            if rule.after > 0 {
                rule.after -= 1;
                return None;
            }
            if rule.chance < 1.0 && rng.f64() >= rule.chance {
                return None;
            }
            if rule.times != u32::MAX {
                rule.times -= 1;
            }
            Some(rule.action.clone())
        })
    }

    fn hold(&mut self, until: Instant, fate: Fate) -> (Instant, u64) {
        self.arrivals += 1;
        let key = (until, self.arrivals);
        self.held.insert(key, fate);
        key
    }

    fn flip(&mut self, octets: &mut [u8], bits: u8) {
        for _ in 0..bits {
            let at = self.rng.usize(0..octets.len().max(1));
            let bit = self.rng.u8(0..8);
            if let Some(octet) = octets.get_mut(at) {
                *octet ^= 1 << bit;
            }
        }
    }
}
