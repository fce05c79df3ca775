use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use flate2::read::GzDecoder;
use pumice_model::machine::{
    BackhaulView, BoardView, ClockView, DiskView, InterfaceView, MachineView, PowerView,
};
use pumice_model::settings::{SETTINGS, SettingRow, SettingsView};

use super::{BUNDLE, Parts, Scrubber, bundle, the_end, the_start};

mod scrub;

fn machine() -> MachineView {
    MachineView {
        board: BoardView {
            name: "qemu-virt".to_owned(),
            notes: vec!["canary K 00112233445566778899aabbccddeeff".to_owned()],
            ways: vec!["dhcp"],
            access_point: false,
            switches_cell: false,
        },
        power: PowerView::Unknown,
        clock: ClockView { trusted: true, source: "ntp", unix_seconds: 1_700_000_000, zone_quarters: 12 },
        disk: DiskView { free: 1, total: 2, failing: None },
        backhaul: BackhaulView {
            way: "pppoe".to_owned(),
            interface: Some("ppp0".to_owned()),
            online: Some(true),
            since: Duration::from_secs(3),
            since_unix: None,
            delay_millis: Some(80),
            why: None,
        },
        interfaces: vec![InterfaceView {
            name: "eth0".to_owned(),
            role: "backhaul",
            up: true,
            addresses: vec!["192.0.2.7".parse().unwrap()],
        }],
        temperature_millicelsius: None,
    }
}

fn settings() -> SettingsView {
    let rows = SETTINGS.iter().map(|spec| {
        // Even if somebody forgot to empty them.
        let value = if spec.key == "backhaul.password" { "abc" } else { "mild canary-of-settings" };
        SettingRow { spec, value: value.to_owned(), set: true }
    });
    SettingsView { rows: rows.collect(), trial: None, trial_seconds: 90, complete: true }
}

fn opened(bundle: &[u8]) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(GzDecoder::new(bundle));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), text)
    });
    entries.collect()
}

#[test]
fn no_canary_leaves_in_any_text() {
    let proc = tempfile::tempdir().unwrap();
    fs::create_dir(proc.path().join("self")).unwrap();
    for file in ["version", "meminfo", "loadavg", "uptime", "self/status"] {
        fs::write(proc.path().join(file), "canary-of-settings 001010000000123\nplain fact\n").unwrap();
    }
    let text = "k=00112233445566778899AABBCCDDEEFF imsi 001010000000123 pw \"canary-of-settings\" \
                $argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g\nplain line\n";
    let parts = Parts {
        version: "1.2.3 canary-of-settings",
        status: text,
        machine: &machine(),
        metrics: text,
        events: text,
        settings: &settings(),
        log: text,
        unix_seconds: 1_700_000_000,
    };
    let scrubber = Scrubber::new(["canary-of-settings"]);
    let bundle = bundle(&parts, &scrubber, proc.path()).unwrap();
    let texts = opened(&bundle);
    assert_eq!(texts.len(), 12);
    for (name, text) in &texts {
        for canary in
            ["canary-of-settings", "0000000123", "445566778899", "aGFzaGhhc2g", "c2FsdHNhbHQ", "\"abc\""]
        {
            assert!(
                !text.to_ascii_lowercase().contains(&canary.to_ascii_lowercase()),
                "{canary} in {name}: {text}"
            );
        }
    }
    let of = |name: &str| texts[&format!("pumice-diagnostics/{name}")].as_str();
    for name in ["status.json", "metrics.txt", "events.txt", "log.txt"] {
        assert!(
            of(name).ends_with("\nplain line\n") && of(name).contains("imsi 00101..123 "),
            "{}",
            of(name)
        );
    }
    assert!(of("system/meminfo.txt").ends_with("plain fact\n"));
    assert!(of("settings.txt").contains("backhaul.password = \"(secret)\" (set by an owner)\n"));
    assert!(of("settings.txt").contains("network.name = \"mild [secret]\" (set by an owner)\n"));
    assert!(of("machine.txt").contains("192.0.2.7"), "{}", of("machine.txt"));
}

#[test]
fn a_bundle_is_bounded_and_says_what_it_left_out() {
    // Text that hardly compresses: a xorshift in letters.
    let mut state = 88_172_645_463_325_252_u64;
    let noise: String = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ!%&/()=?+*#.:,;<>|~^[]{}"[(state % 64) as usize])
    })
    .take(1 << 20)
    .collect();
    let proc = tempfile::tempdir().unwrap();
    fs::create_dir(proc.path().join("self")).unwrap();
    for file in ["version", "meminfo", "loadavg", "uptime", "self/status"] {
        fs::write(proc.path().join(file), &noise).unwrap();
    }
    let parts = Parts {
        version: &noise,
        status: &noise,
        machine: &machine(),
        metrics: &noise,
        events: &noise,
        settings: &settings(),
        log: &noise,
        unix_seconds: 0,
    };
    let bundle = bundle(&parts, &Scrubber::new([""; 0]), proc.path()).unwrap();
    assert!(bundle.len() <= BUNDLE, "{}", bundle.len());
    assert!(bundle.len() > BUNDLE * 2 / 5, "the noise compresses: {}", bundle.len());
    let texts = opened(&bundle);
    let log = &texts["pumice-diagnostics/log.txt"];
    assert!(
        log.starts_with("\n[753664 octets are left out here]\n")
            && log.ends_with(&noise[noise.len() - 100..])
    );
    assert!(texts["pumice-diagnostics/events.txt"].starts_with(&noise[..100]));
}

#[test]
fn texts_are_cut_between_letters() {
    assert_eq!(the_start("éé", 3), "é\n[2 octets are left out here]\n");
    assert_eq!(the_end("éé", 3), "\n[2 octets are left out here]\né");
    assert_eq!((the_start("éé", 4).as_str(), the_end("éé", 4).as_str()), ("éé", "éé"));
}

#[test]
fn this_machine_makes_a_bundle() {
    let parts = Parts {
        version: "1.2.3",
        status: "{}",
        machine: &machine(),
        metrics: "",
        events: "",
        settings: &settings(),
        log: "",
        unix_seconds: 0,
    };
    let texts = opened(&bundle(&parts, &Scrubber::new([""; 0]), Path::new("/proc")).unwrap());
    assert!(texts["pumice-diagnostics/system/meminfo.txt"].contains("MemTotal:"));
    assert!(texts["pumice-diagnostics/system/kernel.txt"].starts_with("Linux version "));
}
