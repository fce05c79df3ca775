//! The box around the network, by its command line: set up from nothing, changed on trial, backed up, forgotten, looked into.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command as Program;
use std::thread;
use std::time::{Duration, Instant};

use pumice_e2e::real::{Plan, Village, sim};
use pumice_lab::topology::{GATEWAY_S1_V4, GATEWAY_SGI_V4, S1_LINK};
use pumice_lab::{http, skip};
use pumice_ransim::phone::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{CELL, address, assert_served, pumice};

/// How long something may take that is done in moments.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the API says of something; not an error.
fn get(village: &Village, path: &str) -> Value {
    let answer = village.api("GET", path, None).unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

fn set(village: &Village, values: &Value) -> Value {
    let answer = village.api("PATCH", "/api/v1/settings", Some(&json!({ "values": values }))).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Waits for what the gateway does after it says that it is ready.
fn until(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
    let patience = Instant::now() + limit;
    while !is_so() {
        assert!(Instant::now() < patience, "not within {limit:?}: {what}");
        thread::yield_now();
    }
}

fn setting(village: &Village, key: &str) -> String {
    let settings = get(village, "/api/v1/settings");
    let rows = settings["rows"].as_array().unwrap();
    rows.iter().find(|row| row["key"] == key).unwrap()["value"].as_str().unwrap().to_owned()
}

#[test]
fn a_box_fresh_from_its_maker_becomes_a_network_without_the_internet() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::blank()).unwrap();
    assert!(village.gateway().status().starts_with("not set up yet"), "{}", village.gateway().status());
    let refused = village.api("GET", "/api/v1/status", None).unwrap();
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("not-set-up")));
    assert_eq!(get(&village, "/api/v1/settings")["complete"], false);

    let applied = set(
        &village,
        &json!({
            "network.plmn": "00101", "network.tacs": "1", "network.name": "Nkhata Bay",
            "user_plane.listen": GATEWAY_S1_V4.to_string(), "s1ap.admission.learn": "2",
        }),
    );
    assert_eq!((&applied["restarts"], &applied["on_trial"]), (&json!("gateway"), &json!(false)));
    village.await_gateway_restart().unwrap();
    assert_eq!(get(&village, "/api/v1/status")["network_name"], "Nkhata Bay");
    village.await_cell(CELL).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    village.browse(phone).unwrap();
}

#[test]
fn a_box_with_wifi_opens_one_to_be_set_up_by_and_leads_everybody_to_the_page() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::blank().with("page", "setup_wifi", "true")).unwrap();
    village.gateway_mut().kill();
    let own = Ipv4Addr::new(192, 168, 74, 1);
    let (gateway, visitor) = (&village.topology().gateway, &village.topology().radio);
    gateway.veth("wlan0", (visitor, "visitor"), 1500).unwrap();
    visitor.link("visitor").unwrap().add_address(Ipv4Addr::new(192, 168, 74, 9).into(), 24).unwrap();
    village.start_gateway_again().unwrap();
    // What hostapd and networkd are to do, which no image does here.
    village.topology().gateway.link("wlan0").unwrap().add_address(own.into(), 24).unwrap();
    let home = village.gateway().home().to_owned();
    // The page is ready before the network's files are written; each appears whole.
    until("the setup WiFi has its file", PATIENCE, || home.join("network/hostapd.conf").exists());
    let access_point = fs::read_to_string(home.join("network/hostapd.conf")).unwrap();
    let password = fs::read_to_string(home.join("label/wifi")).unwrap();
    assert!(access_point.contains(&format!("wpa_passphrase={}", password.trim())), "{access_point}");

    // Any name is here, and what a phone asks to know whether it is online leads to the page.
    let question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01";
    let visitor = &village.topology().radio;
    let answer = visitor.run(|| {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        socket.send_to(question, (own, 53)).unwrap();
        let mut answer = [0; 512];
        let length = socket.recv(&mut answer).unwrap();
        answer[..length].to_vec()
    });
    assert!(answer.unwrap().ends_with(&own.octets()));
    let asked =
        http::request(visitor, SocketAddr::new(own.into(), 80), "GET", "/generate_204", None).unwrap();
    assert_eq!(asked.status, 302, "{}", asked.text());

    // A network needs no such WiFi any more.
    set(&village, &json!({ "network.plmn": "00101", "user_plane.listen": GATEWAY_S1_V4.to_string() }));
    village.await_gateway_restart().unwrap();
    until("the setup WiFi is gone", PATIENCE, || !home.join("network/hostapd.conf").exists());
}

#[test]
fn a_change_on_trial_is_kept_by_a_word_and_gone_back_from_without_one() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::default().with("page", "trial", "5")).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    let applied = set(&village, &json!({ "network.name": "Kept" }));
    assert_eq!(applied["on_trial"], true);
    village.await_gateway_restart().unwrap();
    let trial = get(&village, "/api/v1/settings")["trial"].clone();
    let keep = format!("/api/v1/settings/trial/{}/keep", trial["revision"]);
    assert_eq!(village.api("POST", &keep, None).unwrap().status, 204);
    village.await_cell(CELL).unwrap();
    assert_served(&village, phone);

    set(&village, &json!({ "network.name": "Lost" }));
    village.await_gateway_restart().unwrap();
    assert_eq!(setting(&village, "network.name"), "Lost");
    // Nobody keeps it: the gateway starts anew by itself, with what was kept.
    village.await_gateway_restart().unwrap();
    assert_eq!(setting(&village, "network.name"), "Kept");
    village.await_cell(CELL).unwrap();
    assert_served(&village, phone);
    let revisions = get(&village, "/api/v1/settings/revisions");
    let states: Vec<&Value> =
        revisions.as_array().unwrap().iter().map(|revision| &revision["state"]).collect();
    assert_eq!(states, [&json!("reverted"), &json!("kept")]);
}

#[test]
fn settings_that_the_network_does_not_start_with_are_gone_back_from_and_the_page_stays() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::default()).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    set(&village, &json!({ "network.name": "Trial" }));
    village.await_gateway_end().unwrap();
    // Somebody else has the port of GTP-U.
    let inside = &village.topology().gateway;
    let squatter = inside.run(|| UdpSocket::bind((GATEWAY_S1_V4, 2152)).unwrap()).unwrap();
    village.start_gateway_again().unwrap_err();
    drop(squatter);
    village.start_gateway_again().unwrap();
    assert_eq!(setting(&village, "network.name"), "Pumice village");
    village.await_cell(CELL).unwrap();
    assert_served(&village, phone);

    // What an owner has set and kept: the page is served until the network can be.
    let applied = set(&village, &json!({ "network.name": "Kept" }));
    village.await_gateway_restart().unwrap();
    let keep = format!("/api/v1/settings/trial/{}/keep", applied["revision"]);
    assert_eq!(village.api("POST", &keep, None).unwrap().status, 204);
    village.gateway_mut().kill();
    let inside = &village.topology().gateway;
    let squatter = inside.run(|| UdpSocket::bind((GATEWAY_S1_V4, 2152)).unwrap()).unwrap();
    village.start_gateway_again().unwrap();
    assert_eq!(village.api("GET", "/api/v1/status", None).unwrap().body["code"], "not-set-up");
    let notes = get(&village, "/api/v1/machine")["board"]["notes"].to_string();
    assert!(notes.contains("2152"), "it says why: {notes}");
    drop(squatter);
    village.gateway_mut().kill();
    village.start_gateway_again().unwrap();
    village.await_cell(CELL).unwrap();
    assert_served(&village, phone);
}

#[test]
fn a_box_whose_cable_is_out_at_its_start_serves_when_it_is_plugged_in() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::default().with("s1ap", "listen", "[\"0.0.0.0\"]")).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.gateway_mut().kill();
    village.topology().gateway.link(S1_LINK).unwrap().remove_address(GATEWAY_S1_V4.into(), 24).unwrap();
    village.start_gateway_again().unwrap();
    village.topology().gateway.link(S1_LINK).unwrap().add_address(GATEWAY_S1_V4.into(), 24).unwrap();
    // The cell may still believe in its old association.
    until("the cell is back", 2 * PATIENCE, || get(&village, "/api/v1/status")["cells"] == 1);
    village.await_cell(CELL).unwrap();
    village.attach(phone).unwrap();
    village.browse(phone).unwrap();
}

#[test]
fn what_a_phone_used_is_counted_over_a_detach_and_a_restart() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::default()).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    let page = village.browse(phone).unwrap().octets as u64;
    village.gateway_mut().terminate(Duration::from_secs(5)).unwrap();
    village.start_gateway_again().unwrap();
    let used = |village: &Village| {
        let usage = get(village, "/api/v1/subscribers/001010000000001/usage");
        let days = usage["days"].as_array().unwrap().clone();
        days.iter().map(|day| day["downlink_octets"].as_u64().unwrap()).sum::<u64>()
    };
    let first = used(&village);
    assert!((page..page * 2).contains(&first), "{first} for a page of {page}");
    village.await_cell(CELL).unwrap();
    village.browse(phone).unwrap();
    village.gateway_mut().terminate(Duration::from_secs(5)).unwrap();
    village.start_gateway_again().unwrap();
    let second = used(&village);
    assert!((first + page..first + page * 2).contains(&second), "{second} after {first}");
}

#[test]
fn another_box_goes_on_from_a_backup() {
    if skip::unless_namespaces() {
        return;
    }
    let folder = TempDir::with_prefix("pumice-").unwrap();
    let file = folder.path().join("box.backup");
    let key_file = folder.path().join("key");
    let (phone_sim, told) = {
        let village = Village::build(Plan::default()).unwrap();
        let phone = village.subscribe(1).unwrap();
        village.attach(phone).unwrap();
        (sim(1).unwrap(), pumice(&village, &["backup", file.to_str().unwrap()]))
    };
    let key =
        told.split_whitespace().find(|word| word.split('-').filter(|group| group.len() == 4).count() == 6);
    let key = key.unwrap_or_else(|| panic!("a recovery key in {told}"));
    fs::write(&key_file, key).unwrap();
    let octets = fs::read(&file).unwrap();
    assert!(!octets.windows(15).any(|window| window == b"001010000000001"), "it is encrypted");

    let mut other = Village::build(Plan::default()).unwrap();
    let restore = ["restore", file.to_str().unwrap(), "--recovery-key-from", key_file.to_str().unwrap()];
    pumice(&other, &restore);
    other.await_gateway_restart().unwrap();
    assert!(pumice(&other, &["subscriber", "list"]).contains("001010000000001"));
    other.await_cell(CELL).unwrap();
    let phone = other.add_phone(phone_sim, CELL).unwrap();
    other.attach(phone).unwrap();
    other.browse(phone).unwrap();
}

#[test]
fn a_factory_reset_forgets_everything_but_the_label() {
    if skip::unless_namespaces() {
        return;
    }
    let mut village = Village::build(Plan::blank()).unwrap();
    set(&village, &json!({ "network.plmn": "00101", "user_plane.listen": GATEWAY_S1_V4.to_string() }));
    village.await_gateway_restart().unwrap();
    village.provision(&sim(1).unwrap()).unwrap();
    let code = village.gateway().label_code().unwrap();
    pumice(&village, &["reset", "factory", "--yes"]);
    village.await_gateway_restart().unwrap();
    assert_eq!(get(&village, "/api/v1/settings")["complete"], false);
    assert_eq!(village.gateway().label_code().unwrap(), code);
    assert_eq!(get(&village, "/api/v1/audit")["items"], json!([]));
}

#[test]
fn a_bundle_for_who_finds_a_fault_has_no_secret_in_it() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    set(
        &village,
        &json!({ "backhaul.way": "pppoe", "backhaul.user": "school", "backhaul.password": "canary-psk-1" }),
    );
    let folder = TempDir::with_prefix("pumice-").unwrap();
    let file = folder.path().join("bundle.tar.gz");
    pumice(&village, &["diagnostics", file.to_str().unwrap()]);
    let unpacked = Program::new("tar").arg("xzf").arg(&file).arg("-C").arg(folder.path()).status().unwrap();
    assert!(unpacked.success());
    let mut text = String::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path != file {
                text += &fs::read_to_string(path).unwrap();
            }
        }
    }
    let sim = sim(1).unwrap();
    let hex = |key: &[u8]| key.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let code = village.gateway().label_code().unwrap();
    for secret in [hex(&sim.k), hex(&sim.opc), "canary-psk-1".to_owned(), code, "001010000000001".to_owned()]
    {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in the bundle");
    }
    assert!(text.contains("school"), "what is no secret is there");
    assert!(text.contains("ready"), "the log is there");
}

#[test]
fn phones_do_not_reach_the_page_of_their_box() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    let page = SocketAddr::new(GATEWAY_S1_V4.into(), 80);
    let neighbour = http::request(&village.topology().radio, page, "GET", "/", None).unwrap();
    assert!(neighbour.text().contains("Pumice"), "somebody beside the box reaches it: {}", neighbour.status);
    // At its address towards cells, towards the internet, and towards phones.
    let own = [GATEWAY_S1_V4, GATEWAY_SGI_V4, Ipv4Addr::new(10, 45, 0, 1)];
    let asked: Vec<_> = own.into_iter().flat_map(|address| [(address, 80), (address, 443)]).collect();
    let gets = asked.clone();
    let first = village.radio().act(move |ran, now, out| {
        let before = ran.phone_mut(phone).unwrap().ip_stack().unwrap().downloads().len();
        for (address, port) in gets {
            ran.command(
                now,
                phone,
                Command::HttpGet { address: address.into(), port, path: "/".to_owned() },
                out,
            );
        }
        before
    });
    let first = first.unwrap();
    // Meanwhile the phone gets pages from elsewhere, so an answer would have come.
    for _ in 0..5 {
        village.browse(phone).unwrap();
    }
    let answers = village.radio().act(move |ran, _, _| {
        let stack = ran.phone_mut(phone).unwrap().ip_stack().unwrap();
        let mine = stack.downloads().iter().skip(first).take(6);
        mine.map(|download| (download.status(), download.body().len())).collect::<Vec<_>>()
    });
    assert_eq!(answers.unwrap(), vec![(None, 0); asked.len()], "{asked:?}");
}

#[test]
fn what_a_phone_sends_can_be_captured() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    let own = address(&village, phone).to_string();
    let order = json!({ "interface": S1_LINK, "phone": "001010000000001", "seconds": 30 });
    let begun = village.api("POST", "/api/v1/captures", Some(&order)).unwrap();
    assert_eq!(begun.status, 201, "{}", begun.body);
    village.browse(phone).unwrap();
    village.browse(bystander).unwrap();
    let name = begun.body["name"].as_str().unwrap();
    let folder = TempDir::with_prefix("pumice-").unwrap();
    let file = folder.path().join("phone.pcap");
    pumice(&village, &["capture", "stop", name]);
    pumice(&village, &["capture", "get", name, file.to_str().unwrap()]);
    let read = Program::new("tshark")
        .args(["-r", file.to_str().unwrap(), "-Y", "gtp", "-T", "fields", "-e", "ip.addr"])
        .output();
    let Ok(read) = read else {
        skip::because("tshark is missing");
        return;
    };
    let text = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(text.lines().count() > 20, "{text}{}", String::from_utf8_lossy(&read.stderr));
    assert!(text.lines().all(|line| line.contains(&own)), "only this phone's: {text}");
}
