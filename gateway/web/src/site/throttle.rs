//! How often a password or a code may be guessed. Sans-IO: the time comes in.
//!
//! Each failure doubles the time until the next try is taken, from one second to a quarter of an hour, counted for the account
//! and for the address. A try that comes too early is not judged at all, and does not make the time longer. Where an account
//! was signed in to from an address, only that address's own failures count there: somebody who keeps guessing from
//! elsewhere does not lock the owner out.
//!
//! The code on the box's label is nobody's name: it is guarded by address, and by a pace that all addresses share. So a stranger on
//! the WiFi cannot make the owner wait for more than a moment, and a crowd of them does not get through 40 bits.
//!
//! A try is booked as a failure when it begins, so that many at once are no way around, and taken back when it succeeds.

use core::hash::Hash;
use core::net::IpAddr;
use core::time::Duration;
use std::collections::HashMap;

#[cfg(test)]
mod tests;

/// The time after the first failure.
const FIRST: Duration = Duration::from_secs(1);

/// The time after many.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The time between two guesses of the label's code, whoever makes them.
const PACE: Duration = FIRST;

/// Failures are forgotten when so long none was added.
const FORGET: Duration = Duration::from_secs(60 * 60);

/// Names that are watched. When full, the one with the fewest failures makes room, so that inventing names does not free
/// one that was guessed at often.
const NAMES: usize = 64;

/// Addresses that are watched, by the same rule.
const ADDRESSES: usize = 256;

/// Pairs of name and address that have signed in; the oldest makes room.
const KNOWN: usize = 64;

/// Counts failures.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    names: HashMap<String, Failures>,
    addresses: HashMap<IpAddr, Failures>,
    known: Vec<(String, IpAddr)>,
    code: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Duration,
}

impl Failures {
    /// When the next try is taken.
    fn until(self) -> Duration {
        let doublings = self.count.saturating_sub(1).min(16);
        self.last.saturating_add(FIRST.saturating_mul(1 << doublings).min(LONGEST))
    }
}

impl Throttle {
    /// Takes a try, or says how long it is too early. `now` is any time that only goes forward.
    pub(crate) fn begin(&mut self, now: Duration, name: &str, address: IpAddr) -> Result<(), Duration> {
        self.forget(now);
        let of_name = if self.is_known(name, address) { None } else { self.names.get(name) };
        let until =
            of_name.into_iter().chain(self.addresses.get(&address)).map(|failures| failures.until()).max();
        in_time(until, now)?;
        book(&mut self.names, name.to_owned(), NAMES, now);
        book(&mut self.addresses, address, ADDRESSES, now);
        Ok(())
    }

    /// The same for a guess of the label's code.
    pub(crate) fn begin_code(&mut self, now: Duration, address: IpAddr) -> Result<(), Duration> {
        self.forget(now);
        let of_address = self.addresses.get(&address).map(|failures| failures.until());
        in_time(of_address.max(self.code.map(|last| last.saturating_add(PACE))), now)?;
        book(&mut self.addresses, address, ADDRESSES, now);
        self.code = Some(now);
        Ok(())
    }

    /// The code that was guessed was right.
    pub(crate) fn code_was_right(&mut self, address: IpAddr) {
        self.addresses.remove(&address);
        self.code = None;
    }

    fn forget(&mut self, now: Duration) {
        self.names.retain(|_, failures| !is_forgotten(*failures, now));
        self.addresses.retain(|_, failures| !is_forgotten(*failures, now));
    }

    /// The try that was taken was right.
    pub(crate) fn succeeded(&mut self, name: &str, address: IpAddr) {
        self.names.remove(name);
        self.addresses.remove(&address);
        if !self.is_known(name, address) {
            if self.known.len() >= KNOWN {
                self.known.remove(0);
            }
            self.known.push((name.to_owned(), address));
        }
    }

    fn is_known(&self, name: &str, address: IpAddr) -> bool {
        self.known.iter().any(|(known, from)| known == name && *from == address)
    }
}

/// How long it is too early.
fn in_time(until: Option<Duration>, now: Duration) -> Result<(), Duration> {
    until.and_then(|until| until.checked_sub(now)).filter(|wait| !wait.is_zero()).map_or(Ok(()), Err)
}

fn is_forgotten(failures: Failures, now: Duration) -> bool {
    now.saturating_sub(failures.last) >= FORGET
}

fn book<K: Hash + Eq + Clone>(table: &mut HashMap<K, Failures>, key: K, room: usize, now: Duration) {
    if table.len() >= room && !table.contains_key(&key) {
        let least = table.iter().min_by_key(|(_, failures)| (failures.count, failures.last));
        if let Some(least) = least.map(|(key, _)| key.clone()) {
            table.remove(&least);
        }
    }
    let failures = table.entry(key).or_insert(Failures { count: 0, last: now });
    failures.count = failures.count.saturating_add(1);
    failures.last = now;
}
