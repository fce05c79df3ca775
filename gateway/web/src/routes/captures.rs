use core::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use pumice_model::control::Refusal;
use pumice_model::identity::Imsi;
use pumice_model::machine::CaptureRequest;
use pumice_model::query::PageRequest;

use super::place::NamePath;
use crate::app::App;
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::dto::{Capture, CaptureBegun, NewCapture, Problem};
use crate::error::{FieldErrors, WebError};

/// The interface that the gateway makes for phones' packets, unless it is configured otherwise.
const PHONES: &str = "pumice0";

const SECONDS: core::ops::RangeInclusive<u32> = 1..=3_600;
/// A file must fit into what the command line and a small box hold in memory.
const OCTETS: core::ops::RangeInclusive<u64> = (4 << 10)..=(8 << 20);

/// More pages than this no list of phones has.
const PAGES: u32 = 10_000;

/// Packet captures that run or have run.
#[utoipa::path(
    get, path = "/api/v1/captures", operation_id = "listCaptures", tag = "captures",
    responses((status = 200, description = "All captures.", body = Vec<Capture>)),
)]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<Capture>>, WebError> {
    let captures = app.desk.ask_box(|doors| doors.machine.captures()).await?;
    Ok(Json(captures.into_iter().map(Capture::from).collect()))
}

/// Begins a capture of an interface or of a phone. What phones send may be in it: give the file to nobody who does not need it.
#[utoipa::path(
    post, path = "/api/v1/captures", operation_id = "beginCapture", tag = "captures",
    request_body = NewCapture,
    responses(
        (status = 201, description = "It has begun.", body = CaptureBegun),
        (status = 404, description = "There is no such interface, or the phone has no address now (`not-found`).",
            body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There are as many captures as there may be (`full`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 501, description = "This box cannot capture (`not-here`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    JsonBody(given): JsonBody<NewCapture>,
) -> Result<(StatusCode, Json<CaptureBegun>), WebError> {
    let (mut request, phone) = checked(&given)?;
    let subject = phone.map_or_else(|| request.interface.clone(), |imsi| imsi.digits().to_string());
    if let Some(imsi) = phone {
        request.address = Some(address_of(&app, imsi).await?);
    }
    let begun = app.desk.change_box(|doors| doors.machine.begin_capture(request)).await;
    let name = app.note(Deed::new("capture.begin", subject), begun).await?;
    tracing::info!(%name, "capture begun");
    Ok((StatusCode::CREATED, Json(CaptureBegun { name })))
}

/// Ends a capture; its file stays.
#[utoipa::path(
    post, path = "/api/v1/captures/{name}/stop", operation_id = "stopCapture", tag = "captures",
    params(("name" = String, Path, description = "The capture's name.", example = "capture-1")),
    responses(
        (status = 204, description = "It has ended."),
        (status = 404, description = "There is no such capture.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn stop(
    State(app): State<Arc<App>>,
    NamePath(name): NamePath,
) -> Result<StatusCode, WebError> {
    let ended = app.desk.change_box(|doors| doors.machine.end_capture(name.clone())).await;
    app.note(Deed::new("capture.stop", &name), ended).await?;
    tracing::info!(%name, "capture stopped");
    Ok(StatusCode::NO_CONTENT)
}

/// A capture's file.
#[utoipa::path(
    get, path = "/api/v1/captures/{name}/file", operation_id = "captureFile", tag = "captures",
    params(("name" = String, Path, description = "The capture's name.", example = "capture-1")),
    responses(
        (status = 200, description = "The file (pcap).", body = Vec<u8>, content_type = "application/vnd.tcpdump.pcap"),
        (status = 404, description = "There is no such capture.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn file(
    State(app): State<Arc<App>>,
    NamePath(name): NamePath,
) -> Result<impl IntoResponse, WebError> {
    let _permit = app.import_permit()?;
    let octets = app.desk.ask_box(|doors| doors.machine.capture_file(name)).await?;
    Ok(([(header::CONTENT_TYPE, "application/vnd.tcpdump.pcap")], octets))
}

/// Removes a capture and its file.
#[utoipa::path(
    delete, path = "/api/v1/captures/{name}", operation_id = "removeCapture", tag = "captures",
    params(("name" = String, Path, description = "The capture's name.", example = "capture-1")),
    responses(
        (status = 204, description = "It is removed."),
        (status = 404, description = "There is no such capture.", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    NamePath(name): NamePath,
) -> Result<StatusCode, WebError> {
    let removed = app.desk.change_box(|doors| doors.machine.remove_capture(name.clone())).await;
    app.note(Deed::new("capture.remove", &name), removed).await?;
    tracing::info!(%name, "capture removed");
    Ok(StatusCode::NO_CONTENT)
}

/// What is to be captured, and the phone whose address is still to be found.
fn checked(given: &NewCapture) -> Result<(CaptureRequest, Option<Imsi>), WebError> {
    let mut errors = FieldErrors::default();
    let phone = given.phone.as_deref().and_then(|imsi| errors.check("/phone", Imsi::parse(imsi)));
    let address = given.address.as_deref().and_then(|text| {
        errors.check("/address", text.parse::<IpAddr>().map_err(|_| "wanted is an IP address"))
    });
    if given.phone.is_some() && given.address.is_some() {
        errors.at("/address", "only one of phone and address is wanted");
    }
    let interface = match (given.interface.as_deref(), &given.phone) {
        (Some(name), _) if is_interface(name) => name.to_owned(),
        (None, Some(_)) => PHONES.to_owned(),
        _ => {
            errors.at("/interface", "wanted is the name of an interface, or a phone instead");
            String::new()
        }
    };
    let seconds = given.seconds.unwrap_or(60);
    if !SECONDS.contains(&seconds) {
        errors.at("/seconds", format!("wanted are {} to {}", SECONDS.start(), SECONDS.end()));
    }
    let octets = given.octets.unwrap_or(8 << 20);
    if !OCTETS.contains(&octets) {
        errors.at("/octets", format!("wanted are {} to {}", OCTETS.start(), OCTETS.end()));
    }
    let request = CaptureRequest { interface, address, seconds, octets };
    if errors.is_empty() { Ok((request, phone)) } else { Err(WebError::Invalid(errors)) }
}

/// As Linux has it: at most 15 octets, no slash, no space.
fn is_interface(name: &str) -> bool {
    (1..=15).contains(&name.len())
        && name.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'/' && octet != b':')
        && !matches!(name, "." | "..")
}

/// The address of a phone's first bearer.
async fn address_of(app: &App, imsi: Imsi) -> Result<IpAddr, WebError> {
    let mut after = None;
    for _ in 0..PAGES {
        let page = app.desk.ask(|query| query.phones(PageRequest { after, limit: None })).await?;
        if let Some(phone) = page.items.into_iter().find(|phone| phone.imsi == imsi) {
            let bearer = phone.bearers.first().ok_or(Refusal::NotFound)?;
            return Ok(bearer.address);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Err(Refusal::NotFound.into())
}
