//! Browsers that were tricked.

use axum::body::Body;
use axum::http::Request;

use crate::client::{Api, IMSI, config, subscriber};

fn to(host: &str) -> Request<Body> {
    Request::builder().uri("/api/v1/status").header("host", host).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn only_requests_for_this_host_are_served() {
    let mut config = config();
    config.hosts = vec!["Pumice.local".to_owned(), "192.168.4.1".to_owned(), "fd00::1".to_owned()];
    let api = Api::with(config);
    let ours = [
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.9.9.9:1",
        "[::1]",
        "[::1]:8080",
        "pumice.local",
        "PUMICE.LOCAL:8080",
        "192.168.4.1:8080",
        "[fd00::1]:8080",
    ];
    for host in ours {
        assert_eq!(api.send(to(host)).await.status, 200, "{host}");
    }
    let others = [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil-localhost",
        "192.168.4.2",
        "10.0.0.1:8080",
        "[fd00::2]",
        "0.0.0.0",
        "[::]",
        "2130706433",
        "127.1",
        "pumice.local.evil.example",
    ];
    for host in others {
        api.send(to(host)).await.is_problem(421, "misdirected");
    }
}

#[tokio::test]
async fn loopback_alone_is_ours_by_default() {
    let api = Api::new();
    assert_eq!(api.send(to("localhost")).await.status, 200);
    api.send(to("pumice.local")).await.is_problem(421, "misdirected");
}

#[tokio::test]
async fn a_request_names_one_host() {
    let api = Api::new();
    let none = Request::builder().uri("/api/v1/status").body(Body::empty()).unwrap();
    api.send(none).await.is_problem(400, "bad-host");
    let two =
        Request::builder().uri("/api/v1/status").header("host", "localhost").header("host", "evil.example");
    api.send(two.body(Body::empty()).unwrap()).await.is_problem(400, "bad-host");
    for host in
        ["", "a b", "evil.example@localhost", "http://localhost", "localhost/", "localhost:port", "[::1"]
    {
        api.send(to(host)).await.is_problem(400, "bad-host");
    }
    let absolute = |target: &str| {
        Request::builder().uri(target).header("host", "localhost").body(Body::empty()).unwrap()
    };
    assert_eq!(api.send(absolute("http://localhost/api/v1/status")).await.status, 200);
    api.send(absolute("http://evil.example/api/v1/status")).await.is_problem(400, "bad-host");
}

#[tokio::test]
async fn pages_of_another_origin_change_nothing() {
    let api = Api::new();
    let write = |method: &str, header: &'static str, value: &str| {
        let target =
            if method == "POST" { "/api/v1/subscribers" } else { "/api/v1/subscribers/001010000000001" };
        let body =
            if method == "PATCH" { r#"{"state":"barred"}"#.to_owned() } else { subscriber().to_string() };
        Request::builder()
            .method(method)
            .uri(target)
            .header("host", "localhost:8080")
            .header("content-type", "application/json")
            .header(header, value)
            .body(Body::from(body))
            .unwrap()
    };
    let foreign = [
        ("origin", "http://evil.example"),
        ("origin", "http://evil.example:8080"),
        ("origin", "null"),
        ("origin", ""),
        ("origin", "http://localhost"),
        ("origin", "http://localhost:8081"),
        ("origin", "http://127.0.0.1:8080"),
        ("origin", "file://localhost:8080"),
        ("origin", "http://localhost:8080/"),
        ("origin", "localhost:8080"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (header, value) in foreign {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            api.send(write(method, header, value)).await.is_problem(403, "foreign-origin");
        }
    }
    assert!(api.gateway.state().commands.is_empty());
    let own = [
        ("POST", "origin", "http://localhost:8080"),
        ("PUT", "sec-fetch-site", "same-origin"),
        ("PATCH", "origin", "https://LOCALHOST:8080"),
        ("DELETE", "sec-fetch-site", "none"),
    ];
    for (method, header, value) in own {
        let answer = api.send(write(method, header, value)).await;
        assert!(answer.status.is_success(), "{method} {value}: {}", answer.text);
    }
    assert_eq!(api.gateway.state().commands.len(), 4);
}

#[tokio::test]
async fn a_form_cannot_write() {
    let api = Api::new();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let answer = api.text("POST", "/api/v1/subscribers", kind, subscriber().to_string()).await;
        answer.is_problem(415, "media-type");
    }
}

#[tokio::test]
async fn reading_gives_nothing_to_another_origin() {
    let api = Api::new();
    let mut request = to("localhost");
    request.headers_mut().insert("origin", "http://evil.example".parse().unwrap());
    let answer = api.send(request).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
    let preflight = Request::builder()
        .method("OPTIONS")
        .uri("/api/v1/subscribers")
        .header("host", "localhost")
        .header("origin", "http://evil.example")
        .header("access-control-request-method", "POST");
    let answer = api.send(preflight.body(Body::empty()).unwrap()).await;
    answer.is_problem(405, "method-not-allowed");
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
}

#[tokio::test]
async fn every_answer_is_kept_from_caches_and_frames() {
    let api = Api::new();
    let at = format!("/api/v1/subscribers/{IMSI}");
    for answer in
        [api.get("/api/v1/status").await, api.get(&at).await, api.get("/").await, api.send(to("evil")).await]
    {
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    }
}
