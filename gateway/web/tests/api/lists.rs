//! Lists and what is in them.

use std::collections::BTreeMap;
use std::time::Duration;

use pumice_model::event::{AuthenticationFailure, CellRefusal, DetachReason, Event, EventRecord};
use pumice_model::identity::{
    CellIdentity, Ebi, Ecgi, EnbId, GlobalEnbId, Gummei, Guti, Imeisv, Imsi, MTmsi, MmeCode, MmeGroupId,
};
use pumice_model::query::{BearerView, PhoneView};
use pumice_model::rules::Usage;
use pumice_model::subscriber::{Ambr, Qci};
use serde_json::{Value, json};

use crate::client::{Api, K, OPC};
use crate::gateway::{cell, plmn};

fn imsi(number: u64) -> String {
    format!("00101{number:010}")
}

async fn add(api: &Api, number: u64) {
    let given = json!({"imsi": imsi(number), "k": K, "opc": OPC});
    assert_eq!(api.json("POST", "/api/v1/subscribers", &given).await.status, 201);
}

/// Reads a list to its end and does something between two pages.
async fn read_all(api: &Api, list: &str, limit: u32, mut between: impl AsyncFnMut(u32)) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut target = format!("/api/v1/{list}?limit={limit}");
    for page in 0..1_000 {
        let answer = api.get(&target).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let value = answer.value();
        let items = value["items"].as_array().unwrap();
        assert!(items.len() <= limit as usize);
        rows.extend(items.iter().cloned());
        let Some(next) = value["next"].as_str() else { return rows };
        target = format!("/api/v1/{list}?after={next}&limit={limit}");
        between(page).await;
    }
    panic!("the list has no end");
}

#[tokio::test]
async fn pages_hold_every_row_once_while_others_come_and_go() {
    for limit in [1, 2, 7, 50] {
        let api = Api::new();
        // Even ones stay. Odd ones come and go.
        for number in (0..60).step_by(2) {
            add(&api, number).await;
        }
        let rows = read_all(&api, "subscribers", limit, async |page| {
            add(&api, u64::from(page * 2 + 1)).await;
            if let Some(gone) = page.checked_sub(1) {
                let target = format!("/api/v1/subscribers/{}", imsi(u64::from(gone * 2 + 1)));
                assert_eq!(api.call("DELETE", &target).await.status, 204);
            }
        })
        .await;
        let mut seen = BTreeMap::new();
        for row in &rows {
            *seen.entry(row["imsi"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
        for number in (0..60).step_by(2) {
            assert_eq!(seen.get(&imsi(number)), Some(&1), "limit {limit}");
        }
        assert!(seen.values().all(|count| *count == 1), "limit {limit}");
        assert!(rows.is_sorted_by_key(|row| row["imsi"].as_str().unwrap().to_owned()));
    }
}

#[tokio::test]
async fn the_row_a_cursor_stands_on_may_go() {
    let api = Api::new();
    for number in 0..4 {
        add(&api, number).await;
    }
    let page = api.get("/api/v1/subscribers?limit=2").await.value();
    let target = format!("/api/v1/subscribers/{}", imsi(1));
    assert_eq!(api.call("DELETE", &target).await.status, 204);
    let next = page["next"].as_str().unwrap();
    let page = api.get(&format!("/api/v1/subscribers?after={next}")).await.value();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert_eq!(page["items"][0]["imsi"], imsi(2));
    assert_eq!(page["next"], Value::Null);
}

#[tokio::test]
async fn an_empty_list_is_a_page() {
    let api = Api::new();
    for list in ["cells", "phones", "subscribers", "events"] {
        let answer = api.get(&format!("/api/v1/{list}")).await;
        assert_eq!((answer.status.as_u16(), answer.value()), (200, json!({"items": [], "next": null})));
    }
}

#[tokio::test]
async fn a_page_is_no_longer_than_the_gateway_gives() {
    let api = Api::new();
    api.gateway.state().limits.page = 3;
    for number in 0..5 {
        add(&api, number).await;
    }
    for target in ["/api/v1/subscribers", "/api/v1/subscribers?limit=1000"] {
        assert_eq!(api.get(target).await.value()["items"].as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn wrong_parameters_are_told() {
    let api = Api::new();
    let cursor = |text: &str| text.bytes().map(|octet| format!("{octet:02x}")).collect::<String>();
    let other_list = cursor("c001");
    let odd = cursor("sodd");
    let long = "73".repeat(130);
    let cases = [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=+1", "limit"),
        ("limit=", "limit"),
        ("limit=1.0", "limit"),
        ("limit=ten", "limit"),
        ("limit=99999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("after=", "after"),
        ("after=x", "after"),
        ("after=7", "after"),
        ("after=73c3", "after"),
        ("after=73C3", "after"),
        ("after=00101", "after"),
        ("after=%00", "after"),
        ("offset=3", "offset"),
        ("Limit=3", "query"),
        ("%ff=1", "query"),
        (&*format!("after={other_list}"), "after"),
        (&*format!("after={odd}"), "after"),
        (&*format!("after={long}"), "after"),
    ];
    for (query, parameter) in cases {
        let problem = api.get(&format!("/api/v1/subscribers?{query}")).await.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{query}: {problem}");
    }
}

#[tokio::test]
async fn cells_are_shown_and_forgotten() {
    let api = Api::new();
    let mut away = cell(2);
    away.peer = None;
    let ids = [EnbId::Home(0x0abc_def1), EnbId::ShortMacro(0x3_ffff), EnbId::LongMacro(0x1f_ffff)];
    let others =
        ids.map(|id| pumice_model::query::CellView { enb: GlobalEnbId { plmn: plmn(), id }, ..cell(0) });
    api.gateway.state().cells = [cell(0x19b), away].into_iter().chain(others).collect();
    let page = api.get("/api/v1/cells").await.value();
    let first = json!({
        "id": "00101-macro-19b", "name": "cell 411", "peer": "192.0.2.10:36412", "phones": 3, "learned": true,
        "tais": [{"plmn": "00101", "tac": 1}],
    });
    assert_eq!(page["items"][0], first);
    assert_eq!(page["items"][1]["peer"], Value::Null);
    let ids: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|cell| cell["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        ["00101-macro-19b", "00101-macro-2", "00101-home-abcdef1", "00101-short-3ffff", "00101-long-1fffff"]
    );
    for id in ids {
        assert_eq!(api.call("DELETE", &format!("/api/v1/cells/{id}")).await.status, 204, "{id}");
        api.call("DELETE", &format!("/api/v1/cells/{id}")).await.is_problem(404, "not-found");
    }
    let wrong = [
        "1",
        "00101",
        "00101-macro",
        "00101-macro-",
        "0010-macro-1",
        "00101-macro-100000",
        "00101-short-40000",
        "00101-long-200000",
        "00101-home-10000000",
        "00101-femto-1",
        "00101-macro-+1",
        "00101-macro-g",
        "%ff",
    ];
    for id in wrong {
        let problem = api.call("DELETE", &format!("/api/v1/cells/{id}")).await.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["parameter"], "id", "{id}");
    }
}

#[tokio::test]
async fn phones_are_shown() {
    let api = Api::new();
    let gummei = Gummei { plmn: plmn(), group: MmeGroupId(0x8101), code: MmeCode(7) };
    let usage = Usage { uplink_octets: 1, downlink_octets: u64::MAX, uplink_packets: 3, downlink_packets: 4 };
    let bearer = BearerView {
        ebi: Ebi::FIRST,
        apn: "internet".parse().unwrap(),
        address: "10.45.0.2".parse().unwrap(),
        qci: Qci::DEFAULT,
        ambr: Ambr { uplink: 5, downlink: 6 },
        usage,
    };
    let bare = PhoneView {
        imsi: imsi(1).parse().unwrap(),
        name: "Amina".to_owned(),
        imeisv: None,
        guti: None,
        connected: false,
        cell: None,
        silent_for: Duration::from_millis(12_900),
        bearers: vec![],
        ciphering: "EEA2",
        integrity: "EIA2",
    };
    let whole = PhoneView {
        imsi: imsi(2).parse().unwrap(),
        imeisv: Some(Imeisv::parse("0534900698733190").unwrap()),
        guti: Some(Guti { gummei, m_tmsi: MTmsi(0x00a1_b2d3) }),
        connected: true,
        cell: Some(Ecgi { plmn: plmn(), cell: CellIdentity(0x19b01) }),
        bearers: vec![bearer],
        ..bare.clone()
    };
    api.gateway.state().phones = vec![bare, whole];
    let page = api.get("/api/v1/phones").await.value();
    let expected = json!({"items": [
        {
            "imsi": imsi(1), "name": "Amina", "imeisv": null, "guti": null, "connected": false, "cell": null,
            "silent_seconds": 12, "bearers": [], "ciphering": "EEA2", "integrity": "EIA2",
        },
        {
            "imsi": imsi(2), "name": "Amina", "imeisv": "0534900698733190",
            "guti": {"plmn": "00101", "mme_group": 0x8101, "mme_code": 7, "m_tmsi": "00a1b2d3"},
            "connected": true, "cell": {"plmn": "00101", "cell": "0019b01"},
            "silent_seconds": 12, "ciphering": "EEA2", "integrity": "EIA2",
            "bearers": [{
                "ebi": 5, "apn": "internet", "address": "10.45.0.2", "qci": 9, "ambr": {"uplink": 5, "downlink": 6},
                "usage": {"uplink_octets": 1, "downlink_octets": u64::MAX, "uplink_packets": 3, "downlink_packets": 4},
            }],
        },
    ], "next": null});
    assert_eq!(page, expected);
}

#[tokio::test]
async fn events_are_shown() {
    let api = Api::new();
    let enb = cell(0x19b).enb;
    let imsi: Imsi = imsi(1).parse().unwrap();
    let (address, peer) = ("10.45.0.2".parse().unwrap(), "192.0.2.10:36412".parse().unwrap());
    let cases = [
        (
            Event::CellUp { enb, peer },
            json!({"type": "cell_up", "cell": "00101-macro-19b", "peer": "192.0.2.10:36412"}),
        ),
        (Event::CellDown { enb }, json!({"type": "cell_down", "cell": "00101-macro-19b"})),
        (
            Event::CellLearned { enb, address },
            json!({"type": "cell_learned", "cell": "00101-macro-19b", "address": "10.45.0.2"}),
        ),
        (
            Event::CellRefused { enb: None, peer, reason: CellRefusal::UnknownPlmnOrTac },
            json!({"type": "cell_refused", "cell": null, "peer": "192.0.2.10:36412", "reason": "unknown_plmn_or_tac"}),
        ),
        (
            Event::PhoneAttached { imsi, address },
            json!({"type": "phone_attached", "imsi": "001010000000001", "address": "10.45.0.2"}),
        ),
        (
            Event::PhoneDetached { imsi, reason: DetachReason::SwitchOff },
            json!({"type": "phone_detached", "imsi": "001010000000001", "reason": "switch_off"}),
        ),
        (
            Event::PhoneRefused { imsi: None, cause: 15 },
            json!({"type": "phone_refused", "imsi": null, "cause": 15}),
        ),
        (
            Event::AuthenticationFailed { imsi, failure: AuthenticationFailure::MacFailure },
            json!({"type": "authentication_failed", "imsi": "001010000000001", "failure": "mac_failure"}),
        ),
        (
            Event::PoolFull { limit: "phones".try_into().unwrap() },
            json!({"type": "pool_full", "limit": "phones"}),
        ),
        (
            Event::StoreFailed { reason: "full".try_into().unwrap() },
            json!({"type": "store_failed", "reason": "full"}),
        ),
        (Event::StoreRecovered, json!({"type": "store_recovered"})),
    ];
    let records = cases.iter().zip(1..).map(|((event, _), sequence)| EventRecord {
        sequence,
        at_millis: sequence * 10,
        unix_seconds: (sequence > 1).then_some(1_800_000_000),
        event: event.clone(),
    });
    api.gateway.state().events = records.collect();
    let rows = read_all(&api, "events", 4, async |_| {}).await;
    assert_eq!(rows.len(), cases.len());
    for ((row, (_, event)), sequence) in rows.iter().zip(&cases).zip(1_u64..) {
        let unix = if sequence > 1 { json!(1_800_000_000) } else { Value::Null };
        let expected =
            json!({"sequence": sequence, "at_millis": sequence * 10, "unix_seconds": unix, "event": event});
        assert_eq!(*row, expected);
        // A client reads the same back.
        let read: pumice_web::dto::Event = serde_json::from_value(row.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), *row);
    }
}

#[tokio::test]
async fn the_state_is_shown_without_what_must_stay_inside() {
    let api = Api::new();
    api.gateway.state().cells = vec![cell(1)];
    let answer = api.get("/api/v1/status").await;
    let status = answer.value();
    let head = json!({"serial": "ab".repeat(16), "mme_group": 0x8101, "mme_code": 7});
    assert_eq!(status["identity"], head);
    assert_eq!((&status["version"], &status["uptime_seconds"]), (&json!("1.2.3"), &json!(61)));
    assert_eq!((&status["plmn"], &status["tacs"]), (&json!("00101"), &json!([1, 2])));
    assert_eq!(status["cell_admission"], json!({"mode": "learning", "remaining": 2}));
    assert_eq!(status["store"], json!({"health": "good"}));
    assert_eq!((&status["cells"], &status["limits"]["phones"]), (&json!(1), &json!(640)));
    let read: pumice_web::dto::Status = serde_json::from_value(status).unwrap();
    assert_eq!(read.network_name, "Village");
    // The seed of M-TMSIs would let a stranger follow phones.
    assert!(!answer.text.contains(&0x5eed_5eed_5eed_5eed_u64.to_string()));

    api.gateway.state().store = Some("disk I/O error".to_owned());
    let status = api.get("/api/v1/status").await.value();
    assert_eq!(status["store"], json!({"health": "failing", "reason": "disk I/O error"}));
}
