//! What the page promises of its weight, its age, its policy and its cookies.

use pumice_browser::syntax::{ScriptLint, css};

use crate::Stage;
use crate::stage::OWNER;

/// Octets of a page with everything that it may ever load.
const HEAVIEST: u64 = 100_000;

/// What is looked for before it is used.
const TESTED_FOR: [&str; 2] = ["BarcodeDetector", "clipboard"];

const PAGES: [&str; 16] = [
    "/",
    "/phones",
    "/phones/add",
    "/phones/scan",
    "/phones/batch",
    "/phones/labels",
    "/cells",
    "/charts",
    "/settings",
    "/settings/history",
    "/people",
    "/audit",
    "/care",
    "/care/capture",
    "/security",
    "/label",
];

#[test]
fn everything_together_weighs_less_than_a_hundred_kilobytes() {
    let Some(stage) = Stage::shared() else { return };
    let person = stage.signed_in(OWNER);
    // The reader of codes and its script are loaded by one page only, and late.
    person.go("/phones/scan");
    person.forget();
    let reader = person.attribute("#scanner", "data-reader").unwrap().unwrap();
    person.set_cache(false).unwrap();
    let fetch = |path: &str| {
        format!("fetch({path:?}).then(answer => answer.arrayBuffer()).then(body => body.byteLength)")
    };
    person.evaluate(&fetch(&reader)).unwrap();
    let rest = person.weight().unwrap();
    assert!(rest > 10_000, "{rest} octets is no reader");
    for path in PAGES {
        person.forget();
        person.go(path);
        let page: u64 = person
            .requests()
            .unwrap()
            .iter()
            .filter(|request| request.kind != "EventSource" && request.kind != "XHR")
            .map(|request| request.received)
            .sum();
        assert!(page > 5_000, "{path}: {page}");
        assert!(page + rest <= HEAVIEST, "{path} weighs {page} octets, and {rest} that come later");
        if path != "/label" {
            println!("{path}: {page} octets, with all that may come {}", page + rest);
        }
    }
}

#[test]
fn the_oldest_browser_reads_what_is_served() {
    let Some(stage) = Stage::shared() else { return };
    let person = stage.signed_in(OWNER);
    person.go("/phones/scan");
    let read = |path: &str| {
        let text = person.evaluate(&format!("fetch({path:?}).then(answer => answer.text())")).unwrap();
        text.as_str().unwrap().to_owned()
    };
    let lint = ScriptLint::new(&stage.browser).unwrap();
    let scripts = person.evaluate("[...document.scripts].map(script => script.src)").unwrap();
    let mut scripts: Vec<String> =
        scripts.as_array().unwrap().iter().map(|src| src.as_str().unwrap().to_owned()).collect();
    scripts.push(person.attribute("#scanner", "data-reader").unwrap().unwrap());
    assert_eq!(scripts.len(), 3, "{scripts:?}");
    for script in scripts {
        let findings = lint.check(&read(&script), &TESTED_FOR).unwrap();
        assert!(findings.is_empty(), "{script}: {findings:#?}");
    }
    let sheet = person.attribute("link[rel=stylesheet]", "href").unwrap().unwrap();
    // Where it is not known, the rule that takes a ring away is dropped, and the ring stays.
    let findings = css::lint(&read(&sheet), &["focus-visible"]);
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!(person.count("style, [style]").unwrap(), 0, "all style is in the sheet");
    person.is_right();
}

#[test]
fn every_page_has_its_policy_and_cookies_are_safe() {
    let Some(stage) = Stage::shared() else { return };
    let person = stage.person();
    person.go("/login");
    let visitor = person.context().cookies().unwrap();
    assert_eq!(visitor.len(), 1, "{visitor:?}");
    person.sign_in(OWNER);
    for path in PAGES {
        person.forget();
        person.go(path);
        let requests = person.requests().unwrap();
        let page = requests.iter().find(|request| request.kind == "Document").unwrap();
        let policy = page.header("content-security-policy").unwrap_or_default();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        person.is_right();
    }
    // The policy holds: a script in the page's text does not run, and the browser says why.
    person
        .evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">'); 0",
        )
        .unwrap();
    person.wait_until("!window.ran").unwrap();
    person.pardon("Content Security Policy");
    person.pardon("404");
    person.is_right();

    let cookies = person.context().cookies().unwrap();
    assert!(cookies.iter().any(|cookie| cookie.name == "__Host-pumice"), "{cookies:?}");
    for cookie in cookies.into_iter().chain(visitor) {
        assert!(cookie.name.starts_with("__Host-"), "{cookie:?}");
        assert!(cookie.http_only && cookie.secure && cookie.session, "{cookie:?}");
        assert!(matches!(cookie.same_site.as_deref(), Some("Lax" | "Strict")), "{cookie:?}");
        assert_eq!((cookie.path.as_str(), cookie.domain.as_str()), ("/", "10.90.0.1"));
    }
    assert_eq!(person.evaluate("document.cookie").unwrap(), "");
}
