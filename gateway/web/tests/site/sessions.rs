//! How long somebody stays signed in.

use pumice_model::control::Refusal;
use pumice_model::people::{AccountName, Role};

use crate::browser::{PASSWORD, Site};

#[tokio::test]
async fn half_an_hour_without_use_signs_out_and_says_so() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    site.house.pass(29 * 60);
    browser.get("/phones").await.is(200);
    site.house.pass(29 * 60);
    browser.get("/phones").await.is(200);
    site.house.pass(30 * 60);
    browser.get("/phones").await.goes_to("/login?next=%2Fphones");
    assert!(site.house.state().sessions.is_empty());
}

#[tokio::test]
async fn the_page_of_signing_in_says_that_the_session_ended() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    site.house.pass(30 * 60);
    browser.get("/login").await.is(200).has("signed out because nothing happened");
}

#[tokio::test]
async fn twelve_hours_are_the_end_whatever_is_done() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    for _ in 0..35 {
        site.house.pass(20 * 60);
        browser.get("/phones").await.is(200);
    }
    site.house.pass(20 * 60);
    browser.get("/phones").await.is(303);
}

#[tokio::test]
async fn a_page_that_watches_is_no_use() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    for _ in 0..29 {
        site.house.pass(60);
        browser.get("/live/home-status").await.is(200);
    }
    site.house.pass(60);
    browser.get("/live/home-status").await.is(401);
}

#[tokio::test]
async fn a_restart_signs_nobody_out() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    {
        let now = &mut site.house.state().now;
        (now.boot, now.at_millis) = (2, 3_000);
        now.unix_seconds = now.unix_seconds.map(|unix| unix + 10);
    }
    browser.get("/phones").await.is(200);
    {
        let now = &mut site.house.state().now;
        (now.boot, now.at_millis) = (3, 3_000);
        now.unix_seconds = now.unix_seconds.map(|unix| unix + 1_800);
    }
    browser.get("/phones").await.is(303);
}

#[tokio::test]
async fn pages_in_a_row_ask_the_disk_once() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let asked = site.house.state().asked;
    let writes = site.house.state().session_writes;
    for _ in 0..9 {
        site.house.pass(1);
        browser.get("/phones").await.is(200);
    }
    assert_eq!(site.house.state().asked, asked);
    assert_eq!(site.house.state().session_writes, writes);
    for _ in 0..30 {
        site.house.pass(10);
        browser.get("/phones").await.is(200);
    }
    let written = site.house.state().session_writes - writes;
    assert!((4..=5).contains(&written), "{written} writes in five minutes");
}

#[tokio::test]
async fn who_is_shown_the_door_at_the_command_line_is_out_in_ten_seconds() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    site.house.state().sessions.clear();
    site.house.pass(10);
    browser.get("/phones").await.is(303);
}

#[tokio::test]
async fn a_role_that_was_changed_elsewhere_counts_soon() {
    let site = Site::in_use();
    let mut browser = site.as_role(Role::Owner).await;
    browser.get("/setup").await.is(303);
    let name = AccountName::parse("a-owner").unwrap();
    site.house.state().accounts.get_mut(&name).unwrap().role = Role::Viewer;
    site.house.pass(10);
    browser.get("/setup").await.is(403);
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_and_all_at_once() {
    let site = Site::in_use();
    let (mut here, mut there, mut third) = (site.owner().await, site.owner().await, site.owner().await);
    let page = here.get("/people").await.is(200);
    let ids: Vec<&str> = page
        .text
        .split("/people/sessions/")
        .filter_map(|part| part.split_once("/end\""))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(ids.len(), 2, "its own is not to be ended here");
    here.post(&format!("/people/sessions/{}/end", ids[0]), &[]).await.goes_to("/people");
    let out = [there.get("/phones").await.status.as_u16(), third.get("/phones").await.status.as_u16()];
    assert!(out == [200, 303] || out == [303, 200], "{out:?}");
    let mut fourth = site.owner().await;
    here.get("/people").await.is(200);
    here.post("/people/sessions/end-others", &[]).await.goes_to("/people");
    fourth.get("/phones").await.is(303);
    here.get("/phones").await.is(200);
    here.post("/people/sessions/0011223344556677/end", &[]).await.is(404);
}

#[tokio::test]
async fn nobody_ends_a_session_of_somebody_else() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let (mut seller, _second) = (site.as_role(Role::Seller).await, site.as_role(Role::Seller).await);
    let token = site.house.state().sessions[0].token;
    let id: String = token[..8].iter().map(|octet| format!("{octet:02x}")).collect();
    seller.post(&format!("/people/sessions/{id}/end"), &[]).await.is(404);
    seller.post("/people/sessions/end-others", &[]).await.goes_to("/people");
    owner.get("/phones").await.is(200);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let site = Site::in_use();
    let (mut here, mut there) = (site.owner().await, site.owner().await);
    let new = "embe kubwa la kijani";
    let fields = |current, password, again| [("current", current), ("password", password), ("again", again)];
    here.get("/people").await.is(200);
    here.post("/people/password", &fields("not it", new, new)).await.is(422).has("not your password");
    site.house.pass(1);
    here.post("/people/password", &fields(PASSWORD, new, "other")).await.is(422).has("not the same");
    here.post("/people/password", &fields(PASSWORD, "short", "short")).await.is(422).has("At least 10");
    here.post("/people/password", &fields(PASSWORD, new, new)).await.goes_to("/people");
    here.follow().await.is(200).has("Your password is changed");
    there.get("/phones").await.is(303);
    let mut browser = site.visitor();
    browser.get("/login").await.is(200);
    browser.post("/login", &[("name", "owner"), ("password", PASSWORD)]).await.is(401);
    site.house.pass(2);
    browser.post("/login", &[("name", "owner"), ("password", new)]).await.goes_to("/");
}

#[tokio::test]
async fn a_disk_that_takes_nothing_keeps_nobody_out_who_comes_to_mend_it() {
    let site = Site::in_use();
    let mut before = site.owner().await;
    site.house.state().session_refusal = Some(Refusal::Store { reason: "read-only".to_owned() });
    let mut browser = site.visitor();
    browser.get("/login").await.is(200);
    browser.post("/login", &[("name", "owner"), ("password", PASSWORD)]).await.goes_to("/");
    for _ in 0..20 {
        site.house.pass(60);
        browser.get("/care/backup").await.is(200);
    }
    assert_eq!(site.house.state().sessions.len(), 1);
    browser.get("/").await.is(200);
    browser.post("/logout", &[]).await.goes_to("/login");
    browser.get("/care/backup").await.is(303);
    // One that is over is over, though that cannot be written down.
    site.house.pass(30 * 60);
    before.get("/phones").await.is(303);
    before.get("/login").await.is(200);
    // So is one that times out in memory.
    browser.get("/login").await.is(200);
    browser.post("/login", &[("name", "owner"), ("password", PASSWORD)]).await.goes_to("/");
    site.house.pass(30 * 60);
    browser.get("/care/backup").await.is(303);
}
