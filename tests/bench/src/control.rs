//! `control`: what the control plane takes, in one table.

use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};

use pumice_bench::measure::per_second;
use pumice_bench::table::{Goal, Table, rounded, time};
use pumice_lab::{binary, privilege};

use crate::gateway::Memory;
use crate::procedure::Procedure;
use crate::record::{Counts, Recording};
use crate::replay::{self, CoreTimes};
use crate::stored::{self, StoredTimes};
use crate::village::PHONES;
use crate::whole::{self, TOGETHER, WholeTimes};
use crate::{BenchError, machine};

/// What a slow card adds to each sync.
const SLOW_SYNC: Duration = Duration::from_millis(20);

const MESSAGES: Goal = Goal::AtLeast(30_000.0);
const MEMORY_IDLE: Goal = Goal::AtMost(15.0);
const MEMORY_ATTACHED: Goal = Goal::AtMost(32.0);
const SIZE: Goal = Goal::AtMost(12.0);

const MEGA: f64 = 1e6;

/// Of processor time: what one core would do that did nothing else.
const RECEIVED: &str = "S1AP messages received per second";

/// Measures and prints.
pub(crate) fn run() -> Result<(), BenchError> {
    // Before there are threads.
    let privilege = privilege::enter();
    println!("{}", machine::describe());
    let folder = tempfile::tempdir_in(programs()?).map_err(BenchError::io("making a folder"))?;

    let mut table = Table::default();
    println!("recording what {PHONES} phones do ...");
    let recording = Recording::make()?;
    println!("the core alone ...");
    core_rows(&mut table, &recording, &replay::core_alone(&recording)?);
    println!("the core with its store ...");
    let syncs = machine::sync_latency(folder.path()).map_err(BenchError::io("writing to the disk"))?;
    table.heading("the disk");
    table.row("4 kB and fdatasync: p50, p99", both(syncs.p50, syncs.p99));
    for sync_delay in [Duration::ZERO, SLOW_SYNC] {
        stored_rows(&mut table, sync_delay, &stored::with_store(&recording, folder.path(), sync_delay)?);
    }
    let whole = match privilege {
        Ok(_) => measure_whole(&mut table, folder.path()),
        Err(refusal) => {
            table.heading("the whole gateway by SCTP");
            table.row(format!("not measured: {refusal}"), "");
            Ok(())
        }
    };
    let size = size_rows(&mut table);
    // What was measured is worth having, whatever comes after it.
    println!(
        "\nRates are per second of processor time, of all threads together, but where the wall is named.\n{}\nafterwards: {}",
        table.text(),
        machine::describe()
    );
    whole.and(size)
}

fn measure_whole(table: &mut Table, folder: &Path) -> Result<(), BenchError> {
    for sync_delay in [Duration::ZERO, SLOW_SYNC] {
        println!("the whole gateway{} ...", slow(sync_delay));
        whole_rows(table, sync_delay, &whole::measure(folder, sync_delay)?);
    }
    Ok(())
}

fn core_rows(table: &mut Table, recording: &Recording, times: &CoreTimes) {
    let counts = recording.counts();
    table.heading("the core alone, without SCTP and store (processor time of one thread)");
    table.goal(RECEIVED, per_second(counts.received, times.total()), "", MESSAGES);
    table.row("... received and sent", rounded(per_second(counts.received + counts.sent, times.total())));
    let attach: Duration = of(recording, times, Procedure::Attach).map(|(_, time)| time).sum();
    table.row("attaches per second", rounded(per_second(PHONES, attach)));
    table.row("a message: p50, p99", both(times.message.p50, times.message.p99));
    table.row("a message: longest", time(times.message.longest));
    for procedure in [Procedure::Attach, Procedure::Release, Procedure::ServiceRequest, Procedure::Update] {
        // The last of its kind.
        let Some((counts, taken)) = of(recording, times, procedure).last() else { continue };
        let (received, sent) = (counts.received / PHONES, counts.sent / PHONES);
        table.row(format!("{procedure} ({received} messages in, {sent} out)"), time(taken / PHONES));
    }
}

fn of(
    recording: &Recording,
    times: &CoreTimes,
    procedure: Procedure,
) -> impl Iterator<Item = (Counts, Duration)> {
    let phases = recording.phases.iter().zip(&times.phases);
    phases.filter(move |(phase, _)| phase.procedure == procedure).map(|(phase, time)| (phase.counts, *time))
}

fn stored_rows(table: &mut Table, sync_delay: Duration, times: &StoredTimes) {
    let StoredTimes { all, attaches, kept, kept_count, statistics } = times;
    let received = all.counts.received;
    table.heading(format!("the core with its store{}, as fast as it goes", slow(sync_delay)));
    table.goal(RECEIVED, per_second(received, all.both_threads), "", MESSAGES);
    table.row("... of the core's thread alone", rounded(per_second(received, all.core_thread)));
    table.row("... by the clock on the wall", rounded(per_second(received, all.wall)));
    table.row("attaches per second", rounded(per_second(PHONES, attaches.both_threads)));
    for (kind, latencies) in
        [("with fsync", &statistics.full_latency), ("without", &statistics.normal_latency)]
    {
        let name = format!("a commit {kind} ({} of them): p50, p99", latencies.count());
        table.row(name, both(latencies.percentile(50), latencies.percentile(99)));
    }
    table.row(format!("messages that waited for a commit, of {}", all.counts.sent), kept_count.to_string());
    if *kept_count > 0 {
        table.row("... for how long: p50, p99", both(kept.p50, kept.p99));
    }
}

fn whole_rows(table: &mut Table, sync_delay: Duration, times: &WholeTimes) {
    let received = times.counts.received;
    table.heading(format!("the whole gateway by SCTP ({}), one cell{}", times.sctp, slow(sync_delay)));
    table.goal(RECEIVED, per_second(received, times.processor.total()), "", MESSAGES);
    table.row(format!("... of which {}", times.processor.parts()), "");
    table.row("... by the clock on the wall", rounded(per_second(received, times.wall)));
    table.row("attaches per second", rounded(per_second(times.attaches, times.attach_processor)));
    table.row("... by the clock on the wall", rounded(per_second(times.attaches, times.attach_wall)));
    table.row("an attach, one at a time: p50, p99", both(times.alone.p50, times.alone.p99));
    table.row(
        format!("an attach, {TOGETHER} at a time: p50, p99"),
        both(times.together.p50, times.together.p99),
    );
    let [p50, p99, longest] = times.commits;
    table.row("a commit with fsync: p50, p99", both(p50, p99));
    table.row("a commit with fsync: longest", time(longest));
    memory_rows(table, "resident memory, idle", times.idle, MEMORY_IDLE);
    memory_rows(table, "resident memory with 600 phones", times.attached, MEMORY_ATTACHED);
    table.row(
        "... the most in all of the run",
        format!("{} MB", rounded(megabytes(times.afterwards.highest))),
    );
}

fn memory_rows(table: &mut Table, name: &str, memory: Memory, goal: Goal) {
    table.goal(name, megabytes(memory.resident), " MB", goal);
    let (own, file) = (rounded(megabytes(memory.own)), rounded(megabytes(memory.file)));
    table.row(format!("... of which {own} MB its own, {file} MB pages of the program"), "");
}

fn size_rows(table: &mut Table) -> Result<(), BenchError> {
    let size = fs::metadata(binary::path("pumice")?).map_err(BenchError::io("looking at the program"))?.len();
    table.heading(format!("the program for {}", std::env::consts::ARCH));
    table.goal("size on the disk", megabytes(size), " MB", SIZE);
    Ok(())
}

fn both(p50: Duration, p99: Duration) -> String {
    format!("{}, {}", time(p50), time(p99))
}

fn slow(sync_delay: Duration) -> String {
    if sync_delay.is_zero() {
        return String::new();
    }
    format!(", every fsync {} ms slower", sync_delay.as_millis())
}

/// Where this program lies: on the disk, which /tmp may not be.
fn programs() -> Result<PathBuf, BenchError> {
    let program = std::env::current_exe().map_err(BenchError::io("finding this program"))?;
    Ok(program.parent().unwrap_or_else(|| Path::new(".")).to_owned())
}

#[allow(clippy::cast_precision_loss, reason = "shown with three digits")]
fn megabytes(octets: u64) -> f64 {
    octets as f64 / MEGA
}
