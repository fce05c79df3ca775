use core::fmt;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use pumice_model::query::{Metric, MetricKind};

use crate::app::{Answers, App};
use crate::error::WebError;
use crate::shared::Shared;

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters and gauges for Prometheus.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "metrics",
    responses((status = 200, description = "All counters and gauges.", body = String, content_type = MEDIA_TYPE,
        example = "# HELP pumice_phones Phones with a context.\n# TYPE pumice_phones gauge\npumice_phones 25\n# EOF\n")),
)]
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<impl IntoResponse, WebError> {
    let mut metrics = app.desk.ask(|query| query.metrics()).await?;
    metrics.extend(own(&app.answers));
    metrics.extend(of_the_page(&app.config.shared));
    // A family is one block, whatever the order they come in.
    metrics.sort_by(|one, other| one.name.cmp(other.name));
    let mut registry = Registry::with_prefix("pumice");
    registry.register_collector(Box::new(Snapshot(metrics)));
    let mut page = String::new();
    // Writing into a string does not fail.
    let _ = text::encode(&mut page, &registry);
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], page))
}

fn own(answers: &Answers) -> impl Iterator<Item = Metric> {
    answers.totals().map(|(class, value)| Metric {
        name: "web_answers_total",
        help: "Answers of the local API by class of status",
        kind: MetricKind::Counter,
        label: Some(("class", class.to_owned())),
        value,
    })
}

fn of_the_page(shared: &Shared) -> impl Iterator<Item = Metric> {
    let strangers =
        ("page_strangers_total", "Connections to the page that did not come from a neighbour of the box");
    let hurried = (
        "page_handshakes_refused_total",
        "TLS connections to the page that came too fast or waited too long",
    );
    let counted = [(strangers, &shared.strangers), (hurried, &shared.handshakes.refused)];
    counted
        .map(|((name, help), tally)| Metric {
            name,
            help,
            kind: MetricKind::Counter,
            label: None,
            value: tally.total(),
        })
        .into_iter()
}

/// What the core counted at one moment, sorted by name.
#[derive(Debug)]
struct Snapshot(Vec<Metric>);

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in self.0.chunk_by(|one, other| one.name == other.name) {
            let Some(first) = family.first() else { continue };
            let kind = match first.kind {
                MetricKind::Counter => MetricType::Counter,
                MetricKind::Gauge => MetricType::Gauge,
            };
            // The encoder adds the suffix of a counter itself.
            let name = match first.kind {
                MetricKind::Counter => first.name.strip_suffix("_total").unwrap_or(first.name),
                MetricKind::Gauge => first.name,
            };
            let mut block = encoder.encode_descriptor(name, &help(first.help), None, kind)?;
            for metric in family {
                match &metric.label {
                    None => encode(metric, &mut block)?,
                    Some((label, text)) => {
                        encode(metric, &mut block.encode_family(&[(*label, text.as_str())])?)?
                    }
                }
            }
        }
        Ok(())
    }
}

fn encode(metric: &Metric, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
    match metric.kind {
        MetricKind::Counter => encoder.encode_counter::<NoLabelSet, _, u64>(&metric.value, None),
        MetricKind::Gauge => encoder.encode_gauge(&metric.value),
    }
}

/// A help text is one line.
fn help(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}
