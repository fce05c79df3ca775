//! The list of phones, and one of them.

use pumice_model::archive::{Day, DayUsage, MonthUsage, PhoneUsage};
use pumice_model::people::Role;
use pumice_model::subscriber::SubscriberState;

use crate::browser::{IMSI, Site};
use crate::fakes::NOON;

fn used(site: &Site) {
    let imsi = IMSI.parse().unwrap();
    let day = Day(u32::try_from(NOON / 86_400).unwrap());
    let days = vec![DayUsage { imsi, day, uplink: 1_000_000, downlink: 41_000_000 }];
    let months = vec![MonthUsage { month: 202_611, uplink: 1_000_000, downlink: 41_000_000 }];
    site.house.state().usage.insert(imsi, PhoneUsage { days, months });
}

#[tokio::test]
async fn phones_are_listed_found_and_paged() {
    let site = Site::in_use();
    used(&site);
    for number in 2..=120 {
        site.add_phone(&format!("0010100000{number:05}"), &format!("Phone {number}"));
    }
    let mut viewer = site.as_role(Role::Viewer).await;
    let first = viewer.get("/phones").await.is(200).has("Amina").has("42\u{a0}MB").has("page=2");
    assert!(!first.text.contains("Phone 120"));
    viewer.get("/phones?page=3").await.is(200).has("Phone 120").has_not("Amina");
    viewer.get("/phones?search=AMIN").await.is(200).has("Amina").has_not("Phone 2<");
    viewer.get("/phones?search=00120").await.is(200).has("Phone 120").has_not("Amina");
    viewer.get("/phones?state=barred").await.is(200).has_not("Amina");
    for odd in
        ["page=0", "page=-1", "page=99999999999999999999", "page=x", "state=x", "search=%ff%fe", "search=%00"]
    {
        viewer.get(&format!("/phones?{odd}")).await.is(200);
    }
}

#[tokio::test]
async fn a_seller_sees_phones_and_not_what_they_are_used_for() {
    let site = Site::in_use();
    used(&site);
    let mut seller = site.as_role(Role::Seller).await;
    seller.get("/phones").await.is(200).has("Amina").has_not("42\u{a0}MB").has_not("Data today");
    seller
        .get(&format!("/phones/{IMSI}"))
        .await
        .is(200)
        .has("Amina")
        .has_not("41\u{a0}MB")
        .has_not("42\u{a0}MB")
        .has_not("Data today")
        .has_not("No data was used");
    seller.get("/live/phones-list").await.is(200).has("Amina").has_not("42\u{a0}MB").has_not("Data today");
    seller.get(&format!("/live/phone-state?imsi={IMSI}")).await.is(200).has_not("Data today");
    let mut viewer = site.as_role(Role::Viewer).await;
    viewer.get(&format!("/phones/{IMSI}")).await.is(200).has("42\u{a0}MB").has("Data today");
}

#[tokio::test]
async fn a_phone_is_blocked_and_served_again() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let state = || site.gateway.state().subscribers.values().next().unwrap().state;
    owner.post(&format!("/phones/{IMSI}/block"), &[]).await.goes_to(&format!("/phones/{IMSI}"));
    owner.follow().await.is(200).has("Amina is blocked");
    // It is said once.
    owner.get(&format!("/phones/{IMSI}")).await.is(200).has_not("Amina is blocked");
    assert_eq!(state(), SubscriberState::Barred);
    owner.post(&format!("/phones/{IMSI}/unblock"), &[]).await.is(303);
    assert_eq!(state(), SubscriberState::Active);
    let noted = [format!("owner subscriber.bar {IMSI} Done"), format!("owner subscriber.serve {IMSI} Done")];
    assert_eq!(site.audit(), noted);
}

#[tokio::test]
async fn a_phone_gets_a_name_and_a_speed_and_keeps_its_keys() {
    let site = Site::in_use();
    let before = site.gateway.state().subscribers.values().next().unwrap().clone();
    let mut seller = site.as_role(Role::Seller).await;
    seller.post(&format!("/phones/{IMSI}/rename"), &[("name", "Bibi \u{2764}")]).await.is(303);
    seller.follow().await.is(200).has("Bibi \u{2764}").has("Saved.");
    let mut owner = site.owner().await;
    owner.post(&format!("/phones/{IMSI}/speed"), &[("down", "2000"), ("up", "")]).await.is(303);
    let after = site.gateway.state().subscribers.values().next().unwrap().clone();
    assert_eq!(after.name, "Bibi \u{2764}");
    assert_eq!((after.ambr.downlink, after.ambr.uplink), (2_000_000, 50_000_000));
    assert_eq!(after.keys, before.keys);
    for odd in ["0", "-5", "x", "1e9", "99999999999"] {
        owner.post(&format!("/phones/{IMSI}/speed"), &[("down", odd)]).await.is(422).has("A number from");
    }
    let long = "x".repeat(65);
    seller.post(&format!("/phones/{IMSI}/rename"), &[("name", &long)]).await.is(422);
    seller.post(&format!("/phones/{IMSI}/speed"), &[("down", "9")]).await.is(403);
}

#[tokio::test]
async fn a_phone_is_removed_after_a_second_look() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get(&format!("/phones/{IMSI}/remove")).await.is(200).has("Remove this phone?").has("Amina");
    assert_eq!(site.gateway.state().subscribers.len(), 1);
    owner.post(&format!("/phones/{IMSI}/remove"), &[]).await.goes_to("/phones");
    owner.follow().await.is(200).has("Amina is removed");
    assert!(site.gateway.state().subscribers.is_empty());
    owner.post(&format!("/phones/{IMSI}/remove"), &[]).await.is(404);
    owner.get(&format!("/phones/{IMSI}")).await.is(404);
    owner.get("/phones/x").await.is(404);
}

#[tokio::test]
async fn when_a_phone_was_last_heard_needs_no_clock() {
    let site = Site::in_use();
    site.gateway.state().phones.push(crate::live::device(IMSI));
    let mut owner = site.owner().await;
    for (trusted, silent, said) in
        [(true, 3, "just now"), (false, 200, "3 min ago"), (true, 7_300, "2 h ago")]
    {
        site.house.state().machine.clock.trusted = trusted;
        site.gateway.state().phones[0].silent_for = core::time::Duration::from_secs(silent);
        for target in ["/phones".to_owned(), format!("/phones/{IMSI}")] {
            owner.get(&target).await.is(200).has(said).has_not("not known");
        }
    }
}

#[tokio::test]
async fn labels_have_names_and_no_keys() {
    let site = Site::in_use();
    for number in 2..=60 {
        site.add_phone(&format!("0010100000{number:05}"), "");
    }
    let mut seller = site.as_role(Role::Seller).await;
    seller.get("/phones/labels").await.is(200).has("Amina").has("page=2").has_not(crate::browser::K);
    seller.get(&format!("/phones/labels?imsi={IMSI}")).await.is(200).has("Amina").has_not("001010000000002");
    seller.get("/phones/labels?imsi=%22%3E").await.is(200);
}
