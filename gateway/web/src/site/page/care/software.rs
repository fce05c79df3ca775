//! The software of the box: what runs, updates, and the way back.

use axum::http::StatusCode;
use pumice_model::control::Refusal;
use pumice_model::software::{SoftwareOrder, SoftwareView, UPDATE_OCTETS, UpdateStage};
use pumice_ui::page::software::{self, Image, OnStick, Side, Software, Stage, Update};
use pumice_ui::{Entered, Section, key};

use crate::audit::Deed;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::gate::RECEIVED;
use crate::site::saying;

const PAGE: &str = "/care/software";

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    page(&call, Entered::new()).await.map(Answer::Page)
}

async fn page(call: &Call, entered: Entered) -> Result<pumice_ui::Markup, Fault> {
    let view = call.site.desk.ask_box(|doors| doors.software.software()).await?;
    let scene = Scene::of(call, Section::Care).await?;
    Ok(software::page(&scene.frame, &shown(view, entered)))
}

fn shown(view: SoftwareView, entered: Entered) -> Software {
    let image = view.image.map(|image| Image {
        sides: image
            .sides
            .into_iter()
            .map(|side| Side { name: side.name, version: side.version, runs: side.runs })
            .collect(),
        update: image.update.map(|update| Update {
            stage: stage(update.stage),
            version: update.version,
            percent: update.percent,
            reason: update.reason,
        }),
        on_sticks: image
            .on_sticks
            .into_iter()
            .map(|found| OnStick { name: found.name, version: found.version, problem: found.problem })
            .collect(),
    });
    Software { running: view.running, image, entered, max_bytes: UPDATE_OCTETS }
}

const fn stage(stage: UpdateStage) -> Stage {
    match stage {
        UpdateStage::Asked | UpdateStage::Checking => Stage::Checking,
        UpdateStage::Installing => Stage::Installing,
        UpdateStage::Restarting => Stage::Restarting,
        UpdateStage::Settling => Stage::Settling,
        UpdateStage::Settled => Stage::Settled,
        UpdateStage::GoneBack => Stage::GoneBack,
        UpdateStage::Refused => Stage::Refused,
    }
}

pub(crate) async fn look(call: Call) -> Result<Answer, Fault> {
    order(&call, "software.look", "", SoftwareOrder::Look).await
}

pub(crate) async fn go_back(call: Call) -> Result<Answer, Fault> {
    order(&call, "software.return", "", SoftwareOrder::Return).await
}

/// What lies on a stick.
pub(crate) async fn install(call: Call) -> Result<Answer, Fault> {
    let stick = call.form.text("stick").to_owned();
    let install = SoftwareOrder::Install { stick: Some(stick.clone()), may_be_older: call.form.has("older") };
    order(&call, "software.update", &stick, install).await
}

/// What was sent; the gate has received it already.
pub(crate) async fn upload(call: Call) -> Result<Answer, Fault> {
    if matches!(call.form.text(RECEIVED), "" | "0") {
        let entered = Entered::new().wrong("file", saying::file_wanted());
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(&call, entered).await?));
    }
    let install = SoftwareOrder::Install { stick: None, may_be_older: call.form.has("older") };
    order(&call, "software.update", "", install).await
}

async fn order(
    call: &Call,
    deed: &'static str,
    subject: &str,
    order: SoftwareOrder,
) -> Result<Answer, Fault> {
    let asked = call.site.desk.change_box(|doors| doors.software.order(order)).await;
    match call.noted(Deed::new(deed, subject), asked).await {
        Ok(()) => Ok(call.done(PAGE, key!("flash.asked-for"))),
        Err(WebError::Refused(refusal @ (Refusal::NotFound | Refusal::Busy))) => {
            Err(Fault::refused(saying::refused(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}
