use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pumice_model::ModelError;
use pumice_model::control::Command;
use pumice_model::identity::Imsi;

use crate::app::App;
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::dto::{NewSubscriber, Page, Problem, Subscriber, SubscriberPatch};
use crate::error::WebError;
use crate::paging::{List, PageQuery};
use crate::provisioning;

/// Subscribers, in order of their IMSI.
#[utoipa::path(
    get, path = "/api/v1/subscribers", operation_id = "listSubscribers", tag = "subscribers", params(PageQuery),
    responses((status = 200, description = "A part of the subscribers.", body = Page<Subscriber>)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    page: PageQuery,
) -> Result<Json<Page<Subscriber>>, WebError> {
    List::Subscribers.ask(&app, page, |query, request| query.subscribers(request)).await
}

/// Adds a subscriber. When it is answered, the phone's next attach is served.
#[utoipa::path(
    post, path = "/api/v1/subscribers", operation_id = "addSubscriber", tag = "subscribers",
    request_body = NewSubscriber,
    responses(
        (status = 201, description = "It is added.", body = Subscriber,
            headers(("Location" = String, description = "Where the subscriber is."))),
        (status = 409, description = "There is one with this IMSI (`exists`), or no room for one more (`full`).",
            body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    JsonBody(given): JsonBody<NewSubscriber>,
) -> Result<Response, WebError> {
    let subscriber = provisioning::subscriber(&given, &app.config.subscriber).map_err(WebError::Invalid)?;
    let (imsi, shown) = (subscriber.imsi, Subscriber::from(&subscriber));
    let added = app.desk.execute(Command::AddSubscribers(vec![subscriber])).await;
    app.note(Deed::new("subscriber.add", imsi.digits()), added).await?;
    tracing::info!(%imsi, "subscriber added");
    let mut response = (StatusCode::CREATED, Json(shown)).into_response();
    let location = HeaderValue::try_from(format!("/api/v1/subscribers/{}", imsi.digits()));
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// One subscriber.
#[utoipa::path(
    get, path = "/api/v1/subscribers/{imsi}", operation_id = "showSubscriber", tag = "subscribers",
    params(("imsi" = String, Path, description = "Its IMSI.", pattern = "^[0-9]{6,15}$", example = "001010000000001")),
    responses(
        (status = 200, description = "The subscriber.", body = Subscriber),
        (status = 404, description = "There is none with this IMSI.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    ImsiPath(imsi): ImsiPath,
) -> Result<Json<Subscriber>, WebError> {
    Ok(Json(app.desk.ask(|query| query.subscriber(imsi)).await?.into()))
}

/// Replaces all that is given of a subscriber, keys included: they are write-only, so what is left out cannot be kept
/// but gets its default. Only the SIM's sequence number goes on.
#[utoipa::path(
    put, path = "/api/v1/subscribers/{imsi}", operation_id = "replaceSubscriber", tag = "subscribers",
    params(("imsi" = String, Path, description = "Its IMSI, the same as in the body.", pattern = "^[0-9]{6,15}$",
        example = "001010000000001")),
    request_body = NewSubscriber,
    responses(
        (status = 204, description = "It is replaced."),
        (status = 409, description = "The body's IMSI is another (`other-imsi`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is none with this IMSI.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    ImsiPath(imsi): ImsiPath,
    JsonBody(given): JsonBody<NewSubscriber>,
) -> Result<StatusCode, WebError> {
    let subscriber = provisioning::subscriber(&given, &app.config.subscriber).map_err(WebError::Invalid)?;
    if subscriber.imsi != imsi {
        return Err(WebError::OtherImsi);
    }
    let replaced = app.desk.execute(Command::ReplaceSubscriber(Box::new(subscriber))).await;
    app.note(Deed::new("subscriber.replace", imsi.digits()), replaced).await?;
    tracing::info!(%imsi, "subscriber replaced");
    Ok(StatusCode::NO_CONTENT)
}

/// Renames a subscriber, gives it other bounds, bars it, which detaches its phone, or serves it again.
#[utoipa::path(
    patch, path = "/api/v1/subscribers/{imsi}", operation_id = "changeSubscriber", tag = "subscribers",
    params(("imsi" = String, Path, description = "Its IMSI.", pattern = "^[0-9]{6,15}$", example = "001010000000001")),
    request_body = SubscriberPatch,
    responses(
        (status = 204, description = "It is so."),
        (status = 404, description = "There is none with this IMSI.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    ImsiPath(imsi): ImsiPath,
    JsonBody(patch): JsonBody<SubscriberPatch>,
) -> Result<StatusCode, WebError> {
    let change = provisioning::change(&patch).map_err(WebError::Invalid)?;
    let changed = app.desk.execute(Command::ChangeSubscriber(imsi, Box::new(change))).await;
    app.note(Deed::new("subscriber.change", imsi.digits()), changed).await?;
    tracing::info!(%imsi, state = ?patch.state, "subscriber changed");
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a subscriber and detaches its phone.
#[utoipa::path(
    delete, path = "/api/v1/subscribers/{imsi}", operation_id = "removeSubscriber", tag = "subscribers",
    params(("imsi" = String, Path, description = "Its IMSI.", pattern = "^[0-9]{6,15}$", example = "001010000000001")),
    responses(
        (status = 204, description = "It is removed."),
        (status = 404, description = "There is none with this IMSI.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    ImsiPath(imsi): ImsiPath,
) -> Result<StatusCode, WebError> {
    let removed = app.desk.execute(Command::RemoveSubscriber(imsi)).await;
    app.note(Deed::new("subscriber.remove", imsi.digits()), removed).await?;
    tracing::info!(%imsi, "subscriber removed");
    Ok(StatusCode::NO_CONTENT)
}

/// The IMSI that a path names.
pub(super) struct ImsiPath(pub(super) Imsi);

impl FromRequestParts<Arc<App>> for ImsiPath {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, WebError> {
        let text = Path::<String>::from_request_parts(parts, app).await.map_err(|_| ModelError::Imsi);
        let imsi = text.and_then(|Path(text)| Imsi::parse(&text));
        imsi.map(Self).map_err(|error| WebError::parameter("imsi", error))
    }
}
