//! What all pools take when they are full, weighed against what [`Limits::memory_budget`] says.

use core::cell::Cell;
use std::alloc::{GlobalAlloc, Layout, System};

use pumice_e2e::{Settings, Sim, subscriber};
use pumice_model::control::Command as Order;
use pumice_model::limits::Limits;

use crate::support::Village;

/// Counts the octets that each thread has taken and given back.
struct Scale;

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
    static GIVEN_BACK: Cell<u64> = const { Cell::new(0) };
}

#[global_allocator]
static SCALE: Scale = Scale;

fn add(to: &'static std::thread::LocalKey<Cell<u64>>, octets: usize) {
    // A thread that ends has no scale any more.
    let _ = to.try_with(|sum| sum.set(sum.get() + octets as u64));
}

// SAFETY: every call goes to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Scale {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(&TAKEN, layout.size());
        // SAFETY: the caller's promises are those that the system wants.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(&GIVEN_BACK, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What a value holds on the heap.
fn weight_of<T>(value: T) -> u64 {
    let before = (TAKEN.get(), GIVEN_BACK.get());
    drop(value);
    (GIVEN_BACK.get() - before.1) - (TAKEN.get() - before.0)
}

/// Every pool full: connected phones with radio capabilities of their own, all subscribers, all cells.
fn fill(limits: &Limits) -> Sim {
    let settings = Settings { traced: false, ..Settings::default() }.without_store();
    let settings = settings.with(|config| config.limits = *limits);
    let mut village = Village::with(settings);
    let Village { sim, cell, .. } = &mut village;
    for number in 2..=limits.cells as u8 {
        sim.add_cell(number);
    }
    let each = (limits.radio_capability_octets / limits.phones - 1) as usize;
    for number in 1..u64::from(limits.phones) {
        let capability: Vec<u8> = number.to_be_bytes().into_iter().cycle().take(each).collect();
        let phone = sim.add_phone_with(number, *cell, |config| config.radio_capability = capability.into());
        sim.switch_on(phone);
    }
    sim.settle();
    let rest = (u64::from(limits.phones)..u64::from(limits.subscribers))
        .map(|number| subscriber(&sim.sim_card(1_000 + number)));
    let rest = rest.collect();
    sim.execute(Order::AddSubscribers(rest)).expect("to the last slot");
    village.sim
}

#[test]
fn full_pools_keep_within_their_budget() {
    let limits = Limits::default();
    let mut sim = fill(&limits);
    let gauges = ["subscribers", "phones_registered", "connections", "bearers", "cells"];
    let expected = [limits.subscribers, limits.phones, limits.connections, limits.phones, limits.cells];
    assert_eq!(gauges.map(|gauge| sim.metric(gauge)), expected.map(u64::from));
    assert_eq!(sim.metric("radio_capability_not_kept_total"), 0);
    let (core, forwarder) = sim.take_gateway().expect("it runs").into_parts();
    let (core, forwarder) = (weight_of(core), weight_of(forwarder));
    // No packet waits: the forwarder's weight is that of its tables, which the budget counts with the bearers.
    let budget = limits.memory_budget();
    // Most of what the budget gives to an association is SCTP's.
    let of_cells = u64::from(limits.cells + limits.associations) * 2_048;
    let most = budget.subscribers + budget.phones + budget.radio_capabilities + budget.events + of_cells;
    println!("core {core} and forwarder {forwarder} of {most} octets");
    assert!(core > u64::from(limits.phones) * 1_000 && forwarder > 1_000, "they are weighed");
    assert!(core + forwarder <= most, "{core} + {forwarder} > {most}");
    assert!(core + forwarder > most / 2, "an estimate that is twice the truth is none");
}
