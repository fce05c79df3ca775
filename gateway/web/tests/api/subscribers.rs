use pumice_model::control::Command;
use pumice_model::subscriber::{OperatorKey, SubscriberChange, SubscriberState};
use serde_json::json;

use crate::client::{Api, IMSI, K, OP, OPC, changed, config, subscriber};

const AT: &str = "/api/v1/subscribers/001010000000001";

#[tokio::test]
async fn a_new_subscriber_gets_the_defaults_and_is_shown_without_keys() {
    let api = Api::new();
    let answer = api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.headers["location"], AT);
    let ambr = json!({"uplink": 50_000_000, "downlink": 100_000_000});
    let expected = json!({
        "imsi": IMSI, "name": "", "state": "active", "ims_voice": false, "attached": false, "ambr": ambr,
        "apns": [{"apn": "internet", "qci": 9, "ambr": ambr}],
    });
    assert_eq!(answer.value(), expected);

    let stored = api.gateway.state().subscribers[&IMSI.parse().unwrap()].clone();
    assert_eq!(stored.keys.k.expose()[..2], [0x46, 0x5b]);
    assert!(matches!(stored.keys.op, OperatorKey::Opc(key) if key.expose()[..2] == [0xcd, 0x63]));
    assert_eq!(stored.keys.amf, [0x80, 0]);
    assert_eq!((stored.seq_offset, stored.apns[0].priority), (0, 8));
}

#[tokio::test]
async fn a_new_subscriber_gets_all_that_is_given() {
    let api = Api::new();
    let given = json!({
        "imsi": IMSI, "k": K, "op": OP, "amf": "9aBc", "name": "আমিনা", "state": "barred", "ims_voice": true,
        "ambr": {"uplink": 1_000, "downlink": 10_000_000_000_u64},
        "apns": [
            {"apn": "Ims", "qci": 5, "priority": 1, "ambr": {"uplink": 2_000, "downlink": 3_000}},
            {"apn": "internet.village"},
        ],
    });
    let answer = api.json("POST", "/api/v1/subscribers", &given).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let ambr = json!({"uplink": 1_000, "downlink": 10_000_000_000_u64});
    let expected = json!({
        "imsi": IMSI, "name": "আমিনা", "state": "barred", "ims_voice": true, "attached": false, "ambr": ambr,
        "apns": [
            {"apn": "ims", "qci": 5, "ambr": {"uplink": 2_000, "downlink": 3_000}},
            {"apn": "internet.village", "qci": 9, "ambr": ambr},
        ],
    });
    assert_eq!(answer.value(), expected);
    let stored = api.gateway.state().subscribers[&IMSI.parse().unwrap()].clone();
    assert!(matches!(stored.keys.op, OperatorKey::Op(key) if key.expose()[..2] == [0xcd, 0xc2]));
    assert_eq!(stored.keys.amf, [0x9a, 0xbc]);
    assert_eq!((stored.apns[0].priority, stored.apns[1].priority), (1, 8));
}

#[tokio::test]
async fn the_defaults_are_the_callers() {
    let mut config = config();
    config.subscriber.apn = "village".parse().unwrap();
    config.subscriber.qci = 8.try_into().unwrap();
    config.subscriber.ambr.uplink = 7_000;
    let api = Api::with(config);
    let answer = api.json("POST", "/api/v1/subscribers", &subscriber()).await.value();
    assert_eq!(answer["apns"][0]["apn"], "village");
    assert_eq!(answer["apns"][0]["qci"], 8);
    assert_eq!(answer["ambr"]["uplink"], 7_000);
}

#[tokio::test]
async fn an_answered_change_is_seen_by_the_next_question() {
    let api = Api::new();
    api.get(AT).await.is_problem(404, "not-found");
    assert_eq!(api.json("POST", "/api/v1/subscribers", &subscriber()).await.status, 201);
    let shown = api.get(AT).await;
    assert_eq!((shown.status.as_u16(), &shown.value()["attached"]), (200, &json!(true)));

    assert_eq!(api.json("PATCH", AT, &json!({"state": "barred"})).await.status, 204);
    assert_eq!(api.get(AT).await.value()["state"], "barred");

    let answer = api.json("PUT", AT, &changed("name", json!("Noor"))).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    let shown = api.get(AT).await.value();
    assert_eq!((&shown["name"], &shown["state"]), (&json!("Noor"), &json!("active")));

    assert_eq!(api.call("DELETE", AT).await.status, 204);
    api.get(AT).await.is_problem(404, "not-found");
    let imsi = IMSI.parse().unwrap();
    let commands = std::mem::take(&mut api.gateway.state().commands);
    assert_eq!(commands.len(), 4);
    let barred = SubscriberChange { state: Some(SubscriberState::Barred), ..SubscriberChange::default() };
    assert_eq!(commands[1], Command::ChangeSubscriber(imsi, Box::new(barred)));
    assert_eq!(commands[3], Command::RemoveSubscriber(imsi));
}

#[tokio::test]
async fn a_subscriber_is_renamed_and_limited_and_keeps_its_keys() {
    let api = Api::new();
    api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    let keys = api.gateway.state().subscribers[&IMSI.parse().unwrap()].keys.clone();
    let patch = json!({"name": "Noor", "ambr": {"uplink": 1_000_000, "downlink": 2_000_000}});
    assert_eq!(api.json("PATCH", AT, &patch).await.status, 204);
    let shown = api.get(AT).await.value();
    assert_eq!((&shown["name"], &shown["state"]), (&json!("Noor"), &json!("active")));
    assert_eq!(shown["ambr"], patch["ambr"]);
    assert_eq!(shown["apns"][0]["ambr"], patch["ambr"]);
    assert_eq!(api.gateway.state().subscribers[&IMSI.parse().unwrap()].keys, keys);

    for (wrong, pointer) in [
        (json!({}), ""),
        (json!({"name": "a\nb"}), "/name"),
        (json!({"ambr": {"uplink": 1, "downlink": 2_000}}), "/ambr/uplink"),
        (json!({"k": "00"}), "/k"),
    ] {
        let problem = api.json("PATCH", AT, &wrong).await.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_done_is_noted_with_who_and_whether_it_was_done() {
    let api = Api::new();
    api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    api.json("PUT", AT, &subscriber()).await;
    api.json("PATCH", AT, &json!({"state": "barred"})).await;
    api.call("DELETE", AT).await;
    let file = format!("imsi,k,opc\n{IMSI},{K},{OPC}\n");
    api.text("POST", "/api/v1/subscribers/import", "text/csv", file).await;
    api.call("DELETE", "/api/v1/cells/00101-macro-19b").await;
    let audit = api.get("/api/v1/audit").await.value();
    let noted: Vec<_> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            assert_eq!((&entry["actor"], &entry["address"]), (&json!("(shell)"), &json!(null)));
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (text("action"), text("subject"), entry["done"].as_bool().unwrap())
        })
        .collect();
    let entry = |action: &str, subject: &str, done| (action.to_owned(), subject.to_owned(), done);
    assert_eq!(
        noted,
        [
            entry("cell.forget", "00101-macro-19b", false),
            entry("subscriber.import", "1 rows", true),
            entry("subscriber.remove", IMSI, true),
            entry("subscriber.change", IMSI, true),
            entry("subscriber.replace", IMSI, true),
            entry("subscriber.add", IMSI, false),
            entry("subscriber.add", IMSI, true),
        ]
    );
}

#[tokio::test]
async fn a_subscriber_that_is_not_there_cannot_be_changed() {
    let api = Api::new();
    api.json("PUT", AT, &subscriber()).await.is_problem(404, "not-found");
    api.json("PATCH", AT, &json!({"state": "active"})).await.is_problem(404, "not-found");
    api.call("DELETE", AT).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn an_imsi_exists_once() {
    let api = Api::new();
    api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    let problem = api.json("POST", "/api/v1/subscribers", &subscriber()).await.is_problem(409, "exists");
    assert!(problem["detail"].as_str().unwrap().contains(IMSI));
}

#[tokio::test]
async fn replacing_does_not_rename() {
    let api = Api::new();
    api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    let other = changed("imsi", json!("001010000000002"));
    api.json("PUT", AT, &other).await.is_problem(409, "other-imsi");
    assert_eq!(api.gateway.state().commands.len(), 1);
}

#[tokio::test]
async fn a_path_that_names_no_imsi_is_told_what_one_is() {
    let api = Api::new();
    for imsi in ["12345", "0010100000000011", "00101000000000x", "%ff", "%2F"] {
        let problem = api.get(&format!("/api/v1/subscribers/{imsi}")).await.is_problem(422, "invalid");
        let error = json!({"parameter": "imsi", "detail": "an IMSI has 6 to 15 digits"});
        assert_eq!(problem["errors"], json!([error]), "{imsi}");
    }
}

#[tokio::test]
async fn every_wrong_value_is_told_with_its_place() {
    let api = Api::new();
    let ambr = |uplink: u64| json!({"uplink": uplink, "downlink": 1_000});
    let apns = |count: usize| (0..count).map(|at| json!({"apn": format!("a{at}")})).collect::<Vec<_>>();
    let cases = [
        ("imsi", json!("12345"), "/imsi", "an IMSI has 6 to 15 digits"),
        ("imsi", json!(1010000000001_u64), "/imsi", "wanted is a string"),
        ("imsi", json!(null), "/imsi", "this field is missing"),
        ("k", json!("465B"), "/k", "32 hexadecimal digits are wanted"),
        ("k", json!(["465B"]), "/k", "wanted is a string"),
        ("k", json!(null), "/k", "this field is missing"),
        ("opc", json!("zd63cb71954a9f4e48a5994e37a02baf"), "/opc", "32 hexadecimal digits are wanted"),
        ("opc", json!(null), "/opc", "either opc or op is wanted"),
        ("op", json!(OP), "/op", "only one of opc and op is wanted"),
        (
            "amf",
            json!("0000"),
            "/amf",
            "wanted are four hexadecimal digits of which the first is 8 or more, as 8000",
        ),
        (
            "amf",
            json!("+800"),
            "/amf",
            "wanted are four hexadecimal digits of which the first is 8 or more, as 8000",
        ),
        (
            "name",
            json!("x".repeat(65)),
            "/name",
            "a name has at most 64 octets of UTF-8 and no control characters",
        ),
        (
            "name",
            json!("a\u{1b}[31m"),
            "/name",
            "a name has at most 64 octets of UTF-8 and no control characters",
        ),
        ("state", json!("gone"), "/state", "wanted is active or barred"),
        ("state", json!(3), "/state", "wanted is a string"),
        ("ambr", ambr(999), "/ambr/uplink", "wanted are 1000 to 10000000000 bit/s"),
        ("ambr", ambr(10_000_000_001), "/ambr/uplink", "wanted are 1000 to 10000000000 bit/s"),
        ("ambr", json!({"uplink": 1_000}), "/ambr/downlink", "this field is missing"),
        (
            "ambr",
            json!({"uplink": -1.0, "downlink": 1_000}),
            "/ambr/uplink",
            "wanted is a whole number in range",
        ),
        (
            "ambr",
            json!({"uplink": 1000.5, "downlink": 1_000}),
            "/ambr/uplink",
            "wanted is a whole number in range",
        ),
        ("ambr", json!([]), "/ambr", "wanted is an object"),
        (
            "ambr",
            json!({"uplink": 1e300, "downlink": 1_000}),
            "/ambr/uplink",
            "wanted is a whole number in range",
        ),
        (
            "ambr",
            json!({"uplink": -1, "downlink": 1_000}),
            "/ambr/uplink",
            "wanted is a whole number in range",
        ),
        (
            "ambr",
            json!({"uplink": "1000", "downlink": 1_000}),
            "/ambr/uplink",
            "wanted is a whole number in range",
        ),
        ("ambr", json!([1_000, 1_000]), "/ambr", "wanted is an object"),
        ("apns", json!([["internet"]]), "/apns/0", "wanted is an object"),
        ("apns", json!([]), "/apns", "at least one APN is wanted; leave apns out for the gateway's default"),
        ("apns", json!(apns(5)), "/apns", "a subscriber has at most 4 APNs"),
        ("apns", json!([{"apn": "a"}, {"apn": "A"}]), "/apns/1/apn", "this APN is given twice"),
        (
            "apns",
            json!([{"apn": "a"}, {"apn": "b_"}]),
            "/apns/1/apn",
            "an APN has 1 to 100 letters, digits, '-' and '.', each label 1 to 63 long",
        ),
        ("apns", json!([{"apn": "a", "qci": 1}]), "/apns/0/qci", "QCI 1 is not for a default bearer: 5 to 9"),
        ("apns", json!([{"apn": "a", "qci": 256}]), "/apns/0/qci", "wanted is a whole number in range"),
        (
            "apns",
            json!([{"apn": "a", "priority": 0}]),
            "/apns/0/priority",
            "wanted is a priority of 1 (first) to 15",
        ),
        (
            "apns",
            json!([{"apn": "a", "ambr": ambr(1)}]),
            "/apns/0/ambr/uplink",
            "wanted are 1000 to 10000000000 bit/s",
        ),
        ("apns", json!([{"qci": 9}]), "/apns/0/apn", "this field is missing"),
        ("ims_voice", json!("yes"), "/ims_voice", "wanted is a boolean"),
    ];
    for (field, value, pointer, detail) in cases {
        for (method, target) in [("POST", "/api/v1/subscribers"), ("PUT", AT)] {
            let problem =
                api.json(method, target, &changed(field, value.clone())).await.is_problem(422, "invalid");
            assert_eq!(
                problem["errors"],
                json!([{"pointer": pointer, "detail": detail}]),
                "{method} {field} {value}"
            );
        }
    }
    assert!(api.gateway.state().commands.is_empty());
}

#[tokio::test]
async fn all_wrong_values_are_told_at_once() {
    let api = Api::new();
    let wrong = json!({"imsi": "1", "k": "2", "opc": "3", "amf": "4", "apns": [{"apn": "", "qci": 1}]});
    let problem = api.json("POST", "/api/v1/subscribers", &wrong).await.is_problem(422, "invalid");
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/imsi", "/k", "/opc", "/amf", "/apns/0/apn", "/apns/0/qci"]);
}

#[tokio::test]
async fn optional_values_are_left_out_not_null() {
    let api = Api::new();
    for field in ["op", "amf", "name", "state", "apns", "ambr", "ims_voice"] {
        let body = format!(r#"{{"imsi":"{IMSI}","k":"{K}","opc":"{OPC}","{field}":null}}"#);
        let answer = api.text("POST", "/api/v1/subscribers", "application/json", body).await;
        let problem = answer.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"));
    }
}

#[tokio::test]
async fn unknown_and_repeated_fields_are_refused() {
    let api = Api::new();
    let problem =
        api.json("POST", "/api/v1/subscribers", &changed("opcc", json!(1))).await.is_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/opcc");
    let detail = problem["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("unknown field; wanted is one of `imsi`, `k`"), "{detail}");

    let twice = format!(r#"{{"imsi":"{IMSI}","imsi":"{IMSI}","k":"{K}","opc":"{OPC}"}}"#);
    let problem =
        api.text("POST", "/api/v1/subscribers", "application/json", twice).await.is_problem(422, "invalid");
    assert_eq!(problem["errors"], json!([{"pointer": "/imsi", "detail": "this field is given twice"}]));

    let problem =
        api.json("PATCH", AT, &json!({"state": "active", "names": "x"})).await.is_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/names");
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_point() {
    let api = Api::new();
    let given = changed("ambr", json!({"uplink": 1e6, "downlink": 5000.0}));
    let answer = api.json("POST", "/api/v1/subscribers", &given).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.value()["ambr"], json!({"uplink": 1_000_000, "downlink": 5_000}));
}
