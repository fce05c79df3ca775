//! What an owner sets, on trial, kept and gone back from.

use pumice_model::control::Refusal;
use serde_json::{Value, json};

use crate::client::{Answer, Api};

const AT: &str = "/api/v1/settings";

async fn set(api: &Api, values: Value) -> Answer {
    api.json("PATCH", AT, &json!({"values": values})).await
}

/// A box whose network is set up, so that a change is on trial.
async fn set_up() -> Api {
    let api = Api::new();
    let applied = set(&api, json!({"network.plmn": "00101", "network.name": "Village"})).await;
    assert_eq!(applied.status, 200, "{}", applied.text);
    if let Some((revision, _)) = api.house.state().trial {
        panic!("revision {revision} of a box that was not set up is on trial");
    }
    api
}

fn row(settings: &Value, key: &str) -> Value {
    let rows = settings["rows"].as_array().unwrap();
    rows.iter().find(|row| row["key"] == key).unwrap_or_else(|| panic!("{key}")).clone()
}

#[tokio::test]
async fn every_key_is_shown_with_what_it_is_made_of() {
    let api = Api::new();
    let settings = api.get(AT).await.value();
    let rows = settings["rows"].as_array().unwrap();
    assert_eq!(rows.len(), pumice_model::settings::SETTINGS.len());
    assert_eq!(settings["trial"], Value::Null);
    let way = row(&settings, "backhaul.way");
    assert_eq!(
        (&way["kind"], &way["restarts"], &way["group"]),
        (&json!("choice"), &json!("backhaul"), &json!("backhaul"))
    );
    assert_eq!(way["choices"][1], "dhcp");
    assert_eq!(row(&settings, "network.name")["kind"], "text");
}

#[tokio::test]
async fn a_preview_changes_nothing_and_tells_what_would_start_anew() {
    let api = set_up().await;
    let preview = api
        .json(
            "POST",
            "/api/v1/settings/preview",
            &json!({"values": {"network.name": "Hill", "subscribers.uplink": "x"}}),
        )
        .await;
    let preview = preview.value();
    let change = json!({"key": "network.name", "old": "Village", "new": "Hill", "restarts": "gateway"});
    assert_eq!(preview["changes"], json!([change]));
    assert_eq!(preview["mistakes"][0]["pointer"], "/values/subscribers.uplink");
    assert_eq!(preview["restarts"], "gateway");
    assert_eq!(row(&api.get(AT).await.value(), "network.name")["value"], "Village");
}

#[tokio::test]
async fn a_change_is_on_trial_until_it_is_kept() {
    let api = set_up().await;
    let applied = set(&api, json!({"network.name": "Hill"})).await.value();
    assert_eq!(
        applied,
        json!({"revision": 2, "restarts": "gateway", "on_trial": true, "keep_within_seconds": 90})
    );
    assert_eq!(api.get(AT).await.value()["trial"], json!({"revision": 2, "seconds_left": 90}));
    set(&api, json!({"network.name": "Dale"})).await.is_problem(409, "too-late");
    api.call("POST", "/api/v1/settings/trial/1/keep").await.is_problem(409, "too-late");
    assert_eq!(api.call("POST", "/api/v1/settings/trial/2/keep").await.status, 204);
    assert_eq!(api.get(AT).await.value()["trial"], Value::Null);
    api.call("POST", "/api/v1/settings/trial/2/go-back").await.is_problem(409, "too-late");
}

#[tokio::test]
async fn a_trial_is_gone_back_from_and_an_old_revision_returned_to() {
    let api = set_up().await;
    set(&api, json!({"network.name": "Hill"})).await;
    assert_eq!(api.call("POST", "/api/v1/settings/trial/2/go-back").await.status, 204);
    assert_eq!(row(&api.get(AT).await.value(), "network.name")["value"], "Village");
    set(&api, json!({"network.name": "Dale"})).await;
    api.call("POST", "/api/v1/settings/trial/3/keep").await;
    let returned = api.call("POST", "/api/v1/settings/revisions/1/return").await;
    assert_eq!((returned.status.as_u16(), &returned.value()["revision"]), (200, &json!(4)));
    assert_eq!(row(&api.get(AT).await.value(), "network.name")["value"], "Village");
    api.call("POST", "/api/v1/settings/revisions/99/return").await.is_problem(404, "not-found");

    let revisions = api.get("/api/v1/settings/revisions").await.value();
    let states: Vec<_> =
        revisions.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["trial", "kept", "reverted", "kept"]);
    assert_eq!(revisions[0]["by"], "(shell)");
}

#[tokio::test]
async fn wrong_values_are_told_by_their_key() {
    let api = set_up().await;
    let problem = set(&api, json!({"network.plmn": "1", "subscribers.uplink": "many"})).await;
    let problem = problem.is_problem(422, "invalid");
    let pointers: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/values/network.plmn", "/values/subscribers.uplink"]);
    assert_eq!(problem["detail"], "some values are not what they should be; nothing has changed");
    for (values, pointer) in [
        (json!({"network.nmae": "x"}), "/values"),
        (json!({}), "/values"),
        (json!({"network.name": "x".repeat(513)}), "/values/network.name"),
        (json!({"network.name": "a\u{1b}[2J"}), "/values/network.name"),
    ] {
        let problem = set(&api, values).await.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    for target in [
        "/api/v1/settings/trial/x/keep",
        "/api/v1/settings/trial/+1/keep",
        "/api/v1/settings/revisions/-1/return",
    ] {
        api.call("POST", target).await.is_problem(422, "invalid");
    }
}

#[tokio::test]
async fn mistakes_that_name_no_key_do_not_repeat_it() {
    let api = set_up().await;
    let mistakes = vec![
        ("465b5ce8b199b49f".to_owned(), "is wrong".to_owned()),
        ("interface".to_owned(), "is none".to_owned()),
    ];
    api.house.state().refusal = Some(Refusal::Wrong { mistakes });
    let problem = set(&api, json!({"network.name": "Hill"})).await.is_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "");
    assert_eq!(problem["errors"][1]["pointer"], "/interface");
    assert!(!problem.to_string().contains("465b"), "{problem}");
}

#[tokio::test]
async fn changes_are_noted_by_their_keys_alone() {
    let api = set_up().await;
    set(&api, json!({"backhaul.wifi_password": "three goats", "network.band": "3"})).await;
    api.call("POST", "/api/v1/settings/trial/2/keep").await;
    let audit = api.get("/api/v1/audit").await;
    assert!(!audit.text.contains("goats"), "{}", audit.text);
    let items = audit.value()["items"].clone();
    assert_eq!((&items[0]["action"], &items[0]["subject"]), (&json!("settings.keep"), &json!("2")));
    assert_eq!(
        (&items[1]["action"], &items[1]["subject"]),
        (&json!("settings.apply"), &json!("backhaul.wifi_password network.band"))
    );
}
