//! The program `pumice` in a namespace, seen from outside.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use pumice_lab::topology::GATEWAY_S1_V4;
use pumice_lab::{Process, Topology, binary, http};
use tempfile::TempDir;

use crate::BenchError;
use crate::village::{self, PLMN, TAC};

const API: SocketAddr = SocketAddr::new(core::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// How long it may take to become ready, and to stop.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// A gateway that runs.
#[derive(Debug)]
pub(crate) struct Gateway<'a> {
    topology: &'a Topology,
    process: Process,
    folder: TempDir,
}

/// What a process has in memory, octets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    /// Of that: its own, and pages of the program's file.
    pub(crate) own: u64,
    pub(crate) file: u64,
    /// The most that was ever resident.
    pub(crate) highest: u64,
}

/// Processor time by the name of the thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProcessorTime(pub(crate) BTreeMap<String, Duration>);

impl<'a> Gateway<'a> {
    /// Starts one with an empty store in `folder`, every sync of which takes `sync_delay` longer.
    pub(crate) fn start(
        topology: &'a Topology,
        folder: &Path,
        sync_delay: Duration,
    ) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir_in(folder).map_err(BenchError::io("making a folder"))?;
        let config = folder.path().join("pumice.toml");
        fs::write(&config, configuration(folder.path(), sync_delay))
            .map_err(BenchError::io("writing the configuration"))?;
        let log = File::create(folder.path().join("log")).map_err(BenchError::io("making the log"))?;
        let mut command = Command::new(binary::path("pumice")?);
        command.arg("run").arg("--config").arg(&config);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let process = topology.gateway.spawn(command)?;
        let gateway = Self { topology, process, folder };
        gateway.wait_until_ready()?;
        Ok(gateway)
    }

    fn wait_until_ready(&self) -> Result<(), BenchError> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.get("/api/v1/status").is_ok() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Err(BenchError::GatewaySilent { log: self.log() })
    }

    /// The last lines of its log.
    pub(crate) fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
    }

    /// Adds the phones' subscribers through the local API.
    pub(crate) fn provision(&self) -> Result<(), BenchError> {
        let table = village::subscriber_table()?.into_bytes();
        let body = Some(("text/csv", table.as_slice()));
        let path = "/api/v1/subscribers/import";
        let response = http::request(&self.topology.gateway, API, "POST", path, body)?;
        if response.status == 200 {
            return Ok(());
        }
        Err(BenchError::Provisioning { answer: format!("{} {}", response.status, response.text()) })
    }

    fn get(&self, path: &str) -> Result<String, BenchError> {
        Ok(http::request(&self.topology.gateway, API, "GET", path, None)?.text())
    }

    /// How long commits with a sync took, by its own metrics: 50, 99 and 100 of a hundred.
    pub(crate) fn commit_latency(&self) -> Result<[Duration; 3], BenchError> {
        let metrics = self.get("/metrics")?;
        Ok(["0.5", "0.99", "1"].map(|quantile| {
            let series = format!("store_full_commit_microseconds{{quantile=\"{quantile}\"}} ");
            let value = metrics.lines().find_map(|line| Some(line.split_once(&series)?.1));
            Duration::from_micros(value.and_then(|value| value.trim().parse().ok()).unwrap_or(0))
        }))
    }

    /// Which SCTP it says that it has: `kernel` or `user-space`.
    pub(crate) fn sctp(&self) -> Result<String, BenchError> {
        let status = self.get("/api/v1/status")?;
        let value = status.split_once("\"sctp\":\"").and_then(|(_, rest)| rest.split('"').next());
        Ok(value.unwrap_or("unknown").to_owned())
    }

    /// What it has in memory now.
    pub(crate) fn memory(&self) -> Result<Memory, BenchError> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .map_err(BenchError::io("reading the gateway's memory"))?;
        let octets = |name: &str| {
            let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: u64 = rest.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kilobytes * 1_024)
        };
        Ok(Memory {
            resident: octets("VmRSS:").unwrap_or(0),
            own: octets("RssAnon:").unwrap_or(0),
            file: octets("RssFile:").unwrap_or(0),
            highest: octets("VmHWM:").unwrap_or(0),
        })
    }

    /// The processor time that its threads have taken.
    pub(crate) fn processor_time(&self) -> Result<ProcessorTime, BenchError> {
        let failed = BenchError::io("reading the gateway's processor time");
        let threads = match fs::read_dir(format!("/proc/{}/task", self.process.id())) {
            Ok(threads) => threads,
            Err(error) => return Err(failed(error)),
        };
        let mut times = BTreeMap::new();
        for thread in threads.flatten() {
            // A thread that has just ended has nothing more to say.
            let name = fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
            let schedule = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
            let nanoseconds = schedule.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0);
            *times.entry(name.trim().to_owned()).or_default() += Duration::from_nanos(nanoseconds);
        }
        Ok(ProcessorTime(times))
    }

    /// Ends it.
    pub(crate) fn stop(self) -> Result<(), BenchError> {
        self.process.terminate(PATIENCE)?;
        Ok(())
    }
}

impl ProcessorTime {
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let before = |name: &String| earlier.0.get(name).copied().unwrap_or_default();
        Self(self.0.iter().map(|(name, time)| (name.clone(), time.saturating_sub(before(name)))).collect())
    }

    pub(crate) fn total(&self) -> Duration {
        self.0.values().sum()
    }

    /// Each thread's part of a hundred, the largest first.
    pub(crate) fn parts(&self) -> String {
        let total = self.total().as_secs_f64().max(f64::MIN_POSITIVE);
        let mut threads: Vec<_> = self.0.iter().collect();
        threads.sort_by_key(|(_, time)| core::cmp::Reverse(**time));
        let parts = threads.into_iter().map(|(name, time)| (name, time.as_secs_f64() / total * 100.0));
        let shown: Vec<_> = parts
            .filter(|(_, part)| *part >= 0.5)
            .map(|(name, part)| format!("{name} {part:.0} %"))
            .collect();
        shown.join(", ")
    }
}

fn configuration(folder: &Path, sync_delay: Duration) -> String {
    let state = folder.join("state");
    format!(
        "[network]\nplmn = \"{PLMN}\"\ntacs = [{tac}]\n\
         [s1ap]\nlisten = [\"{GATEWAY_S1_V4}\"]\n\
         [user_plane]\nlisten = [\"{GATEWAY_S1_V4}\"]\n\
         [store]\npath = \"{state}/pumice.db\"\nkey_file = \"{state}/sealing.key\"\nsync_delay_ms = {delay}\n",
        tac = TAC.0,
        state = state.display(),
        delay = sync_delay.as_millis(),
    )
}
