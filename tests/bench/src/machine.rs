//! On what it was measured.

use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::Path;
use std::thread;
use std::time::Instant;

use pumice_bench::measure::Percentiles;

/// As a commit of SQLite's log writes at least: a page and its header.
const PAGE: [u8; 4_120] = [0x5a; 4_120];
const SYNCS: usize = 100;

/// The processor, how many of them, and how busy they are with other things.
pub(crate) fn describe() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = information.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let processor = field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("{processor}, {processors} processors, load {load}")
}

/// How long a page takes to be on the disk of this folder.
pub(crate) fn sync_latency(folder: &Path) -> io::Result<Percentiles> {
    let mut file = fs::File::create(folder.join("sync"))?;
    let mut latencies = Vec::new();
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        latencies.push(begun.elapsed());
    }
    Ok(Percentiles::of(latencies))
}
