use std::time::Duration;

use pumice_browser::BrowserError;

use crate::setup;

#[test]
fn complaints_and_exceptions_are_seen() {
    let Some(test) = setup() else { return };
    test.open("/faulty");
    test.page.wait_for_request("/missing.png").unwrap();
    test.page.wait_until("document.title === 'thrown'").unwrap();
    let errors: Vec<_> = test.page.console_errors().unwrap().into_iter().map(|line| line.text).collect();
    assert!(errors.iter().any(|text| text == "planted 7"), "{errors:?}");
    assert!(errors.iter().any(|text| text.contains("404")), "{errors:?}");
    assert!(errors.iter().any(|text| text.contains("Content Security Policy")), "{errors:?}");
    assert!(errors.iter().all(|text| !text.contains("fine")), "{errors:?}");
    let exceptions = test.page.exceptions().unwrap();
    assert!(exceptions.len() == 1 && exceptions[0].contains("thrown on purpose"), "{exceptions:?}");
    test.page.forget();
    assert!(test.page.exceptions().unwrap().is_empty() && test.page.console().unwrap().is_empty());
}

#[test]
fn requests_to_outside_are_told_from_those_at_home() {
    let Some(test) = setup() else { return };
    test.open("/faulty");
    let home = test.server.origin();
    let foreign = test.page.foreign_requests(&[&home]).unwrap();
    let foreign: Vec<_> = foreign.iter().map(ToString::to_string).collect();
    assert_eq!(foreign, ["GET http://192.0.2.1/outside.png failed: csp"]);
    test.page.forget();
    test.open("/good");
    assert!(test.page.foreign_requests(&[&home]).unwrap().is_empty());
    let complaints = test.page.console_errors().unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[test]
fn weight_is_what_came_over_the_network() {
    let Some(test) = setup() else { return };
    test.open("/weight");
    let weight = test.page.weight().unwrap();
    assert!((20_000..21_000).contains(&weight), "{weight}");
    let request = test.page.wait_for_request("/weight").unwrap();
    assert_eq!((request.status, request.kind.as_str(), request.received), (Some(200), "Document", weight));
    assert_eq!(request.header("Content-Type"), Some("text/html; charset=utf-8"));
}

#[test]
fn redirects_are_followed_and_listed() {
    let Some(test) = setup() else { return };
    let documents = || -> Vec<_> {
        let requests = test.page.requests().unwrap().into_iter();
        requests.filter(|request| request.kind == "Document").map(|request| request.to_string()).collect()
    };
    test.open("/old");
    let seen = documents();
    let expected = [("/old", " 302,"), ("/new", " 200,")];
    assert_eq!(seen.len(), expected.len(), "{seen:?}");
    for (seen, (path, status)) in seen.iter().zip(expected) {
        assert!(seen.starts_with(&format!("GET {}{status}", test.server.url(path))), "{seen}");
    }
    assert_eq!(test.page.title().unwrap(), "new");
    test.open("/new");
    test.page.forget();
    test.page.reload().unwrap();
    assert_eq!(documents().len(), 1);
}

#[test]
fn cookies_show_their_flags_and_stay_in_their_context() {
    let Some(test) = setup() else { return };
    test.open("/cookies");
    let mut cookies = test.context.cookies().unwrap();
    cookies.sort_by(|a, b| a.name.cmp(&b.name));
    let flags: Vec<_> = cookies
        .iter()
        .map(|c| {
            (c.name.as_str(), c.value.as_str(), c.http_only, c.secure, c.session, c.same_site.as_deref())
        })
        .collect();
    assert_eq!(
        flags,
        [("lang", "sw", false, false, false, None), ("session", "s3", true, false, true, Some("Strict"))]
    );
    let other = setup().unwrap();
    assert!(other.context.cookies().unwrap().is_empty());
    test.context.clear_cookies().unwrap();
    assert!(test.context.cookies().unwrap().is_empty());
}

#[test]
fn what_does_not_answer_is_an_error_in_time() {
    let Some(mut test) = setup() else { return };
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = test.page.open(&format!("http://{address}/")).unwrap_err().to_string();
    assert!(refused.contains("ERR_CONNECTION_REFUSED"), "{refused}");
    let thrown = test.page.evaluate("nothing.at.all").unwrap_err().to_string();
    assert!(thrown.contains("nothing is not defined"), "{thrown}");
    assert_eq!(
        test.page.evaluate("Promise.resolve({ a: [1, 'x'] })").unwrap(),
        serde_json::json!({ "a": [1, "x"] })
    );
    test.page.set_patience(Duration::from_millis(200));
    let stuck = test.page.evaluate("new Promise(() => {})");
    assert!(matches!(stuck, Err(BrowserError::Timeout { .. })), "{stuck:?}");
}
