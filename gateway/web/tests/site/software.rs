//! The software of the box.

use pumice_model::people::Role;
use pumice_model::software::{ImageView, SoftwareOrder, UpdateStage, UpdateView};

use crate::browser::Site;

const PAGE: &str = "/care/software";

#[tokio::test]
async fn an_update_is_found_on_a_stick_and_installed() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get("/care").await.is(200).has("/care/software");
    owner.get(PAGE).await.is(200).has("0.1.1 has proved itself").has("Restart with 0.1.0");
    owner.post("/care/software/look", &[]).await.goes_to(PAGE);
    owner.follow().await.is(200).has("pumice-0.1.2.raucb").has("Install and restart");
    owner.post("/care/software/install", &[("stick", "pumice-0.1.2.raucb")]).await.goes_to(PAGE);
    owner.follow().await.is(200).has("who signed it").has_not("Install and restart");
    let stick = Some("pumice-0.1.2.raucb".to_owned());
    let install = SoftwareOrder::Install { stick, may_be_older: false };
    assert_eq!(site.house.state().software_orders, [SoftwareOrder::Look, install]);
    owner.post("/care/software/return", &[]).await.is(409);
}

#[tokio::test]
async fn an_update_is_sent_in_a_form_that_fits_into_no_memory() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get(PAGE).await.is(200);
    // More than two pieces of what the box takes at once.
    let update: String = (0..400_000).map(|n| format!("{n:06}")).collect();
    owner
        .upload("/care/software/upload", &[("older", "yes")], ("u.raucb", update.as_bytes()))
        .await
        .goes_to(PAGE);
    assert_eq!(site.house.state().update, update.as_bytes());
    let install = SoftwareOrder::Install { stick: None, may_be_older: true };
    assert_eq!(site.house.state().software_orders, [install]);
    assert!(site.audit().contains(&"owner software.update Done".to_owned()), "{:?}", site.audit());
}

#[tokio::test]
async fn nothing_is_taken_of_an_update_from_elsewhere() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get(PAGE).await.is(200);
    owner.proof = "0".repeat(64);
    owner.upload("/care/software/upload", &[], ("u.raucb", b"update")).await.is(403);
    let mut seller = site.as_role(Role::Seller).await;
    seller.upload("/care/software/upload", &[], ("u.raucb", b"update")).await.is(403);
    assert!(site.house.state().update.is_empty());
    owner.get(PAGE).await.is(200);
    owner.upload("/care/software/upload", &[], ("", b"")).await.is(422).has("file");
    assert!(site.house.state().software_orders.is_empty());
}

#[tokio::test]
async fn what_became_of_an_update_is_told() {
    let site = Site::in_use();
    let mut viewer = site.as_role(Role::Viewer).await;
    let update = |stage| UpdateView {
        stage,
        version: Some("0.1.2".to_owned()),
        percent: Some(40),
        reason: Some("the reason".to_owned()),
    };
    for (stage, said) in [
        (UpdateStage::Checking, "who signed it"),
        (UpdateStage::Installing, "0.1.2 is being installed: 40 %"),
        (UpdateStage::Restarting, "restarts with 0.1.2"),
        (UpdateStage::Settling, "0.1.2 is proving itself"),
        (UpdateStage::Settled, "0.1.2 has proved itself"),
        (UpdateStage::GoneBack, "0.1.2 did not prove itself"),
        (UpdateStage::Refused, "was refused"),
    ] {
        site.house.state().image.as_mut().unwrap().update = Some(update(stage));
        viewer.get(PAGE).await.is(200).has(said).has("the reason").has_not("Install and restart");
    }
    site.house.state().image = None;
    viewer.get(PAGE).await.is(200).has("installed by other means");
    site.house.state().image = Some(ImageView::default());
    viewer.get(PAGE).await.is(200);
}

/// What is on the other side is 0.1.0.
#[tokio::test]
async fn what_did_not_prove_itself_is_no_way_back() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    for (version, is_offered) in [("0.1.2", true), ("0.1.0", false)] {
        let version = Some(version.to_owned());
        let update = UpdateView { stage: UpdateStage::GoneBack, version, percent: None, reason: None };
        site.house.state().image.as_mut().unwrap().update = Some(update);
        let page = owner.get(PAGE).await.is(200);
        if is_offered {
            page.has("Restart with 0.1.0")
        } else {
            page.has_not("Restart with 0.1.0")
        };
    }
}
