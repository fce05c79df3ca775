//! Bodies: of the right type, in bounded size, in bounded time.

use core::future::poll_fn;
use core::pin::Pin;
use core::time::Duration;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::app::App;
use crate::config::WebLimits;
use crate::error::WebError;
use crate::json;
use crate::seats::Seat;

/// A JSON body.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, WebError> {
        let limits = &app.config.limits;
        let octets = read(request, "application/json", limits.json_octets, limits).await?;
        json::decode(&octets).map(Self)
    }
}

/// The octets of a body, which are wiped when dropped because there may be keys among them.
pub(crate) async fn read(
    request: Request,
    wanted: &'static str,
    limit: usize,
    limits: &WebLimits,
) -> Result<Zeroizing<Vec<u8>>, WebError> {
    if !is_of_type(request.headers(), wanted) {
        return Err(WebError::MediaType { wanted });
    }
    take(request, limit, limits.body_time).await
}

/// The octets of a body of any type.
pub(crate) async fn take(
    request: Request,
    limit: usize,
    time: Duration,
) -> Result<Zeroizing<Vec<u8>>, WebError> {
    let headers = request.headers();
    if headers.get_all(header::CONTENT_ENCODING).iter().any(|encoding| encoding != "identity") {
        return Err(WebError::ContentEncoding);
    }
    let declared = usize::try_from(request.body().size_hint().lower()).unwrap_or(usize::MAX);
    if declared > limit {
        return Err(WebError::BodyTooLarge { limit });
    }
    let seat = request.extensions().get::<Arc<Seat>>().cloned();
    if let Some(seat) = &seat {
        seat.waits_for_client();
    }
    let octets = timeout(time, collect(request.into_body(), declared, limit)).await;
    if let Some(seat) = &seat {
        seat.works();
    }
    octets.map_err(|_| WebError::BodySlow)?
}

async fn collect(mut body: Body, declared: usize, limit: usize) -> Result<Zeroizing<Vec<u8>>, WebError> {
    let mut octets = Zeroizing::new(Vec::with_capacity(declared));
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| WebError::BodyBroken)?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > limit.saturating_sub(octets.len()) {
            return Err(WebError::BodyTooLarge { limit });
        }
        octets.extend_from_slice(&data);
    }
    Ok(octets)
}

fn is_of_type(headers: &HeaderMap, wanted: &str) -> bool {
    let Some(given) = headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str) else { return false };
    let mut parts = given.unwrap_or_default().split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let charset = |parameter: &str| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("charset").then(|| value.trim_matches('"').to_ascii_lowercase())
    };
    essence.eq_ignore_ascii_case(wanted) && parts.filter_map(charset).all(|charset| charset == "utf-8")
}
