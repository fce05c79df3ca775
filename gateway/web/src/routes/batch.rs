use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use pumice_model::control::{Command, Refusal};
use pumice_model::keeper::BATCH;
use zeroize::Zeroizing;

use super::place;
use crate::app::App;
use crate::audit::Deed;
use crate::batch_file::{self, BATCH_OCTETS, BatchFileError, is_iccid};
use crate::body::{self, JsonBody};
use crate::dto::{BatchAdded, BatchSize, FromBatch, Problem, Subscriber};
use crate::error::{FieldErrors, WebError};
use crate::provisioning;
use crate::site::password::Crowded;

/// How many SIMs of batches wait to become subscribers. They are not listed: a batch is a drawer of keys.
#[utoipa::path(
    get, path = "/api/v1/batch", operation_id = "showBatch", tag = "batch",
    responses((status = 200, description = "How many wait.", body = BatchSize)),
)]
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<Json<BatchSize>, WebError> {
    let sims = app.desk.ask_box(|doors| doors.keeper.batch_size()).await?;
    Ok(Json(BatchSize { sims, room: BATCH.saturating_sub(sims) }))
}

/// Takes the SIMs of a sealed batch file, all or none, to be found by the number that is printed on them. Those that wait already
/// stay as they are. `pumice batch seal` makes such a file of a CSV file.
#[utoipa::path(
    post, path = "/api/v1/batch", operation_id = "addBatch", tag = "batch",
    params(("X-Passphrase" = String, Header, description = "The passphrase of the file, in UTF-8.", min_length = 1,
        max_length = 256)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, at most 2 MiB."),
    responses(
        (status = 200, description = "They wait.", body = BatchAdded),
        (status = 409, description = "There is no room for as many (`full`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The file does not open (`bad-batch`), or there are wrong values in it (`invalid`).",
            body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn add(State(app): State<Arc<App>>, request: Request) -> Result<Json<BatchAdded>, WebError> {
    let passphrase = passphrase(request.headers())?;
    let _permit = app.import_permit()?;
    let octets = body::read(request, "application/octet-stream", BATCH_OCTETS, &app.config.limits).await?;
    let defaults = app.config.subscriber.clone();
    // As costly as a password, and done where passwords are.
    let opened = app
        .passwords()
        .work(move |memory| batch_file::open_in(memory, &octets, &passphrase, &defaults))
        .await;
    let sims = opened.map_err(|Crowded| Refusal::Busy)?.map_err(unopened)?;
    let count = sims.len();
    let added = app.desk.change_box(|doors| doors.keeper.add_batch(sims)).await;
    let added = app.note(Deed::new("batch.add", format!("{count} SIMs")), added).await?;
    tracing::info!(sims = count, added, "batch of SIMs taken");
    Ok(Json(BatchAdded { sims: count, added }))
}

fn unopened(error: BatchFileError) -> WebError {
    match error {
        BatchFileError::Content(error) => error,
        BatchFileError::NoRoom => Refusal::Busy.into(),
        error => WebError::BadBatch(error.to_string()),
    }
}

fn passphrase(headers: &HeaderMap) -> Result<Zeroizing<String>, WebError> {
    let mut given = headers.get_all("x-passphrase").iter();
    let text = match (given.next(), given.next()) {
        (Some(text), None) => core::str::from_utf8(text.as_bytes()).ok(),
        _ => None,
    };
    let text =
        text.filter(|text| (1..=256).contains(&text.len())).map(|text| Zeroizing::new(text.to_owned()));
    text.ok_or_else(|| {
        WebError::parameter("x-passphrase", "wanted is the passphrase of the file, in this header, once")
    })
}

/// Makes a SIM that waits a subscriber. When it is answered, its phone's next attach is served.
#[utoipa::path(
    post, path = "/api/v1/batch/{iccid}/subscribe", operation_id = "subscribeFromBatch", tag = "batch",
    params(("iccid" = String, Path, description = "The number printed on the card.", pattern = "^[0-9]{18,20}$",
        example = "8988211000000000011")),
    request_body = FromBatch,
    responses(
        (status = 201, description = "It is a subscriber.", body = Subscriber),
        (status = 404, description = "No SIM with this number waits.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "There is a subscriber with its IMSI (`exists`), or no room for one more (`full`).",
            body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn subscribe(
    State(app): State<Arc<App>>,
    IccidPath(iccid): IccidPath,
    JsonBody(given): JsonBody<FromBatch>,
) -> Result<(StatusCode, Json<Subscriber>), WebError> {
    let mut errors = FieldErrors::default();
    let name = given.name.as_deref().and_then(|given| provisioning::name(given, &mut errors));
    if !errors.is_empty() {
        return Err(WebError::Invalid(errors));
    }
    let mut subscriber =
        app.desk.ask_box(|doors| doors.keeper.find_in_batch(iccid.clone())).await?.subscriber;
    if let Some(name) = name {
        subscriber.name = name;
    }
    let (imsi, shown) = (subscriber.imsi, Subscriber::from(&subscriber));
    let added = app.desk.execute(Command::AddSubscribers(vec![subscriber])).await;
    app.note(Deed::new("subscriber.add", imsi.digits()), added).await?;
    // The subscriber is there. A SIM that stays behind in the batch can do no harm: adding it again is refused.
    if let Err(error) = app.desk.change_box(|doors| doors.keeper.remove_from_batch(iccid)).await {
        tracing::warn!(%error, %imsi, "a SIM that is a subscriber now stays in the batch");
    }
    tracing::info!(%imsi, "subscriber added from a batch");
    Ok((StatusCode::CREATED, Json(shown)))
}

/// The SIM that a path names.
pub(super) struct IccidPath(String);

impl FromRequestParts<Arc<App>> for IccidPath {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, WebError> {
        let text = place::text(parts, app).await.filter(|text| is_iccid(text));
        let wanted = "wanted are the 18 to 20 digits on a SIM card, the last one right";
        text.map(Self).ok_or_else(|| WebError::parameter("iccid", wanted))
    }
}
