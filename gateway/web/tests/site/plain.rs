//! What answers without TLS.

use crate::browser::Site;

#[tokio::test]
async fn the_landing_page_leads_to_the_secure_one() {
    let site = Site::in_use();
    let page = site.plain("/", "192.168.77.1").await.is(200).has("https://pumice.local/");
    page.has_not("Village").has_not("<form");
    site.plain("/portal", "192.168.77.1").await.is(200).has("http://192.168.77.1/");
    site.plain("/assets/app.css", "pumice.local").await.is(200);
    assert_eq!(
        site.plain("/ca.crt", "pumice.local").await.is(200).headers["content-type"],
        "application/x-x509-ca-cert"
    );
}

#[tokio::test]
async fn anything_else_is_at_the_same_path_with_tls() {
    let site = Site::with(|config| config.port = 8443);
    let answer = site.plain("/phones?search=a", "192.168.77.1").await.is(308);
    assert_eq!(answer.location(), "https://192.168.77.1:8443/phones?search=a");
    let site = Site::new();
    assert_eq!(site.plain("/x", "pumice.local:80").await.is(308).location(), "https://pumice.local/x");
    site.plain("/x", "evil.example").await.is(421);
    site.plain(&format!("/{}", "x".repeat(3_000)), "pumice.local").await.is(414);
}

#[tokio::test]
async fn questions_for_the_internet_are_answered_only_by_a_captive_portal() {
    let probes = [
        ("/generate_204", "connectivitycheck.gstatic.com"),
        ("/hotspot-detect.html", "captive.apple.com"),
        ("/connecttest.txt", "www.msftconnecttest.com"),
        ("/ncsi.txt", "www.msftncsi.com"),
        ("/success.txt", "detectportal.firefox.com"),
        ("/canonical.html", "detectportal.firefox.com"),
    ];
    let (open, captive) = (Site::new(), Site::with(|config| config.captive = true));
    for (path, host) in probes {
        for host in [host, "192.168.77.1"] {
            let answer = captive.plain(path, host).await.is(302);
            assert_eq!(answer.location(), "http://192.168.77.1/portal");
        }
        open.plain(path, "192.168.77.1").await.is(404);
        open.plain(path, host).await.is(421);
    }
}

#[tokio::test]
async fn no_form_is_taken() {
    use tower::ServiceExt;
    let site = Site::in_use();
    let router = pumice_web::site::plain_router(site.config.clone());
    let post = axum::http::Request::post("/login").header("host", "pumice.local");
    let answer =
        router.oneshot(post.body(axum::body::Body::from("name=owner&password=x")).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 405);
}
