//! The machine in QEMU: its console, its power button, its pins and its watchdog.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::guest::Guest;

/// What the machine's clock says when it starts: 2031-05-06T07:08:09Z, which is no computer's own time.
pub(crate) const CLOCK: u64 = 1_935_817_689;
const CLOCK_TEXT: &str = "2031-05-06T07:08:09";

/// What begins each line of our program.
const OURS: &str = "virt: ";
/// For how long the machine may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// The PL061's data with all lines, and which of them are outputs.
const DATA: &str = "xp /1wx 0x090303fc";
const DIRECTION: &str = "xp /1wx 0x09030400";

/// A machine, which ends with this value.
pub(crate) struct Machine {
    process: Child,
    console: BufReader<UnixStream>,
    control: BufReader<UnixStream>,
    /// What was said on the console, for the message of a failure.
    said: String,
    /// What happened, and was not asked for yet.
    events: Vec<Value>,
    _directory: TempDir,
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Machine {
    pub(crate) fn start(guest: &Guest) -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        let path = |name: &str| directory.path().join(name).display().to_string();
        let process = Command::new("qemu-system-aarch64")
            .args(["-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "512"])
            // The machine's time goes by its instructions, so a busy host does not make it miss a press.
            .args(["-icount", "shift=3,sleep=on"])
            .args(["-rtc", &format!("base={CLOCK_TEXT},clock=vm")])
            .args(["-display", "none", "-monitor", "none", "-nic", "none"])
            .args(["-device", "i6300esb", "-action", "watchdog=reset"])
            .args(["-qmp", &format!("unix:{},server=on,wait=off", path("qmp"))])
            .args(["-chardev", &format!("socket,id=console,path={},server=on,wait=on", path("console"))])
            .args(["-serial", "chardev:console"])
            // Only what is fatal: a line of the kernel's may come in the middle of one of ours.
            .args(["-append", "console=ttyAMA0 loglevel=1"])
            .arg("-kernel")
            .arg(&guest.kernel)
            .arg("-initrd")
            .arg(&guest.initramfs)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(directory.path().join("stderr")).expect("a file"))
            .spawn()
            .expect("QEMU starts");
        // It goes on when somebody is at the console.
        let console = connect(&directory.path().join("console"));
        let control = connect(&directory.path().join("qmp"));
        let mut this = Self {
            process,
            console: BufReader::new(console),
            control: BufReader::new(control),
            said: String::new(),
            events: Vec::new(),
            _directory: directory,
        };
        this.reply();
        this.execute(&json!({"execute": "qmp_capabilities"}));
        this
    }

    /// The next line of our program, which must begin so; what comes after that.
    pub(crate) fn heard(&mut self, start: &str) -> String {
        let line = self.line();
        let rest = line.strip_prefix(start);
        rest.unwrap_or_else(|| panic!("{start:?} is wanted, heard {line:?}; the console:\n{}", self.said))
            .to_owned()
    }

    /// Lets our program go on.
    pub(crate) fn go_on(&mut self) {
        self.console.get_mut().write_all(b"\n").expect("the machine listens");
    }

    /// The levels of the PL061's outputs, and which lines are outputs.
    pub(crate) fn pins(&mut self) -> (u8, u8) {
        let (data, direction) = (self.register(DATA), self.register(DIRECTION));
        (data & direction, direction)
    }

    /// Presses the power button for a tenth of a second.
    pub(crate) fn press(&mut self) {
        self.execute(&json!({"execute": "system_powerdown"}));
        self.until_event("POWERDOWN");
    }

    /// What has happened until now and was not asked for yet, by its names.
    pub(crate) fn happened(&mut self) -> Vec<String> {
        // What happened before is told before this is answered.
        self.execute(&json!({"execute": "query-status"}));
        let name = |event: Value| event["event"].as_str().unwrap_or_default().to_owned();
        self.events.drain(..).map(name).collect()
    }

    /// Waits for an event; its data.
    pub(crate) fn until_event(&mut self, name: &str) -> Value {
        loop {
            if let Some(at) = self.events.iter().position(|event| event["event"] == name) {
                return self.events.remove(at)["data"].take();
            }
            let event = self.reply();
            self.events.push(event);
        }
    }

    /// Waits for the machine to be off.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.process.wait().expect("QEMU was started")
    }

    fn line(&mut self) -> String {
        loop {
            let from = self.said.len();
            let mut octets = Vec::new();
            let read = self.console.read_until(b'\n', &mut octets);
            self.said.push_str(&String::from_utf8_lossy(&octets));
            match read {
                Ok(1..) => {}
                silent => panic!("the console ends ({silent:?}):\n{}", self.said),
            }
            let line = self.said.get(from..).unwrap_or_default().trim();
            if line.contains("panic") {
                self.read_the_rest();
                panic!("the console:\n{}", self.said);
            }
            if let Some(ours) = line.strip_prefix(OURS) {
                return ours.to_owned();
            }
        }
    }

    /// Of what somebody says who panics.
    fn read_the_rest(&mut self) {
        let console = self.console.get_ref();
        console.set_read_timeout(Some(Duration::from_secs(2))).expect("a time-out");
        let mut octets = Vec::new();
        while self.console.read_until(b'\n', &mut octets).is_ok_and(|length| length > 0) {}
        self.said.push_str(&String::from_utf8_lossy(&octets));
    }

    fn register(&mut self, command: &str) -> u8 {
        let reply = self.execute(&json!({
            "execute": "human-monitor-command", "arguments": {"command-line": command},
        }));
        let text = reply.as_str().expect("text").trim();
        let (_, value) = text.split_once(": 0x").expect("address and value");
        u32::from_str_radix(value, 16).ok().and_then(|value| u8::try_from(value).ok()).expect("eight lines")
    }

    fn execute(&mut self, command: &Value) -> Value {
        writeln!(self.control.get_mut(), "{command}").expect("QEMU listens");
        loop {
            let mut reply = self.reply();
            if let Some(value) = reply.get_mut("return") {
                return value.take();
            }
            assert!(reply.get("error").is_none(), "{reply}");
            self.events.push(reply);
        }
    }

    fn reply(&mut self) -> Value {
        let mut line = String::new();
        if let Err(error) = self.control.read_line(&mut line) {
            panic!("QEMU says nothing: {error}; the console:\n{}", self.said);
        }
        serde_json::from_str(&line).expect("QEMU speaks JSON")
    }
}

fn connect(path: &Path) -> UnixStream {
    let started = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
                return stream;
            }
            // QEMU is still making its sockets.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                let said = || fs::read_to_string(path.with_file_name("stderr")).unwrap_or_default();
                assert!(started.elapsed() < PATIENCE, "{}: {error}: {}", path.display(), said());
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}
