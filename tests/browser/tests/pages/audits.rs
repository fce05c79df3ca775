use pumice_browser::syntax::{self, ScriptLint};
use pumice_browser::{Browser, axe};

use crate::setup;

#[test]
fn axe_passes_a_good_page_under_a_strict_policy_and_finds_a_planted_fault() {
    let Some(test) = setup() else { return };
    test.open("/good");
    let violations = test.page.axe().unwrap();
    assert!(violations.is_empty(), "{}", axe::describe(&violations));
    assert_eq!(test.page.evaluate("typeof axe").unwrap(), "undefined", "the page does not see it");
    assert!(test.page.axe().unwrap().is_empty(), "it can be repeated");

    test.open("/bad");
    let violations = test.page.axe().unwrap();
    assert_eq!((violations.len(), violations[0].rule.as_str()), (1, "image-alt"));
    let text = axe::describe(&violations);
    assert!(text.starts_with("image-alt (critical)") && text.contains("<img"), "{text}");

    test.open("/good");
    test.page.evaluate("document.querySelector('h1').style.color = '#ddd'").unwrap();
    let violations = test.page.axe().unwrap();
    assert_eq!(violations.iter().map(|v| v.rule.as_str()).collect::<Vec<_>>(), ["color-contrast"]);
}

#[test]
fn scripts_are_read_as_safari_12_would() {
    if pumice_browser::skip::unless_chromium() {
        return;
    }
    let browser = Browser::shared().unwrap();
    let lint = ScriptLint::new(&browser).unwrap();
    let found = |script: &str, allowed: &[&str]| -> Vec<String> {
        lint.check(script, allowed).unwrap().into_iter().map(|finding| finding.feature).collect()
    };
    for old in [
        "async function f() { await g(); for await (const x of y) z({ ...x }) }",
        "const { a, ...rest } = b; const f = (x = 1) => `${x}` ** 2;",
        "/(?<year>\\d{4})/su.test(x); ({ matchAll: 1 }); class A { replaceAll() {} }",
        "\"a?.b\"; // a ?? b\n",
        "x\u{2028}y",
    ] {
        assert!(found(old, &[]).is_empty(), "{old}: {:?}", lint.check(old, &[]));
    }
    for newer in [
        "a?.b",
        "a ?? b",
        "try { } catch { }",
        "a ||= b",
        "class A { x = 1 }",
        "1_000",
        "import('x')",
        "let let",
    ] {
        assert_eq!(found(newer, &[]), ["syntax"], "{newer}");
    }
    assert_eq!(found("syntax", &[]), Vec::<String>::new());
    assert_eq!(found("a?.b", &["syntax"]), ["syntax"], "grammar cannot be allowed away");
    assert_eq!(found("/(?<=a)b/.test(x)", &[]), ["lookbehind"]);
    assert_eq!(
        found("s.replaceAll(a, b); new ResizeObserver(f); Promise.allSettled", &[]),
        ["replaceAll", "ResizeObserver", "allSettled"]
    );
    assert!(found("if ('BarcodeDetector' in window) new BarcodeDetector()", &["BarcodeDetector"]).is_empty());

    let findings = lint.check("let a = 1;\nlet b = a?.c;\n", &[]).unwrap();
    assert_eq!((findings[0].line, findings[0].column), (2, 11));
    let text = syntax::describe(&findings);
    assert!(text.starts_with("2:11: syntax: Unexpected token"), "{text}");
}
