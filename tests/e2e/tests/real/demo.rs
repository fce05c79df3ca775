use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use pumice_lab::{Namespace, Process, Signal, binary, skip};
use tempfile::TempDir;

/// A namespace keeps its door to the local API off the ports of this machine.
struct Demo {
    process: Process,
    folder: TempDir,
    _namespace: Namespace,
}

#[test]
fn it_shows_eight_phones_and_says_so_by_its_exit_status() {
    if skip::unless_namespaces() {
        return;
    }
    let demo = Demo::start(&["--once"]);
    let mut shown = String::new();
    demo.process.stdout().unwrap().read_to_string(&mut shown).unwrap();
    let status = demo.process.wait(Duration::from_secs(10)).unwrap().expect("it ends");
    assert_eq!(status.code(), Some(0), "{shown}");
    for number in 1..=8 {
        assert!(shown.contains(&format!("00101000000000{number}")), "{shown}");
    }
    assert!(shown.contains("8 of 8 phones served"), "{shown}");
    assert!(shown.contains("http://127.0.0.1:8080/api/v1/status"), "{shown}");
    assert!(demo.leaves_nothing());
}

#[test]
fn it_stays_until_ctrl_c_and_tidies_up() {
    if skip::unless_namespaces() {
        return;
    }
    let demo = Demo::start(&[]);
    let shown = BufReader::new(demo.process.stdout().unwrap());
    assert!(shown.lines().map_while(Result::ok).any(|line| line.contains("until Ctrl-C")));
    assert!(demo.process.wait(Duration::from_millis(100)).unwrap().is_none(), "it stays");
    demo.process.signal(Signal::SIGINT).unwrap();
    let status = demo.process.wait(Duration::from_secs(10)).unwrap().expect("it ends");
    assert_eq!(status.code(), Some(0));
    assert!(demo.leaves_nothing());
}

impl Demo {
    fn start(arguments: &[&str]) -> Self {
        let namespace = Namespace::new("demo").unwrap();
        let folder = TempDir::with_prefix("pumice-").unwrap();
        let programs: PathBuf = binary::path("pumice").unwrap().parent().unwrap().to_owned();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pumice-demo"));
        command
            .args(arguments)
            .env(binary::FOLDER, programs)
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let process = namespace.spawn(command).unwrap();
        Self { process, folder, _namespace: namespace }
    }

    /// The files of the gateway are gone, and with them the gateway.
    fn leaves_nothing(&self) -> bool {
        fs::read_dir(self.folder.path()).unwrap().next().is_none()
    }
}
