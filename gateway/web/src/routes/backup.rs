use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;

use crate::app::App;
use crate::audit::Deed;
use crate::body::{self, JsonBody};
use crate::dto::{BackupOrder, Problem};
use crate::error::{FieldErrors, WebError};

/// Octets of a backup: the largest database that is configured by default, its log and what seals them.
const LARGEST: usize = 48 << 20;

/// Octets of a recovery key.
const RECOVERY_KEY: core::ops::RangeInclusive<usize> = 16..=128;

/// The header that holds the recovery key of a backup.
const KEY_HEADER: &str = "x-recovery-key";

const OCTETS: &str = "application/octet-stream";

/// All that the box keeps, encrypted with a recovery key. Who asks chooses the key and keeps it: the box does not.
#[utoipa::path(
    post, path = "/api/v1/backup", operation_id = "makeBackup", tag = "machine",
    request_body = BackupOrder,
    responses((status = 200, description = "The backup.", body = Vec<u8>, content_type = "application/octet-stream")),
)]
pub(super) async fn backup(
    State(app): State<Arc<App>>,
    JsonBody(order): JsonBody<BackupOrder>,
) -> Result<impl IntoResponse, WebError> {
    let key = order.recovery_key.expose().to_owned();
    if !is_recovery_key(&key) {
        let mut errors = FieldErrors::default();
        errors.at("/recovery_key", "wanted are 16 to 128 characters that print");
        return Err(WebError::Invalid(errors));
    }
    let _permit = app.import_permit()?;
    let made = app.desk.change_box(|doors| doors.machine.backup(key)).await;
    let octets = app.note(Deed::new("backup.make", ""), made).await?;
    tracing::info!(octets = octets.len(), "backup made");
    Ok(([(header::CONTENT_TYPE, OCTETS)], octets))
}

/// Puts a backup in the place of all that the box keeps, and starts the gateway anew, a moment after this is answered.
#[utoipa::path(
    post, path = "/api/v1/restore", operation_id = "restoreBackup", tag = "machine",
    params(("X-Recovery-Key" = String, Header, description = "The recovery key of the backup.",
        min_length = 16, max_length = 128)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The backup."),
    responses(
        (status = 204, description = "It is restored."),
        (status = 422, description = "It does not open with this recovery key (`bad-backup`), or there is no key (`invalid`).",
            body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn restore(State(app): State<Arc<App>>, request: Request) -> Result<StatusCode, WebError> {
    let key = recovery_key(request.headers())?;
    let _permit = app.import_permit()?;
    let limits = &app.config.limits;
    let mut octets = body::read(request, OCTETS, LARGEST, limits).await?;
    let octets = core::mem::take(&mut *octets);
    let restored = app.desk.change_box(|doors| doors.machine.restore(octets, key)).await;
    app.note(Deed::new("backup.restore", ""), restored).await?;
    tracing::warn!("backup restored");
    Ok(StatusCode::NO_CONTENT)
}

/// A bundle for who is to find a fault: a gzipped tar file. There are no keys, passwords or codes in it.
#[utoipa::path(
    get, path = "/api/v1/diagnostics", operation_id = "diagnostics", tag = "machine",
    responses((status = 200, description = "The bundle.", body = Vec<u8>, content_type = "application/gzip")),
)]
pub(super) async fn diagnostics(State(app): State<Arc<App>>) -> Result<impl IntoResponse, WebError> {
    let _permit = app.import_permit()?;
    let octets = app.desk.ask_box(|doors| doors.machine.diagnostics()).await?;
    Ok(([(header::CONTENT_TYPE, "application/gzip")], octets))
}

fn recovery_key(headers: &HeaderMap) -> Result<String, WebError> {
    let mut given = headers.get_all(KEY_HEADER).iter();
    let key = match (given.next(), given.next()) {
        (Some(key), None) => key.to_str().ok().filter(|key| is_recovery_key(key)),
        _ => None,
    };
    key.map(str::to_owned).ok_or_else(|| {
        WebError::parameter("x-recovery-key", "wanted is the backup's recovery key, in this header, once")
    })
}

fn is_recovery_key(text: &str) -> bool {
    RECOVERY_KEY.contains(&text.len()) && text.bytes().all(|octet| (0x20..=0x7e).contains(&octet))
}
