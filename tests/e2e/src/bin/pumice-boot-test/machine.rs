//! The machine: QEMU with UEFI, a disk, a USB stick, two network sockets, a watchdog, and its consoles.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pumice_lab::{Namespace, Process};
use serde_json::{Value, json};

use crate::disk::Disk;
use crate::images::Images;
use crate::{Failure, failed};

/// UEFI for ARM64.
const FIRMWARE: &str = "/usr/share/AAVMF/AAVMF_CODE.fd";

/// For how long a command in the machine may be silent.
const PATIENCE: Duration = Duration::from_secs(120);

/// For how long a console may be silent before it is reminded.
const NUDGE: Duration = Duration::from_secs(1);

/// What the machine is made of, which outlives its power.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) folder: PathBuf,
    pub(crate) disk: Disk,
    stick: PathBuf,
    variables: PathBuf,
    starts: u32,
}

impl Parts {
    /// A new machine with this image on its disk, and a firmware that starts only what is signed as the image is.
    pub(crate) fn new(folder: &Path, images: &Images) -> Result<Self, Failure> {
        let variables = folder.join("variables.fd");
        fs::copy(&images.variables, &variables).map_err(failed("copying the firmware's variables"))?;
        Ok(Self {
            folder: folder.to_owned(),
            disk: Disk::new(folder, &images.disk)?,
            stick: images.stick(folder)?,
            variables,
            starts: 0,
        })
    }
}

/// A machine with power. Dropping it pulls the plug.
#[derive(Debug)]
pub(crate) struct Machine {
    process: Process,
    control: BufReader<UnixStream>,
    serial: PathBuf,
    /// Kept open: a console that nobody listens to ends what runs on it.
    shell: UnixStream,
    commands: Cell<u32>,
    events: Vec<Value>,
    pub(crate) started: Instant,
}

impl Machine {
    /// Plugs it in.
    pub(crate) fn start(parts: &mut Parts, world: &Namespace) -> Result<Self, Failure> {
        parts.starts += 1;
        let path = |name: &str| parts.folder.join(format!("{name}-{}", parts.starts));
        let (serial, shell, control) = (path("serial"), path("shell"), path("control"));
        let shown = |path: &Path| path.display().to_string();
        let mut command = Command::new("qemu-system-aarch64");
        command
            // Without ACPI the machine is described by a device tree, as boards are.
            .args(["-M", "virt,acpi=off", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024"])
            .args(["-accel", "tcg,thread=multi"])
            .args(["-drive", &format!("if=pflash,format=raw,readonly=on,file={FIRMWARE}")])
            .args(["-drive", &format!("if=pflash,format=raw,file={}", shown(&parts.variables))])
            .args(["-blockdev", &parts.disk.plug_in()?])
            .args(["-device", "virtio-blk-pci,drive=disk"])
            .args(["-netdev", "tap,id=cell,ifname=cell,script=no,downscript=no"])
            .args(["-device", "virtio-net-pci,netdev=cell,mac=02:70:75:6d:69:01,romfile="])
            .args(["-netdev", "tap,id=beyond,ifname=beyond,script=no,downscript=no"])
            .args(["-device", "virtio-net-pci,netdev=beyond,mac=02:70:75:6d:69:02,romfile="])
            .args(["-device", "qemu-xhci", "-device", "usb-storage,drive=stick"])
            .args([
                "-drive",
                &format!("if=none,id=stick,format=raw,readonly=on,file={}", shown(&parts.stick)),
            ])
            .args(["-device", "virtio-serial-pci", "-device", "virtconsole,chardev=shell"])
            .args(["-chardev", &format!("socket,id=shell,path={},server=on,wait=off", shown(&shell))])
            .args(["-device", "virtio-rng-pci", "-device", "i6300esb", "-action", "watchdog=reset"])
            .args(["-qmp", &format!("unix:{},server=on,wait=off", shown(&control))])
            // Boards have no clock that goes on without power.
            .args(["-rtc", "base=2020-01-01T00:00:00"])
            .args(["-display", "none", "-monitor", "none", "-serial", &format!("file:{}", shown(&serial))])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(path("qemu")).map_err(failed("a file for QEMU's words"))?);
        let process = world.spawn(command)?;
        let said = |error: String| {
            let said = fs::read_to_string(path("qemu")).unwrap_or_default();
            Failure(format!("QEMU: {error}: {said}"))
        };
        let stream = connect(&control).map_err(|error| said(error.to_string()))?;
        let mut this = Self {
            process,
            control: BufReader::new(stream),
            serial,
            shell: connect(&shell).map_err(failed("the second console"))?,
            commands: Cell::new(0),
            events: Vec::new(),
            started: Instant::now(),
        };
        let greeted = this.reply().and_then(|_| this.execute(&json!({"execute": "qmp_capabilities"})));
        greeted.map_err(|failure| said(failure.to_string()))?;
        Ok(this)
    }

    /// Pulls the plug: what the machine had in memory is gone.
    pub(crate) fn cut_power(self) {
        self.process.kill();
    }

    /// All that was said on the serial console.
    pub(crate) fn console(&self) -> String {
        fs::read(&self.serial).map(|octets| String::from_utf8_lossy(&octets).into_owned()).unwrap_or_default()
    }

    /// Waits until the console has said something; all of it.
    pub(crate) fn await_console(&self, what: &str, limit: Duration) -> Result<String, Failure> {
        let deadline = Instant::now() + limit;
        loop {
            let said = self.console();
            if said.contains(what) {
                return Ok(said);
            }
            if Instant::now() > deadline {
                return Err(Failure(format!("the console does not say {what:?} within {limit:?}:\n{said}")));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Runs a command in the shell of a development image; what it prints. A command that fails is an error.
    pub(crate) fn run(&self, command: &str) -> Result<String, Failure> {
        let told = failed("the machine's shell");
        if self.commands.get() == 0 {
            self.await_shell()?;
        }
        let mut shell = &self.shell;
        shell.set_read_timeout(Some(NUDGE)).map_err(&told)?;
        let deadline = Instant::now() + PATIENCE;
        let number = self.commands.get() + 1;
        self.commands.set(number);
        // The mark is not in the line itself, should the console repeat it.
        writeln!(shell, "{{ {command}\n}} </dev/null 2>&1; echo \"@@\"\"end{number} $?@@\"")
            .map_err(&told)?;
        let (begin, mark) = (format!("@@end{} ", number - 1), format!("@@end{number} "));
        let (mut said, mut octets) = (String::new(), [0; 4096]);
        loop {
            let length = match shell.read(&mut octets) {
                Ok(length) => length,
                // A console may keep what it was told until it is told more; an empty line is nothing to a shell.
                Err(error) if is_silence(&error) && Instant::now() < deadline => {
                    shell.write_all(b"\n").map_err(&told)?;
                    continue;
                }
                Err(error) => {
                    return Err(Failure(format!("the shell is silent ({error}) after {command}: {said}")));
                }
            };
            said.push_str(&String::from_utf8_lossy(octets.get(..length).unwrap_or_default()));
            if length == 0 {
                return Err(Failure(format!("the machine's shell ended after {command}: {said}")));
            }
            let Some((output, end)) = said.split_once(&mark) else { continue };
            let Some((status, _)) = end.split_once("@@") else { continue };
            // The rest of the line before may have come late.
            let output = output.rsplit_once(&begin).map_or(output, |(_, rest)| rest).replace('\r', "");
            if status == "0" {
                return Ok(output);
            }
            return Err(Failure(format!("{command}: status {status}: {output}")));
        }
    }

    /// Waits for the shell: what is said to a console that nobody has opened yet is lost.
    fn await_shell(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while !self.has_shell() {
            if Instant::now() > deadline {
                return Err(Failure("the machine has no shell".to_owned()));
            }
        }
        Ok(())
    }

    /// Whether somebody answers on the second console.
    pub(crate) fn has_shell(&self) -> bool {
        let mut shell = &self.shell;
        let timed = shell.set_read_timeout(Some(Duration::from_secs(2)));
        let asked = timed.and_then(|()| shell.write_all(b"\necho answer\n"));
        asked.is_ok() && shell.read(&mut [0; 64]).is_ok_and(|length| length > 0)
    }

    /// Waits for an event of the machine's; its data.
    pub(crate) fn await_event(&mut self, name: &str, limit: Duration) -> Result<Value, Failure> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(at) = self.events.iter().position(|event| event["event"] == name) {
                return Ok(self.events.remove(at).get_mut("data").map(Value::take).unwrap_or_default());
            }
            if Instant::now() > deadline {
                return Err(Failure(format!("no event {name} within {limit:?}")));
            }
            // An answer that makes what happened before come in.
            self.execute(&json!({"execute": "query-status"}))?;
            thread::sleep(Duration::from_millis(200));
        }
    }

    fn execute(&mut self, command: &Value) -> Result<Value, Failure> {
        writeln!(self.control.get_mut(), "{command}").map_err(failed("QEMU's control"))?;
        loop {
            let mut reply = self.reply()?;
            if let Some(value) = reply.get_mut("return") {
                return Ok(value.take());
            }
            if reply.get("error").is_some() {
                return Err(Failure(format!("QEMU refuses {command}: {reply}")));
            }
            self.events.push(reply);
        }
    }

    fn reply(&mut self) -> Result<Value, Failure> {
        let mut line = String::new();
        self.control.read_line(&mut line).map_err(failed("QEMU's control"))?;
        serde_json::from_str(&line).map_err(|error| Failure(format!("QEMU's control: {error}: {line:?}")))
    }
}

fn is_silence(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn connect(path: &Path) -> std::io::Result<UnixStream> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match UnixStream::connect(path) {
            // QEMU is still making its sockets.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
                    && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            outcome => return outcome,
        }
    }
}
