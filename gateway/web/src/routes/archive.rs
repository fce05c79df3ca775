use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use pumice_model::archive::Span;
use utoipa::IntoParams;

use super::subscribers::ImsiPath;
use crate::app::App;
use crate::dto::{Curves, PhoneUsage, Problem};
use crate::error::WebError;
use crate::paging::query_values;

/// What a subscriber's phone used, by day and by month.
#[utoipa::path(
    get, path = "/api/v1/subscribers/{imsi}/usage", operation_id = "showUsage", tag = "subscribers",
    params(("imsi" = String, Path, description = "Its IMSI.", pattern = "^[0-9]{6,15}$", example = "001010000000001")),
    responses(
        (status = 200, description = "Its usage; without days if it used nothing yet.", body = PhoneUsage),
        (status = 404, description = "There is none with this IMSI.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn usage(
    State(app): State<Arc<App>>,
    ImsiPath(imsi): ImsiPath,
) -> Result<Json<PhoneUsage>, WebError> {
    app.desk.ask(|query| query.subscriber(imsi)).await?;
    let usage = app.desk.ask_box(|doors| doors.keeper.usage(imsi)).await?;
    Ok(Json(PhoneUsage::of(imsi, &usage)))
}

/// Curves of throughput, phones, attaches and delay. Each has 120 points, whatever happened.
#[utoipa::path(
    get, path = "/api/v1/history", operation_id = "showHistory", tag = "status", params(SpanQuery),
    responses((status = 200, description = "The curves.", body = Curves)),
)]
pub(super) async fn history(
    State(app): State<Arc<App>>,
    SpanQuery { span }: SpanQuery,
) -> Result<Json<Curves>, WebError> {
    Ok(Json(app.desk.ask_box(|doors| doors.keeper.curves(span)).await?.into()))
}

/// How far back the curves go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SpanQuery {
    /// `hour`, `day` or `month`.
    #[param(value_type = String, pattern = "^(hour|day|month)$", example = "day")]
    span: Span,
}

impl FromRequestParts<Arc<App>> for SpanQuery {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, WebError> {
        let [span] = query_values(parts, ["span"])?;
        let span = span.as_deref().and_then(Span::from_word);
        let wrong = || WebError::parameter("span", "wanted is hour, day or month");
        Ok(Self { span: span.ok_or_else(wrong)? })
    }
}
