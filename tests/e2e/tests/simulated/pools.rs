//! Every pool filled to its last slot: a clean refusal with the standard's cause, and recovery.

mod bearers;
mod buffers;
mod capabilities;
mod cells;
mod memory;
mod operator;
mod phones;

use pumice_e2e::Sim;
use pumice_model::event::Event;

/// How often it was said that this pool is full.
fn full(sim: &Sim, limit: &str) -> usize {
    let is_it = |event: &Event| matches!(event, Event::PoolFull { limit: full } if full == limit);
    sim.events().iter().filter(|record| is_it(&record.event)).count()
}
