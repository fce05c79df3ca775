//! The wizard, and the home page on a box that is not set up.

use pumice_model::control::Refusal;
use pumice_model::event::{CellRefusal, Event, EventRecord};
use pumice_model::people::Role;
use pumice_model::time::Stamp;

use crate::browser::{IMSI, K, OPC, Site};

/// A claimed box on which nothing is set up.
fn fresh() -> Site {
    let site = Site::new();
    site.person("owner", Role::Owner);
    site.gateway.state().refusal = Some(Refusal::NotSetUp);
    site
}

#[tokio::test]
async fn the_wizard_goes_step_by_step_and_can_be_left() {
    let site = fresh();
    let mut owner = site.owner().await;
    owner.get("/").await.is(200).has("The setup is not finished").has("Next step: Internet");
    owner.get("/setup").await.goes_to("/setup/backhaul");
    owner.follow().await.is(200).has("value=\"dhcp\"").has_not("value=\"pppoe\"");
    owner.post("/setup/backhaul", &[("way", "none")]).await.goes_to("/setup/network");
    owner.follow().await.is(200);
    owner.get("/setup").await.goes_to("/setup/network");
    owner.follow().await.is(200);
    let network =
        [("network_name", "Kijiji"), ("plmn", "own"), ("own_plmn", "640-07"), ("tac", "7"), ("band", "28")];
    owner.post("/setup/network", &network).await.is(200).has("data-restart=\"/setup/cell\"");
    // Now the gateway starts with it.
    site.gateway.state().refusal = None;
    assert_eq!(site.house.state().values["network.plmn"], "64007");
    assert_eq!(site.house.state().values["user_plane.listen"], "192.168.77.1");
    assert_eq!(site.house.state().trial, None);
    owner.get("/setup").await.goes_to("/setup/cell");
    owner
        .follow()
        .await
        .is(200)
        .has("192.168.77.1")
        .has("640-07")
        .has("36412")
        .has("No cell has spoken yet")
        .has("<code>28</code>");
    owner.get("/cells").await.is(200).has("<code>28</code>");
    owner.get("/setup/network").await.is(200).has("name=\"band\"").has("value=\"28\"");
    site.gateway.state().cells.push(crate::gateway::cell(7));
    owner.get("/live/cell-wait").await.is(200).has("cell 7");
    owner.post("/setup/cell", &[]).await.goes_to("/setup/phones");
    owner.follow().await.is(200).has("name=\"from\" value=\"setup\"");
    let phone = [("from", "setup"), ("way", "typed"), ("imsi", "001010000000009"), ("k", K), ("opc", "x")];
    owner.post("/phones/add", &phone).await.is(422).has("hexadecimal").has("Step 5 of 6");
    let phone = [("from", "setup"), ("way", "typed"), ("imsi", "001010000000009"), ("k", K), ("opc", OPC)];
    owner.post("/phones/add", &phone).await.goes_to("/setup/phones");
    owner.follow().await.is(200).has("The network knows 1 phone");
    owner.post("/setup/phones", &[]).await.goes_to("/setup/done");
    owner.follow().await.is(200).has("Waiting for the first phone");
    owner.get("/setup").await.goes_to("/setup/done");
    owner.get("/").await.is(200).has_not("The setup is not finished");
    owner.post("/setup/done", &[]).await.is(303);
}

#[tokio::test]
async fn what_is_typed_wrongly_is_told() {
    let site = fresh();
    let mut owner = site.owner().await;
    owner.get("/setup/network").await.is(200);
    let network =
        |name, plmn, own, tac| [("network_name", name), ("plmn", plmn), ("own_plmn", own), ("tac", tac)];
    for (fields, said) in [
        (network("", "001-01", "", "1"), "Please fill this in"),
        (network("x", "own", "64", "1"), "looks like 001-01"),
        (network("x", "", "", "1"), "looks like 001-01"),
        (network("x", "001-01", "", "0"), "from 1 to 65533"),
        (network("x", "001-01", "", "65534"), "from 1 to 65533"),
        (network("x", "001-01", "", "seven"), "from 1 to 65533"),
    ] {
        owner.post("/setup/network", &fields).await.is(422).has(said);
    }
    owner.post("/setup/backhaul", &[]).await.is(422);
    assert!(site.house.state().revisions.is_empty());
}

#[tokio::test]
async fn a_way_with_a_password_keeps_it_when_it_is_left_empty() {
    let site = fresh();
    site.house.state().machine.board.ways = vec!["wifi", "none"];
    let mut owner = site.owner().await;
    owner.get("/setup/backhaul").await.is(200);
    let wifi =
        |ssid, password| [("way", "wifi"), ("ssid", ""), ("ssid_other", ssid), ("wifi_password", password)];
    owner.post("/setup/backhaul", &wifi("Shule", "psk-canary-3")).await.goes_to("/setup/network");
    owner.get("/setup/backhaul").await.is(200).has("Shule").has_not("psk-canary-3");
    owner.post("/setup/backhaul", &wifi("Shule 2", "")).await.goes_to("/setup/network");
    let values = site.house.state().values.clone();
    assert_eq!(
        (values["backhaul.ssid"].as_str(), values["backhaul.wifi_password"].as_str()),
        ("Shule 2", "psk-canary-3")
    );
}

#[tokio::test]
async fn every_page_answers_on_a_box_that_is_not_set_up() {
    let site = fresh();
    let mut owner = site.owner().await;
    for route in pumice_web::site::routes()
        .into_iter()
        .filter(|route| route.method == "GET" && !route.path.contains('{'))
    {
        if route.path == "/live" {
            continue;
        }
        let status = owner.get(route.path).await.status.as_u16();
        assert!(
            matches!(status, 200 | 303) || route.path == "/care/backup/download",
            "{} {status}",
            route.path
        );
    }
}

#[tokio::test]
async fn a_cell_that_was_turned_away_is_told_with_what_to_do() {
    let site = Site::in_use();
    let enb = crate::gateway::cell(9).enb;
    let peer = "192.168.77.20:36412".parse().unwrap();
    let refused = |sequence, reason| EventRecord {
        sequence,
        at_millis: 1,
        unix_seconds: Some(crate::fakes::NOON),
        event: Event::CellRefused { enb: Some(enb), peer, reason },
    };
    site.gateway.state().events.push(refused(1, CellRefusal::NotAdmitted));
    let mut owner = site.owner().await;
    let page = owner.get("/setup/cell").await.is(200).has("192.168.77.20 was turned away");
    page.has("It is not on the list of cells").has("/cells/00101-macro-9/admit");
    owner.get("/cells").await.is(200).has("Turned away").has("/cells/00101-macro-9/admit");
    owner.get("/").await.is(200).has("A cell was turned away");
    owner.post("/cells/00101-macro-9/admit", &[]).await.is(200).has("data-restart=\"/cells\"");
    assert_eq!(site.house.state().values["s1ap.admission.learn"], "1");
    site.house.state().trial = None;
    // It came in.
    let mut here = crate::gateway::cell(9);
    here.phones = 2;
    site.gateway.state().cells.push(here);
    owner.get("/cells").await.is(200).has("Connected").has_not("Turned away");
    owner.post("/cells/admission", &[("admission", "x")]).await.is(400);
    owner.get("/cells/00101-macro-9/forget").await.is(200).has("cell 9");
    owner.post("/cells/00101-macro-9/forget", &[]).await.goes_to("/cells");
    owner.post("/cells/00101-macro-9/forget", &[]).await.is(404);
    owner.get("/cells/x/forget").await.is(404);
}

#[tokio::test]
async fn a_clock_that_is_not_sure_is_told_calmly_and_in_words() {
    let site = Site::in_use();
    site.gateway.state().cells.push(crate::gateway::cell(7));
    site.gateway.state().phones.push(crate::live::device(IMSI));
    let mut owner = site.owner().await;
    owner.get("/").await.is(200).has("The time is known. It comes from: a time server (NTP).");
    site.house.state().machine.clock.source = "last-known";
    owner.get("/").await.is(200).has("taken as right: the configuration says so").has_not("It comes from");
    for (source, words) in [
        ("ntp", "a time server"),
        ("gnss", "satellites"),
        ("cloud", "the cloud service"),
        ("cell", "the cell"),
        ("rtc", "the box's own clock"),
        ("last-known", "the time when it was last on"),
        ("none", "nothing"),
    ] {
        {
            let clock = &mut site.house.state().machine.clock;
            (clock.trusted, clock.source) = (false, source);
        }
        let page = owner.get("/").await.is(200).has("Phones work; dates in lists may be wrong");
        // It needs nobody: a box that never sees the internet is as it should be.
        page.has(&format!("It goes by: {words}"))
            .has("All is well")
            .has("Look at this")
            .has_not("LAST-KNOWN");
    }
}

#[tokio::test]
async fn home_counts_phones_before_anything_was_measured() {
    let site = Site::in_use();
    site.gateway.state().phones.push(crate::live::device(IMSI));
    site.house.state().measured = None;
    let mut owner = site.owner().await;
    for target in ["/", "/live/home-now"] {
        let page = owner.get(target).await.is(200).has("Phones</span><strong>1</strong>");
        page.has("To phones</span><strong>measuring</strong>").has_not("<strong>–</strong>");
    }
}

#[tokio::test]
async fn without_a_clock_times_are_told_by_their_age() {
    let site = Site::in_use();
    site.gateway.state().phones.push(crate::live::device(IMSI));
    {
        let mut state = site.house.state();
        state.machine.clock.trusted = false;
        state.machine.backhaul.online = Some(false);
        state.machine.backhaul.since_unix = None;
        state.now = Stamp { boot: 1, at_millis: 900_000, unix_seconds: None };
    }
    site.gateway.state().events.push(EventRecord {
        sequence: 1,
        at_millis: 600_000,
        unix_seconds: None,
        event: Event::PhoneAttached { imsi: IMSI.parse().unwrap(), address: "10.45.0.7".parse().unwrap() },
    });
    site.gateway.state().phones[0].silent_for = core::time::Duration::from_secs(185);
    let mut owner = site.owner().await;
    let page = owner.get("/").await.is(200).has("Amina attached").has("5 min ago");
    page.has("Internet off for 1 h.").has("Amina was here, 3 min ago.").has_not("not known<");
    owner.get("/phones").await.is(200).has("3 min ago");
    owner.get("/people").await.is(200).has("last here just now");
    owner.post(&format!("/phones/{IMSI}/block"), &[]).await.is(303);
    site.house.pass(120);
    owner.get("/audit").await.is(200).has("2 min ago");
    // What was noted before this start has no age that is known.
    site.house.state().now = Stamp { boot: 2, at_millis: 1_000, unix_seconds: None };
    site.owner().await.get("/audit").await.is(200).has("before the last start");
}

#[tokio::test]
async fn home_says_how_it_is_in_one_sentence() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get("/").await.is(200).has("No cell is connected").has("Phones are not served as they should be");
    site.gateway.state().cells.push(crate::gateway::cell(7));
    site.gateway.state().phones.push(crate::live::device(IMSI));
    owner.get("/").await.is(200).has("Serving 1 phone").has("All is well").has("1 cell is connected");
    {
        let mut state = site.house.state();
        state.machine.backhaul.online = Some(false);
        state.machine.backhaul.why = Some("no cable");
        state.machine.clock.trusted = false;
    }
    let page = owner.get("/").await.is(200).has("Internet off").has("Nothing is lost").has("not plugged in");
    page.has("The box does not know the time for sure").has("a time server").has("Connect the internet once");
    site.gateway.state().store = Some("read-only".to_owned());
    owner.get("/").await.is(200).has("The disk does not take data").has("replace the memory card");
}

/// The address that cells are told after the network's step, on a box with these interfaces.
async fn address_for_cells(interfaces: &[(&'static str, &[&str])]) -> String {
    let site = fresh();
    let view = |(role, addresses): &(&'static str, &[&str])| pumice_model::machine::InterfaceView {
        name: "eth9".to_owned(),
        role,
        up: true,
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
    };
    site.house.state().machine.interfaces = interfaces.iter().map(view).collect();
    let mut owner = site.owner().await;
    owner.get("/setup/network").await.is(200);
    let network = [("network_name", "Kijiji"), ("plmn", "001-01"), ("tac", "7")];
    owner.post("/setup/network", &network).await.is(200).has("data-restart=\"/setup/cell\"");
    site.gateway.state().refusal = None;
    owner.get("/setup").await.is(303);
    let set = site.house.state().values["user_plane.listen"].clone();
    owner.get("/setup/cell").await.is(200).has(&format!("<code>{set}</code>"));
    set
}

#[tokio::test]
async fn cells_are_told_an_address_that_lasts() {
    for (interfaces, expected) in [
        (&[][..], "192.168.77.1"),
        // No cable, no address yet.
        (&[("cell", &[][..])], "192.168.77.1"),
        (&[("cell", &["fe80::1", "169.254.3.4"][..])], "192.168.77.1"),
        (&[("cell", &["10.9.0.1"][..])], "10.9.0.1"),
        (&[("cell", &["10.9.0.1", "192.168.77.1"][..])], "192.168.77.1"),
        // What a router on the way to the internet gave changes.
        (&[("backhaul", &["192.168.1.77"][..]), ("cell", &[][..])], "192.168.77.1"),
        (&[("backhaul", &["192.168.1.77"][..]), ("lan", &["10.8.0.1"][..])], "192.168.77.1"),
    ] {
        assert_eq!(address_for_cells(interfaces).await, expected, "{interfaces:?}");
    }
}

#[tokio::test]
async fn without_an_address_of_its_own_a_box_names_what_it_has() {
    for (role, address) in [("lan", "10.8.0.1"), ("", "10.8.0.2"), ("backhaul", "192.168.1.77")] {
        let site = Site::with(|config| config.fallback_address = None);
        site.set_up();
        site.person("owner", Role::Owner);
        let interface = pumice_model::machine::InterfaceView {
            name: "eth0".to_owned(),
            role,
            up: true,
            addresses: vec![address.parse().unwrap()],
        };
        site.house.state().machine.interfaces = vec![interface];
        site.owner().await.get("/setup/cell").await.is(200).has(address);
    }
}

#[tokio::test]
async fn the_wizard_does_not_say_that_it_is_ready_before_it_is() {
    let site = fresh();
    let mut owner = site.owner().await;
    let page = owner.get("/setup/done").await.is(200).has("Not ready yet").has_not("Your network is set up");
    page.has("Number of the network (PLMN)").has("Address for cells (S1)").has("href=\"/setup/network\"");
    site.set_up();
    site.gateway.state().refusal = None;
    let page = owner.get("/setup/done").await.is(200).has("Your network is set up");
    page.has_not("Not ready yet");
}
