use pumice_model::query::{Metric, MetricKind};

use crate::client::Api;

fn metric(name: &'static str, kind: MetricKind, label: Option<(&'static str, &str)>, value: u64) -> Metric {
    Metric {
        name,
        help: "What it\ncounts",
        kind,
        label: label.map(|(name, text)| (name, text.to_owned())),
        value,
    }
}

#[tokio::test]
async fn metrics_are_openmetrics() {
    let api = Api::new();
    api.gateway.state().metrics = vec![
        metric("rejects_total", MetricKind::Counter, Some(("cause", "15")), 3),
        metric("phones", MetricKind::Gauge, None, 25),
        metric("rejects_total", MetricKind::Counter, Some(("cause", "a\"b\\c\nd")), u64::MAX),
        metric("attaches", MetricKind::Counter, None, 7),
    ];
    api.get("/nothing").await;
    let answer = api.get("/metrics").await;
    assert_eq!(answer.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let expected = "\
# HELP pumice_attaches What it\\ncounts
# TYPE pumice_attaches counter
pumice_attaches_total 7
# HELP pumice_page_handshakes_refused TLS connections to the page that came too fast or waited too long
# TYPE pumice_page_handshakes_refused counter
pumice_page_handshakes_refused_total 0
# HELP pumice_page_strangers Connections to the page that did not come from a neighbour of the box
# TYPE pumice_page_strangers counter
pumice_page_strangers_total 0
# HELP pumice_phones What it\\ncounts
# TYPE pumice_phones gauge
pumice_phones 25
# HELP pumice_rejects What it\\ncounts
# TYPE pumice_rejects counter
pumice_rejects_total{cause=\"15\"} 3
pumice_rejects_total{cause=\"a\\\"b\\\\c\\nd\"} 18446744073709551615
# HELP pumice_web_answers Answers of the local API by class of status
# TYPE pumice_web_answers counter
pumice_web_answers_total{class=\"1xx\"} 0
pumice_web_answers_total{class=\"2xx\"} 0
pumice_web_answers_total{class=\"3xx\"} 0
pumice_web_answers_total{class=\"4xx\"} 1
pumice_web_answers_total{class=\"5xx\"} 0
# EOF
";
    assert_eq!(answer.text, expected);
    assert!(api.get("/metrics").await.text.contains("class=\"2xx\"} 1\n"));
}
