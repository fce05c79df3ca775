use super::*;

/// A tree in which files lie, as the kernel would show them.
fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Tree) {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let tree = Tree::new(root.path());
    (root, tree)
}

#[test]
fn a_zone_is_found_by_its_type_and_only_possible_values_are_values() {
    let (root, tree) = tree(&[
        ("sys/class/thermal/thermal_zone0/type", "gpu-thermal\n"),
        ("sys/class/thermal/thermal_zone0/temp", "1000\n"),
        ("sys/class/thermal/thermal_zone1/type", "cpu-thermal\n"),
        ("sys/class/thermal/thermal_zone1/temp", "48312\n"),
    ]);
    assert!(ThermalZone::find(&tree, "no-thermal").is_none());
    let zone = ThermalZone::find(&tree, "cpu-thermal").unwrap();
    assert_eq!(zone.millidegrees(&tree), Some(48_312));
    let file = root.path().join("sys/class/thermal/thermal_zone1/temp");
    for (text, value) in
        [("-40000\n", Some(-40_000)), ("150001\n", None), ("-274000\n", None), ("hot", None), ("", None)]
    {
        fs::write(&file, text).unwrap();
        assert_eq!(zone.millidegrees(&tree), value, "{text:?}");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(zone.millidegrees(&tree), None);
}

#[test]
fn a_fan_is_taken_over_once_and_written_when_it_changes() {
    let (root, tree) = tree(&[
        ("sys/class/hwmon/hwmon0/name", "cpu_thermal\n"),
        ("sys/class/hwmon/hwmon1/name", "emc2305\n"),
        ("sys/class/hwmon/hwmon1/pwm1", "0\n"),
        ("sys/class/hwmon/hwmon1/pwm1_enable", "2\n"),
        ("sys/class/hwmon/hwmon1/fan1_input", "2345\n"),
    ]);
    assert!(Pwm::find(&tree, "cpu_thermal").is_none(), "no pwm1");
    let mut fan = Pwm::find(&tree, "emc2305").unwrap();
    let read =
        |name: &str| fs::read_to_string(root.path().join("sys/class/hwmon/hwmon1").join(name)).unwrap();
    fan.turn(&tree, 60).unwrap();
    assert_eq!((read("pwm1").as_str(), read("pwm1_enable").as_str()), ("153", "1"));
    fs::write(root.path().join("sys/class/hwmon/hwmon1/pwm1"), "untouched").unwrap();
    fan.turn(&tree, 60).unwrap();
    assert_eq!(read("pwm1"), "untouched");
    fan.turn(&tree, 255).unwrap();
    assert_eq!(read("pwm1"), "255");
    assert_eq!(fan.rpm(&tree), Some(2345));
}

#[test]
fn a_weak_supply_is_told() {
    let (root, tree) = tree(&[
        ("sys/class/hwmon/hwmon2/name", "rpi_volt\n"),
        ("sys/class/hwmon/hwmon2/in0_lcrit_alarm", "0\n"),
    ]);
    let alarm = UndervoltageAlarm::find(&tree, "rpi_volt").unwrap();
    assert_eq!(alarm.is_raised(&tree), Some(false));
    fs::write(root.path().join("sys/class/hwmon/hwmon2/in0_lcrit_alarm"), "1\n").unwrap();
    assert_eq!(alarm.is_raised(&tree), Some(true));
    assert!(UndervoltageAlarm::find(&tree, "other").is_none());
}

#[test]
fn a_clock_without_supply_says_nothing() {
    let (_root, tree) = tree(&[("sys/class/rtc/rtc0/since_epoch", "1753000000\n")]);
    assert_eq!(rtc_seconds(&tree, "rtc0"), Some(1_753_000_000));
    assert_eq!(rtc_seconds(&tree, "rtc1"), None);
}

#[test]
fn supplies_are_read_as_far_as_they_say_something() {
    let (_root, tree) = tree(&[
        ("sys/class/power_supply/BAT0/type", "Battery\n"),
        ("sys/class/power_supply/BAT0/status", "Discharging\n"),
        ("sys/class/power_supply/BAT0/capacity", "55\n"),
        ("sys/class/power_supply/BAT0/voltage_now", "12345678\n"),
        ("sys/class/power_supply/usb/type", "USB\n"),
        ("sys/class/power_supply/usb/online", "1\n"),
        ("sys/class/power_supply/usb/capacity", "101\n"),
        ("sys/class/power_supply/broken/online", "1\n"),
    ]);
    assert_eq!(
        power_supplies(&tree),
        [
            PowerSupply {
                name: "BAT0".to_owned(),
                kind: "Battery".to_owned(),
                online: None,
                status: Some("Discharging".to_owned()),
                percent: Some(55),
                millivolts: Some(12_345),
            },
            PowerSupply {
                name: "usb".to_owned(),
                kind: "USB".to_owned(),
                online: Some(true),
                status: None,
                percent: None,
                millivolts: None,
            },
        ]
    );
}

#[test]
fn what_is_read_is_bounded_and_what_is_not_there_is_not_made() {
    let long = "9".repeat(MAX_READ + 100);
    let (root, tree) = tree(&[("sys/long", &long), ("sys/latin1", "x")]);
    assert_eq!(tree.read("/sys/long").unwrap().len(), MAX_READ);
    fs::write(root.path().join("sys/latin1"), [0xff, 0xfe]).unwrap();
    assert!(tree.text("/sys/latin1").is_err());
    assert!(tree.write("/sys/absent", "1").is_err());
    assert!(!tree.exists("/sys/absent"));
    for name in 0..MAX_ENTRIES + 50 {
        fs::write(root.path().join(format!("sys/{name}")), "").unwrap();
    }
    assert_eq!(tree.names("/sys").len(), MAX_ENTRIES);
    assert_eq!(tree.names("/absent"), Vec::<String>::new());
}

#[test]
fn names_are_sorted_by_their_numbers() {
    let (_root, tree) = tree(&[("d/eth10", ""), ("d/eth2", ""), ("d/eth0", ""), ("d/wlan0", "")]);
    assert_eq!(tree.names("d"), ["eth0", "eth2", "eth10", "wlan0"]);
}
