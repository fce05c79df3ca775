use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pumice_model::machine::{Reset, Restart};

use crate::app::App;
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::dto::{Label, Machine, Problem, ResetOrder, ResetWhat, RestartOrder, RestartWhat};
use crate::error::{FieldErrors, WebError};

/// What confirms a reset.
const CONFIRMATION: &str = "RESET";

/// The box under the gateway: its power, clock, disk and connections.
#[utoipa::path(
    get, path = "/api/v1/machine", operation_id = "showMachine", tag = "machine",
    responses((status = 200, description = "The state of the box.", body = Machine)),
)]
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<Json<Machine>, WebError> {
    Ok(Json(app.desk.ask_box(|doors| doors.machine.machine()).await?.into()))
}

/// Starts the gateway or the whole box anew, a moment after this is answered.
#[utoipa::path(
    post, path = "/api/v1/machine/restart", operation_id = "restart", tag = "machine",
    request_body = RestartOrder,
    responses(
        (status = 202, description = "It starts anew in a moment.", body = RestartOrder),
        (status = 501, description = "This box cannot do that (`not-here`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn restart(
    State(app): State<Arc<App>>,
    JsonBody(order): JsonBody<RestartOrder>,
) -> Result<(StatusCode, Json<RestartOrder>), WebError> {
    let what = match order.what {
        RestartWhat::Gateway => Restart::Gateway,
        RestartWhat::Box => Restart::Box,
    };
    let begun = app.desk.change_box(|doors| doors.machine.restart(what)).await;
    app.note(Deed::new("machine.restart", order.what.word()), begun).await?;
    tracing::warn!(what = order.what.word(), "restart ordered");
    Ok((StatusCode::ACCEPTED, Json(order)))
}

/// Forgets settings or everything, and starts anew, a moment after this is answered.
#[utoipa::path(
    post, path = "/api/v1/machine/reset", operation_id = "reset", tag = "machine",
    request_body = ResetOrder,
    responses(
        (status = 202, description = "It is forgotten in a moment.", body = ResetOrder),
        (status = 501, description = "This box cannot do that (`not-here`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn reset(
    State(app): State<Arc<App>>,
    JsonBody(order): JsonBody<ResetOrder>,
) -> Result<(StatusCode, Json<ResetOrder>), WebError> {
    if order.confirm != CONFIRMATION {
        let mut errors = FieldErrors::default();
        errors.at("/confirm", format!("wanted is the word {CONFIRMATION}"));
        return Err(WebError::Invalid(errors));
    }
    let how_much = match order.how_much {
        ResetWhat::Settings => Reset::Settings,
        ResetWhat::Factory => Reset::Factory,
    };
    let begun = app.desk.change_box(|doors| doors.machine.reset(how_much)).await;
    app.note(Deed::new("machine.reset", order.how_much.word()), begun).await?;
    tracing::warn!(how_much = order.how_much.word(), "reset ordered");
    Ok((StatusCode::ACCEPTED, Json(order)))
}

/// What the box's label says, without its one-time code.
#[utoipa::path(
    get, path = "/api/v1/label", operation_id = "showLabel", tag = "machine",
    responses((status = 200, description = "What to print.", body = Label)),
)]
pub(super) async fn label(State(app): State<Arc<App>>) -> Result<Json<Label>, WebError> {
    let machine = app.desk.ask_box(|doors| doors.machine.machine()).await?;
    let addresses = machine.interfaces.iter().flat_map(|interface| &interface.addresses);
    Ok(Json(Label {
        board: machine.board.name,
        names: app.config.label.names.clone(),
        addresses: addresses.map(ToString::to_string).collect(),
        fingerprint: app.config.label.fingerprint.clone(),
    }))
}
