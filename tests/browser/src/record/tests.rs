use std::time::Duration;

use serde_json::{Value, json};

use super::{LINES, REQUESTS, Record, TEXT};
use crate::BrowserError;

fn sent(record: &Record, id: &str, url: &str) {
    let request = json!({ "requestId": id, "type": "Fetch", "request": { "url": url, "method": "GET" } });
    assert_eq!(record.note("Network.requestWillBeSent", &request), None);
}

#[test]
fn a_request_is_followed_to_its_end() {
    let record = Record::new("main");
    sent(&record, "1", "https://box/a");
    let response =
        json!({ "status": 200, "encodedDataLength": 100.0, "headers": { "Content-Encoding": "gzip" } });
    record.note("Network.responseReceived", &json!({ "requestId": "1", "response": response }));
    record.note("Network.dataReceived", &json!({ "requestId": "1", "encodedDataLength": 50 }));
    let unfinished = &record.requests().unwrap()[0];
    assert_eq!((unfinished.received, unfinished.finished), (150, false));
    record.note("Network.loadingFinished", &json!({ "requestId": "1", "encodedDataLength": 163 }));
    let request = record.wait_request(Duration::ZERO, |request| request.url.ends_with("/a")).unwrap();
    assert_eq!(
        (request.status, request.received, request.header("content-encoding")),
        (Some(200), 163, Some("gzip"))
    );
}

#[test]
fn a_redirect_is_two_requests() {
    let record = Record::new("main");
    sent(&record, "1", "http://box/");
    let second = json!({
        "requestId": "1", "type": "Document", "request": { "url": "https://box/", "method": "GET" },
        "redirectResponse": { "status": 308, "encodedDataLength": 80 },
    });
    record.note("Network.requestWillBeSent", &second);
    record.note(
        "Network.loadingFailed",
        &json!({ "requestId": "1", "errorText": "net::ERR_FAILED", "blockedReason": "csp" }),
    );
    let requests = record.requests().unwrap();
    let seen: Vec<_> = requests.iter().map(ToString::to_string).collect();
    assert_eq!(seen, ["GET http://box/ 308, 80 octets", "GET https://box/ failed: csp"]);
}

#[test]
fn full_lists_say_that_they_are_incomplete() {
    let record = Record::new("main");
    for number in 0..REQUESTS {
        sent(&record, &number.to_string(), "https://box/");
    }
    assert_eq!(record.requests().unwrap().len(), REQUESTS);
    sent(&record, "late", "https://box/");
    assert!(matches!(record.requests(), Err(BrowserError::Overflow { what: "requests", lost: 1 })));

    let line = json!({ "type": "error", "args": [{ "value": "x".repeat(TEXT + 1) }, { "value": 7 }] });
    for _ in 0..=LINES {
        record.note("Runtime.consoleAPICalled", &line);
    }
    assert!(matches!(record.console(), Err(BrowserError::Overflow { lost: 1, .. })));
    record.clear();
    assert_eq!((record.requests().unwrap().len(), record.console().unwrap().len()), (0, 0));
    record.note("Runtime.consoleAPICalled", &line);
    assert_eq!(record.console().unwrap()[0].text.len(), TEXT);
}

#[test]
fn a_dialog_is_recorded_and_answered_as_told() {
    let record = Record::new("main");
    let opening = json!({ "type": "confirm", "message": "Restart?" });
    let accepted = record.note("Page.javascriptDialogOpening", &opening);
    record.accept_dialogs(false);
    let refused = record.note("Page.javascriptDialogOpening", &opening);
    let answer = |accept: bool| Some(("Page.handleJavaScriptDialog", json!({ "accept": accept })));
    assert_eq!((accepted, refused), (answer(true), answer(false)));
    assert_eq!(record.dialogs().unwrap(), ["confirm: Restart?", "confirm: Restart?"]);
}

#[test]
fn only_the_main_frames_load_counts() {
    let record = Record::new("main");
    let load = |frame: &str, loader: &str| json!({ "frameId": frame, "loaderId": loader, "name": "load" });
    record.note("Page.lifecycleEvent", &load("other", "L1"));
    assert!(matches!(record.wait_loaded("L1", Duration::ZERO), Err(BrowserError::Timeout { .. })));
    record.note("Page.lifecycleEvent", &load("main", "L1"));
    record.wait_loaded("L1", Duration::ZERO).unwrap();
    record.note("Page.frameNavigated", &json!({ "frame": { "id": "main", "loaderId": "L1" } }));
    assert!(matches!(record.wait_replaced("L1", Duration::ZERO), Err(BrowserError::Timeout { .. })));
    record.note("Page.frameNavigated", &json!({ "frame": { "id": "main", "loaderId": "L2" } }));
    assert!(matches!(record.wait_replaced("L1", Duration::ZERO), Err(BrowserError::Timeout { .. })));
    record.note("Page.lifecycleEvent", &load("main", "L2"));
    record.wait_replaced("L1", Duration::ZERO).unwrap();
}

#[test]
fn the_end_of_the_browser_wakes_who_waits() {
    let record = Record::new("main");
    record.end();
    assert!(matches!(record.wait_loaded("L", Duration::from_secs(60)), Err(BrowserError::Closed { .. })));
}

#[test]
fn nonsense_is_taken_without_harm() {
    let record = Record::new("main");
    for method in [
        "Network.requestWillBeSent",
        "Network.responseReceived",
        "Network.dataReceived",
        "Network.loadingFinished",
        "Network.loadingFailed",
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
        "Log.entryAdded",
        "Page.frameNavigated",
        "Page.lifecycleEvent",
        "Unheard.of",
    ] {
        for params in [Value::Null, json!([]), json!({ "requestId": 7, "args": 1, "response": "x" })] {
            assert_eq!(record.note(method, &params), None, "{method} {params}");
        }
    }
}
