//! Requests to the API without a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use pumice_web::{Doors, SubscriberDefaults, WebConfig, router};
use serde_json::Value;
use tower::ServiceExt;

use crate::fakes::House;
use crate::gateway::Gateway;

pub(crate) const K: &str = "465B5CE8B199B49FAA5F0A2EE238A6BC";
pub(crate) const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";
pub(crate) const OP: &str = "cdc202d5123e20f62b6d676ac72cb318";
pub(crate) const IMSI: &str = "001010000000001";

pub(crate) fn config() -> WebConfig {
    WebConfig::new(SubscriberDefaults::new("internet".parse().unwrap()))
}

pub(crate) struct Api {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) house: Arc<House>,
    pub(crate) router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Api {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: WebConfig) -> Self {
        let gateway = Arc::new(Gateway::default());
        let house = Arc::new(House::default());
        let doors = Doors {
            control: gateway.clone(),
            query: gateway.clone(),
            keeper: house.clone(),
            configure: house.clone(),
            machine: house.clone(),
            software: house.clone(),
        };
        let router = router(doors, config);
        Self { gateway, house, router }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let octets = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&octets).into_owned(),
        }
    }

    /// A good answer that is no text.
    pub(crate) async fn octets(&self, method: &str, target: &str) -> Vec<u8> {
        let request = request(method, target).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.call("GET", target).await
    }

    pub(crate) async fn call(&self, method: &str, target: &str) -> Answer {
        self.send(request(method, target).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn json(&self, method: &str, target: &str, body: &Value) -> Answer {
        self.text(method, target, "application/json", body.to_string()).await
    }

    pub(crate) async fn text(&self, method: &str, target: &str, kind: &str, body: impl Into<Body>) -> Answer {
        self.send(request(method, target).header("content-type", kind).body(body.into()).unwrap()).await
    }
}

pub(crate) fn request(method: &str, target: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(target).header("host", "localhost:8080")
}

impl Answer {
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// Checks that this is a problem of RFC 9457 with this status and code.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let problem = self.value();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:pumice:problem:{code}"));
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }
}

pub(crate) fn subscriber() -> Value {
    serde_json::json!({"imsi": IMSI, "k": K, "opc": OPC})
}

/// The subscriber with one field changed, or taken away by null.
pub(crate) fn changed(field: &str, value: Value) -> Value {
    let mut subscriber = subscriber();
    let fields = subscriber.as_object_mut().unwrap();
    match value {
        Value::Null => drop(fields.remove(field)),
        value => drop(fields.insert(field.to_owned(), value)),
    }
    subscriber
}
