//! Care of the box.

use std::io::Write;

use pumice_model::machine::{Reset, Restart};

use crate::browser::{IMSI, Site};

#[tokio::test]
async fn a_backup_is_made_with_a_key_that_is_shown_once_and_put_back_with_it() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get("/care/backup").await.is(200);
    owner.get("/care/backup/download").await.is(409);
    let made = owner.post("/care/backup", &[]).await.is(200);
    let key = recovery_key(&made.text);
    let file = owner.get("/care/backup/download").await.is(200);
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"pumice-ab12.backup\"");
    assert!(!file.text.contains(&key) && !file.text.contains(&key.replace('-', "")));
    owner.get("/care/backup").await.is(200).has_not("class=\"recovery\"");
    let mut other = site.owner().await;
    other.get("/care/backup/download").await.is(409);

    owner.get("/care/restore").await.is(200);
    let backup = ("b.backup", file.octets.as_slice());
    owner
        .upload("/care/restore", &[("recovery_key", "WRONG-KEY")], backup)
        .await
        .is(422)
        .has("does not open");
    let typed = key.to_lowercase().replace('-', " ");
    let page = owner.upload("/care/restore", &[("recovery_key", &typed)], backup).await.is(200);
    assert_eq!(site.house.state().restored, 0);
    let page = page.has("Everything on this box is replaced").has("Elsewhere").has_not("class=\"recovery\"");
    let ticket = page.hidden("ticket");
    owner.post("/care/restore/apply", &[("ticket", &ticket)]).await.is(200).has("data-restart=\"/login\"");
    assert_eq!(site.house.state().restored, 1);
    owner.post("/care/restore/apply", &[("ticket", &ticket)]).await.is(409);
    assert_eq!(
        site.audit(),
        ["owner backup.make Done", "owner backup.restore Refused", "owner backup.restore Done"]
    );
}

fn recovery_key(page: &str) -> String {
    let (_, rest) = page.split_once("class=\"recovery\"").expect("the key is on the page");
    let groups = rest.split("</p>").next().unwrap().split("<code>").skip(1);
    let groups: Vec<_> = groups.map(|group| group.split('<').next().unwrap()).collect();
    assert!(groups.len() > 4 && groups.iter().all(|group| group.len() >= 4), "{groups:?}");
    groups.join("-")
}

#[tokio::test]
async fn a_backup_that_is_too_large_is_not_taken() {
    let site = Site::with(|config| config.limits.backup_octets = 100_000);
    site.person("owner", pumice_model::people::Role::Owner);
    let mut owner = site.owner().await;
    let large = vec![0; 140_000];
    owner.upload("/care/restore", &[("recovery_key", "x")], ("b", &large)).await.is(413);
    owner.upload("/care/restore", &[("recovery_key", "x")], ("b", b"")).await.is(422).has("Choose a file");
}

#[tokio::test]
async fn the_bundle_of_diagnostics_is_listed_and_fetched() {
    let site = Site::in_use();
    let mut tar = Vec::new();
    for (name, octets) in [("pumice/events.json", &b"[]"[..]), ("pumice/board.txt", &[b'x'; 700][..])] {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", octets.len()).as_bytes());
        tar.extend(header);
        tar.extend(octets);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zip.write_all(&tar).unwrap();
    let bundle = zip.finish().unwrap();
    site.house.state().bundle = bundle.clone();
    let mut owner = site.owner().await;
    let page = owner.get("/care/diagnostics").await.is(200);
    page.has("pumice/events.json").has("What happened lately").has("pumice/board.txt").has("700\u{a0}B");
    let file = owner.get("/care/diagnostics/download").await.is(200);
    assert_eq!(file.octets, bundle);
    assert_eq!(file.headers["content-type"], "application/gzip");
    // What is no bundle lists nothing and is fetched all the same.
    site.house.state().bundle = vec![0x1f, 0x8b, 1, 2, 3];
    owner.get("/care/diagnostics").await.is(200);
    assert_eq!(owner.get("/care/diagnostics/download").await.is(200).octets, [0x1f, 0x8b, 1, 2, 3]);
}

#[tokio::test]
async fn packets_are_captured() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let fields = |target, seconds, megabytes| {
        [("target", target), ("imsi", IMSI), ("seconds", seconds), ("megabytes", megabytes)]
    };
    owner.get("/care/capture").await.is(200).has("eth1");
    for (target, seconds, megabytes) in [
        ("if:eth1", "0", "1"),
        ("if:eth1", "99999", "1"),
        ("if:eth1", "10", "9"),
        ("if:eth1", "x", ""),
        ("phone", "10", "1"),
    ] {
        owner.post("/care/capture/start", &fields(target, seconds, megabytes)).await.is(422);
    }
    owner.post("/care/capture/start", &fields("if:wlan9", "10", "1")).await.is(404);
    owner.post("/care/capture/start", &fields("if:eth1", "10", "1")).await.goes_to("/care/capture");
    owner.follow().await.is(200).has("Recording eth1").has("at most 10 s");
    assert_eq!(site.house.state().captures[0].request.octets, 1_000_000);
    owner.post("/care/capture/stop", &[]).await.goes_to("/care/capture");
    owner.follow().await.is(200).has("The capture has stopped").has("/care/capture/capture-1");
    let file = owner.get("/care/capture/capture-1").await.is(200);
    assert_eq!(file.octets, [0xd4, 0xc3, 0xb2, 0xa1]);
    owner.get("/care/capture/..%2F..%2Fetc").await.is(404);
    owner.post("/care/capture/capture-1/delete", &[]).await.goes_to("/care/capture");
    owner.post("/care/capture/capture-1/delete", &[]).await.is(404);
}

#[tokio::test]
async fn a_fifth_capture_is_refused_with_what_to_do() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let fields = [("target", "if:eth1"), ("seconds", "3600"), ("megabytes", "8")];
    owner.get("/care/capture").await.is(200).has("The box keeps 4 files; delete one to make room");
    for _ in 0..4 {
        owner.post("/care/capture/start", &fields).await.goes_to("/care/capture");
    }
    let full = owner.post("/care/capture/start", &fields).await.is(409);
    full.has("There are 4 captures already. Delete one to make room.").has("value=\"3600\"");
    assert_eq!(site.house.state().captures.len(), 4);
    owner.post("/care/capture/stop", &[]).await.goes_to("/care/capture");
    owner.post("/care/capture/capture-2/delete", &[]).await.goes_to("/care/capture");
    owner.post("/care/capture/start", &fields).await.goes_to("/care/capture");
}

#[tokio::test]
async fn a_phones_packets_are_captured_by_its_address() {
    let site = Site::in_use();
    site.gateway.state().phones.push(crate::live::device(IMSI));
    let mut owner = site.owner().await;
    let fields = [("target", "phone"), ("imsi", IMSI), ("seconds", "10"), ("megabytes", "1")];
    owner.get("/care/capture").await.is(200);
    site.house.state().machine.interfaces[0].name = "pumice0".to_owned();
    owner.post("/care/capture/start", &fields).await.goes_to("/care/capture");
    let request = site.house.state().captures[0].request.clone();
    assert_eq!(
        (request.interface.as_str(), request.address),
        ("pumice0", Some("10.45.0.7".parse().unwrap()))
    );
}

#[tokio::test]
async fn the_box_is_restarted_and_reset_by_steps() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get("/care").await.is(200).has("Test board");
    owner.get("/care/restart").await.is(200);
    owner.post("/care/restart", &[("what", "x")]).await.is(400);
    owner.post("/care/restart", &[("what", "gateway")]).await.is(200).has("data-restart=\"/\"");
    owner.get("/care/reset").await.is(200);
    owner.get("/care/reset?what=everything").await.is(200).has("EVERYTHING");
    let reset = |what, word| [("what", what), ("word", word)];
    owner.post("/care/reset", &reset("everything", "FORGET")).await.is(422).has("type the word");
    owner.post("/care/reset", &reset("x", "FORGET")).await.is(400);
    owner.post("/care/reset", &reset("settings", "forget")).await.is(200).has("data-restart=\"/setup\"");
    owner.get("/care/reset?what=everything").await.is(200);
    owner
        .post("/care/reset", &reset("everything", "everything"))
        .await
        .is(200)
        .has("data-restart=\"/claim\"");
    owner.get("/care/reset?what=soft").await.is(200);
    owner.post("/care/reset", &reset("soft", "restart")).await.is(200);
    let state = site.house.state();
    assert_eq!(state.restarts, [Restart::Gateway, Restart::Gateway]);
    assert_eq!(state.resets, [Reset::Settings, Reset::Factory]);
}

#[tokio::test]
async fn who_did_what_is_listed_by_pages() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    for _ in 0..60 {
        owner.post(&format!("/phones/{IMSI}/block"), &[]).await.is(303);
    }
    owner.get(&format!("/phones/{IMSI}")).await.is(200);
    let first = owner.get("/audit").await.is(200).has("Blocked the phone").has("/audit?after=");
    let (_, rest) = first.text.split_once("href=\"/audit?").unwrap();
    let next = rest.split('"').next().unwrap().replace("&amp;", "&");
    let second = owner.get(&format!("/audit?{next}")).await.is(200);
    assert_eq!(second.text.matches("Blocked the phone").count(), 10);
    owner.get("/audit?after=x").await.is(404);
    owner.get(&format!("/audit?after={}", "9".repeat(100))).await.is(404);
}

#[tokio::test(start_paused = true)]
async fn one_large_thing_is_kept_and_for_five_minutes() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get("/care/backup").await.is(200);
    let made = owner.post("/care/backup", &[]).await.is(200);
    let key = recovery_key(&made.text);
    let file = owner.get("/care/backup/download").await.is(200);
    // What comes next takes its place before it is in memory.
    let page =
        owner.upload("/care/restore", &[("recovery_key", &key)], ("b", file.octets.as_slice())).await.is(200);
    owner.get("/care/backup/download").await.is(409);
    let ticket = page.hidden("ticket");
    let fields = [("ticket", ticket.as_str())];
    // Nobody comes back: it is gone all the same.
    site.house.pass(5 * 60);
    tokio::time::sleep(std::time::Duration::from_secs(5 * 60)).await;
    owner.post("/care/restore/apply", &fields).await.is(409);
    assert_eq!(site.house.state().restored, 0);
}

#[tokio::test]
async fn while_a_backup_is_looked_into_no_other_large_thing_comes() {
    let site = Site::in_use_with(|config| config.limits.large_turn = std::time::Duration::ZERO);
    let mut owner = site.owner().await;
    owner.get("/care/backup").await.is(200);
    let made = owner.post("/care/backup", &[]).await.is(200);
    let key = recovery_key(&made.text);
    let file = owner.get("/care/backup/download").await.is(200);
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    site.house.state().look_gate = Some(gate.clone());
    let mut other = site.owner().await;
    other.get("/care/restore").await.is(200);
    let looking = async {
        let fields = [("recovery_key", key.as_str())];
        owner.upload("/care/restore", &fields, ("b", file.octets.as_slice())).await.is(200);
    };
    let trying = async {
        while !site.house.state().looked {
            tokio::task::yield_now().await;
        }
        other.upload("/care/restore", &[("recovery_key", "x")], ("b", b"another")).await.is(503);
        other.post("/care/backup", &[]).await.is(503);
        other.get("/care/diagnostics").await.is(503);
        gate.add_permits(1);
    };
    futures_util::future::join(looking, trying).await;
    site.house.state().look_gate = None;
    other.get("/care/diagnostics").await.is(200);
}
