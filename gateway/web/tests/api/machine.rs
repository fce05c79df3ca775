//! The box: its state, restarts, resets, backups, captures, label.

use pumice_model::control::Refusal;
use pumice_model::machine::{PowerView, Reset, Restart};
use pumice_model::query::{BearerView, PhoneView};
use pumice_web::LabelFacts;
use serde_json::{Value, json};

use crate::client::{Answer, Api, IMSI, config, request};

const KEY: &str = "7HQ2M-4XK9T-PV3RD-0GZ8W";

async fn restore(api: &Api, key: Option<&str>, backup: &str) -> Answer {
    let mut request = request("POST", "/api/v1/restore").header("content-type", "application/octet-stream");
    if let Some(key) = key {
        request = request.header("x-recovery-key", key);
    }
    api.send(request.body(backup.to_owned().into()).unwrap()).await
}

#[tokio::test]
async fn the_state_of_the_box_is_told() {
    let api = Api::new();
    let machine = api.get("/api/v1/machine").await.value();
    assert_eq!(machine["power"], json!({"source": "mains", "millivolts": 5100}));
    assert_eq!(machine["backhaul"]["online"], true);
    assert_eq!(machine["interfaces"][0]["addresses"], json!(["192.168.77.1"]));
    assert_eq!(machine["temperature_millicelsius"], 45_500);
    api.house.state().machine.power = PowerView::Battery {
        percent: Some(40),
        millivolts: 12_100,
        low: true,
        charging: None,
        cell_off: true,
    };
    let power = api.get("/api/v1/machine").await.value()["power"].clone();
    assert_eq!(
        power,
        json!({
            "source": "battery", "percent": 40, "millivolts": 12_100, "low": true, "charging": null, "cell_off": true
        })
    );
}

#[tokio::test]
async fn restarts_and_resets_are_ordered_by_their_words() {
    let api = Api::new();
    assert_eq!(api.json("POST", "/api/v1/machine/restart", &json!({"what": "gateway"})).await.status, 202);
    assert_eq!(api.json("POST", "/api/v1/machine/restart", &json!({"what": "box"})).await.status, 202);
    api.json("POST", "/api/v1/machine/restart", &json!({"what": "village"})).await.is_problem(422, "invalid");
    let reset = |how_much: &str, confirm: &str| json!({"how_much": how_much, "confirm": confirm});
    let at = "/api/v1/machine/reset";
    api.json("POST", at, &reset("factory", "reset")).await.is_problem(422, "invalid");
    api.json("POST", at, &json!({"how_much": "factory"})).await.is_problem(422, "invalid");
    assert!(api.house.state().resets.is_empty());
    assert_eq!(api.json("POST", at, &reset("settings", "RESET")).await.status, 202);
    assert_eq!(api.json("POST", at, &reset("factory", "RESET")).await.status, 202);
    assert_eq!(api.house.state().restarts, [Restart::Gateway, Restart::Box]);
    assert_eq!(api.house.state().resets, [Reset::Settings, Reset::Factory]);
    api.house.state().refusal = Some(Refusal::NotHere { lacks: "systemd" });
    api.json("POST", "/api/v1/machine/restart", &json!({"what": "box"})).await.is_problem(501, "not-here");
}

#[tokio::test]
async fn a_backup_is_restored_with_its_key_alone() {
    let api = Api::new();
    let backup = api.json("POST", "/api/v1/backup", &json!({"recovery_key": KEY})).await;
    assert_eq!(backup.headers["content-type"], "application/octet-stream");
    assert!(
        !backup.text.contains(KEY) && !format!("{:?}", backup.headers).contains("7HQ2M"),
        "{}",
        backup.text
    );
    let problem =
        restore(&api, Some("7HQ2M-4XK9T-PV3RD-OTHER"), &backup.text).await.is_problem(422, "bad-backup");
    assert!(!problem.to_string().contains("7HQ2M"), "{problem}");
    for none in [None, Some("short"), Some("key\u{e9}key\u{e9}key\u{e9}key\u{e9}")] {
        let problem = restore(&api, none, &backup.text).await.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["parameter"], "x-recovery-key");
    }
    assert_eq!(api.house.state().restored, 0);
    assert_eq!(restore(&api, Some(KEY), &backup.text).await.status, 204);
    assert_eq!(api.house.state().restored, 1);
    for key in ["short", "tab\tin the middle of it", &"x".repeat(129)] {
        let answer = api.json("POST", "/api/v1/backup", &json!({"recovery_key": key})).await;
        let problem = answer.is_problem(422, "invalid");
        assert!(!problem.to_string().contains(key), "{problem}");
    }
    let audit = api.get("/api/v1/audit").await;
    assert!(!audit.text.contains("7HQ2M"), "{}", audit.text);
    let actions: Vec<_> =
        audit.value()["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["backup.restore", "backup.restore", "backup.make"]);
}

#[tokio::test]
async fn a_capture_is_begun_stopped_fetched_and_removed() {
    let api = Api::new();
    let at = "/api/v1/captures";
    let begun = api.json("POST", at, &json!({"interface": "eth1", "seconds": 5})).await;
    assert_eq!((begun.status.as_u16(), begun.value()), (201, json!({"name": "capture-1"})));
    let listed = api.get(at).await.value();
    assert_eq!(
        (&listed[0]["running"], &listed[0]["seconds"], &listed[0]["most_octets"]),
        (&json!(true), &json!(5), &json!(8 << 20))
    );
    assert_eq!(api.call("POST", "/api/v1/captures/capture-1/stop").await.status, 204);
    assert_eq!(api.get(at).await.value()[0]["running"], false);
    let file = api.octets("GET", "/api/v1/captures/capture-1/file").await;
    assert_eq!(file, [0xd4, 0xc3, 0xb2, 0xa1]);
    assert_eq!(api.call("DELETE", "/api/v1/captures/capture-1").await.status, 204);
    for (method, target) in [
        ("DELETE", "/api/v1/captures/capture-1"),
        ("POST", "/api/v1/captures/capture-1/stop"),
        ("GET", "/api/v1/captures/capture-1/file"),
    ] {
        api.call(method, target).await.is_problem(404, "not-found");
    }
    api.call("DELETE", "/api/v1/captures/..%2f..%2fetc").await.is_problem(422, "invalid");
}

#[tokio::test]
async fn a_capture_of_a_phone_is_of_its_address() {
    let api = Api::new();
    let bearer = BearerView {
        ebi: pumice_model::identity::Ebi::new(5).unwrap(),
        apn: "internet".parse().unwrap(),
        address: "10.45.0.2".parse().unwrap(),
        qci: 9.try_into().unwrap(),
        ambr: pumice_model::subscriber::Ambr { uplink: 1, downlink: 1 },
        usage: pumice_model::rules::Usage::default(),
    };
    api.gateway.state().phones.push(PhoneView {
        imsi: IMSI.parse().unwrap(),
        name: "Amina".to_owned(),
        imeisv: None,
        guti: None,
        connected: true,
        cell: None,
        silent_for: std::time::Duration::ZERO,
        bearers: vec![bearer],
        ciphering: "EEA2",
        integrity: "EIA2",
    });
    let begun = api.json("POST", "/api/v1/captures", &json!({"interface": "eth1", "phone": IMSI})).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    assert_eq!(api.get("/api/v1/captures").await.value()[0]["address"], "10.45.0.2");
    let other = json!({"interface": "eth1", "phone": "001010000000099"});
    api.json("POST", "/api/v1/captures", &other).await.is_problem(404, "not-found");

    for (wrong, pointer) in [
        (json!({}), "/interface"),
        (json!({"interface": "../eth0"}), "/interface"),
        (json!({"interface": "eth1", "seconds": 0}), "/seconds"),
        (json!({"interface": "eth1", "octets": 1}), "/octets"),
        (json!({"interface": "eth1", "octets": (8 << 20) + 1}), "/octets"),
        (json!({"interface": "eth1", "address": "10.45.0"}), "/address"),
        (json!({"phone": IMSI, "address": "10.45.0.2"}), "/address"),
        (json!({"phone": "12"}), "/phone"),
    ] {
        let problem = api.json("POST", "/api/v1/captures", &wrong).await.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{wrong}");
    }
}

#[tokio::test]
async fn diagnostics_come_as_octets() {
    let api = Api::new();
    assert_eq!(api.octets("GET", "/api/v1/diagnostics").await, [0x1f, 0x8b, 8, 0]);
}

#[tokio::test]
async fn the_label_has_no_code() {
    let mut config = config();
    config.label =
        LabelFacts { names: vec!["pumice.local".to_owned()], fingerprint: Some("5E:01".to_owned()) };
    let label = Api::with(config).get("/api/v1/label").await.value();
    assert_eq!(
        label,
        json!({
            "board": "Test board",
            "names": ["pumice.local"],
            "addresses": ["192.168.77.1"],
            "fingerprint": "5E:01",
        })
    );
    assert_eq!(Api::new().get("/api/v1/label").await.value()["fingerprint"], Value::Null);
}
