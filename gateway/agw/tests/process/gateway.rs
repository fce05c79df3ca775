use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use pumice_lab::{Namespace, Process, Signal, http};
use tempfile::TempDir;

/// Slow machines and a cold disk.
const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway that is configured and may run, in a network namespace of its own.
pub(crate) struct Gateway {
    pub(crate) namespace: Namespace,
    folder: TempDir,
    manager: UnixDatagram,
    process: Option<Process>,
    /// Whether the service manager wants to hear often that it lives. Then a test must hear it: a full socket blocks.
    pub(crate) watched: bool,
}

impl Gateway {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manager = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        manager.set_read_timeout(Some(PATIENCE)).unwrap();
        let gateway = Self {
            namespace: Namespace::new("gateway").unwrap(),
            folder,
            manager,
            process: None,
            watched: true,
        };
        gateway.configure("");
        gateway
    }

    /// Writes the configuration, with more lines at its end.
    pub(crate) fn configure(&self, more: &str) {
        let state = self.folder.path().join("state");
        let text = format!(
            "[network]\nplmn = \"00101\"\n[s1ap]\nlisten = [\"127.0.0.1\"]\nsctp = \"user-space\"\n\
             [user_plane]\nlisten = [\"127.0.0.1\"]\n\
             [store]\npath = \"{state}/pumice.db\"\nkey_file = \"{state}/sealing.key\"\n{more}\n",
            state = state.display()
        );
        fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("pumice.toml")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) const fn api() -> SocketAddr {
        SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pumice"));
        command.args(arguments).env("NOTIFY_SOCKET", self.folder.path().join("notify"));
        command.env_remove("WATCHDOG_PID").env_remove("WATCHDOG_USEC");
        if self.watched {
            command.env("WATCHDOG_USEC", "200000");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts the gateway and waits until it says that it is ready.
    pub(crate) fn start(&mut self) {
        let config = self.config();
        let run = self.command(&["run", "--config", config.to_str().unwrap()]);
        self.process = Some(self.namespace.spawn(run).unwrap());
        self.hear("READY=1");
    }

    /// Waits until the gateway tells its service manager this.
    pub(crate) fn hear(&self, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = String::new();
        while Instant::now() < deadline {
            let mut message = [0; 1_024];
            let length =
                self.manager.recv(&mut message).unwrap_or_else(|error| panic!("{wanted}: {error}: {heard}"));
            let text = String::from_utf8_lossy(&message[..length]).into_owned();
            if text.lines().any(|line| line == wanted) {
                return;
            }
            heard.push_str(&text);
        }
        panic!("no {wanted}: {heard}");
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// Ends the gateway as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.take().unwrap().kill();
    }

    /// Asks the gateway to stop; its exit code, the time that it took, and its log.
    pub(crate) fn stop(&mut self, signal: Signal) -> (Option<i32>, Duration, String) {
        let process = self.process.take().unwrap();
        let begun = Instant::now();
        process.signal(signal).unwrap();
        let status = process.wait(PATIENCE).unwrap().expect("it did not stop");
        let took = begun.elapsed();
        let mut log = String::new();
        process.stderr().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), took, log)
    }

    /// Waits until the gateway ends by itself; its exit code and its log.
    pub(crate) fn wait(&mut self) -> (Option<i32>, String) {
        let process = self.process.take().unwrap();
        let status = process.wait(PATIENCE).unwrap().expect("it did not end");
        let mut log = String::new();
        process.stderr().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), log)
    }

    /// Runs another command of the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let process = self.namespace.spawn(self.command(arguments)).unwrap();
        let status = process.wait(PATIENCE).unwrap().expect("it did not end");
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        process.stdout().unwrap().read_to_end(&mut stdout).unwrap();
        process.stderr().unwrap().read_to_end(&mut stderr).unwrap();
        Output { status, stdout, stderr }
    }

    pub(crate) fn get(&self, path: &str) -> http::Response {
        http::request(&self.namespace, Self::api(), "GET", path, None).unwrap()
    }
}
