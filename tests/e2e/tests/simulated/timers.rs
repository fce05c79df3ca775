//! The network's own timers: retransmission, give-up, and what is left behind (TS 24.301 10.2, TS 36.413).

mod nas;
mod paging;
mod periodic;
mod s1ap;
mod silence;

use core::time::Duration;

use pumice_e2e::{Entry, Sim};
use pumice_model::time::Instant;
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_wire::s1ap::{Cause, Message};

/// When messages of this short form were sent, after the first of them.
fn schedule(sim: &Sim, phone: PhoneId, mark: usize, short: &str) -> Vec<Duration> {
    let times: Vec<Instant> =
        sim.messages(phone, mark).filter(|entry| entry.short() == short).map(|entry| entry.at).collect();
    times.iter().map(|at| at.since(times[0])).collect()
}

/// Every `step` from the first on.
fn every(step: Duration, times: u32) -> Vec<Duration> {
    (0..times).map(|n| step * n).collect()
}

/// The downlink messages of this short form.
fn sent<'a>(sim: &'a Sim, phone: PhoneId, mark: usize, short: &str) -> Vec<&'a Entry> {
    sim.messages(phone, mark)
        .filter(|entry| entry.direction == Direction::Downlink && entry.short() == short)
        .collect()
}

/// When a phone's connection was last released by the gateway, and why.
pub(crate) fn released(sim: &Sim, phone: PhoneId, mark: usize) -> Option<(Instant, Cause)> {
    let commands = sim.messages(phone, mark).filter_map(|entry| match entry.s1ap()? {
        Message::UeContextReleaseCommand(command) => Some((entry.at, command.cause)),
        _ => None,
    });
    commands.last()
}

/// The phone says nothing any more, and runs no timer: what the network does alone is seen.
fn silence(sim: &mut Sim, phone: PhoneId) {
    sim.phone_mut(phone).set_scripted(true);
}

/// The phone begins anew, as if it had just been switched on.
fn revive(sim: &mut Sim, phone: PhoneId) {
    sim.phone_mut(phone).set_scripted(false);
    sim.phone_mut(phone).clear_rules();
    sim.order(phone, Command::PullBattery);
    sim.settle();
    sim.attach(phone);
}
