//! What is not there, and what the core refuses.

use std::sync::Arc;
use std::time::Duration;

use pumice_model::control::Refusal;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::client::{Api, config, subscriber};

/// Every operation that asks the core, with a body that is right.
const QUESTIONS: [&str; 7] = [
    "/api/v1/status",
    "/api/v1/cells",
    "/api/v1/phones",
    "/api/v1/subscribers",
    "/api/v1/subscribers/001010000000001",
    "/api/v1/events",
    "/metrics",
];

async fn commands(api: &Api) -> [crate::client::Answer; 5] {
    let at = "/api/v1/subscribers/001010000000001";
    [
        api.json("POST", "/api/v1/subscribers", &subscriber()).await,
        api.json("PUT", at, &subscriber()).await,
        api.json("PATCH", at, &json!({"state": "barred"})).await,
        api.call("DELETE", at).await,
        api.call("DELETE", "/api/v1/cells/00101-macro-19b").await,
    ]
}

#[tokio::test]
async fn there_is_nothing_beside_the_routes() {
    let api = Api::new();
    for target in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/status",
        "/api/v1/status/",
        "/favicon.ico",
        "//",
        "/a%00b",
    ] {
        for method in ["GET", "POST", "DELETE", "BREW"] {
            api.call(method, target).await.is_problem(404, "no-such-route");
        }
    }
}

#[tokio::test]
async fn a_route_tells_its_methods() {
    let api = Api::new();
    let cases = [
        ("/api/v1/status", "POST", vec!["GET", "HEAD"]),
        ("/api/v1/status", "OPTIONS", vec!["GET", "HEAD"]),
        ("/api/v1/subscribers", "DELETE", vec!["GET", "HEAD", "POST"]),
        ("/api/v1/subscribers/import", "GET", vec!["POST"]),
        ("/api/v1/subscribers/001010000000001", "POST", vec!["DELETE", "GET", "HEAD", "PATCH", "PUT"]),
        ("/api/v1/cells/00101-macro-1", "GET", vec!["DELETE"]),
        ("/metrics", "BREW", vec!["GET", "HEAD"]),
    ];
    for (target, method, allowed) in cases {
        let answer = api.call(method, target).await;
        answer.is_problem(405, "method-not-allowed");
        let mut allow: Vec<_> = answer.headers["allow"].to_str().unwrap().split(',').map(str::trim).collect();
        allow.sort_unstable();
        assert_eq!(allow, allowed, "{method} {target}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let api = Api::new();
    for target in QUESTIONS.into_iter().filter(|target| !target.ends_with("0001")) {
        let answer = api.call("HEAD", target).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""), "{target}");
    }
}

#[tokio::test]
async fn refusals_of_the_core_are_told_by_all() {
    let store = Refusal::Store { reason: "database or disk is full".to_owned() };
    let full = Refusal::Full { limit: "subscribers", holds: 7 };
    let imsi = "001010000000009".parse().unwrap();
    let cases = [
        (Refusal::Busy, 503, "busy", "try again"),
        (store, 507, "store-failing", "nothing has changed: database or disk is full"),
        (full, 409, "full", "there is room for 7 subscribers and no more"),
        (Refusal::Exists(imsi), 409, "exists", "subscriber 001010000000009 exists already"),
        (Refusal::NotFound, 404, "not-found", "there is no such thing"),
    ];
    let api = Api::new();
    for (refusal, status, code, detail) in cases {
        api.gateway.state().refusal = Some(refusal.clone());
        let mut answers = Vec::from(commands(&api).await);
        for target in QUESTIONS {
            answers.push(api.get(target).await);
        }
        for answer in answers {
            let problem = answer.is_problem(status, code);
            assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
            assert_eq!(answer.headers.contains_key("retry-after"), refusal == Refusal::Busy);
        }
    }
    assert!(api.gateway.state().commands.is_empty());
}

/// Every operation that asks the box and changes nothing.
const QUESTIONS_TO_THE_BOX: [&str; 10] = [
    "/api/v1/accounts",
    "/api/v1/audit",
    "/api/v1/batch",
    "/api/v1/captures",
    "/api/v1/diagnostics",
    "/api/v1/history?span=day",
    "/api/v1/label",
    "/api/v1/machine",
    "/api/v1/sessions",
    "/api/v1/settings",
];

async fn orders_to_the_box(api: &Api) -> [crate::client::Answer; 7] {
    [
        api.json("PATCH", "/api/v1/settings", &json!({"values": {"network.name": "Hill"}})).await,
        api.call("POST", "/api/v1/settings/trial/1/keep").await,
        api.call("DELETE", "/api/v1/accounts/amina").await,
        api.call("DELETE", "/api/v1/sessions?account=amina").await,
        api.json("POST", "/api/v1/machine/restart", &json!({"what": "gateway"})).await,
        api.json("POST", "/api/v1/backup", &json!({"recovery_key": "0123456789abcdef"})).await,
        api.json("POST", "/api/v1/captures", &json!({"interface": "eth1"})).await,
    ]
}

#[tokio::test]
async fn refusals_of_the_box_are_told_by_all() {
    let store = Refusal::Store { reason: "database or disk is full".to_owned() };
    let cases = [
        (Refusal::Busy, 503, "busy"),
        (store, 507, "store-failing"),
        (Refusal::NotSetUp, 409, "not-set-up"),
        (Refusal::NotHere { lacks: "no packet sockets" }, 501, "not-here"),
        (Refusal::TooLate, 409, "too-late"),
    ];
    let api = Api::new();
    for (refusal, status, code) in cases {
        api.house.state().refusal = Some(refusal);
        for target in QUESTIONS_TO_THE_BOX {
            api.get(target).await.is_problem(status, code);
        }
        for answer in orders_to_the_box(&api).await {
            answer.is_problem(status, code);
        }
    }
    let state = api.house.state();
    assert!(state.restarts.is_empty() && state.captures.is_empty() && state.values.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_core_that_does_not_answer_is_told() {
    let mut config = config();
    config.limits.answer_time = Duration::from_secs(5);
    let api = Api::with(config);
    api.gateway.state().gate = Some(Arc::new(Semaphore::new(0)));
    let begun = tokio::time::Instant::now();
    let problem = api.get("/api/v1/status").await.is_problem(504, "no-answer");
    assert_eq!(begun.elapsed().as_secs(), 5);
    assert!(problem["detail"].as_str().unwrap().contains("look before trying again"));
    let answer = api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    answer.is_problem(504, "no-answer");
}

#[tokio::test]
async fn an_answer_waits_for_the_core() {
    let api = Arc::new(Api::new());
    let gate = Arc::new(Semaphore::new(0));
    api.gateway.state().gate = Some(Arc::clone(&gate));
    let adding = tokio::spawn({
        let api = Arc::clone(&api);
        async move { api.json("POST", "/api/v1/subscribers", &subscriber()).await }
    });
    while api.gateway.state().commands.is_empty() {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!adding.is_finished());
    gate.add_permits(1);
    assert_eq!(adding.await.unwrap().status, 201);
}

#[tokio::test]
async fn so_many_questions_wait_and_one_more_is_sent_away() {
    let mut config = config();
    config.limits.questions = 3;
    let api = Arc::new(Api::with(config));
    let gate = Arc::new(Semaphore::new(0));
    api.gateway.state().gate = Some(Arc::clone(&gate));
    let ask = || {
        let api = Arc::clone(&api);
        tokio::spawn(async move { api.get("/api/v1/status").await })
    };
    let waiting = [ask(), ask(), ask()];
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    for _ in 0..2 {
        let answer = api.get("/api/v1/phones").await;
        answer.is_problem(503, "busy");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    gate.add_permits(4);
    for answer in waiting {
        assert_eq!(answer.await.unwrap().status, 200);
    }
    assert_eq!(api.get("/api/v1/phones").await.status, 200);
}
