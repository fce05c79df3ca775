//! The care of the box.

use super::noon;
use crate::form::Entered;
use crate::key;
use crate::page::backup::Made;
use crate::page::capture::{Capture, CaptureFile, Limits, Now, Running};
use crate::page::care::Care;
use crate::page::diagnostics::{Content, Diagnostics};
use crate::page::reset::{Chosen, Reset, What as Given};
use crate::page::restart::{Restarting, What};
use crate::page::restore::{Opened, Restore};
use crate::page::software::{Image, OnStick, Side, Software, Stage, Update};
use crate::words::Words;

/// `/care`.
pub fn care() -> Care {
    Care {
        version: "0.1.0".into(),
        board: "Raspberry Pi 4 Model B".into(),
        uptime_seconds: 1_000_000,
        last_backup: None,
        capturing: false,
    }
}

/// The answer of `/care/backup`.
pub fn backup_made() -> Made {
    Made {
        recovery_key: "K7QM-2XD9-TRA4-8VWN-3HCE-6YBF-PZ5J-1GSD".into(),
        file: "kijiji-net-2026-11-24.pumice".into(),
        bytes: 1_830_000,
        when: Some(noon()),
        box_name: "PB-000417".into(),
    }
}

/// `/care/restore`.
pub fn restore() -> Restore {
    Restore {
        entered: Entered::new().wrong("recovery_key", key!("problem.recovery-key")),
        opened: None,
        max_bytes: 64_000_000,
    }
}

/// `/care/restore` with a backup opened.
pub fn restore_opened() -> Restore {
    Restore {
        entered: Entered::new(),
        opened: Some(Opened {
            made: Some(noon().plus(-900_000)),
            box_name: "PB-000311".into(),
            network: "Kijiji Net".into(),
            phones: 1_234,
            accounts: 3,
            same_box: false,
            ticket: "dGlja2V0".into(),
        }),
        max_bytes: 64_000_000,
    }
}

/// `/care/software`.
pub fn software() -> Software {
    let on_stick = |name: &str, version: Option<&str>, problem: Option<&str>| OnStick {
        name: name.into(),
        version: version.map(str::to_owned),
        problem: problem.map(str::to_owned),
    };
    Software {
        running: "0.1.1".into(),
        image: Some(Image {
            sides: vec![side("A", Some("0.1.0"), false), side("B", Some("0.1.1"), true)],
            update: Some(Update {
                stage: Stage::GoneBack,
                version: Some("0.1.2".into()),
                percent: None,
                reason: Some("no gateway answers".into()),
            }),
            on_sticks: vec![
                on_stick("pumice-0.1.3.raucb", Some("0.1.3"), None),
                on_stick("found-somewhere.raucb", None, Some("signature verification failed")),
            ],
        }),
        entered: Entered::new(),
        max_bytes: 200_000_000,
    }
}

/// `/care/software` while an update is written.
pub fn software_busy() -> Software {
    Software {
        running: "0.1.0".into(),
        image: Some(Image {
            sides: vec![side("A", Some("0.1.0"), true), side("B", None, false)],
            update: Some(Update {
                stage: Stage::Installing,
                version: Some("0.1.1".into()),
                percent: Some(40),
                reason: None,
            }),
            on_sticks: Vec::new(),
        }),
        ..Software::default()
    }
}

fn side(name: &str, version: Option<&str>, runs: bool) -> Side {
    Side { name: name.into(), version: version.map(str::to_owned), runs }
}

/// `/care/diagnostics`.
pub fn diagnostics() -> Diagnostics {
    let content = |file: &str, what, bytes| Content { file: file.into(), what: Words::new(what), bytes };
    Diagnostics {
        bytes: 1_640_000,
        contents: vec![
            content("log.txt", key!("diagnostics.file.log"), 1_500_000),
            content("config.toml", key!("diagnostics.file.config"), 3_100),
            content("state.json", key!("diagnostics.file.state"), 42_000),
            content("metrics.txt", key!("diagnostics.file.metrics"), 61_000),
        ],
    }
}

/// `/care/capture`.
pub fn capture() -> Capture {
    Capture {
        entered: Entered::new()
            .with("target", "phone")
            .with("seconds", "60")
            .with("megabytes", "5000")
            .wrong("megabytes", Words::new(key!("problem.number")).with("min", "1").with("max", "8")),
        interfaces: vec!["wan".into(), "ran".into(), "pumice0".into()],
        phones: vec![("999990000000001".into(), "Amina".into())],
        limits: Limits { max_seconds: 3_600, max_megabytes: 8, max_files: 4 },
        running: Running {
            now: Some(Now { what: "ran".into(), packets: 4_711, bytes: 2_900_000, seconds_at_most: 600 }),
            files: vec![CaptureFile {
                name: "2026-11-24-amina.pcapng".into(),
                what: "Amina".into(),
                packets: 812,
                bytes: 310_000,
            }],
        },
    }
}

/// While the gateway restarts.
pub fn restarting() -> Restarting {
    Restarting { what: What::Gateway, seconds: 10, alive: "7".into(), next: "/".into() }
}

/// `/care/reset`.
pub fn reset() -> Reset {
    Reset { chosen: None, entered: Entered::new() }
}

/// `/care/reset?what=everything` after a wrong word.
pub fn reset_everything() -> Reset {
    Reset {
        chosen: Some(Chosen { what: Given::Everything, word: "Kijiji Net".into() }),
        entered: Entered::new().with("word", "kijiji").wrong("word", key!("problem.word")),
    }
}
