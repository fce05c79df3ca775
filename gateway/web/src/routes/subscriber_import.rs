use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use pumice_model::control::{Command, Refusal};
use pumice_model::query::PageRequest;
use utoipa::IntoParams;

use crate::app::App;
use crate::audit::Deed;
use crate::body;
use crate::dto::{FieldError, ImportResult, Problem};
use crate::error::{FieldErrors, WebError};
use crate::paging::query_values;
use crate::subscriber_table::Table;

/// More pages than this no list of subscribers has.
const PAGES: u32 = 100_000;

/// How a file is imported.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// Whether the file is only checked, with all that an import would refuse; false if absent.
    #[param(nullable = false)]
    dry_run: Option<bool>,
}

/// Adds the subscribers of a file: all rows or none.
///
/// The first line names the columns, in any order: `imsi`, `k`, and `opc` or `op`; if wanted `amf`, `name`, `state`, `apn`,
/// `qci`, `priority`, `ambr_uplink`, `ambr_downlink`, `ims_voice`. An empty cell gets the default. Comma, semicolon and tab
/// separate.
#[utoipa::path(
    post, path = "/api/v1/subscribers/import", operation_id = "importSubscribers", tag = "subscribers",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv", example =
"imsi,k,opc,name\n001010000000001,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,Amina\n"),
    responses(
        (status = 200, description = "All rows are added, or would be.", body = ImportResult),
        (status = 409, description = "Some exist already (`exists`, with the lines), or there is no room (`full`).",
            body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn import(
    State(app): State<Arc<App>>,
    query: ImportQuery,
    request: Request,
) -> Result<Json<ImportResult>, WebError> {
    let _permit = app.import_permit()?;
    let limits = &app.config.limits;
    let file = body::read(request, "text/csv", limits.import_octets, limits).await?;
    let Table { subscribers, lines, .. } = Table::parse(&file, &app.config.subscriber, limits)?;
    drop(file);

    let exists = |imsis: &mut dyn Iterator<Item = _>| {
        let mut errors = FieldErrors::default();
        for line in imsis.filter_map(|imsi| lines.get(&imsi).copied()) {
            errors.push(FieldError {
                line: Some(line),
                column: Some("imsi".to_owned()),
                ..FieldError::new("this subscriber exists already")
            });
        }
        if errors.is_empty() { Ok(()) } else { Err(WebError::Existing(errors)) }
    };
    exists(&mut existing(&app, |imsi| lines.contains_key(imsi)).await?.into_iter())?;
    room_for(&app, subscribers.len()).await?;

    let (rows, dry_run) = (subscribers.len(), query.dry_run.unwrap_or(false));
    if dry_run {
        return Ok(Json(ImportResult { rows, added: 0, dry_run }));
    }
    let added = app.desk.execute(Command::AddSubscribers(subscribers)).await;
    match app.note(Deed::new("subscriber.import", format!("{rows} rows")), added).await {
        Err(WebError::Refused(Refusal::Exists(imsi))) => exists(&mut core::iter::once(imsi))?,
        other => other?,
    }
    tracing::info!(rows, "subscribers imported");
    Ok(Json(ImportResult { rows, added: rows, dry_run }))
}

/// The subscribers that are there and wanted.
async fn existing(
    app: &App,
    wanted: impl Fn(&pumice_model::identity::Imsi) -> bool,
) -> Result<Vec<pumice_model::identity::Imsi>, WebError> {
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..PAGES {
        let request = PageRequest { after, limit: None };
        let page = app.desk.ask(|query| query.subscribers(request)).await?;
        found.extend(page.items.into_iter().map(|view| view.imsi).filter(|imsi| wanted(imsi)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

async fn room_for(app: &App, rows: usize) -> Result<(), WebError> {
    let status = app.desk.ask(|query| query.status()).await?;
    let holds = status.limits.subscribers;
    let room = usize::try_from(holds.saturating_sub(status.subscribers)).unwrap_or(usize::MAX);
    if rows > room { Err(Refusal::Full { limit: "subscribers", holds }.into()) } else { Ok(()) }
}

impl FromRequestParts<Arc<App>> for ImportQuery {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, WebError> {
        let [dry_run] = query_values(parts, ["dry_run"])?;
        let dry_run = dry_run.map(|text| text.parse());
        let dry_run =
            dry_run.transpose().map_err(|_| WebError::parameter("dry_run", "wanted is true or false"))?;
        Ok(Self { dry_run })
    }
}
