//! Each key with a wrong value: the line, the key, and what would be right.

use std::collections::BTreeSet;

use super::LEAST;
use crate::config::{Mistake, parse};

/// Section, what is written in it, the key that is blamed, and a part of the reason.
const TABLE: &[(&str, &str, &str, &str)] = &[
    ("network", "plmn = \"0010\"", "network.plmn", "three digits of MCC and two or three of MNC"),
    ("network", "plmn = 101", "network.plmn", "a text in quotes is wanted; this is a whole number"),
    ("network", "plmn = \"0010a\"", "network.plmn", "three digits"),
    ("network", "name = \"\"", "network.name", "1 to 40"),
    ("network", "name = \"a\\u0007b\"", "network.name", "printable"),
    ("network", "name = \"\u{1f600}\"", "network.name", "cannot show"),
    ("network", "short_name = true", "network.short_name", "this is true or false"),
    ("network", "band = \"\"", "network.band", "1 to 40"),
    ("clock", "set = 1", "clock.set", "true or false is wanted"),
    ("page", "listen = \"443\"", "page.listen", "a list is wanted"),
    ("page", "http = [\"box\"]", "page.http", "an IP address is wanted"),
    ("page", "hosts = [\"a b\"]", "page.hosts", "a name or an address"),
    ("page", "language = \"de\"", "page.language", "\"en\" or \"es\""),
    ("page", "setup_wifi = \"yes\"", "page.setup_wifi", "true or false is wanted"),
    ("page", "label = 1", "page.label", "a text in quotes"),
    ("page", "announce = 1", "page.announce", "true or false is wanted"),
    ("page", "trial = 4", "page.trial", "5 to 600"),
    ("backhaul", "way = \"fibre\"", "backhaul.way", "\"dhcp\" or \"static\""),
    ("backhaul", "address = \"192.0.2.1\"", "backhaul.address", "with its prefix"),
    ("backhaul", "router = \"x\"", "backhaul.router", "an IP address"),
    ("backhaul", "dns = [\"x\"]", "backhaul.dns", "an IP address"),
    ("backhaul", "user = \"\"", "backhaul.user", "1 to 128"),
    ("backhaul", "password = \"a\\u0000\"", "backhaul.password", "printable"),
    ("backhaul", "apn = 1", "backhaul.apn", "a text in quotes"),
    ("backhaul", "ssid = \"\"", "backhaul.ssid", "1 to 32"),
    ("backhaul", "wifi_password = \"short\"", "backhaul.wifi_password", "8 to 63"),
    ("backhaul", "probe = \"nowhere\"", "backhaul.probe", "an IP address is wanted"),
    ("backhaul", "probe_every = 1", "backhaul.probe_every", "5 to 3600"),
    ("backhaul", "files = 1", "backhaul.files", "a text in quotes"),
    ("board", "description = \"\"", "board.description", "1 to 255"),
    ("board", "watchdog = 1", "board.watchdog", "true or false is wanted"),
    ("network", "tacs = []", "network.tacs", "1 to 32 items"),
    ("network", "tacs = [1, 1]", "network.tacs", "twice"),
    ("network", "tacs = [0]", "network.tacs", "1 to 65533"),
    ("network", "tacs = [65534]", "network.tacs", "1 to 65533"),
    ("network", "mme_group = 65536", "network.mme_group", "0 to 65535"),
    ("network", "mme_code = 256", "network.mme_code", "0 to 255"),
    ("network", "mme_code = -1", "network.mme_code", "0 to 255"),
    ("network", "mme_name = \"caf\u{e9}\"", "network.mme_name", "letters, digits"),
    ("clock", "trust = \"ntp\"", "clock.trust", "\"kernel\" or \"always\" or \"never\""),
    ("clock", "zone = \"+05:10\"", "clock.zone", "quarters of an hour"),
    ("clock", "zone = \"+14:15\"", "clock.zone", "+14:00"),
    ("clock", "zone = \"-12:15\"", "clock.zone", "-12:00"),
    ("clock", "zone = \"02:00\"", "clock.zone", "+05:45"),
    ("clock", "zone = \"++1:00\"", "clock.zone", "+05:45"),
    ("s1ap", "listen = \"0.0.0.0\"", "s1ap.listen", "a list is wanted"),
    ("s1ap", "listen = [\"localhost\"]", "s1ap.listen", "an IP address is wanted"),
    ("s1ap", "sctp = \"usrsctp\"", "s1ap.sctp", "\"user-space\""),
    ("s1ap", "admission = \"all\"", "s1ap.admission", "a section"),
    ("s1ap", "admission = { }", "s1ap.admission", "{ learn = 1 } or { only = [ .. ] }"),
    ("s1ap", "admission = { learn = 0 }", "s1ap.admission.learn", "1 to 8"),
    ("s1ap", "admission = { learn = 9 }", "s1ap.admission.learn", "1 to 8"),
    ("s1ap", "admission = { learn = 1, only = [] }", "s1ap.admission.learn", "either"),
    (
        "s1ap",
        "admission = { first = 1 }",
        "s1ap.admission.first",
        "is unknown; s1ap.admission has learn, only",
    ),
    ("s1ap", "admission = { only = 1 }", "s1ap.admission.only", "a list"),
    ("s1ap", "admission = { only = [1] }", "s1ap.admission.only[0]", "{ .. } is wanted"),
    ("s1ap", "admission = { only = [{}] }", "s1ap.admission.only[0]", "admit everyone"),
    ("s1ap", "admission = { only = [{ enb = \"19b\" }] }", "s1ap.admission.only[0].enb", "00101-macro-19b"),
    (
        "s1ap",
        "admission = { only = [{ address = \"x\" }] }",
        "s1ap.admission.only[0].address",
        "an IP address",
    ),
    ("user_plane", "listen = [\"192.0.2.1:2152\"]", "user_plane.listen", "an IP address is wanted"),
    ("user_plane", "listen = [\"0.0.0.0\"]", "user_plane.listen", "no address that cells can send to"),
    ("user_plane", "advertise = \"::\"", "user_plane.advertise", "no address that cells can send to"),
    ("user_plane", "advertise = \"192.0.2.9\"", "user_plane.advertise", "not among the addresses in listen"),
    ("user_plane", "tun = \"a name\"", "user_plane.tun", "1 to 15"),
    ("user_plane", "tun = \"sixteen-letters-\"", "user_plane.tun", "1 to 15"),
    ("user_plane", "pool = \"10.45.0.0\"", "user_plane.pool", "prefix of 8 to 29"),
    ("user_plane", "pool = \"10.45.0.0/30\"", "user_plane.pool", "prefix of 8 to 29"),
    ("user_plane", "pool = \"10.45.0.1/16\"", "user_plane.pool", "10.45.0.0/16: write that"),
    ("user_plane", "pool = \"192.0.2.0/24\"", "user_plane.pool", "a range of their own"),
    ("user_plane", "mtu = 1279", "user_plane.mtu", "1280 to 9000"),
    ("user_plane", "mtu = \"1400\"", "user_plane.mtu", "a whole number"),
    ("user_plane", "dns = [\"dns.example\"]", "user_plane.dns", "an IP address"),
    ("user_plane", "nat = true", "user_plane.nat", "\"masquerade\" or \"none\""),
    ("user_plane", "outside = \"\"", "user_plane.outside", "1 to 15"),
    ("user_plane", "nat = \"none\"\noutside = \"eth0\"", "user_plane.outside", "masquerade"),
    ("user_plane", "phone_to_phone = 1", "user_plane.phone_to_phone", "true or false"),
    ("subscribers", "apn = \"my apn\"", "subscribers.apn", "an APN has 1 to 100 letters"),
    ("subscribers", "qci = 1", "subscribers.qci", "5 to 9"),
    ("subscribers", "priority = 16", "subscribers.priority", "1 to 15"),
    ("subscribers", "uplink = 999", "subscribers.uplink", "1000 to"),
    ("subscribers", "downlink = 10_000_000_001", "subscribers.downlink", "to 10000000000"),
    ("subscribers", "amf = \"80\"", "subscribers.amf", "four hexadecimal digits"),
    ("subscribers", "amf = \"0000\"", "subscribers.amf", "first bit"),
    ("security", "eea = [\"EEA4\"]", "security.eea", "\"EEA2\""),
    ("security", "eea = []", "security.eea", "1 to 4"),
    ("security", "eia = [\"EIA2\", \"EIA0\"]", "security.eia", "\"EIA2\" or \"EIA1\" or \"EIA3\" is wanted"),
    ("security", "eia = [\"EIA2\", \"EIA2\"]", "security.eia", "twice"),
    ("security", "own_refusal = 22", "security.own_refusal", "\"congestion\""),
    ("security", "any_apn = \"yes\"", "security.any_apn", "true or false"),
    ("timers", "t3412 = 61", "timers.t3412", "2, 60, or 360"),
    ("timers", "t3412 = 59", "timers.t3412", "60 to 11160"),
    ("timers", "reachable_grace = 3601", "timers.reachable_grace", "0 to 3600"),
    ("timers", "t3413 = 0", "timers.t3413", "1 to 60"),
    ("timers", "paging_attempts = 0", "timers.paging_attempts", "1 to 10"),
    ("timers", "t3422 = 61", "timers.t3422", "1 to 60"),
    ("timers", "t3450 = 6.0", "timers.t3450", "whole seconds"),
    ("timers", "t3460 = \"6s\"", "timers.t3460", "whole seconds"),
    ("timers", "t3470 = 0", "timers.t3470", "1 to 60"),
    ("timers", "t3489 = 0", "timers.t3489", "1 to 60"),
    ("timers", "t3346 = 5581", "timers.t3346", "2 to 5580"),
    ("timers", "context_setup = 0", "timers.context_setup", "1 to 60"),
    ("timers", "context_release = 0", "timers.context_release", "1 to 60"),
    ("timers", "s1_setup = 4", "timers.s1_setup", "5 to 300"),
    ("limits", "subscribers = 0", "limits.subscribers", "1 to 100000"),
    ("limits", "phones = 0", "limits.phones", "1 to 20000"),
    ("limits", "phones = 2000", "limits.bearers", "at least limits.phones, which is 2000"),
    ("limits", "connections = 0", "limits.connections", "1 to 20000"),
    ("limits", "bearers = 0", "limits.bearers", "1 to 40000"),
    ("limits", "cells = 65", "limits.cells", "1 to 64"),
    ("limits", "cells = 17", "limits.associations", "at least limits.cells, which is 17"),
    ("limits", "associations = 129", "limits.associations", "1 to 128"),
    ("limits", "radio_capability_octets = 1", "limits.radio_capability_octets", "65536 to"),
    ("limits", "radio_capability_each = 1", "limits.radio_capability_each", "1024 to"),
    ("limits", "buffered_packets = 0", "limits.buffered_packets", "1 to 1024"),
    ("limits", "buffered_octets = 0", "limits.buffered_octets", "65536 to"),
    ("limits", "events = 15", "limits.events", "16 to 65536"),
    ("limits", "page = 1001", "limits.page", "10 to 1000"),
    ("store", "path = \"pumice.db\"", "store.path", "a file's path from the root"),
    ("store", "key_file = \"/\"", "store.key_file", "a file's path from the root"),
    ("store", "path = \"/a\"\nkey_file = \"/a\"", "store.key_file", "another file"),
    ("store", "database_octets = 0", "store.database_octets", "1048576 to"),
    ("store", "log_octets = 0", "store.log_octets", "1048576 to"),
    ("store", "sync_delay_ms = 1001", "store.sync_delay_ms", "0 to 1000"),
    ("api", "listen = \"0.0.0.0:80\"", "api.listen", "a loopback address"),
    ("api", "listen = \"127.0.0.1\"", "api.listen", "with a port"),
    ("api", "hosts = [\"a b\"]", "api.hosts", "pumice.lan"),
    ("log", "level = \"verbose\"", "log.level", "\"debug\""),
    ("log", "imsi = false", "log.imsi", "\"short\" or \"full\""),
    ("process", "user = \"\"", "process.user", "1 to 32"),
    ("process", "user = \"a:b\"", "process.user", "the name of a user"),
];

/// The least file with these lines in a section, in place of what it says of them; the line on which they begin.
fn file(section: &str, lines: &str) -> (String, usize) {
    let keys: Vec<&str> =
        lines.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).collect();
    let kept = LEAST.lines().filter(|line| !keys.iter().any(|key| line.starts_with(&format!("{key} = "))));
    let kept = kept.collect::<Vec<&str>>().join("\n");
    let header = format!("[{section}]");
    let text = match kept.split_once(&header) {
        Some((before, after)) => format!("{before}{header}\n{lines}{after}"),
        None => format!("{kept}\n{header}\n{lines}\n"),
    };
    let at = text.lines().position(|line| line == lines.lines().next().unwrap()).unwrap();
    (text, at + 1)
}

#[test]
fn every_wrong_value_is_refused_with_line_and_reason() {
    for (section, lines, key, reason) in TABLE {
        let (text, first) = file(section, lines);
        let mistakes = parse(&text).expect_err(lines);
        let found = mistakes.iter().find(|mistake| mistake.key == *key);
        let found = found.unwrap_or_else(|| panic!("{lines}: {key} is not blamed: {mistakes:?}"));
        assert!(found.reason.contains(reason), "{lines}: {}", found.reason);
        // The line of the key, or of its section's header where a key is blamed that is not there.
        let own = lines.lines().position(|line| line.starts_with(key.rsplit('.').next().unwrap()));
        let nested = key.matches('.').count() > 1;
        let line = own.map_or(if nested { first } else { first - 1 }, |own| first + own);
        assert_eq!(found.line, line, "{lines}\n{text}");
    }
}

#[test]
fn the_table_has_every_key() {
    let blamed: BTreeSet<&str> = TABLE.iter().map(|(_, _, key, _)| *key).collect();
    for section in [
        "network",
        "clock",
        "s1ap",
        "user_plane",
        "subscribers",
        "security",
        "timers",
        "limits",
        "store",
        "api",
        "page",
        "backhaul",
        "board",
        "log",
        "process",
    ] {
        let mistakes = parse(&format!("[{section}]\nunknown_key = 1\n")).unwrap_err();
        let key = format!("{section}.unknown_key");
        let reason = &mistakes.iter().find(|mistake| mistake.key == key).unwrap().reason;
        for known in reason.split_once(" has ").unwrap().1.split(", ") {
            assert!(
                blamed.contains(format!("{section}.{known}").as_str()),
                "no wrong {section}.{known} in the table"
            );
        }
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_lines() {
    let text = "[network]\nplmn = 1\ncolour = \"red\"\n[timers]\nt3413 = 0\n[radio]\n[user_plane]\ndns = [\"a\",\n\"b\"]\n";
    let told: Vec<(usize, String)> =
        parse(text).unwrap_err().into_iter().map(|mistake| (mistake.line, mistake.key)).collect();
    let expected = [
        (2, "network.plmn"),
        (3, "network.colour"),
        (5, "timers.t3413"),
        (6, "radio"),
        (7, "user_plane.listen"),
        (8, "user_plane.dns"),
        (9, "user_plane.dns"),
    ];
    let told: Vec<(usize, &str)> = told.iter().map(|(line, key)| (*line, key.as_str())).collect();
    assert_eq!(told, expected);
}

#[test]
fn what_is_missing_is_told_with_what_it_would_be() {
    let mistakes = parse("").unwrap_err();
    let keys: Vec<&str> = mistakes.iter().map(|mistake| mistake.key.as_str()).collect();
    assert_eq!(keys, ["network.plmn", "user_plane.listen"]);
    assert!(mistakes[0].reason.contains("\"00101\""));
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    let mistakes = parse("[network]\nplmn = \"00101\nname = \"x\"\n").unwrap_err();
    assert_eq!((mistakes[0].line, mistakes[0].key.as_str()), (2, ""));
    let twice = parse("[network]\nplmn = \"00101\"\nplmn = \"00102\"\n").unwrap_err();
    assert_eq!(
        twice,
        [Mistake { line: 3, key: String::new(), reason: "duplicate key".to_owned(), absent: false }]
    );
}

#[test]
fn a_section_that_is_a_value_is_told_so() {
    let mistakes = parse("network = 1\n").unwrap_err();
    let found = mistakes.iter().find(|mistake| mistake.reason.contains("is a section")).unwrap();
    assert_eq!((found.line, found.key.as_str()), (1, "network"));
}
