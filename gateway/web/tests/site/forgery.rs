//! Forms that no page of this box gave to this browser.

use axum::body::Body;
use pumice_web::site::routes;

use crate::browser::{HOST, IMSI, Site};

#[tokio::test]
async fn no_form_is_taken_without_its_proof() {
    for route in routes().into_iter().filter(|route| route.method == "POST") {
        let site = Site::in_use();
        let mut browser = site.owner().await;
        browser.proof = String::new();
        let path = route.path.replace("{imsi}", IMSI).replace("{name}", "x").replace("{id}", "x");
        let path = path.replace("{number}", "1");
        browser.post(&path, &[("name", "x")]).await.is(403).has("too old");
        let kind = "application/x-www-form-urlencoded";
        browser.post_body(&path, kind, Vec::new()).await.is(403);
        assert_eq!(site.gateway.state().commands.len(), 1);
        assert!(site.house.state().restarts.is_empty() && site.house.state().resets.is_empty());
    }
}

#[tokio::test]
async fn a_proof_of_another_browser_is_none() {
    let site = Site::in_use();
    let stolen = site.owner().await.proof;
    let mut browser = site.owner().await;
    let own = core::mem::replace(&mut browser.proof, stolen);
    browser.post(&format!("/phones/{IMSI}/block"), &[]).await.is(403);
    browser.proof = own;
    browser.post(&format!("/phones/{IMSI}/block"), &[]).await.is(303);
}

#[tokio::test]
async fn each_page_masks_its_proof_anew() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let first = browser.proof.clone();
    browser.get("/phones").await.is(200);
    assert_ne!(first, browser.proof);
    browser.proof = first;
    browser.post(&format!("/phones/{IMSI}/block"), &[]).await.is(303);
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_even_with_a_proof() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let body = format!("_csrf={}", browser.proof);
    let headers: [&[(&str, &str)]; 10] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://pumice.local")],
        &[("origin", "http://pumice.local"), ("sec-fetch-site", "same-origin")],
        &[("origin", "https://pumice.local.evil.example")],
        &[("origin", "https://pumice.local:8443")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://pumice.local")],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
    ];
    for headers in headers {
        let mut request = browser
            .request("POST", &format!("/phones/{IMSI}/block"))
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        browser.send(request.body(Body::from(body.clone())).unwrap()).await.is(403);
    }
    assert_eq!(site.gateway.state().commands.len(), 1);
}

#[tokio::test]
async fn a_script_of_ours_may_send_its_proof_in_a_header() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let request = browser
        .request("POST", &format!("/phones/{IMSI}/block"))
        .header("origin", format!("https://{HOST}"))
        .header("x-csrf", browser.proof.clone());
    browser.send(request.body(Body::empty()).unwrap()).await.is(303);
}

#[tokio::test]
async fn signing_in_is_guarded_too() {
    let site = Site::in_use();
    let mut browser = site.visitor();
    let fields = [("name", "owner"), ("password", crate::browser::PASSWORD)];
    // Without having seen the form.
    browser.post("/login", &fields).await.is(403);
    browser.get("/login").await.is(200);
    let proof = browser.proof.clone();
    browser.proof = String::new();
    browser.post("/login", &fields).await.is(403);
    // With the cookie of another browser, which an attacker cannot set, and its proof.
    browser.proof = proof;
    browser.cookies.clear();
    browser.post("/login", &fields).await.is(403);
    assert!(site.house.state().sessions.is_empty());
}

#[tokio::test]
async fn requests_for_another_host_are_misdirected() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    for host in ["evil.example", "pumice.local.evil.example", "8.8.8.8", "[2001:db8::1]", "pumice"] {
        let request = axum::http::Request::get("/").header("host", host).body(Body::empty()).unwrap();
        browser.send(request).await.is(421).has_not("Village");
    }
    for host in
        ["pumice.local", "PUMICE.local:443", "192.168.1.7", "10.0.0.1:8443", "[fe80::1]", "[fd00::7]:443"]
    {
        let request = axum::http::Request::get("/login").header("host", host).body(Body::empty()).unwrap();
        browser.send(request).await.is(200);
    }
    for host in ["", "a b", "x@pumice.local"] {
        let request = axum::http::Request::get("/login").header("host", host).body(Body::empty()).unwrap();
        browser.send(request).await.is(400);
    }
}

#[tokio::test]
async fn an_address_of_a_phone_is_no_host_and_a_given_name_is() {
    let site = Site::with(|config| {
        let pool = pumice_web::Subnet { address: "10.45.0.0".parse().unwrap(), prefix: 16 };
        config.phones = vec![pool];
        config.names = vec!["duka.example".to_owned()];
    });
    let mut browser = site.visitor();
    for (host, status) in
        [("10.45.0.1", 421), ("10.46.0.1", 303), ("duka.example", 303), ("Duka.Example:443", 303)]
    {
        let request = axum::http::Request::get("/login").header("host", host).body(Body::empty()).unwrap();
        browser.send(request).await.is(status);
    }
}
