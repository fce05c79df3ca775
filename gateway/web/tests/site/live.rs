//! Parts that change under the reader's eyes.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use pumice_model::people::Role;
use pumice_model::query::{BearerView, PhoneView};
use tower::ServiceExt;

use crate::browser::{Answer, Browser, IMSI, Site};

pub(crate) fn device(imsi: &str) -> PhoneView {
    let defaults = crate::browser::defaults();
    PhoneView {
        imsi: imsi.parse().unwrap(),
        name: "Amina".to_owned(),
        imeisv: None,
        guti: None,
        connected: true,
        cell: None,
        silent_for: Duration::from_secs(3),
        bearers: vec![BearerView {
            ebi: pumice_model::identity::Ebi::FIRST,
            apn: defaults.apn,
            address: "10.45.0.7".parse().unwrap(),
            qci: defaults.qci,
            ambr: defaults.ambr,
            usage: pumice_model::rules::Usage::default(),
        }],
        ciphering: "EEA2",
        integrity: "EIA2",
    }
}

async fn watch(browser: &Browser<'_>, query: &str) -> axum::response::Response {
    let request = browser.request("GET", &format!("/live?{query}")).header("accept-encoding", "gzip");
    browser.site.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let chunk = stream.next().await?.unwrap();
    Some(String::from_utf8(chunk.to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_part_is_sent_when_it_changes_and_a_heartbeat_when_it_does_not() {
    let site = Site::in_use();
    let browser = site.as_role(Role::Viewer).await;
    let response = watch(&browser, "parts=phones-list,home-status&search=Amina").await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert!(!response.headers().contains_key("content-encoding"));
    let mut stream = response.into_body().into_data_stream();
    let first = next(&mut stream).await.unwrap();
    assert!(first.starts_with("event: phones-list\ndata: ") && first.ends_with("\n\n"), "{first}");
    assert!(first.contains("Amina") && first.contains("event: home-status\n"));
    let begun = tokio::time::Instant::now();
    assert_eq!(next(&mut stream).await.unwrap(), ":\n\n");
    assert!((15..=17).contains(&begun.elapsed().as_secs()));
    site.gateway.state().phones.push(device(IMSI));
    let changed = next(&mut stream).await.unwrap();
    assert!(
        changed.contains("event: phones-list\n") && changed.contains("event: home-status\n"),
        "{changed}"
    );
    assert!(begun.elapsed().as_secs() <= 21);
}

#[tokio::test(start_paused = true)]
async fn many_who_watch_ask_the_doors_no_more_often_than_one() {
    let site = Site::in_use();
    let browser = site.owner().await;
    let asked = async |watchers: usize| {
        let mut streams = Vec::new();
        for _ in 0..watchers {
            let mut stream =
                watch(&browser, "parts=cells-list,home-status,home-checks,home-events,phones-list")
                    .await
                    .into_body()
                    .into_data_stream();
            next(&mut stream).await.unwrap();
            streams.push(stream);
        }
        let before = site.gateway.state().asked;
        // All of them wait for their heartbeat together.
        futures_util::future::join_all(streams.iter_mut().map(next)).await;
        site.gateway.state().asked - before
    };
    let one = asked(1).await;
    let sixteen = asked(16).await;
    assert!(one > 0 && sixteen <= one + one / 2, "{one} questions for one, {sixteen} for sixteen");
}

#[tokio::test(start_paused = true)]
async fn the_number_of_those_who_watch_is_bounded() {
    let site = Site::in_use();
    let browser = site.owner().await;
    let mut watching = Vec::new();
    for _ in 0..16 {
        let response = watch(&browser, "parts=trial").await;
        assert_eq!(response.status(), 200);
        watching.push(response);
    }
    let refused = watch(&browser, "parts=trial").await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    drop(watching.pop());
    assert_eq!(watch(&browser, "parts=trial").await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_session() {
    let site = Site::in_use();
    let mut browser = site.owner().await;
    let mut stream = watch(&browser, "parts=home-status").await.into_body().into_data_stream();
    next(&mut stream).await.unwrap();
    browser.post("/logout", &[]).await.is(303);
    assert_eq!(next(&mut stream).await, None);
    // And by itself, because watching is no use.
    let browser = site.owner().await;
    let mut stream = watch(&browser, "parts=home-status").await.into_body().into_data_stream();
    next(&mut stream).await.unwrap();
    site.house.pass(30 * 60);
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn parts_are_fetched_one_by_one_too() {
    let site = Site::in_use();
    site.gateway.state().cells.push(crate::gateway::cell(7));
    site.gateway.state().phones.push(device(IMSI));
    let mut owner = site.owner().await;
    for part in pumice_ui::live::Part::ALL {
        let answer = owner.get(&format!("/live/{}?imsi={IMSI}", part.name())).await.is(200);
        assert!(!answer.text.contains("<html"), "{}", part.name());
    }
    owner.get("/live/nothing").await.is(404);
    owner.get("/live?parts=nothing").await.is(404);
    owner.get("/live").await.is(404);
    owner.get("/live/phone-state?imsi=1").await.is(404);
}

#[tokio::test]
async fn a_form_in_a_part_works() {
    let site = Site::in_use();
    site.house.state().trial = Some((1, 60));
    let mut owner = site.owner().await;
    let part = owner.get("/live/trial").await.is(200).has("60 seconds left");
    assert_eq!(part.hidden("_csrf"), owner.proof);
    owner.post(&format!("/phones/{IMSI}/block"), &[]).await.is(303);
}

#[tokio::test]
async fn who_may_not_see_a_page_may_not_watch_it() {
    let site = Site::in_use();
    let mut seller = site.as_role(Role::Seller).await;
    for part in ["cells-list", "capture", "cell-wait", "first-phone"] {
        seller.get(&format!("/live/{part}")).await.is(403);
        let response = watch(&seller, &format!("parts=home-status,{part}")).await;
        assert_eq!(Answer::of(response).await.status, 403, "{part}");
    }
    assert_eq!(watch(&site.visitor(), "parts=home-status").await.status(), 401);
}

#[tokio::test]
async fn being_alive_is_told_to_everyone_and_tells_starts_apart() {
    let site = Site::new();
    assert_eq!(site.visitor().get("/alive").await.is(200).text, "1");
    site.house.state().now.boot = 2;
    assert_eq!(site.visitor().get("/alive").await.is(200).text, "2");
}
