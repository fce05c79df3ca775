//! Settings: preview, trial, keep, back, undo.

use pumice_model::people::Role;
use pumice_model::settings::RevisionState;

use crate::browser::{Browser, Site};

async fn preview(owner: &mut Browser<'_>, revision: &str, fields: &[(&str, &str)]) -> crate::browser::Answer {
    owner.get("/settings").await.is(200);
    let mut all = vec![("revision", revision)];
    all.extend(fields);
    owner.post("/settings/preview", &all).await
}

#[tokio::test]
async fn a_change_is_previewed_tried_and_kept() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let page = preview(&mut owner, "0", &[("network.name", "Kijiji")]).await.is(200);
    let page = page.has("Village").has("Kijiji").has("The gateway restarts").has("90 seconds");
    assert!(site.house.state().revisions.is_empty());
    let ticket = page.hidden("ticket");
    owner.post("/settings/apply", &[("ticket", &ticket)]).await.is(200).has("data-restart=\"/settings\"");
    owner
        .get("/phones")
        .await
        .is(200)
        .has("Keep these settings?")
        .has("90 seconds left")
        .has("owner changed 1 setting");
    owner.post("/settings/keep", &[]).await.goes_to("/");
    owner.follow().await.is(200).has("The settings are kept").has_not("Keep these settings?");
    assert_eq!(site.house.state().revisions[0].state, RevisionState::Kept);
    assert_eq!(site.house.state().values["network.name"], "Kijiji");
    owner.post("/settings/keep", &[]).await.is(409);
    owner.post("/settings/apply", &[("ticket", &ticket)]).await.is(409);
    assert_eq!(site.audit(), ["owner settings.apply 1 Done", "owner settings.keep 1 Done"]);
}

#[tokio::test]
async fn a_change_goes_back_by_hand() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let ticket = preview(&mut owner, "0", &[("network.name", "Kijiji")]).await.is(200).hidden("ticket");
    owner.post("/settings/apply", &[("ticket", &ticket)]).await.is(200);
    owner.get("/").await.is(200);
    owner.post("/settings/back", &[]).await.is(200).has("data-restart=\"/\"");
    assert!(site.house.state().values.is_empty());
    assert_eq!(site.house.state().revisions[0].state, RevisionState::Reverted);
    owner.get("/settings/history").await.is(200).has("Went back").has("Nobody kept it in time");
    owner.post("/settings/back", &[]).await.is(409);
}

#[tokio::test]
async fn mistakes_are_told_beside_their_fields() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let page = preview(&mut owner, "0", &[("network.plmn", "1-2<b>")]).await.is(422);
    page.has("is not what it should be").has("1-2&lt;b&gt;").has_not("<b>");
    assert!(site.house.state().revisions.is_empty());
}

#[tokio::test]
async fn who_was_overtaken_looks_again() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    preview(&mut owner, "7", &[("network.name", "Kijiji")])
        .await
        .is(409)
        .has("Somebody else changed")
        .has("Kijiji");
}

#[tokio::test]
async fn a_secret_is_set_shown_as_set_and_never_told() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let secret = "psk-canary-9";
    let fields = [("backhaul.way", "dhcp"), ("backhaul.wifi_password", secret)];
    let page = preview(&mut owner, "0", &fields).await.is(200).has_not(secret);
    owner.post("/settings/apply", &[("ticket", &page.hidden("ticket"))]).await.goes_to("/settings");
    assert_eq!(site.house.state().values["backhaul.wifi_password"], secret);
    owner.get("/settings").await.is(200).has("Empty: it stays as it is").has_not(secret);
    owner.get("/settings/history").await.is(200).has_not(secret);
    site.house.state().trial = None;
    // Left empty it stays.
    let page =
        preview(&mut owner, "1", &[("backhaul.way", "none"), ("backhaul.wifi_password", "")]).await.is(200);
    owner.post("/settings/apply", &[("ticket", &page.hidden("ticket"))]).await.goes_to("/settings");
    assert_eq!(site.house.state().values["backhaul.wifi_password"], secret);
}

#[tokio::test]
async fn a_switch_goes_on_and_off() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let key = "user_plane.phone_to_phone";
    let page = preview(&mut owner, "0", &[(key, "on")]).await.is(200);
    owner.post("/settings/apply", &[("ticket", &page.hidden("ticket"))]).await.is(200);
    assert_eq!(site.house.state().values[key], "true");
    site.house.state().trial = None;
    site.house.state().revisions[0].state = RevisionState::Kept;
    owner.get("/settings").await.is(200).has("checked");
    let page = preview(&mut owner, "1", &[]).await.is(200);
    owner.post("/settings/apply", &[("ticket", &page.hidden("ticket"))]).await.is(200);
    assert_eq!(site.house.state().values[key], "false");
}

#[tokio::test]
async fn nothing_changed_is_told() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    preview(&mut owner, "0", &[("network.name", "Village")]).await.is(200).has("Nothing would change");
}

#[tokio::test]
async fn the_past_is_listed_and_undone() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    for (revision, name) in ["Kijiji", "Mjini"].into_iter().enumerate() {
        let page = preview(&mut owner, &revision.to_string(), &[("network.name", name)]).await.is(200);
        owner.post("/settings/apply", &[("ticket", &page.hidden("ticket"))]).await.is(200);
        owner.get("/").await.is(200);
        owner.post("/settings/keep", &[]).await.is(303);
    }
    let mut viewer = site.as_role(Role::Viewer).await;
    viewer
        .get("/settings/history")
        .await
        .is(200)
        .has("Kijiji")
        .has("Mjini")
        .has_not("<form method=\"post\" action=\"/settings/history");
    owner.get("/settings/history").await.is(200).has("In force").has("/settings/history/2/undo");
    owner.post("/settings/history/2/undo", &[]).await.is(200);
    assert_eq!(site.house.state().values["network.name"], "Kijiji");
    // While it is on trial nothing else is undone.
    owner.post("/settings/history/1/undo", &[]).await.is(409);
    owner.get("/").await.is(200);
    owner.post("/settings/keep", &[]).await.is(303);
    // Before the first change there was nothing.
    owner.post("/settings/history/1/undo", &[]).await.is(200);
    assert!(site.house.state().values.is_empty());
    owner.post("/settings/history/99/undo", &[]).await.is(404);
    owner.post("/settings/history/x/undo", &[]).await.is(404);
}

#[tokio::test]
async fn every_setting_is_on_the_page_but_how_many_cells_are_learned() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let page = owner.get("/settings").await.is(200);
    for spec in pumice_model::settings::SETTINGS.iter().filter(|spec| spec.key != "s1ap.admission.learn") {
        assert!(page.text.contains(&format!("name=\"{}\"", spec.key)), "{}", spec.key);
    }
    // A note for the cell restarts nothing and is in force at once.
    let page = preview(&mut owner, "0", &[("network.band", "3")]).await.is(200).has("Nothing restarts");
    owner.post("/settings/apply", &[("ticket", &page.hidden("ticket"))]).await.goes_to("/settings");
    assert_eq!(site.house.state().values["network.band"], "3");
}

#[tokio::test]
async fn a_viewer_sees_settings_and_no_form() {
    let site = Site::in_use();
    let mut viewer = site.as_role(Role::Viewer).await;
    viewer.get("/settings").await.is(200).has("Village").has_not("/settings/preview");
}

#[tokio::test]
async fn a_trial_is_as_long_as_the_box_says() {
    let site = Site::in_use();
    site.house.state().trial_seconds = 240;
    let mut owner = site.owner().await;
    let page = preview(&mut owner, "0", &[("network.name", "Kijiji")]).await.is(200);
    page.has("240 seconds").has_not("90 seconds");
}

#[tokio::test]
async fn a_revision_that_changed_a_secret_alone_says_so() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    for (revision, password, old, new) in
        [("0", "psk-canary-1", "not set", "set"), ("1", "psk-canary-2", "set", "a new one")]
    {
        let fields = [("backhaul.wifi_password", password)];
        let page = preview(&mut owner, revision, &fields).await.is(200).has_not("psk-canary");
        let page = page.has(&format!("<del><bdi>{old}</bdi>")).has(&format!("<ins><bdi>{new}</bdi>"));
        let ticket = page.hidden("ticket");
        owner.post("/settings/apply", &[("ticket", &ticket)]).await.is(303);
        owner.get("/").await.is(200).has("changed 1 setting");
        owner.post("/settings/keep", &[]).await.goes_to("/");
    }
    let history = owner.get("/settings/history").await.is(200).has_not("psk-canary");
    let (newer, older) = history.text.split_once("Change 1</h2>").unwrap();
    let shows = |text: &str, old: &str, new: &str| {
        text.contains("Password of the WiFi")
            && text.contains(&format!("<del><bdi>{old}</bdi></del>"))
            && text.contains(&format!("<ins><bdi>{new}</bdi></ins>"))
    };
    assert!(shows(newer, "set", "a new one"), "{newer}");
    assert!(shows(older, "not set", "set"), "{older}");
}
