//! The whole gateway: the program, its SCTP, store and user plane, and 600 phones behind one cell.

use core::time::Duration;
use std::path::Path;

use pumice_bench::measure::Percentiles;
use pumice_lab::Topology;
use pumice_lab::topology::{ENB_V4, GATEWAY_S1_V4};

use crate::BenchError;
use crate::gateway::{Gateway, Memory, ProcessorTime};
use crate::procedure::Procedure;
use crate::radio::{Performed, Radio};
use crate::record::Counts;

/// Phones that attach one by one, whose latency nobody else's message adds to.
const ALONE: usize = 100;
/// Phones under way at a time, for the rest.
pub(crate) const TOGETHER: usize = 32;
/// How often all phones go idle and come back.
const ROUNDS: usize = 3;

const S1AP_PORT: u16 = 36412;

/// What the whole gateway takes.
#[derive(Debug)]
pub(crate) struct WholeTimes {
    /// Attaches one by one: each from power on to its bearer.
    pub(crate) alone: Percentiles,
    /// Attaches, many at a time.
    pub(crate) together: Percentiles,
    pub(crate) attaches: u32,
    pub(crate) attach_wall: Duration,
    pub(crate) attach_processor: Duration,
    /// All procedures, many at a time.
    pub(crate) counts: Counts,
    pub(crate) wall: Duration,
    pub(crate) processor: ProcessorTime,
    pub(crate) commits: [Duration; 3],
    pub(crate) idle: Memory,
    pub(crate) attached: Memory,
    /// After all, with the most that it ever was.
    pub(crate) afterwards: Memory,
    /// Which SCTP it has.
    pub(crate) sctp: String,
}

/// Starts a gateway, lets phones use it, and ends it.
pub(crate) fn measure(folder: &Path, sync_delay: Duration) -> Result<WholeTimes, BenchError> {
    let topology = Topology::build()?;
    let gateway = Gateway::start(&topology, folder, sync_delay)?;
    let idle = gateway.memory()?;
    gateway.provision()?;
    let mut radio = Site::connect(&topology)?;

    let alone = radio.perform(Procedure::Attach, ..ALONE, 1)?;
    let before = gateway.processor_time()?;
    let attaches = radio.perform(Procedure::Attach, ALONE.., TOGETHER)?;
    let attach_processor = gateway.processor_time()?.since(&before).total();
    let attached = gateway.memory()?;

    let mut counts = attaches.counts;
    let mut wall = attaches.wall;
    for _ in 0..ROUNDS {
        for procedure in [Procedure::Release, Procedure::Update, Procedure::ServiceRequest] {
            let performed = radio.perform(procedure, .., TOGETHER)?;
            counts = counts.plus(performed.counts);
            wall += performed.wall;
        }
    }
    let processor = gateway.processor_time()?.since(&before);
    let commits = gateway.commit_latency()?;
    let (afterwards, sctp) = (gateway.memory()?, gateway.sctp()?);
    gateway.stop()?;
    Ok(WholeTimes {
        alone: Percentiles::of(alone.latencies),
        attaches: u32::try_from(attaches.latencies.len()).unwrap_or(u32::MAX),
        together: Percentiles::of(attaches.latencies),
        attach_wall: attaches.wall,
        attach_processor,
        counts,
        wall,
        processor,
        commits,
        idle,
        attached,
        afterwards,
        sctp,
    })
}

/// The radio network in its own namespace.
#[derive(Debug)]
struct Site {
    radio: Option<Radio>,
    runtime: pumice_lab::Runtime,
}

impl Site {
    fn connect(topology: &Topology) -> Result<Self, BenchError> {
        let runtime = topology.radio.runtime()?;
        let (from, to) = ((ENB_V4, 0).into(), (GATEWAY_S1_V4, S1AP_PORT).into());
        let radio = runtime.run(Radio::connect(from, to))??;
        Ok(Self { radio: Some(radio), runtime })
    }

    fn perform(
        &mut self,
        procedure: Procedure,
        phones: impl core::slice::SliceIndex<
            [pumice_ransim::enb::PhoneId],
            Output = [pumice_ransim::enb::PhoneId],
        >,
        together: usize,
    ) -> Result<Performed, BenchError> {
        let Some(mut radio) = self.radio.take() else {
            return Err(BenchError::SctpLost(pumice_sctp::LostReason::LocalAbort));
        };
        let phones = radio.phones().get(phones).unwrap_or_default().to_vec();
        let performing = async move {
            let outcome = radio.perform(procedure, &phones, together).await;
            (radio, outcome)
        };
        let (radio, outcome) = self.runtime.run(performing)?;
        self.radio = Some(radio);
        outcome
    }
}
