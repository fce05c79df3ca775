//! The software of the box.

use pumice_model::software::SoftwareOrder;
use serde_json::{Value, json};

use crate::client::{Answer, Api};

async fn piece(api: &Api, place: &str, octets: &[u8]) -> Answer {
    let target = format!("/api/v1/software/bundle{place}");
    api.text("PUT", &target, "application/octet-stream", octets.to_vec()).await
}

#[tokio::test]
async fn an_update_is_sent_in_pieces_and_installed() {
    let api = Api::new();
    assert_eq!(api.get("/api/v1/software").await.value()["image"]["sides"][1]["version"], "0.1.1");
    api.json("POST", "/api/v1/software/update", &json!({})).await.is_problem(404, "not-found");

    assert_eq!(piece(&api, "?offset=0", b"pum").await.value()["octets"], 3);
    piece(&api, "?offset=4", b"x").await.is_problem(409, "too-late");
    for wrong in ["", "?offset=-1", "?offset=x"] {
        piece(&api, wrong, b"x").await.is_problem(422, "invalid");
    }
    piece(&api, "?offset=3", &vec![0; (1 << 20) + 1]).await.is_problem(413, "body-too-large");
    assert_eq!(piece(&api, "?offset=3", b"ice").await.value()["octets"], 6);
    assert_eq!(api.house.state().update, b"pumice");

    let asked = api.json("POST", "/api/v1/software/update", &json!({ "may_be_older": true })).await;
    assert_eq!(asked.status, 204, "{}", asked.text);
    let order = SoftwareOrder::Install { stick: None, may_be_older: true };
    assert_eq!(api.house.state().software_orders, [order]);
    assert_eq!(api.get("/api/v1/software").await.value()["image"]["update"]["stage"], "asked");
    api.call("POST", "/api/v1/software/return").await.is_problem(503, "busy");
    let audit = api.get("/api/v1/audit").await.value();
    assert_eq!(audit["items"][0]["action"], "software.return");
    assert_eq!(audit["items"][0]["done"], false);
}

#[tokio::test]
async fn a_gateway_without_an_image_says_so() {
    let api = Api::new();
    api.house.state().image = None;
    assert_eq!(api.get("/api/v1/software").await.value()["image"], Value::Null);
    piece(&api, "?offset=0", b"x").await.is_problem(501, "not-here");
    for deed in ["look", "return"] {
        api.call("POST", &format!("/api/v1/software/{deed}")).await.is_problem(501, "not-here");
    }
}
