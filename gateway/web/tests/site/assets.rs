//! Headers, compression, and the files that pages refer to.

use std::io::Read;

use axum::body::Body;

use crate::browser::Site;

fn unzip(octets: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(octets).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn every_answer_trusts_nothing_else() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    for path in ["/", "/login", "/nothing", "/settings", "/assets/app.css", "/ca.crt", "/alive", "/claim"] {
        let answer = browser.get(path).await;
        let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'; media-src 'self' blob:",
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("strict-transport-security"), "", "{path}");
        let kept = path.starts_with("/assets");
        assert_eq!(header("cache-control"), if kept { "no-cache" } else { "no-store" }, "{path}");
    }
}

#[tokio::test]
async fn pages_are_compressed_where_the_browser_takes_it() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let plain = browser.get("/phones").await.is(200);
    let request = browser.request("GET", "/phones").header("accept-encoding", "br, gzip;q=0.8");
    let zipped = browser.send(request.body(Body::empty()).unwrap()).await.is(200);
    assert_eq!(zipped.headers["content-encoding"], "gzip");
    assert_eq!(zipped.headers["vary"], "accept-encoding");
    assert!(unzip(&zipped.octets).contains("Amina") && zipped.octets.len() * 2 < plain.octets.len());
    let request = browser.request("GET", "/phones").header("accept-encoding", "gzip;q=0");
    let refused = browser.send(request.body(Body::empty()).unwrap()).await.is(200);
    assert!(!refused.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn a_page_with_a_secret_is_not_compressed() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let request = browser.request("GET", "/label").header("accept-encoding", "gzip");
    let answer = browser.send(request.body(Body::empty()).unwrap()).await.is(200);
    assert!(!answer.headers.contains_key("content-encoding"));
    answer.has(crate::browser::CODE);
}

#[tokio::test]
async fn files_are_kept_by_their_version() {
    let site = Site::in_use();
    let mut browser = site.visitor();
    let page = site.owner().await.get("/").await.is(200).text;
    let (_, rest) = page.split_once("/assets/app.css?v=").unwrap();
    let version = rest.split('"').next().unwrap();
    let href = format!("/assets/app.css?v={version}");
    let first = browser.get(&href).await.is(200);
    assert_eq!(first.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(first.headers["content-type"], "text/css; charset=utf-8");
    let tag = first.headers["etag"].clone();
    let request = browser.request("GET", &href).header("if-none-match", tag.clone());
    let known = browser.send(request.body(Body::empty()).unwrap()).await.is(304);
    assert!(known.octets.is_empty() && known.headers["etag"] == tag);
    let request = browser.request("GET", &href).header("accept-encoding", "gzip");
    let zipped = browser.send(request.body(Body::empty()).unwrap()).await.is(200);
    assert_eq!(zipped.headers["content-encoding"], "gzip");
    assert_ne!(zipped.headers["etag"], tag);
    assert_eq!(unzip(&zipped.octets), first.text);
    assert_eq!(browser.get("/assets/app.css?v=old").await.is(200).headers["cache-control"], "no-cache");
    browser.get("/assets/nothing").await.is(404);
    browser.get("/assets/..%2f..%2fetc%2fpasswd").await.is(404);
}

#[tokio::test]
async fn all_that_a_browser_fetches_at_first_is_less_than_100_kilobytes() {
    let mut whole = 0;
    let site = Site::in_use();
    let mut browser = site.owner().await;
    for asset in pumice_ui::asset::ALL.into_iter().filter(|asset| !asset.path.contains("licence")) {
        let request = browser.request("GET", asset.path).header("accept-encoding", "gzip");
        whole += browser.send(request.body(Body::empty()).unwrap()).await.is(200).octets.len();
    }
    let request = browser.request("GET", "/").header("accept-encoding", "gzip");
    whole += browser.send(request.body(Body::empty()).unwrap()).await.is(200).octets.len();
    assert!(whole < 100_000, "{whole} octets");
}

#[tokio::test]
async fn the_authority_is_there_to_be_installed() {
    let site = Site::in_use();
    let answer = site.visitor().get("/ca.crt").await.is(200);
    assert_eq!(answer.headers["content-type"], "application/x-x509-ca-cert");
    let der = pumice_web::site::certificate::der(&site.config.authority.certificate_pem).unwrap();
    assert_eq!(answer.octets, der);
    site.owner().await.get("/security").await.is(200).has("pumice.local").has("TLS 1.3");
}
