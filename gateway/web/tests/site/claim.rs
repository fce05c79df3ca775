//! The box gets its owner.

use pumice_model::control::Refusal;

use crate::browser::{CODE, PASSWORD, Site};

const OWNER: [(&str, &str); 4] =
    [("step", "owner"), ("name", "Amina"), ("password", PASSWORD), ("again", PASSWORD)];

#[tokio::test]
async fn whoever_has_the_label_becomes_the_owner() {
    let site = Site::new();
    let mut browser = site.visitor();
    browser.get("/").await.goes_to("/claim");
    browser.get("/login").await.goes_to("/claim");
    browser.get("/claim").await.is(200).has("name=\"code\"");
    browser
        .post("/claim", &[("step", "code"), ("code", " mango tree42 "), ("language", "sw")])
        .await
        .goes_to("/claim");
    browser.follow().await.is(200).has("lang=\"sw\"").has("name=\"password\"");
    browser.post("/claim", &OWNER).await.goes_to("/setup");
    browser.follow().await.goes_to("/setup/backhaul");
    let state = site.house.state();
    let account = state.accounts.values().next().unwrap();
    assert_eq!((account.name.as_str(), account.language.as_str()), ("amina", "sw"));
    assert!(account.password.starts_with("$argon2id$") && !account.password.contains(PASSWORD));
    drop(state);
    assert_eq!(site.audit(), ["amina box.claim amina Done", "amina session.begin amina Done"]);
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_slows_the_next() {
    let site = Site::new();
    let mut browser = site.visitor();
    browser.get("/claim").await.is(200);
    let code = |code| [("step", "code"), ("code", code)];
    browser.post("/claim", &code("MANGO-TREE-43")).await.is(422).has("code is wrong");
    let early = browser.post("/claim", &code(CODE)).await.is(429).has("Wait 1");
    assert_eq!(early.headers["retry-after"], "1");
    site.house.pass(1);
    browser.post("/claim", &code("")).await.is(422);
    browser.post("/claim", &code(CODE)).await.is(429).has("Wait 2");
    site.house.pass(2);
    browser.post("/claim", &code(CODE)).await.goes_to("/claim");
    assert_eq!(site.audit(), ["(nobody) box.claim code Refused"; 2]);
}

#[tokio::test]
async fn without_the_code_there_is_no_second_step() {
    let site = Site::new();
    let mut browser = site.visitor();
    browser.get("/claim").await.is(200);
    browser.post("/claim", &OWNER).await.goes_to("/claim");
    assert!(site.house.state().accounts.is_empty());
    // Another browser's code is of no use here.
    let mut other = site.visitor();
    other.get("/claim").await.is(200);
    other.post("/claim", &[("step", "code"), ("code", CODE)]).await.goes_to("/claim");
    browser.post("/claim", &OWNER).await.goes_to("/claim");
    assert!(site.house.state().accounts.is_empty());
    // Nor is it for ever.
    site.house.pass(30 * 60);
    other.post("/claim", &OWNER).await.goes_to("/claim");
    assert!(site.house.state().accounts.is_empty());
}

#[tokio::test]
async fn two_who_claim_at_once_do_not_both_get_it() {
    let site = Site::new();
    let (mut one, mut other) = (site.visitor(), site.visitor());
    for browser in [&mut one, &mut other] {
        browser.get("/claim").await.is(200);
        browser.post("/claim", &[("step", "code"), ("code", CODE)]).await.goes_to("/claim");
        browser.follow().await.is(200);
    }
    let mut juma = OWNER;
    juma[1].1 = "juma";
    let answers = futures_util::future::join(one.post("/claim", &OWNER), other.post("/claim", &juma)).await;
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(site.house.state().accounts.len(), 1);
}

#[tokio::test]
async fn the_code_opens_nothing_once_there_is_an_owner() {
    let site = Site::in_use();
    let mut browser = site.visitor();
    browser.get("/claim").await.goes_to("/login");
    browser.follow().await.is(200);
    browser.post("/claim", &[("step", "code"), ("code", CODE)]).await.is(409).has("has an owner already");
    browser.post("/claim", &OWNER).await.is(409);
    assert_eq!(site.house.state().accounts.len(), 1);
}

#[tokio::test]
async fn a_bad_name_or_password_is_told_beside_its_field() {
    let site = Site::new();
    let mut browser = site.visitor();
    browser.get("/claim").await.is(200);
    browser.post("/claim", &[("step", "code"), ("code", CODE)]).await.goes_to("/claim");
    browser.follow().await.is(200);
    for (name, password, again, said) in [
        ("amina", "short", "short", "At least 10"),
        ("amina", "amina amina", "amina amina", "must not be the name"),
        ("amina", "1234567890", "1234567890", "one of the first"),
        ("amina", PASSWORD, "maembe saba", "not the same"),
        ("a b", PASSWORD, PASSWORD, "The name to sign in with"),
        ("", PASSWORD, PASSWORD, "The name to sign in with"),
    ] {
        let fields = [("step", "owner"), ("name", name), ("password", password), ("again", again)];
        browser.post("/claim", &fields).await.is(422).has(said).has_not(PASSWORD);
    }
    assert!(site.house.state().accounts.is_empty());
}

#[tokio::test]
async fn a_box_without_a_label_is_not_claimed_here() {
    let site = Site::with(|config| config.label_code = None);
    let mut browser = site.visitor();
    browser.get("/claim").await.is(200);
    browser.post("/claim", &[("step", "code"), ("code", "")]).await.is(422);
}

#[tokio::test]
async fn a_disk_that_refuses_leaves_the_box_to_be_claimed() {
    let site = Site::new();
    let mut browser = site.visitor();
    browser.get("/claim").await.is(200);
    browser.post("/claim", &[("step", "code"), ("code", CODE)]).await.goes_to("/claim");
    browser.follow().await.is(200);
    site.house.state().claim_refusal = Some(Refusal::Store { reason: "read-only".to_owned() });
    browser.post("/claim", &OWNER).await.is(409).has("disk does not take data");
    site.house.state().claim_refusal = None;
    browser.post("/claim", &OWNER).await.goes_to("/setup");
}
