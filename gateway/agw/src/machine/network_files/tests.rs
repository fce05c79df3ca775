use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::{NAMES, NetworkFile, Roles, SetupAccessPoint, Unfit, Written, render, write};
use crate::config::{BackhaulSettings, Way};

mod golden;
mod lines;

fn roles() -> Roles {
    let name = |name: &str| Some(name.to_owned());
    Roles {
        backhaul: name("eth0"),
        wifi: name("wlan0"),
        modem: name("wwan0"),
        lan: name("eth1"),
        setup: name("wlan0"),
        fallback: ([192, 168, 77, 1].into(), 24),
    }
}

fn settings(way: Option<Way>) -> BackhaulSettings {
    BackhaulSettings {
        way,
        files: "/nowhere".into(),
        probe: "9.9.9.9:853".parse().unwrap(),
        probe_every: Duration::from_secs(60),
    }
}

fn setup() -> SetupAccessPoint {
    SetupAccessPoint {
        interface: "wlan0".to_owned(),
        ssid: "Pumice 7F".to_owned(),
        passphrase: "tamu#chai \"mbili\"".to_owned(),
        address: ([192, 168, 78, 1].into(), 24),
        channel: 6,
    }
}

fn files(way: Way) -> Vec<NetworkFile> {
    render(&settings(Some(way)), &roles(), None).unwrap()
}

fn text(files: &[NetworkFile], name: &str) -> String {
    files
        .iter()
        .find(|file| file.name == name)
        .unwrap_or_else(|| panic!("no {name} in {files:?}"))
        .text
        .clone()
}

fn pppoe(user: &str, password: &str) -> Way {
    Way::Pppoe { user: user.to_owned(), password: password.to_owned() }
}

fn wifi(ssid: &str, password: Option<&str>) -> Way {
    Way::Wifi { ssid: ssid.to_owned(), password: password.map(str::to_owned) }
}

fn modem(apn: &str, user: &str, password: &str) -> Way {
    Way::Modem { apn: apn.to_owned(), user: Some(user.to_owned()), password: Some(password.to_owned()) }
}

#[test]
fn secrets_are_for_their_owner_only_and_others_for_everybody() {
    let all =
        [files(pppoe("u", "p")), files(wifi("s", Some("12345678"))), files(modem("a", "u", "p"))].concat();
    for file in &all {
        let is_network = file.name.ends_with(".network");
        assert_eq!(file.mode, if is_network { 0o644 } else { 0o600 }, "{file:?}");
        assert!(NAMES.contains(&file.name));
        assert!(!format!("{file:?}").contains("12345678"));
    }
}

#[test]
fn a_board_with_one_socket_keeps_its_page_address_and_gives_no_leases() {
    let one = Roles { lan: Some("eth0".to_owned()), ..roles() };
    let files = render(&settings(Some(Way::Dhcp)), &one, None).unwrap();
    assert_eq!(files.len(), 1);
    let text = text(&files, "10-pumice-backhaul.network");
    assert!(text.contains("\nDHCP=yes\n") && text.contains("\nAddress=192.168.77.1/24\n"), "{text}");
    assert!(!text.contains("DHCPServer"), "{text}");
    // By another way the socket is free for the cell.
    let files = render(&settings(Some(wifi("s", None))), &one, None).unwrap();
    assert!(files.iter().any(|file| file.name == "20-pumice-lan.network"));
}

#[test]
fn where_no_way_is_set_the_system_is_left_alone() {
    assert_eq!(render(&settings(None), &roles(), None), Ok(Vec::new()));
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("network");
    assert_eq!(write(&folder, &[]).unwrap(), Written::Unchanged);
    assert!(!folder.exists());
    // A way that was set before is taken back.
    write(&folder, &files(Way::Dhcp)).unwrap();
    assert_eq!(write(&folder, &[]).unwrap(), Written::Generation(2));
    assert_eq!(write(&folder, &[]).unwrap(), Written::Unchanged);
    assert_eq!(listing(&folder), ["generation"]);
}

#[test]
fn one_radio_is_not_both_client_and_access_point() {
    let names = |way: Option<Way>| -> Vec<&str> {
        let files = render(&settings(way), &roles(), Some(&setup())).unwrap();
        files.iter().map(|file| file.name).collect()
    };
    assert_eq!(names(None), ["30-pumice-setup.network", "hostapd.conf"]);
    assert_eq!(
        names(Some(wifi("s", None))),
        ["10-pumice-backhaul.network", "20-pumice-lan.network", "wpa_supplicant.conf"]
    );
}

#[test]
fn what_a_board_lacks_is_refused() {
    let bare = Roles { backhaul: None, wifi: None, modem: None, lan: None, setup: None, ..roles() };
    for way in [Way::Dhcp, pppoe("u", "p"), modem("a", "u", "p"), wifi("s", None)] {
        let word = way.word();
        assert_eq!(render(&settings(Some(way)), &bare, None), Err(Unfit::NoInterface { way: word }));
    }
    assert_eq!(render(&settings(Some(Way::None)), &bare, None), Ok(Vec::new()));
}

#[test]
fn interfaces_with_odd_names_are_refused() {
    for name in ["", "eth0\nDHCP=no", "e*", "!eth0", "a b", "%i", "../x", "-x", "sixteen-letters-"] {
        let odd = Roles { backhaul: Some(name.to_owned()), ..roles() };
        assert!(
            matches!(render(&settings(Some(Way::Dhcp)), &odd, None), Err(Unfit::Interface { .. })),
            "{name:?}"
        );
    }
}

#[test]
fn values_that_no_file_can_carry_are_refused_and_not_told() {
    let long = "x".repeat(256);
    let ways = [
        pppoe("a\nb", "p"),
        pppoe("a", "p\0canary"),
        pppoe("", "p"),
        pppoe("a", &long),
        modem("a\u{85}", "u", "p"),
        modem("a", "u", "p\rcanary"),
        wifi("", None),
        wifi(&"é".repeat(17), None),
        wifi("s", Some("canary7")),
        wifi("s", Some("canary\u{7f}canary")),
        wifi("s", Some(&"canary".repeat(11))),
    ];
    for way in ways {
        let refused = render(&settings(Some(way)), &roles(), None).unwrap_err();
        assert!(matches!(refused, Unfit::Value { .. }));
        assert!(!refused.to_string().contains("canary"), "{refused}");
    }
    let wrong = SetupAccessPoint { channel: 14, ..setup() };
    assert!(render(&settings(None), &roles(), Some(&wrong)).is_err());
}

#[test]
fn a_raw_key_is_not_quoted() {
    let key = "0123456789abcdef".repeat(4);
    let text = text(&files(wifi("s", Some(&key))), "wpa_supplicant.conf");
    assert!(text.contains(&format!("\tkey_mgmt=WPA-PSK\n\tieee80211w=1\n\tpsk={key}\n")), "{text}");
}

#[test]
fn a_passphrase_that_looks_like_a_comment_becomes_its_key() {
    // IEEE 802.11 annex J.4.2.
    let key = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e";
    assert_eq!(super::quoting::derived_key("password", "IEEE"), key);
    let text = text(&files(wifi("IEEE", Some("he\"llo#wo"))), "wpa_supplicant.conf");
    let key = line(&text, "\tpsk=");
    assert_eq!(key, super::quoting::derived_key("he\"llo#wo", "IEEE"));
    assert!(text.contains("\tkey_mgmt=WPA-PSK\n"), "{text}");
}

/// Reads a word as pppd's `getword` does.
fn pppd_word(line: &str) -> String {
    let mut letters = line.strip_prefix('"').unwrap().chars();
    let mut word = String::new();
    loop {
        match letters.next().unwrap() {
            '"' => break,
            '\\' => word.push(letters.next().unwrap()),
            letter => word.push(letter),
        }
    }
    assert_eq!(letters.as_str(), "", "the word is the line's last");
    word
}

/// Reads a value as sh does in double quotes.
fn sh_word(line: &str) -> String {
    let inner = line.strip_prefix('"').unwrap();
    let mut letters = inner.chars().peekable();
    let mut word = String::new();
    loop {
        match letters.next().unwrap() {
            '"' => break,
            '$' | '`' => panic!("an expansion: {line}"),
            '\\' if letters.peek().is_some_and(|next| "\"\\$`".contains(*next)) => {
                word.push(letters.next().unwrap())
            }
            letter => word.push(letter),
        }
    }
    assert_eq!(letters.next(), None, "the value is the line's last");
    word
}

fn line<'a>(text: &'a str, start: &str) -> &'a str {
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(start)).collect();
    assert_eq!(lines.len(), 1, "one line begins with {start}");
    lines[0]
}

const HOSTILE: [&str; 8] = [
    "\"; touch /x; \"",
    "back\\slash\\\"quote",
    "#comment%i%%",
    "# 'single' #",
    "@/etc/shadow",
    "$(reboot)`reboot`$HOME",
    "  spaces  ",
    "mañana-日本-🐢",
];

#[test]
fn hostile_values_stay_values() {
    for value in HOSTILE {
        let peer = text(&files(pppoe(value, value)), "pppoe.peer");
        assert_eq!(pppd_word(line(&peer, "user ")), value);
        assert_eq!(pppd_word(line(&peer, "password ")), value);
        let modem = text(&files(modem(value, value, value)), "modem.conf");
        for key in ["APN=", "USER_NAME=", "PASSWORD="] {
            assert_eq!(sh_word(line(&modem, key)), value);
        }
        let wpa = text(&files(wifi(value, Some(value))), "wpa_supplicant.conf");
        assert_eq!(line(&wpa, "\tpsk="), format!("\"{value}\""));
        assert!(line(&wpa, "\tssid=").bytes().all(|digit| digit.is_ascii_hexdigit()));
        let hostile = SetupAccessPoint { passphrase: value.to_owned(), ssid: value.to_owned(), ..setup() };
        let hostapd = text(&render(&settings(None), &roles(), Some(&hostile)).unwrap(), "hostapd.conf");
        assert_eq!(line(&hostapd, "wpa_passphrase="), value);
    }
}

#[test]
fn sh_itself_reads_the_modem_file_so() {
    let folder = tempfile::tempdir().unwrap();
    for value in HOSTILE {
        write(folder.path(), &files(modem(value, value, "p"))).unwrap();
        let script = format!(". {}/modem.conf; printf %s \"$APN\"", folder.path().display());
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
    }
}

proptest! {
    #[test]
    fn no_value_makes_a_line(value in "\\PC{8,12}", other in any::<String>()) {
        let lines = |way: Way| -> Option<Vec<usize>> {
            let files = render(&settings(Some(way)), &roles(), None).ok()?;
            Some(files.iter().map(|file| file.text.lines().count()).collect())
        };
        let like = [
            lines(pppoe("user", "password")),
            lines(modem("apn", "user", "password")),
            lines(wifi("ssid", Some("password"))),
        ];
        for value in [&value, &other] {
            let made = [lines(pppoe(value, value)), lines(modem(value, value, value)), lines(wifi("ssid", Some(value)))];
            for (made, like) in made.iter().zip(&like) {
                prop_assert!(made.is_none() || made == like, "{:?} {:?}", made, like);
            }
        }
    }
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_new_way_takes_the_place_of_the_one_before() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("network");
    assert_eq!(write(&folder, &files(pppoe("u", "p"))).unwrap(), Written::Generation(1));
    assert_eq!(
        listing(&folder),
        ["10-pumice-backhaul.network", "20-pumice-lan.network", "generation", "pppoe.peer"]
    );
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode("pppoe.peer"), mode("generation"), mode("20-pumice-lan.network")),
        (0o600, 0o600, 0o644)
    );

    fs::write(folder.join("50-mine.network"), "kept").unwrap();
    assert_eq!(write(&folder, &files(wifi("s", None))).unwrap(), Written::Generation(2));
    assert_eq!(
        listing(&folder),
        [
            "10-pumice-backhaul.network",
            "20-pumice-lan.network",
            "50-mine.network",
            "generation",
            "wpa_supplicant.conf"
        ]
    );
    assert_eq!(write(&folder, &[]).unwrap(), Written::Generation(3));
    assert_eq!(listing(&folder), ["50-mine.network", "generation"]);
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let root = tempfile::tempdir().unwrap();
    let files = files(pppoe("u", "p"));
    write(root.path(), &files).unwrap();
    let state = || -> Vec<_> {
        use std::os::unix::fs::MetadataExt;
        let inode = |name: &String| fs::metadata(root.path().join(name)).unwrap().ino();
        listing(root.path()).iter().map(inode).collect()
    };
    let before = state();
    assert_eq!(write(root.path(), &files).unwrap(), Written::Unchanged);
    assert_eq!(state(), before);
}

#[test]
fn a_power_cut_in_the_middle_is_finished_by_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    write(folder, &files(pppoe("u", "p"))).unwrap();
    // All but the generation got there, and half of another file.
    let new = files(pppoe("u", "other"));
    let elsewhere = tempfile::tempdir().unwrap();
    write(elsewhere.path(), &new).unwrap();
    fs::rename(elsewhere.path().join("pppoe.peer"), folder.join("pppoe.peer"))
        .or_else(|_| fs::write(folder.join("pppoe.peer"), text(&new, "pppoe.peer")))
        .unwrap();
    fs::write(folder.join(".pppoe.peer.new"), "half").unwrap();
    assert_eq!(write(folder, &new).unwrap(), Written::Generation(2));
    assert_eq!(write(folder, &new).unwrap(), Written::Unchanged);
}

#[test]
fn what_somebody_changed_is_put_right() {
    let root = tempfile::tempdir().unwrap();
    let files = files(pppoe("u", "p"));
    write(root.path(), &files).unwrap();
    fs::set_permissions(root.path().join("pppoe.peer"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(root.path().join("generation"), [0xff; 5]).unwrap();
    assert_eq!(write(root.path(), &files).unwrap(), Written::Generation(1));
    let mode = fs::metadata(root.path().join("pppoe.peer")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_to_string(root.path().join("pppoe.peer")).unwrap(), text(&files, "pppoe.peer"));
}
