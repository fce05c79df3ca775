//! Batches of SIM cards whose keys the box holds.

use axum::http::StatusCode;
use pumice_ui::page::add_phone::{self, LoadBatch};
use pumice_ui::{Entered, Section};

use super::add::{after, from_setup};
use crate::audit::Deed;
use crate::batch_file;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::saying;
use crate::site::state::Site;

/// The cards that wait, all batches together: the box does not keep them apart.
pub(crate) async fn waiting(site: &Site) -> Result<u64, WebError> {
    Ok(u64::from(site.desk.ask_box(|doors| doors.keeper.batch_size()).await?))
}

pub(crate) async fn form(call: Call) -> Result<Answer, Fault> {
    let from_setup = from_setup(&call);
    page(&call, from_setup, Entered::new()).await.map(Answer::Page)
}

async fn page(call: &Call, from_setup: bool, entered: Entered) -> Result<pumice_ui::Markup, Fault> {
    let view = LoadBatch { from_setup, cards_left: waiting(&call.site).await?, entered };
    let scene = Scene::of(call, Section::AddPhone).await?;
    Ok(add_phone::load_batch(&scene.frame, &view))
}

pub(crate) async fn load(call: Call) -> Result<Answer, Fault> {
    let from_setup = from_setup(&call);
    let wrong = |field: &str, words: pumice_ui::Words| Entered::new().wrong(field, words);
    let Some(file) = call.form.file("file") else {
        let page = page(&call, from_setup, wrong("file", saying::file_wanted())).await?;
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page));
    };
    let (octets, passphrase) = (file.octets.clone(), call.form.secret("passphrase"));
    let defaults = call.site.config.subscriber.clone();
    // As costly as a password, and counted with them.
    let opened = call
        .site
        .passwords()
        .work(move |memory| batch_file::open_in(memory, &octets, &passphrase, &defaults))
        .await?;
    let sims = match opened {
        Ok(sims) => sims,
        Err(error) => {
            call.note(&Deed::new("batch.add", ""), pumice_model::people::Outcome::Refused).await;
            let field = match error {
                batch_file::BatchFileError::WrongPassphrase => "passphrase",
                _ => "file",
            };
            let page = page(&call, from_setup, wrong(field, saying::batch_file(&error))).await?;
            return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page));
        }
    };
    let cards = sims.len();
    let added = call.site.desk.change_box(|doors| doors.keeper.add_batch(sims)).await;
    let added = call.noted(Deed::new("batch.add", format!("{cards} SIMs")), added).await?;
    Ok(call.done(after(from_setup, "/phones/add"), saying::batch_loaded(u64::from(added))))
}
