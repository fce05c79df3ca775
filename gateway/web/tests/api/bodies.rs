//! Bodies of the wrong type, size, shape or pace.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use serde_json::{Value, json};

use crate::client::{Api, IMSI, K, OPC, config, request, subscriber};

const SUBSCRIBERS: &str = "/api/v1/subscribers";
const ROUTES: [(&str, &str, &str); 4] = [
    ("POST", SUBSCRIBERS, "application/json"),
    ("PUT", "/api/v1/subscribers/001010000000001", "application/json"),
    ("PATCH", "/api/v1/subscribers/001010000000001", "application/json"),
    ("POST", "/api/v1/subscribers/import", "text/csv"),
];

#[tokio::test]
async fn only_the_right_type_is_taken() {
    let api = Api::new();
    for (method, target, wanted) in ROUTES {
        let others = [
            "",
            "text/plain",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "application/jsonx",
        ];
        for kind in others {
            let problem = api.text(method, target, kind, "{}").await.is_problem(415, "media-type");
            assert!(problem["detail"].as_str().unwrap().contains(wanted), "{problem}");
        }
        let latin = format!("{wanted}; charset=iso-8859-1");
        api.text(method, target, &latin, "{}").await.is_problem(415, "media-type");
        let none = request(method, target).body(Body::from("{}")).unwrap();
        api.send(none).await.is_problem(415, "media-type");
        let packed = request(method, target)
            .header("content-type", wanted)
            .header("content-encoding", "gzip")
            .body(Body::empty());
        api.send(packed.unwrap()).await.is_problem(415, "content-encoding");
    }
    let answer =
        api.text("POST", SUBSCRIBERS, "Application/JSON; charset=\"UTF-8\"", subscriber().to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[tokio::test]
async fn a_body_has_a_limit_whether_its_length_is_told_or_not() {
    let mut config = config();
    config.limits.json_octets = 300;
    config.limits.import_octets = 300;
    let api = Api::with(config);
    for (method, target, kind) in ROUTES {
        let large = " ".repeat(301);
        let problem = api.text(method, target, kind, large.clone()).await.is_problem(413, "body-too-large");
        assert!(problem["detail"].as_str().unwrap().contains("300"));
        let chunks =
            large.as_bytes().chunks(7).map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk.to_vec())));
        let chunks: Vec<_> = chunks.collect();
        let body = Body::from_stream(stream::iter(chunks));
        api.text(method, target, kind, body).await.is_problem(413, "body-too-large");
    }
    let mut full = subscriber().to_string();
    full.push_str(&" ".repeat(300 - full.len()));
    assert_eq!(api.text("POST", SUBSCRIBERS, "application/json", full).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let mut config = config();
    config.limits.body_time = Duration::from_secs(3);
    let api = Api::with(config);
    for (method, target, kind) in ROUTES {
        let begun = tokio::time::Instant::now();
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        api.text(method, target, kind, body).await.is_problem(408, "body-slow");
        assert_eq!(begun.elapsed().as_secs(), 3);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told() {
    let api = Api::new();
    for (method, target, kind) in ROUTES {
        let parts = [Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))];
        let body = Body::from_stream(stream::iter(parts));
        api.text(method, target, kind, body).await.is_problem(400, "body-broken");
    }
}

#[tokio::test]
async fn what_is_no_json_is_told_with_its_place() {
    let api = Api::new();
    let cases: [(&[u8], usize, usize); 12] = [
        (b"", 1, 0),
        (b"   ", 1, 3),
        (b"{", 1, 1),
        (b"{\n \"imsi\": \"001", 2, 13),
        (b"{'imsi': 1}", 1, 2),
        (b"{\"imsi\": \"\",}", 1, 13),
        (b"nul", 1, 3),
        (b"{\"imsi\": 01}", 1, 11),
        (b"{\"imsi\": \"\xff\"}", 1, 11),
        (b"\xef\xbb\xbf{}", 1, 1),
        (b"{\"imsi\": NaN}", 1, 10),
        (b"{\"imsi\": \"\\ud800\"}", 1, 17),
    ];
    for (body, line, column) in cases {
        let answer = api.text("POST", SUBSCRIBERS, "application/json", body.to_vec()).await;
        let problem = answer.is_problem(400, "not-json");
        let shown = String::from_utf8_lossy(body);
        let expected = format!("the body is not JSON: line {line}, column {column}");
        assert_eq!(problem["detail"], expected, "{shown}");
    }
    let mut trailing = subscriber().to_string();
    trailing.push('x');
    api.text("POST", SUBSCRIBERS, "application/json", trailing).await.is_problem(400, "not-json");
    let deep = "[".repeat(10_000);
    api.text("POST", SUBSCRIBERS, "application/json", deep).await.is_problem(422, "invalid");
    let deep = format!("{{\"name\": {}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    api.text("POST", SUBSCRIBERS, "application/json", deep).await.is_problem(422, "invalid");
}

#[tokio::test]
async fn json_of_another_shape_is_told_what_is_wanted() {
    let api = Api::new();
    let members = json!([IMSI, K, OPC]);
    let shapes = [
        json!(null),
        json!(true),
        json!(1),
        json!(1.5),
        json!("text"),
        json!([]),
        members,
        json!([subscriber()]),
    ];
    for shape in shapes {
        let problem = api.json("POST", SUBSCRIBERS, &shape).await.is_problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{problem}");
        assert_eq!(errors[0], json!({"pointer": "", "detail": "wanted is an object"}), "{shape}");
    }
    let fields = ["imsi", "k", "opc", "op", "amf", "name", "state", "apns", "ambr", "ims_voice"];
    let wrong = [
        json!(1),
        json!(1.5),
        json!(true),
        json!("~"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"a": {"b": []}}),
    ];
    for field in fields {
        for value in &wrong {
            let legal = matches!((field, value), ("name", Value::String(_)) | ("ims_voice", Value::Bool(_)));
            let body = crate::client::changed(field, value.clone());
            let answer = api.json("POST", SUBSCRIBERS, &body).await;
            if legal {
                assert_eq!(answer.status, 201, "{body}: {}", answer.text);
                let at = format!("{SUBSCRIBERS}/{IMSI}");
                assert_eq!(api.call("DELETE", &at).await.status, 204);
                continue;
            }
            let problem = answer.is_problem(422, "invalid");
            let pointer = problem["errors"][0]["pointer"].as_str().unwrap();
            assert!(pointer.starts_with(&format!("/{field}")), "{body}: {problem}");
        }
    }
}

#[tokio::test]
async fn requests_without_a_body_ignore_one() {
    let api = Api::new();
    let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let get: Request<Body> = request("GET", "/api/v1/status").body(body).unwrap();
    assert_eq!(api.send(get).await.status, 200);
}
