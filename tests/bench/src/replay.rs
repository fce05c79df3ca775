//! The recording again, through the core alone.

use core::time::Duration;
use std::time::Instant;

use pumice_bench::measure::{Percentiles, median};
use pumice_core::{Core, Effect};

use crate::BenchError;
use crate::clock::thread_time;
use crate::record::{Phase, Recorded, Recording, What, fresh_core};
use crate::village;

/// How often the recording is replayed for each kind of measurement: enough that a neighbour's burst falls into the few.
const ROUNDS: usize = 15;

/// What the core alone takes.
#[derive(Debug)]
pub(crate) struct CoreTimes {
    /// The processor time of each phase, in the order of the recording: the median of the rounds.
    pub(crate) phases: Vec<Duration>,
    /// From giving an S1AP message to having its effects. A message's latency is its median of the rounds.
    pub(crate) message: Percentiles,
}

impl CoreTimes {
    pub(crate) fn total(&self) -> Duration {
        self.phases.iter().sum()
    }
}

/// Replays and measures.
pub(crate) fn core_alone(recording: &Recording) -> Result<CoreTimes, BenchError> {
    verify(recording)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(phases(recording)?);
    }
    let of_phase =
        |phase| median(&mut rounds.iter().filter_map(|round| round.get(phase)).copied().collect::<Vec<_>>());
    Ok(CoreTimes {
        phases: (0..recording.phases.len()).map(of_phase).collect(),
        message: messages(recording)?,
    })
}

/// The same inputs give the same effects, octet by octet: what is measured is what was recorded.
fn verify(recording: &Recording) -> Result<(), BenchError> {
    let (mut core, at_start) = started()?;
    if at_start != recording.at_start {
        return Err(BenchError::Differs { input: 0 });
    }
    for (input, (recorded, expected)) in recording.inputs.iter().zip(&recording.effects).enumerate() {
        let mut effects = Vec::new();
        core.handle(recorded.at, recorded.input(), &mut effects);
        if effects != *expected {
            return Err(BenchError::Differs { input });
        }
    }
    Ok(())
}

/// The processor time of each phase.
fn phases(recording: &Recording) -> Result<Vec<Duration>, BenchError> {
    let (mut core, mut effects) = started()?;
    for recorded in before_phases(recording) {
        core.handle(recorded.at, recorded.input(), &mut effects);
    }
    effects.clear();
    let mut times = Vec::new();
    for phase in &recording.phases {
        let begun = thread_time()?;
        for recorded in of_phase(recording, phase) {
            core.handle(recorded.at, recorded.input(), &mut effects);
            // What the shell does with them is measured elsewhere; that they are freed is the core's.
            effects.clear();
        }
        times.push(thread_time()?.saturating_sub(begun));
    }
    Ok(times)
}

/// How long the S1AP messages of all phases take, each by itself.
fn messages(recording: &Recording) -> Result<Percentiles, BenchError> {
    let mut rounds: Vec<Vec<Duration>> = Vec::new();
    for _ in 0..ROUNDS {
        let (mut core, mut effects) = started()?;
        for recorded in before_phases(recording) {
            core.handle(recorded.at, recorded.input(), &mut effects);
        }
        let mut times = Vec::new();
        for recorded in recording.phases.iter().flat_map(|phase| of_phase(recording, phase)) {
            let begun = Instant::now();
            core.handle(recorded.at, recorded.input(), &mut effects);
            let time = begun.elapsed();
            effects.clear();
            if matches!(recorded.what, What::S1ap { .. }) {
                times.push(time);
            }
        }
        rounds.push(times);
    }
    let count = rounds.first().map_or(0, Vec::len);
    let of_message = |message| {
        median(&mut rounds.iter().filter_map(|round| round.get(message)).copied().collect::<Vec<_>>())
    };
    Ok(Percentiles::of((0..count).map(of_message).collect()))
}

fn started() -> Result<(Core, Vec<Effect>), BenchError> {
    let mut core = fresh_core(village::provisioned()?)?;
    let mut effects = Vec::new();
    core.start(pumice_model::time::Instant::ZERO, &mut effects);
    Ok((core, effects))
}

fn before_phases(recording: &Recording) -> &[Recorded] {
    let first = recording.phases.first().map_or(0, |phase| phase.inputs.start);
    recording.inputs.get(..first).unwrap_or_default()
}

fn of_phase<'a>(recording: &'a Recording, phase: &Phase) -> &'a [Recorded] {
    recording.inputs.get(phase.inputs.clone()).unwrap_or_default()
}
