//! The OpenAPI document.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Api, IMSI, K, OPC};
use crate::gateway::cell;

const ROUTES: [(&str, &[&str]); 40] = [
    ("/api/v1/accounts", &["get", "post"]),
    ("/api/v1/accounts/{name}", &["delete", "patch"]),
    ("/api/v1/audit", &["get"]),
    ("/api/v1/backup", &["post"]),
    ("/api/v1/batch", &["get", "post"]),
    ("/api/v1/batch/{iccid}/subscribe", &["post"]),
    ("/api/v1/captures", &["get", "post"]),
    ("/api/v1/captures/{name}", &["delete"]),
    ("/api/v1/captures/{name}/file", &["get"]),
    ("/api/v1/captures/{name}/stop", &["post"]),
    ("/api/v1/cells", &["get"]),
    ("/api/v1/cells/{id}", &["delete"]),
    ("/api/v1/diagnostics", &["get"]),
    ("/api/v1/events", &["get"]),
    ("/api/v1/history", &["get"]),
    ("/api/v1/label", &["get"]),
    ("/api/v1/machine", &["get"]),
    ("/api/v1/machine/reset", &["post"]),
    ("/api/v1/machine/restart", &["post"]),
    ("/api/v1/openapi.json", &["get"]),
    ("/api/v1/phones", &["get"]),
    ("/api/v1/restore", &["post"]),
    ("/api/v1/sessions", &["delete", "get"]),
    ("/api/v1/sessions/{id}", &["delete"]),
    ("/api/v1/settings", &["get", "patch"]),
    ("/api/v1/settings/preview", &["post"]),
    ("/api/v1/settings/revisions", &["get"]),
    ("/api/v1/settings/revisions/{number}/return", &["post"]),
    ("/api/v1/settings/trial/{number}/go-back", &["post"]),
    ("/api/v1/settings/trial/{number}/keep", &["post"]),
    ("/api/v1/software", &["get"]),
    ("/api/v1/software/bundle", &["put"]),
    ("/api/v1/software/look", &["post"]),
    ("/api/v1/software/return", &["post"]),
    ("/api/v1/software/update", &["post"]),
    ("/api/v1/status", &["get"]),
    ("/api/v1/subscribers", &["get", "post"]),
    ("/api/v1/subscribers/import", &["post"]),
    ("/api/v1/subscribers/{imsi}", &["delete", "get", "patch", "put"]),
    ("/api/v1/subscribers/{imsi}/usage", &["get"]),
];

/// Apart from the API.
const METRICS: (&str, &[&str]) = ("/metrics", &["get"]);

async fn document() -> Value {
    let answer = Api::new().get("/api/v1/openapi.json").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.value()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    operations
}

/// Calls with each value in the document.
fn walk(value: &Value, at: &str, see: &mut dyn FnMut(&str, &Value)) {
    see(at, value);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| walk(value, &format!("{at}/{name}"), see))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| walk(value, &format!("{at}/{n}"), see))
        }
        _ => {}
    }
}

#[tokio::test]
async fn it_is_openapi_3_1_and_the_same_as_the_library_gives() {
    let document = document().await;
    assert_eq!(document, pumice_web::openapi());
    assert_eq!(document["openapi"], "3.1.0");
    for member in ["title", "version", "description"] {
        assert!(!document["info"][member].as_str().unwrap().is_empty(), "{member}");
    }
    let known = ["openapi", "info", "servers", "paths", "components"];
    assert!(document.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())));
    walk(&document, "", &mut |at, value| {
        assert!(value.get("nullable").is_none(), "{at} is of OpenAPI 3.0");
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{at} leads to nothing: {reference}");
        }
        if let Some(required) = value.get("required").and_then(Value::as_array)
            && let Some(properties) = value.get("properties")
        {
            assert!(required.iter().all(|name| properties.get(name.as_str().unwrap()).is_some()), "{at}");
        }
    });
}

#[tokio::test]
async fn every_route_is_in_it_and_nothing_else() {
    let document = document().await;
    let mut described: Vec<_> =
        operations(&document).into_iter().map(|(path, method, _)| format!("{method} {path}")).collect();
    described.sort_unstable();
    let mut routes: Vec<_> = ROUTES
        .iter()
        .chain([&METRICS])
        .flat_map(|(path, methods)| methods.iter().map(move |method| format!("{method} {path}")))
        .collect();
    routes.sort_unstable();
    assert_eq!(described, routes);
    // The router agrees: what is described is there, and no other method is.
    let api = Api::new();
    for (path, methods) in ROUTES.into_iter().chain([METRICS]) {
        let target = path
            .replace("{imsi}", IMSI)
            .replace("{id}", "00101-macro-1")
            .replace("{name}", "amina")
            .replace("{number}", "1")
            .replace("{iccid}", "8988211000000000011");
        for method in ["get", "post", "put", "patch", "delete", "trace", "options"] {
            let answer = api.call(&method.to_uppercase(), &target).await;
            assert_eq!(answer.status != 405, methods.contains(&method), "{method} {path}");
            assert!(!answer.text.contains("no-such-route"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_operation_is_described_whole() {
    let document = document().await;
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{place}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{place}");
        let responses = operation["responses"].as_object().unwrap();
        let mut wanted = vec!["400", "421", "503", "504"];
        if operation.get("parameters").is_some() || operation.get("requestBody").is_some() {
            wanted.push("422");
        }
        if method != "get" {
            wanted.extend(["403", "507"]);
        }
        if operation.get("requestBody").is_some() {
            wanted.extend(["408", "413", "415"]);
        }
        if path.contains('{') {
            wanted.push("404");
        }
        for status in wanted {
            assert!(responses.contains_key(status), "{place} lacks {status}");
        }
        assert!(responses.keys().any(|status| status.starts_with('2')), "{place}");
        for (status, response) in responses {
            let response = match response.get("$ref") {
                Some(reference) => document.pointer(&reference.as_str().unwrap()[1..]).unwrap(),
                None => response,
            };
            assert!(!response["description"].as_str().unwrap().is_empty(), "{place} {status}");
            let kinds: Vec<_> =
                response.get("content").and_then(Value::as_object).into_iter().flatten().collect();
            match status.as_str() {
                "204" => assert!(kinds.is_empty(), "{place}"),
                error if error.starts_with(['4', '5']) => {
                    assert_eq!(kinds.len(), 1, "{place} {status}");
                    assert_eq!(kinds[0].0, "application/problem+json", "{place} {status}");
                }
                _ => assert_eq!(kinds.len(), 1, "{place} {status}"),
            }
        }
        let names: BTreeSet<_> =
            operation["parameters"].as_array().into_iter().flatten().map(|p| p["name"].as_str()).collect();
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            assert!(names.contains(&Some(part.trim_end_matches('}'))), "{place}");
        }
    }
}

#[tokio::test]
async fn octets_are_described_as_octets() {
    let document = document().await;
    let mut seen = Vec::new();
    walk(&document, "", &mut |at, value| {
        for (kind, content) in value.get("content").and_then(Value::as_object).into_iter().flatten() {
            if !kind.contains("json") && !kind.starts_with("text/") && !kind.contains("openmetrics") {
                // OpenAPI 3.1 has no more to say of a body that is not JSON.
                assert_eq!(content["schema"], json!({}), "{at} {kind}");
                seen.push(kind.clone());
            }
        }
    });
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, ["application/gzip", "application/octet-stream", "application/vnd.tcpdump.pcap"]);
}

#[tokio::test]
async fn secrets_are_write_only() {
    let schemas = document().await["components"]["schemas"].clone();
    for (schema, property) in [
        ("NewAccount", "password"),
        ("AccountPatch", "password"),
        ("BackupOrder", "recovery_key"),
        ("SettingValues", "values"),
    ] {
        assert_eq!(schemas[schema]["properties"][property]["writeOnly"], true, "{schema} {property}");
    }
    for (name, schema) in schemas.as_object().unwrap() {
        for property in schema["properties"].as_object().into_iter().flatten().map(|(property, _)| property) {
            let asks = ["NewAccount", "AccountPatch", "BackupOrder"].contains(&name.as_str());
            assert!(
                asks || !["password", "recovery_key", "token", "code_"].contains(&property.as_str()),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn keys_are_write_only_and_in_requests_alone() {
    let document = document().await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for (property, inner) in schema["properties"].as_object().into_iter().flatten() {
            if ["k", "op", "opc"].contains(&property.as_str()) {
                assert_eq!(
                    (name.as_str(), &inner["writeOnly"]),
                    ("NewSubscriber", &json!(true)),
                    "{property}"
                );
                assert_eq!(inner["pattern"], "^[0-9A-Fa-f]{32}$");
            }
        }
    }
    let required = json!(["imsi", "k"]);
    assert_eq!(schemas["NewSubscriber"]["required"], required);
    assert_eq!(schemas["NewSubscriber"]["oneOf"], json!([{"required": ["op"]}, {"required": ["opc"]}]));
    assert_eq!(schemas["NewSubscriber"]["additionalProperties"], false);
}

#[tokio::test]
async fn the_schemas_name_the_members_that_the_answers_have() {
    let api = Api::new();
    api.gateway.state().cells = vec![cell(1)];
    let example = pumice_web::openapi()["components"]["schemas"]["NewSubscriber"]["example"].clone();
    let added = api.json("POST", "/api/v1/subscribers", &example).await;
    assert_eq!(added.status, 201, "the example is right: {}", added.text);
    let file = format!("imsi,k,opc\n001010000000077,{K},{OPC}\n");
    let values = json!({"values": {"network.plmn": "00101", "network.name": "Village"}});
    let account = json!({"name": "amina", "role": "owner", "password": "three goats by the well"});
    let answers = [
        ("SettingsPreview", api.json("POST", "/api/v1/settings/preview", &values).await.value()),
        ("Applied", api.json("PATCH", "/api/v1/settings", &values).await.value()),
        ("Settings", api.get("/api/v1/settings").await.value()),
        ("Revision", api.get("/api/v1/settings/revisions").await.value()[0].clone()),
        ("Account", api.json("POST", "/api/v1/accounts", &account).await.value()),
        ("Page_AuditEntry", api.get("/api/v1/audit").await.value()),
        ("PhoneUsage", api.get("/api/v1/subscribers/001010000000001/usage").await.value()),
        ("Curves", api.get("/api/v1/history?span=day").await.value()),
        ("Machine", api.get("/api/v1/machine").await.value()),
        ("Label", api.get("/api/v1/label").await.value()),
        ("BatchSize", api.get("/api/v1/batch").await.value()),
        ("CaptureBegun", api.json("POST", "/api/v1/captures", &json!({"interface": "eth1"})).await.value()),
        ("Capture", api.get("/api/v1/captures").await.value()[0].clone()),
        ("Subscriber", added.value()),
        ("Status", api.get("/api/v1/status").await.value()),
        ("Page_Cell", api.get("/api/v1/cells").await.value()),
        ("Page_Subscriber", api.get("/api/v1/subscribers?limit=1").await.value()),
        ("ImportResult", api.text("POST", "/api/v1/subscribers/import", "text/csv", file).await.value()),
        ("Problem", api.get("/api/v1/subscribers?limit=0").await.value()),
        ("Problem", api.get("/nothing").await.value()),
    ];
    let document = pumice_web::openapi();
    for (name, value) in answers {
        fits(&document, &json!({"$ref": format!("#/components/schemas/{name}")}), &value, name);
    }
}

/// Checks a value against the parts of JSON Schema that the document uses.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return fits(document, document.pointer(&reference[1..]).unwrap(), value, at);
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let fitting = choices
            .iter()
            .any(|choice| std::panic::catch_unwind(|| fits(document, choice, value, at)).is_ok());
        assert!(fitting, "{at}: {value} is none of {choices:?}");
        return;
    }
    if let Some(kind) = schema.get("type") {
        let kinds: Vec<_> = kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]);
        let is = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(kinds.contains(&json!(is)), "{at}: {value} is no {kind}");
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        assert!(values.contains(value), "{at}: {value}");
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(document, &schema["items"], item, &format!("{at}/{n}"));
    }
    if let Some(members) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(members.contains_key(name.as_str().unwrap()), "{at} lacks {name}");
        }
        for (name, member) in members {
            let property = match &schema["additionalProperties"] {
                values @ Value::Object(_) => values,
                _ => &schema["properties"][name],
            };
            assert!(!property.is_null(), "{at}: {name} is not described");
            fits(document, property, member, &format!("{at}/{name}"));
        }
    }
}
