//! The description of the API: what the routes say of themselves, and what holds for all of them.

use pumice_model::control::Refusal;
use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, LicenseBuilder};

use crate::dto::Problem;
use crate::error::{FieldErrors, WebError};
use crate::routes;

const ABOUT: &str = "The local API of a Pumice gateway. A change is answered when it is durable and the next attach sees \
    it. Lists come in pages: `limit`, and `after`, which is `next` of the page before. Refusals are \
    `application/problem+json` (RFC 9457) with a `code` that never changes. Keys (`k`, `op`, `opc`), passwords and recovery \
    keys are write-only: no answer holds them. Requests for a host that is neither loopback nor configured are refused, and so are changes that a page of \
    another origin asks for.";

/// The description of the API (OpenAPI 3.1).
pub fn openapi() -> Value {
    let (_, mut openapi) = routes::all().split_for_parts();
    openapi.info = InfoBuilder::new()
        .title("Pumice gateway")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    // A document of maps and texts has no way to fail.
    let mut document = serde_json::to_value(&openapi).unwrap_or_default();
    insert(&mut document, "", "servers", json!([{"url": "/"}]));
    let responses = common().into_iter().map(|common| (common.name.to_owned(), common.response()));
    insert(&mut document, "/components", "responses", responses.collect::<Map<_, _>>().into());
    for (method, operation) in operations(&mut document) {
        add_common_responses(&method, operation);
        operation.values_mut().for_each(describe_octets);
    }
    // What the type cannot say: exactly one of the two is given.
    let either = json!([{"required": ["op"]}, {"required": ["opc"]}]);
    insert(&mut document, "/components/schemas/NewSubscriber", "oneOf", either);
    insert(&mut document, "/components/schemas/SettingValues/properties/values", "writeOnly", json!(true));
    let some_capture = json!([{"required": ["interface"]}, {"required": ["phone"]}]);
    insert(&mut document, "/components/schemas/NewCapture", "anyOf", some_capture);
    document
}

fn insert(document: &mut Value, pointer: &str, name: &str, value: Value) {
    if let Some(Value::Object(object)) = document.pointer_mut(pointer) {
        object.insert(name.to_owned(), value);
    }
}

fn operations(document: &mut Value) -> impl Iterator<Item = (String, &mut Map<String, Value>)> {
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    items.flatten().filter_map(|(method, operation)| Some((method.clone(), operation.as_object_mut()?)))
}

fn add_common_responses(method: &str, operation: &mut Map<String, Value>) {
    let takes_body = operation.contains_key("requestBody");
    let takes_values = takes_body || operation.contains_key("parameters");
    let changes = method != "get";
    let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
    for common in common() {
        let applies = match common.of {
            Of::Any => true,
            Of::Values => takes_values,
            Of::Changes => changes,
            Of::Bodies => takes_body,
        };
        if applies && !responses.contains_key(&common.status()) {
            let reference = format!("#/components/responses/{}", common.name);
            responses.insert(common.status(), json!({"$ref": reference}));
        }
    }
}

/// Bodies of octets, which are not JSON: what the library says of them is an array of numbers.
fn describe_octets(value: &mut Value) {
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        if let (
            "application/gzip" | "application/octet-stream" | "application/vnd.tcpdump.pcap",
            Value::Object(content),
        ) = (name.as_str(), &mut *member)
        {
            content.insert("schema".to_owned(), json!({}));
        } else {
            describe_octets(member);
        }
    }
}

/// A refusal that many operations share.
struct Common {
    name: &'static str,
    of: Of,
    about: &'static str,
    example: WebError,
}

/// Which operations share a refusal.
enum Of {
    Any,
    Bodies,
    Changes,
    Values,
}

impl Common {
    fn status(&self) -> String {
        self.example.status().as_u16().to_string()
    }

    fn response(&self) -> Value {
        let content = json!({
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": self.example.problem(),
        });
        let mut response = json!({"description": self.about, "content": {Problem::MEDIA_TYPE: content}});
        if matches!(self.example, WebError::Refused(Refusal::Busy)) {
            let header =
                json!({"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}});
            insert(&mut response, "", "headers", json!({"Retry-After": header}));
        }
        response
    }
}

fn common() -> [Common; 10] {
    let mut wrong = FieldErrors::default();
    wrong.at("/imsi", pumice_model::ModelError::Imsi);
    let store = Refusal::Store { reason: "database or disk is full".to_owned() };
    let common = |name, of, example, about| Common { name, of, about, example };
    [
        common(
            "BadRequest",
            Of::Any,
            WebError::NotJson { line: 1, column: 2 },
            "The request names no host (`bad-host`), its body is not JSON (`not-json`) or did not come whole (`body-broken`).",
        ),
        common(
            "Misdirected",
            Of::Any,
            WebError::Misdirected,
            "The request is for another host (`misdirected`).",
        ),
        common(
            "Busy",
            Of::Any,
            WebError::Refused(Refusal::Busy),
            "The gateway is busy or stopping (`busy`); nothing has changed. Try again.",
        ),
        common(
            "NoAnswer",
            Of::Any,
            WebError::NoAnswer,
            "The gateway did not answer in time (`no-answer`); a change may have been made or not.",
        ),
        common(
            "Invalid",
            Of::Values,
            WebError::Invalid(wrong),
            "Values are wrong (`invalid`); nothing has changed.",
        ),
        common(
            "ForeignOrigin",
            Of::Changes,
            WebError::ForeignOrigin,
            "A page of another origin asks (`foreign-origin`).",
        ),
        common(
            "StoreFailing",
            Of::Changes,
            WebError::Refused(store),
            "The disk does not take the change (`store-failing`); nothing has changed.",
        ),
        common("BodySlow", Of::Bodies, WebError::BodySlow, "The body did not come in time (`body-slow`)."),
        common(
            "BodyTooLarge",
            Of::Bodies,
            WebError::BodyTooLarge { limit: 16 << 10 },
            "The body is larger (`body-too-large`) or has more rows (`too-many-rows`) than it may.",
        ),
        common(
            "MediaType",
            Of::Bodies,
            WebError::MediaType { wanted: "application/json" },
            "The body is of another type (`media-type`) or compressed (`content-encoding`).",
        ),
    ]
}
