//! The microcontroller in QEMU, and a gateway on its line.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use pumice_link::port::Port;
use pumice_link::{Answer, Client, Command, Event, Identity, Incoming, Notice, Record, Versions, encode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The data register of port B, with all pins.
const PINS: &str = "xp /1wx 0x400053fc";
pub(crate) const BOARD: u32 = 1 << 0;
pub(crate) const CELL: u32 = 1 << 1;

/// A machine, which ends with this value.
pub(crate) struct Machine {
    directory: TempDir,
    process: Child,
    control: BufReader<UnixStream>,
    sensors: UnixStream,
    started: Instant,
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Machine {
    pub(crate) fn start(image: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        let path = |name: &str| directory.path().join(name).display().to_string();
        let socket = |id: &str| format!("socket,id={id},path={},server=on,wait=off", path(id));
        let process = Process::new("qemu-system-arm")
            .args(["-M", "lm3s6965evb", "-display", "none", "-monitor", "none", "-net", "none"])
            .args(["-qmp", &format!("unix:{},server=on,wait=off", path("qmp"))])
            .args(["-chardev", &socket("link"), "-serial", "chardev:link"])
            .args(["-serial", &format!("file:{}", path("defmt"))])
            .args(["-chardev", &socket("sensors"), "-serial", "chardev:sensors"])
            .arg("-kernel")
            .arg(image)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // It warns of a network card without a network each time.
            .stderr(fs::File::create(directory.path().join("stderr")).expect("a file"))
            .spawn()
            .expect("QEMU starts");
        let control = connect(&directory.path().join("qmp"));
        let sensors = connect(&directory.path().join("sensors"));
        let control = BufReader::new(control);
        let mut this = Self { directory, process, control, sensors, started: Instant::now() };
        this.line();
        this.execute(&json!({"execute": "qmp_capabilities"}));
        this
    }

    /// A gateway on the link, with the real driver.
    pub(crate) fn gateway(&self, versions: Versions) -> Gateway {
        let stream = connect(&self.directory.path().join("link"));
        stream.set_read_timeout(Some(Duration::from_millis(5))).expect("a time-out");
        Gateway {
            port: Port::new(stream, Client::new(versions, 0)),
            started: self.started,
            notices: Vec::new(),
        }
    }

    /// Port B's pins.
    pub(crate) fn pins(&mut self) -> u32 {
        let reply = self.execute(&json!({
            "execute": "human-monitor-command", "arguments": {"command-line": PINS},
        }));
        let text = reply.as_str().expect("text").trim();
        let (_, value) = text.split_once(": 0x").expect("address and value");
        u32::from_str_radix(value, 16).expect("a number")
    }

    pub(crate) fn reset(&mut self) {
        self.execute(&json!({"execute": "system_reset"}));
    }

    /// What the sensors read from now on.
    pub(crate) fn battery(&mut self, battery_mv: u16) {
        let reading = (battery_mv, -1_200_i16, 18_000_u16, 900_i16, 235_i16);
        self.sensors
            .write_all(&encode(255, 0, &reading).expect("it fits"))
            .expect("the sensors' line is there");
    }

    /// What was logged on UART1.
    pub(crate) fn debug_log(&self) -> Vec<u8> {
        fs::read(self.directory.path().join("defmt")).expect("QEMU made it")
    }

    fn execute(&mut self, command: &Value) -> Value {
        writeln!(self.control.get_mut(), "{command}").expect("QEMU listens");
        loop {
            let mut reply = self.line();
            // Events come in between.
            if let Some(value) = reply.get_mut("return") {
                return value.take();
            }
            assert!(reply.get("error").is_none(), "{reply}");
        }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.control.read_line(&mut line).expect("QEMU answers");
        serde_json::from_str(&line).expect("QEMU speaks JSON")
    }
}

fn connect(path: &PathBuf) -> UnixStream {
    let started = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return stream,
            // QEMU is still making its sockets.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                let said = || fs::read_to_string(path.with_file_name("stderr")).unwrap_or_default();
                assert!(
                    started.elapsed() < Duration::from_secs(20),
                    "{}: {error}: {}",
                    path.display(),
                    said()
                );
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

/// The gateway's side.
pub(crate) struct Gateway {
    port: Port<UnixStream>,
    started: Instant,
    /// All that was said unasked.
    pub(crate) notices: Vec<Notice>,
}

impl Gateway {
    /// Goes on until `wanted` finds what it looks for.
    pub(crate) fn until<T>(&mut self, what: &str, mut wanted: impl FnMut(&Incoming) -> Option<T>) -> T {
        self.try_until(what, |incoming| incoming.and_then(&mut wanted))
    }

    /// Goes on until `wanted` is content; it is asked after each event, and every few milliseconds.
    pub(crate) fn try_until<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(Option<&Incoming>) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            let now_ms = u64::try_from(self.started.elapsed().as_millis()).expect("not for ever");
            let incoming = self.port.step(now_ms).expect("the line is there");
            if let Some(Incoming::Notice(notice)) = &incoming {
                self.notices.push(*notice);
            }
            if let Some(found) = wanted(incoming.as_ref()) {
                return found;
            }
        }
        panic!("in vain: {what}; notices {:?}, line {:?}", self.notices, self.port.client.counts());
    }

    pub(crate) fn up(&mut self) -> (u8, Identity) {
        self.until("hello", |incoming| match incoming {
            Incoming::Up { version, identity } => Some((*version, *identity)),
            _ => None,
        })
    }

    pub(crate) fn ask(&mut self, command: Command) -> Answer {
        self.port.client.send(command.clone()).expect("up, and nothing pending");
        self.until(&format!("an answer to {command:?}"), |incoming| match incoming {
            Incoming::Answer(answer) => Some(answer.clone()),
            Incoming::Down => panic!("the line went down under {command:?}"),
            _ => None,
        })
    }

    pub(crate) fn told(&mut self, command: Command) {
        assert_eq!(self.ask(command.clone()), Answer::Done, "{command:?}");
    }

    /// The whole black box.
    pub(crate) fn black_box(&mut self) -> Vec<Record> {
        let mut all = Vec::new();
        let mut from = 0;
        loop {
            let Answer::Events { next, records, .. } = self.ask(Command::ReadBlackBox { from }) else {
                panic!("not the black box")
            };
            all.extend(records.iter().copied());
            match records.last() {
                Some(last) if last.number + 1 < next => from = last.number + 1,
                _ => return all,
            }
        }
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        self.black_box().into_iter().map(|record| record.event).collect()
    }

    /// Goes on until the pins are so.
    pub(crate) fn until_pins(&mut self, machine: &mut Machine, pins: u32) {
        self.try_until(&format!("pins {pins:#b}"), |_| {
            (machine.pins() & (BOARD | CELL) == pins).then_some(())
        });
    }

    /// Noise on the line.
    pub(crate) fn noise(&mut self, octets: &[u8]) {
        self.port.stream().write_all(octets).expect("the line is there");
    }

    /// The line is closed by the gateway: another may open it.
    pub(crate) fn hang_up(mut self) {
        let stream = self.port.stream();
        stream.shutdown(std::net::Shutdown::Both).expect("it was open");
        let _ = stream.read(&mut [0; 1]);
    }
}
