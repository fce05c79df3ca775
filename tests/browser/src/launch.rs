//! The browser's process: started with its debugging pipe on descriptors 3 and 4, and ended with its whole group.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use pumice_lab::Process;

use crate::{BrowserError, Options};

/// How often a process that is waited for is looked at.
const POLL: Duration = Duration::from_millis(2);
/// Lines of standard error kept for an error message, and the octets kept of each.
const STDERR_LINES: usize = 20;
const STDERR_LINE: u64 = 400;

/// Puts the two ends of the pipe where Chromium looks for them. A shell does it, so no code of ours runs between fork
/// and exec.
const PIPE: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2"#;

/// What Chromium is told each time. It talks to nobody on its own, keeps its renderers within its process group (no
/// zygote), and needs neither a sandbox nor a GPU nor a large /dev/shm.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--no-zygote",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=MediaRouter,OptimizationHints,Translate,AutofillServerCommunication",
    "--metrics-recording-only",
    "--mute-audio",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--password-store=basic",
    "--use-mock-keychain",
];

/// The ends of the debugging pipe and the tail of standard error.
pub(crate) struct Launched {
    pub(crate) running: Running,
    pub(crate) to_browser: ChildStdin,
    pub(crate) from_browser: ChildStdout,
    pub(crate) stderr: Tail,
}

/// Starts the program with a profile in `profile`.
pub(crate) fn launch(options: &Options<'_>, profile: &Path) -> Result<Launched, BrowserError> {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(PIPE).arg(&options.program).args(FLAGS).args(chosen(options, profile));
    // Its own home, so that nothing of the user's is read, and nothing is left there.
    for home in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "TMPDIR"] {
        command.env(home, profile);
    }
    for proxy in
        ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "DISPLAY"]
    {
        command.env_remove(proxy);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let action = || BrowserError::io(format!("starting {}", options.program.display()));
    let (running, pipes) = if let Some(namespace) = options.namespace {
        let process = namespace.spawn(command)?;
        let pipes = (process.stdin(), process.stdout(), process.stderr());
        (Running::Inside(process), pipes)
    } else {
        let mut child = command.process_group(0).spawn().map_err(action())?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        (Running::Here(child), pipes)
    };
    let (Some(to_browser), Some(from_browser), Some(stderr)) = pipes else {
        return Err(action()(io::Error::other("no pipes")));
    };
    Ok(Launched { running, to_browser, from_browser, stderr: Tail::follow(stderr)? })
}

/// The flags that depend on the options.
fn chosen(options: &Options<'_>, profile: &Path) -> Vec<OsString> {
    let mut flags = Vec::new();
    let mut user_data = OsString::from("--user-data-dir=");
    user_data.push(profile);
    flags.push(user_data);
    if let Some(camera) = &options.camera {
        flags.push("--use-fake-device-for-media-stream".into());
        flags.push("--use-fake-ui-for-media-stream".into());
        let mut file = OsString::from("--use-file-for-fake-video-capture=");
        file.push(camera);
        flags.push(file);
    }
    if options.any_certificate {
        flags.push("--ignore-certificate-errors".into());
    }
    if !options.hosts.is_empty() {
        let rules: Vec<_> = options
            .hosts
            .iter()
            .map(|(name, address)| {
                if address.is_ipv6() {
                    format!("MAP {name} [{address}]")
                } else {
                    format!("MAP {name} {address}")
                }
            })
            .collect();
        flags.push(format!("--host-resolver-rules={}", rules.join(",")).into());
    }
    flags.push("about:blank".into());
    flags
}

/// The running program, which leads a process group of its own.
#[derive(Debug)]
pub(crate) enum Running {
    /// In this process's namespaces.
    Here(Child),
    /// In a namespace of the laboratory.
    Inside(Process),
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        match self {
            Self::Here(child) => child.id(),
            Self::Inside(process) => process.id(),
        }
    }

    /// Waits up to `grace` for an end of its own, then kills what is left of the group, then reaps. The leader is
    /// reaped last: until then its number cannot become a stranger's.
    pub(crate) fn end(&mut self, grace: Duration) {
        let Ok(id) = i32::try_from(self.id()) else { return };
        let deadline = Instant::now() + grace;
        while still_running(id) && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
        match self {
            Self::Here(child) => drop(child.wait()),
            Self::Inside(process) => process.kill(),
        }
    }
}

/// Looks without reaping.
fn still_running(id: i32) -> bool {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    matches!(waitid(Id::Pid(Pid::from_raw(id)), look), Ok(WaitStatus::StillAlive))
}

/// The last lines of the program's standard error.
#[derive(Clone, Debug)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Tail {
    fn follow(stderr: ChildStderr) -> Result<Self, BrowserError> {
        let lines = Arc::new(Mutex::new(VecDeque::with_capacity(STDERR_LINES)));
        let kept = Arc::clone(&lines);
        thread::Builder::new()
            .name("browser-stderr".to_owned())
            .spawn(move || {
                let mut reader = BufReader::new(stderr);
                let mut line = Vec::new();
                // A longer line is kept in pieces, so memory stays bounded.
                while matches!(reader.by_ref().take(STDERR_LINE).read_until(b'\n', &mut line), Ok(1..)) {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    if kept.len() == STDERR_LINES {
                        kept.pop_front();
                    }
                    kept.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
                    line.clear();
                }
            })
            .map_err(BrowserError::io("starting the thread that reads standard error"))?;
        Ok(Self(lines))
    }

    pub(crate) fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}
