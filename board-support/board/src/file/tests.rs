use super::*;
use crate::board::{BatterySource, Bias, ButtonWire, FanControl, LampWire};
use crate::recognise::FILES;

const LEAST: &str = r#"
name = "bench"
title = "A board on the bench"
never_run = []
fallback_address = "10.1.2.3/24"
backhaul = ["ethernet"]
[[interface]]
names = ["eth0"]
medium = "ethernet"
roles = ["cell", "backhaul"]
"#;

/// The keys and reasons of what is wrong.
fn wrong(text: &str) -> Vec<(String, String)> {
    match parse(text) {
        Ok(board) => panic!("no mistakes: {board:?}"),
        Err(FileError::Mistakes { mistakes }) => {
            assert!(!mistakes.is_empty());
            mistakes.into_iter().map(|mistake| (mistake.key, mistake.reason)).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

/// The least file with something more is wrong in this one key, and the reason says this.
#[track_caller]
fn refused(more: &str, key: &str, says: &str) {
    let mistakes = wrong(&format!("{LEAST}{more}"));
    let [(found, reason)] = mistakes.as_slice() else { panic!("{mistakes:?}") };
    assert_eq!(found, key, "{reason}");
    assert!(reason.contains(says), "{key}: {reason}");
}

#[test]
fn the_least_file_is_a_board() {
    let board = parse(LEAST).unwrap();
    assert_eq!((board.fallback_address.to_string().as_str(), board.fallback_prefix), ("10.1.2.3", 24));
    assert!(board.lamps.is_empty() && board.watchdog.is_none() && board.battery.is_none());
}

#[test]
fn every_part_is_read() {
    let (_, solar) = FILES.iter().find(|(name, _)| *name == "solar-1").unwrap();
    let board = parse(solar).unwrap();
    let Some(ButtonWire::Line(line)) = &board.button else { panic!("{:?}", board.button) };
    assert_eq!((line.line, line.active_low, line.bias), (27, true, Bias::PullUp));
    assert!(matches!(&board.lamps[0].wire, LampWire::Line(line) if line.line == 16 && !line.active_low));
    assert_eq!((board.supplies[0].address, board.supplies[0].shunt_micro_ohm), (0x40, 2_000));
    assert_eq!(board.battery.unwrap().source, BatterySource::Supervisor);
    assert_eq!(board.gnss.unwrap().pps.as_deref(), Some("pps0"));
    let (_, module) = FILES.iter().find(|(name, _)| *name == "raspberry-pi-cm4").unwrap();
    assert!(matches!(parse(module).unwrap().fan.unwrap().control, FanControl::Curve(_)));
}

#[test]
fn all_mistakes_are_listed_at_once_with_their_lines() {
    let text = r#"
name = "Bench!"
colour = "blue"
fallback_address = "8.8.8.8/24"
backhaul = ["pigeon"]
[[interface]]
names = []
medium = "string"
speed = 3
[watchdog]
timeout_s = 4
"#;
    let Err(FileError::Mistakes { mistakes }) = parse(text) else { panic!("no mistakes") };
    let found: Vec<(usize, &str)> =
        mistakes.iter().map(|mistake| (mistake.line, mistake.key.as_str())).collect();
    assert_eq!(
        found,
        [
            (1, "never_run"),
            (1, "title"),
            (2, "name"),
            (4, "fallback_address"),
            (5, "backhaul"),
            (6, "interface[0].roles"),
            (7, "interface[0].names"),
            (8, "interface[0].medium"),
            (9, "interface[0].speed"),
            (10, "watchdog.device"),
            (11, "watchdog.timeout_s"),
        ]
    );
    let said = FileError::Mistakes { mistakes }.to_string();
    assert!(said.contains("line 5: backhaul: \"ethernet\" or \"pppoe\" or"), "{said}");
    assert_eq!(said.lines().count(), 11);
}

#[test]
fn what_is_no_toml_says_where() {
    let mistakes = wrong("name = \n[[interface]\n");
    assert!(mistakes.iter().any(|(key, _)| key.is_empty()), "{mistakes:?}");
}

#[test]
fn a_key_that_nobody_knows_is_told_what_there_is() {
    let text = LEAST.replace("never_run", "colour = 1\nnever_run");
    let mistakes = wrong(&text);
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].0, "colour");
    assert!(mistakes[0].1.contains("a board has backhaul, battery, button,"), "{}", mistakes[0].1);
    refused("[modem]\ntty = \"/dev/ttyUSB2\"\nbuad = 9600", "modem.buad", "modem has baud, tty");
}

#[test]
fn names_cannot_lead_out_of_their_directories() {
    refused("[[led]]\ncolour = \"red\"\nsysfs = \"../../../etc\"", "led[0].sysfs", "without '/'");
    refused("[[led]]\ncolour = \"red\"\nsysfs = \"..\"", "led[0].sysfs", "without '/'");
    refused("[watchdog]\ndevice = \"/dev/../etc/passwd\"", "watchdog.device", "a device is wanted");
    refused("[watchdog]\ndevice = \"/etc/passwd\"", "watchdog.device", "a device is wanted");
    refused("[[temperature]]\nname = \"x\"\nzone = \"a/b\"", "temperature[0].zone", "without '/'");
}

#[test]
fn parts_that_do_not_fit_each_other_are_refused() {
    refused("[[led]]\ncolour = \"red\"", "led[0].sysfs", "either sysfs or gpio");
    let both = "[[led]]\ncolour = \"red\"\nsysfs = \"PWR\"\ngpio = { chip = \"gpiochip0\", line = 1 }";
    refused(both, "led[0].sysfs", "either sysfs or gpio");
    let twice = "[[led]]\ncolour = \"red\"\nsysfs = \"PWR\"\n[[led]]\ncolour = \"red\"\nsysfs = \"ACT\"";
    refused(twice, "led", "once only");
    let supply = |chip: &str, amps: u32, address: u32| {
        format!(
            "[[supply]]\nname = \"s{address}\"\nchip = \"{chip}\"\nbus = 1\naddress = {address}\n\
             shunt_micro_ohm = 100_000\nmax_milliamps = {amps}\n"
        )
    };
    refused(&supply("ina226", 1_000, 64), "supply[0].max_milliamps", "above the chip's 81920");
    refused(&supply("ina226", 500, 63), "supply[0].address", "from 64 to 79");
    refused(&(supply("ina219", 500, 64) + &supply("ina219", 500, 64)), "supply", "the same name");
    let curve = "[fan]\nhwmon = \"f\"\ncontrol = \"curve\"\n";
    refused(curve, "fan.curve", "1 to 8 points");
    refused(&format!("{curve}curve = [{{ celsius = 50, percent = 50 }}]"), "fan.curve", "100 percent");
    let kernel = "[fan]\nhwmon = \"f\"\ncontrol = \"kernel\"\ncurve = [{ celsius = 50, percent = 100 }]";
    refused(kernel, "fan.curve", "for control = \"curve\" only");
    refused("[gnss]\ntty = \"/dev/ttyS0\"\nbaud = 9601", "gnss.baud", "9600, 19200");
}

#[test]
fn interfaces_must_be_able_to_what_the_board_says() {
    let with = |backhaul: &str| LEAST.replace("[\"ethernet\"]", backhaul);
    for (backhaul, says) in [("[\"wifi-client\"]", "medium \"wifi\""), ("[\"modem\"]", "wants [modem]")] {
        let mistakes = wrong(&with(backhaul));
        assert_eq!(mistakes.len(), 1);
        assert_eq!(mistakes[0].0, "backhaul");
        assert!(mistakes[0].1.contains(says), "{mistakes:?}");
    }
    let mistakes = wrong(&LEAST.replace("[\"cell\", \"backhaul\"]", "[\"setup\"]"));
    let keys: Vec<&str> = mistakes.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["backhaul", "interface", "interface"], "{mistakes:?}");
}

#[test]
fn a_battery_must_be_measured_by_somebody_and_fall() {
    let battery = |source: &str, save: u32| {
        format!(
            "[battery]\nsource = \"{source}\"\nwarn_mv = 12_000\ndrop_cell_mv = 11_800\n\
             save_mv = {save}\nhalt_mv = 11_200\n"
        )
    };
    refused(&battery("supervisor", 11_500), "battery", "wants the section [supervisor]");
    refused(&battery("battery", 11_500), "battery", "the name of a [[supply]]");
    let line = "[supervisor]\ntty = \"/dev/ttyS1\"\n";
    refused(&format!("{line}{}", battery("supervisor", 11_800)), "battery.warn_mv", "must fall");
    assert!(parse(&format!("{LEAST}{line}{}", battery("supervisor", 11_500))).is_ok());
}

#[test]
fn addresses_that_are_no_hosts_are_refused() {
    for wrong_address in
        ["10.1.2.0/24", "10.1.2.255/24", "10.1.2.3", "10.1.2.3/31", "11.1.2.3/24", "10.1.2.3/x", "::1/64"]
    {
        let mistakes = wrong(&LEAST.replace("10.1.2.3/24", wrong_address));
        assert_eq!(mistakes[0].0, "fallback_address", "{wrong_address}");
    }
}

#[test]
fn lists_are_bounded() {
    let many = |what: &str, count: usize| what.repeat(count);
    let interface = "[[interface]]\nnames = [\"eth9\"]\nmedium = \"ethernet\"\nroles = [\"lan\"]\n";
    assert!(parse(&format!("{LEAST}{}", many(interface, 7))).is_ok());
    refused(&many(interface, 8), "interface", "at most 8");
}

#[test]
fn a_file_from_a_path_is_read_and_a_long_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bench.toml");
    std::fs::write(&path, LEAST).unwrap();
    assert_eq!(load(&path).unwrap().name, "bench");
    std::fs::write(&path, format!("{LEAST}#{}", "x".repeat(64 << 10))).unwrap();
    assert!(matches!(load(&path), Err(FileError::TooLong { .. })));
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(matches!(load(&path), Err(FileError::Io { .. })));
    assert!(matches!(load(&directory.path().join("absent")), Err(FileError::Io { .. })));
}
