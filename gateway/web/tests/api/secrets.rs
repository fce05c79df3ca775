//! Keys go in and never come back: not in an answer, not in an error, not in a log, not in debug output.

use std::sync::{Arc, Mutex};

use pumice_model::control::Refusal;
use pumice_web::dto::{KeyText, NewSubscriber};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};

use crate::client::{Answer, Api, IMSI, K, OP, OPC, changed, subscriber};

const AT: &str = "/api/v1/subscribers/001010000000001";
const IMPORT: &str = "/api/v1/subscribers/import";

/// Whether a text holds a key, or eight digits of one.
fn leaks(text: &str) -> bool {
    let text = text.to_lowercase();
    [K, OP, OPC].iter().any(|key| {
        let key = key.to_lowercase();
        (0..=24).any(|at| text.contains(&key[at..at + 8]))
    })
}

#[track_caller]
fn is_clean(answer: &Answer) {
    assert!(!leaks(&answer.text), "{}", answer.text);
    assert!(!leaks(&format!("{:?}", answer.headers)), "{:?}", answer.headers);
}

#[tokio::test]
async fn keys_do_not_come_back() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let api = Api::new();
    let with_op = json!({"imsi": "001010000000002", "k": K, "op": OP});
    is_clean(&api.json("POST", "/api/v1/subscribers", &subscriber()).await);
    is_clean(&api.json("POST", "/api/v1/subscribers", &with_op).await);
    is_clean(&api.json("PUT", AT, &subscriber()).await);
    is_clean(&api.json("PATCH", AT, &json!({"state": "barred"})).await);
    let file = format!("imsi,k,op,opc\n001010000000003,{K},{OP},\n001010000000004,{K},,{OPC}\n");
    is_clean(&api.text("POST", IMPORT, "text/csv", file).await);
    assert_eq!(api.gateway.state().subscribers.len(), 4);
    let targets =
        [AT, "/api/v1/subscribers", "/api/v1/status", "/api/v1/phones", "/api/v1/events", "/metrics"];
    for target in targets {
        let answer = api.get(target).await;
        assert_eq!(answer.status, 200);
        is_clean(&answer);
    }
    is_clean(&api.call("DELETE", AT).await);
    let lines = log.0.lock().unwrap();
    assert!(lines.contains("subscriber added"), "{lines}");
    assert!(!leaks(&lines), "{lines}");
    assert!(!lines.contains(IMSI) && lines.contains("00101..001"), "{lines}");
}

#[tokio::test]
async fn errors_do_not_repeat_what_was_sent() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let api = Api::new();
    let mut bodies: Vec<String> = Vec::new();
    let fields =
        ["imsi", "k", "op", "opc", "amf", "name", "state", "apns", "ambr", "ims_voice", "unknown", K, OPC];
    let wrapped = |key: &str| {
        [
            json!(key),
            json!([key]),
            json!({"x": key}),
            json!({key: key}),
            json!([{key: 1}]),
            json!([{"apn": key, "qci": key}]),
            json!(format!("x, expected {key}")),
            json!(format!("{key} at line 1")),
            json!(format!("`{key}`")),
            json!({"uplink": key, "downlink": 1}),
        ]
    };
    for field in fields {
        for value in wrapped(OP).into_iter().chain(wrapped(&OPC[..16])) {
            bodies.push(changed(field, value).to_string());
        }
    }
    bodies.extend(
        [K, &format!("\"{K}\""), &format!("[\"{K}\"]"), &format!("{{\"{K}\": 1}}"), &format!("{{{K}: 1}}")]
            .map(String::from),
    );
    bodies.push(subscriber().to_string().replace(',', ";"));
    for body in &bodies {
        for (method, target) in [("POST", "/api/v1/subscribers"), ("PUT", AT), ("PATCH", AT)] {
            let answer = api.text(method, target, "application/json", body.clone()).await;
            // A name or an APN may well look like a key: then it is no key.
            if answer.status.is_success() {
                continue;
            }
            assert!(answer.status.is_client_error());
            assert!(!leaks(&answer.text), "{body}: {}", answer.text);
        }
        is_clean(&api.text("POST", IMPORT, "text/csv", body.clone()).await);
    }
    let files = [
        format!("imsi,k,{OPC}\n1,2,3\n"),
        format!("{IMSI},{K},{OPC}\n"),
        format!("imsi,k,opc\n{K},{IMSI},{OPC}\n{OPC}\n{K},{K},{K},{K}\n"),
        format!("imsi,k,opc,state,qci,apn,name\n{IMSI},{K},{OPC},{K},{K},{K}_,{K}{K}{K}\n"),
        format!("imsi,k,opc\n\"{IMSI},{K},{OPC}\n"),
    ];
    for file in files {
        let answer = api.text("POST", IMPORT, "text/csv", file).await;
        assert_eq!(answer.status, 422);
        is_clean(&answer);
    }
    for refusal in
        [Refusal::Busy, Refusal::Exists(IMSI.parse().unwrap()), Refusal::Store { reason: "full".into() }]
    {
        api.gateway.state().refusal = Some(refusal);
        is_clean(&api.json("POST", "/api/v1/subscribers", &subscriber()).await);
        is_clean(&api.json("PUT", AT, &subscriber()).await);
    }
    assert!(!leaks(&log.0.lock().unwrap()));
}

#[tokio::test]
async fn keys_in_the_wrong_place_do_not_come_back() {
    let api = Api::new();
    for target in [
        format!("/api/v1/subscribers/{K}"),
        format!("/api/v1/cells/{K}"),
        format!("/api/v1/cells/00101-macro-{OPC}"),
        format!("/api/v1/{K}"),
        format!("/api/v1/subscribers?after={OPC}"),
        format!("/api/v1/subscribers?limit={K}"),
        format!("/api/v1/subscribers?{OPC}=1"),
    ] {
        is_clean(&api.get(&target).await);
        is_clean(&api.call("DELETE", &target).await);
    }
}

#[test]
fn requests_do_not_print_their_keys() {
    let given: NewSubscriber = serde_json::from_value(subscriber()).unwrap();
    assert!(!leaks(&format!("{given:?} {given:#?}")));
    assert!(!leaks(&format!("{:?}", KeyText::new(K.to_owned()))));
    let wrong = serde_json::from_value::<NewSubscriber>(changed("amf", Value::Bool(true))).unwrap_err();
    assert!(!leaks(&wrong.to_string()));
    // A client sends what it was given.
    assert_eq!(serde_json::to_value(&given).unwrap(), subscriber());
}

/// Keeps all that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        attributes.record(&mut Line(&self.0));
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Line(&self.0));
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Line(&self.0));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

struct Line<'a>(&'a Mutex<String>);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{}={value:?}\n", field.name()));
    }
}
