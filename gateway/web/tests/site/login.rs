//! Signing in and out, and guessing.

use pumice_model::people::Role;

use crate::browser::{PASSWORD, Site};

#[tokio::test]
async fn signing_in_gives_a_token_that_was_never_seen_before() {
    let site = Site::in_use();
    let mut browser = site.visitor();
    browser.get("/phones?search=a").await.goes_to("/login?next=%2Fphones%3Fsearch%3Da");
    let page = browser.follow().await.is(200);
    let planted = "ab".repeat(32);
    browser.cookies.insert("__Host-pumice".to_owned(), planted.clone());
    let next = page.hidden("next");
    let fields = [("name", "Owner"), ("password", PASSWORD), ("next", next.as_str())];
    browser.post("/login", &fields).await.goes_to("/phones?search=a");
    assert_ne!(browser.cookies["__Host-pumice"], planted);
    assert!(!browser.cookies.contains_key("__Host-visitor"));
    browser.follow().await.is(200).has("Amina");
    // The box keeps what the token hashes to, and not the token.
    let token = browser.cookies["__Host-pumice"].clone();
    let kept: String =
        site.house.state().sessions[0].token.iter().map(|octet| format!("{octet:02x}")).collect();
    assert_ne!(kept, token);
    browser.cookies.insert("__Host-pumice".to_owned(), kept);
    browser.get("/phones").await.goes_to("/login?next=%2Fphones");
    assert_eq!(site.audit(), ["owner session.begin owner Done"]);
}

#[tokio::test]
async fn it_is_never_told_whether_the_name_or_the_password_is_wrong() {
    let site = Site::in_use();
    let mut texts = Vec::new();
    for name in ["owner", "nobody"] {
        let mut browser = site.visitor();
        browser.get("/login").await.is(200);
        let fields = [("name", name), ("password", "not the password")];
        let answer = browser.post("/login", &fields).await.is(401).has("The name or the password is wrong");
        texts.push(answer.text.replace(&browser.proof, "").replace(&format!("value=\"{name}\""), ""));
        site.house.pass(60);
    }
    assert_eq!(texts[0], texts[1]);
    assert_eq!(
        site.audit(),
        ["(nobody) session.begin owner Refused", "(nobody) session.begin nobody Refused"]
    );
}

#[tokio::test]
async fn guessing_gets_slower_and_never_locks_for_good() {
    let site = Site::in_use();
    let mut browser = site.visitor();
    browser.get("/login").await.is(200);
    let guess = [("name", "owner"), ("password", "a wrong guess")];
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        browser.post("/login", &guess).await.is(401);
        let early = browser.post("/login", &[("name", "owner"), ("password", PASSWORD)]).await.is(429);
        assert_eq!(early.headers["retry-after"], wait.to_string());
        early.has(&format!("Wait {wait} seconds"));
        site.house.pass(wait);
    }
    browser.post("/login", &[("name", "owner"), ("password", PASSWORD)]).await.goes_to("/");
    // Only tries that were judged are noted.
    assert_eq!(site.audit().len(), 13);
}

#[tokio::test]
async fn odd_names_are_nobodys() {
    let site = Site::in_use();
    for name in ["", "a b", "<script>", "owner\0", &"x".repeat(400)] {
        let mut browser = site.visitor();
        browser.get("/login").await.is(200);
        let fields = [("name", name), ("password", PASSWORD)];
        browser.post("/login", &fields).await.is(401).has_not("<script>");
        site.house.pass(3_600);
    }
    assert!(site.house.state().sessions.is_empty());
}

#[tokio::test]
async fn the_way_back_stays_on_this_box() {
    let site = Site::in_use();
    let odd = [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\tx",
        "evil",
        "",
        &format!("/{}", "x".repeat(300)),
    ];
    for next in odd {
        let mut browser = site.visitor();
        browser.get("/login").await.is(200);
        let fields = [("name", "owner"), ("password", PASSWORD), ("next", next)];
        browser.post("/login", &fields).await.goes_to("/");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_box() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let cookies = browser.cookies.clone();
    browser.post("/logout", &[]).await.goes_to("/login");
    assert!(!browser.cookies.contains_key("__Host-pumice"));
    assert!(site.house.state().sessions.is_empty());
    browser.cookies = cookies;
    browser.get("/phones").await.goes_to("/login?next=%2Fphones");
    assert_eq!(site.audit(), ["owner session.end owner Done"]);
}

#[tokio::test]
async fn who_is_signed_in_needs_no_login() {
    let site = Site::in_use();
    site.owner().await.get("/login").await.goes_to("/");
}

#[tokio::test]
async fn the_language_is_the_browsers_until_somebody_chooses_one() {
    let site = Site::in_use();
    let mut browser = site.visitor();
    let asked = browser.request("GET", "/login").header("accept-language", "de, pt-MZ;q=0.8, en;q=0.5");
    browser.send(asked.body(axum::body::Body::empty()).unwrap()).await.is(200).has("lang=\"pt\"");
    browser.post("/language", &[("language", "fr"), ("back", "/login")]).await.goes_to("/login");
    browser.follow().await.is(200).has("lang=\"fr\"");
    let mut owner = site.owner().await;
    owner.post("/language", &[("language", "es"), ("back", "//evil.example")]).await.goes_to("/");
    owner.follow().await.is(200).has("lang=\"es\"");
    assert_eq!(site.owner().await.get("/").await.is(200).text.matches("lang=\"es\"").count().min(1), 1);
    owner.post("/language", &[("language", "xx")]).await.is(400);
    assert_eq!(site.audit(), ["owner account.language es Done"]);
    owner.get("/audit").await.is(200).has("Español");
}

#[tokio::test]
async fn a_viewer_signs_in_as_one() {
    let site = Site::in_use();
    site.person("juma", Role::Viewer);
    let mut browser = site.visitor();
    browser.get("/login").await.is(200);
    browser.post("/login", &[("name", "juma"), ("password", PASSWORD)]).await.goes_to("/");
    browser.follow().await.is(200).has("juma");
    browser.get("/phones/add").await.is(403).has("may not do that");
}
