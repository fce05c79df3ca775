use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use pumice_lab::{Namespace, Process, Signal, binary, http};
use pumice_ransim::sim::SimProfile;
use serde_json::{Value, json};

use super::notify::NotifySocket;
use super::{Configuration, RealError};

/// Where the local API listens inside the gateway's namespace.
pub(super) const API: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));

/// How long a start may take.
const START: Duration = Duration::from_secs(10);
/// The exit code by which it asks to be started anew.
const RESTART: i32 = 4;
/// What /sys tells of links depends on who mounted it: the gateway gets one of its own namespace.
const SYSFS: &str = r#"mount -t sysfs none /sys; exec "$0" "$@""#;
/// Lines of the log that an error shows.
const SHOWN: usize = 20;

/// The program `pumice`, its files and its local API.
#[derive(Debug)]
pub struct Gateway {
    process: Option<Process>,
    notify: NotifySocket,
    home: PathBuf,
    ready_after: Duration,
    status: String,
}

/// What the local API answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body; null where it is empty.
    pub body: Value,
}

impl Gateway {
    /// Starts `pumice run` inside `namespace` and waits until it says that it is ready. `home` is for its files.
    ///
    /// # Errors
    /// It is not built, it ends, or it is not ready within ten seconds.
    pub fn start(
        namespace: &Namespace,
        configuration: &Configuration,
        home: &Path,
    ) -> Result<Self, RealError> {
        let file = home.join("pumice.toml");
        fs::write(&file, configuration.to_string())
            .map_err(RealError::io(format!("writing {}", file.display())))?;
        let notify = NotifySocket::bind(&home.join("notify"))?;
        let mut gateway = Self {
            process: None,
            notify,
            home: home.to_owned(),
            ready_after: Duration::ZERO,
            status: String::new(),
        };
        gateway.start_again(namespace)?;
        Ok(gateway)
    }

    /// Starts it once more with the same configuration and files; what still runs is killed before.
    ///
    /// # Errors
    /// It ends, or it is not ready within ten seconds.
    pub fn start_again(&mut self, namespace: &Namespace) -> Result<(), RealError> {
        self.kill();
        let begun = Instant::now();
        let mut command = Command::new("/usr/bin/unshare");
        command
            .args(["--mount", "/bin/sh", "-c", SYSFS])
            .arg(binary::path("pumice")?)
            .arg("run")
            .arg("--config")
            .arg(self.home.join("pumice.toml"))
            .env("NOTIFY_SOCKET", self.notify.path())
            .env_remove("JOURNAL_STREAM")
            .env_remove("WATCHDOG_USEC")
            .stdin(Stdio::null())
            .stdout(self.append_to_log()?)
            .stderr(self.append_to_log()?);
        self.process = Some(namespace.spawn(command)?);
        self.await_ready(begun)
    }

    /// Starts it once more if it has ended to be started anew; whether it had.
    ///
    /// # Errors
    /// It ended otherwise, or does not start.
    pub fn start_again_if_wanted(&mut self, namespace: &Namespace) -> Result<bool, RealError> {
        let ended = self.process.as_ref().map(|process| process.wait(Duration::ZERO)).transpose()?.flatten();
        match ended {
            None => Ok(false),
            Some(status) if status.code() == Some(RESTART) => {
                self.start_again(namespace)?;
                Ok(true)
            }
            Some(status) => Err(RealError::GatewayEnded { status, log: self.end_of_log() }),
        }
    }

    /// Waits until it has ended to be started anew.
    ///
    /// # Errors
    /// It ended otherwise, or did not end within `limit`.
    pub fn await_end(&mut self, limit: Duration) -> Result<(), RealError> {
        let ended = self.process.as_ref().map(|process| process.wait(limit)).transpose()?.flatten();
        match ended {
            Some(status) if status.code() == Some(RESTART) => Ok(()),
            Some(status) => Err(RealError::GatewayEnded { status, log: self.end_of_log() }),
            None => Err(RealError::TimedOut {
                what: "the gateway's end, to be started anew".to_owned(),
                limit,
                state: self.end_of_log(),
            }),
        }
    }

    /// Waits until it has ended to be started anew, and starts it.
    ///
    /// # Errors
    /// It ended otherwise, does not start, or did not end within `limit`.
    pub fn await_restart(&mut self, namespace: &Namespace, limit: Duration) -> Result<(), RealError> {
        self.await_end(limit)?;
        self.start_again(namespace)
    }

    /// The folder of its files.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The one-time code on its label.
    ///
    /// # Errors
    /// There is none.
    pub fn label_code(&self) -> Result<String, RealError> {
        let file = self.home.join("label").join("code");
        let code = fs::read_to_string(&file).map_err(RealError::io(format!("reading {}", file.display())))?;
        Ok(code.trim().to_owned())
    }

    /// How long it took from the start of the process until it was ready.
    #[must_use]
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// What it said of itself when it was ready.
    #[must_use]
    pub fn status(&self) -> &str {
        &self.status
    }

    /// The running process.
    #[must_use]
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// SIGKILL, as a crash would end it.
    pub fn kill(&mut self) {
        // Dropping a process kills it and waits for its end.
        self.process = None;
    }

    /// SIGTERM. How it ended and after how long; nothing if it was still there after `limit`.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn terminate(&mut self, limit: Duration) -> Result<Option<(ExitStatus, Duration)>, RealError> {
        let Some(process) = self.process.take() else { return Ok(None) };
        let begun = Instant::now();
        process.signal(Signal::SIGTERM)?;
        Ok(process.wait(limit)?.map(|status| (status, begun.elapsed())))
    }

    /// Asks the local API, from inside the gateway's namespace.
    ///
    /// # Errors
    /// The API does not answer, or not in JSON.
    pub fn api(
        &self,
        namespace: &Namespace,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, RealError> {
        let text = body.map(Value::to_string);
        let typed = text.as_ref().map(|text| ("application/json", text.as_bytes()));
        let response = http::request(namespace, API, method, path, typed)?;
        let body = match response.body.as_slice() {
            [] => Value::Null,
            octets => serde_json::from_slice(octets).map_err(|_| RealError::Api {
                request: format!("{method} {path}"),
                status: response.status,
                body: response.text(),
            })?,
        };
        Ok(Answer { status: response.status, body })
    }

    /// Provisions a SIM through the local API.
    ///
    /// # Errors
    /// The API refuses it.
    pub fn add_subscriber(&self, namespace: &Namespace, sim: &SimProfile) -> Result<(), RealError> {
        let path = "/api/v1/subscribers";
        let Answer { status, body } = self.api(namespace, "POST", path, Some(&subscriber(sim)))?;
        match status {
            201 => Ok(()),
            _ => Err(RealError::Api { request: format!("POST {path}"), status, body: body.to_string() }),
        }
    }

    /// The whole log so far, of all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn await_ready(&mut self, begun: Instant) -> Result<(), RealError> {
        loop {
            let said = self.notify.receive()?;
            if let Some(status) = said.iter().find_map(|line| line.strip_prefix("STATUS=")) {
                status.clone_into(&mut self.status);
            }
            if said.iter().any(|line| line == "READY=1") {
                self.ready_after = begun.elapsed();
                return Ok(());
            }
            let ended = self.process.as_ref().map(|process| process.wait(Duration::ZERO)).transpose()?;
            if let Some(status) = ended.flatten() {
                return Err(RealError::GatewayEnded { status, log: self.end_of_log() });
            }
            if begun.elapsed() > START {
                return Err(RealError::NotReady { limit: START, log: self.end_of_log() });
            }
        }
    }

    fn log_file(&self) -> PathBuf {
        self.home.join("pumice.log")
    }

    fn append_to_log(&self) -> Result<File, RealError> {
        let path = self.log_file();
        let opened = File::options().create(true).append(true).open(&path);
        opened.map_err(RealError::io(format!("opening {}", path.display())))
    }

    fn end_of_log(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(SHOWN)..).unwrap_or_default().join("\n")
    }
}

/// A SIM as the local API takes it.
#[must_use]
pub fn subscriber(sim: &SimProfile) -> Value {
    json!({ "imsi": sim.imsi.digits().as_str(), "k": hex(&sim.k), "opc": hex(&sim.opc) })
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
