use super::lint;
use super::token::{Kind, tokens};

/// The features found, in order.
fn found(sheet: &str) -> Vec<String> {
    lint(sheet, &[]).into_iter().map(|finding| finding.feature).collect()
}

#[test]
fn an_old_sheet_passes() {
    let sheet = r#"
        @charset "utf-8";
        :root { --ink: #123; --pad: calc(1rem + 2px); color-scheme: light dark; accent-color: var(--ink) }
        a:not(.x):focus, a::before, input:focus-within, tr:nth-child(2n+1), ::-webkit-input-placeholder
            { outline: 3px solid; content: "{ gap: is(1) }"; background: url(data:image/png;base64,AA==;{) }
        .grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(10em, 1fr)) }
        .row { display: flex; margin: 0 max(1rem, env(safe-area-inset-left)); margin-inline-start: -.5e1px }
        /* .old { inset: 0 } */
        @media (min-width: 40em) and (prefers-color-scheme: dark), print { .row > * { width: calc(100% - 1.5em) } }
        @font-face { font-family: x; src: url("x.woff2") format("woff2"); unicode-range: U+0025-00FF, u+4?? }
        @keyframes turn { from { transform: none } 50% { opacity: .5 } to { transform: rotate(1turn) } }
        @page { margin: 1cm }
        .columns { column-count: 2; column-gap: 1em; overscroll-behavior: none }
    "#;
    let findings = lint(sheet, &[]);
    assert!(findings.is_empty(), "{}", crate::syntax::describe(&findings));
}

#[test]
fn gap_is_refused_where_it_meets_flex() {
    assert_eq!(found(".a { display: flex; gap: 1em }"), ["flex-gap"]);
    assert_eq!(found(".a { row-gap: 1em; display: inline-flex }"), ["flex-gap"]);
    assert_eq!(found(".a, .b { display: flex } @media print { .c, .b { column-gap: 1em } }"), ["flex-gap"]);
    assert!(found(".a { display: flex } .a { display: grid; gap: 1em }").is_empty());
    assert!(found(".a { display: flex } .b { gap: 1em }").is_empty());
    assert!(found(".a { display: flex; display: grid; gap: 1em }").is_empty());
}

#[test]
fn selectors_that_drop_a_rule_are_refused() {
    for (selector, feature) in [
        (":is(a, b)", "is"),
        ("p:WHERE(.x)", "where"),
        ("p:has(> img)", "has"),
        ("a:focus-visible", "focus-visible"),
        ("dialog::backdrop", "backdrop"),
        ("a:not(:is(b))", "is"),
    ] {
        assert_eq!(found(&format!("{selector} {{ color: red }}")), [feature], "{selector}");
    }
    assert!(found("is:hover, .has, #where, [is] { color: red }").is_empty());
}

#[test]
fn properties_are_refused_or_want_their_prefix() {
    for property in [
        "inset",
        "inset-inline-start",
        "aspect-ratio",
        "margin-inline",
        "padding-block",
        "scrollbar-gutter",
        "translate",
    ] {
        assert_eq!(found(&format!("a {{ {property}: 1px }}")), [property]);
    }
    for property in ["backdrop-filter", "user-select", "appearance", "mask"] {
        assert_eq!(found(&format!("a {{ {property}: none }}")), [property]);
        assert!(
            found(&format!("a {{ -webkit-{property}: none; {property}: none }}")).is_empty(),
            "{property}"
        );
    }
}

#[test]
fn values_want_a_fallback() {
    for (property, value, feature) in [
        ("width", "clamp(1px, 2vw, 3px)", "clamp"),
        ("color", "color-mix(in srgb, red, blue)", "color-mix"),
        ("color", "oklch(50% 0.1 20)", "oklch"),
        ("height", "calc(100dvh - 1px)", "dvh"),
        ("overflow", "clip", "overflow-clip"),
        ("position", "sticky", "sticky"),
        ("grid-template-rows", "subgrid", "subgrid"),
    ] {
        assert_eq!(found(&format!("a {{ {property}: {value} }}")), [feature], "{value}");
        assert!(found(&format!("a {{ {property}: inherit; {property}: {value} }}")).is_empty(), "{value}");
        assert_eq!(found(&format!("a {{ {property}: {value}; {property}: inherit }}")), [feature], "{value}");
    }
    assert_eq!(
        found("a { width: 1px; width: clamp(1px, var(--w), 3px) }"),
        ["clamp"],
        "too late for a fallback"
    );
    assert_eq!(found("a { --w: 1px; --w: clamp(1px, 2px, 3px) }"), ["clamp"], "taken as it is");
    assert!(found("a { clip: auto; animation: sticky 1s; margin: 1e3px 2.5E-1rem +.5vh }").is_empty());
}

#[test]
fn blocks_and_grammar_are_judged() {
    assert_eq!(found("@layer base { a { color: red } }"), ["@layer"]);
    assert_eq!(found("@layer a, b;"), ["@layer"]);
    assert_eq!(found("@container (min-width: 1px) { a { inset: 0 } }"), ["@container", "inset"]);
    assert_eq!(found("@tomorrow { }"), ["@tomorrow"]);
    assert_eq!(found("@media (width >= 40em) { }"), ["media-range", "media-range"]);
    assert_eq!(found("@media (hover) or (pointer) { }"), ["media-or"]);
    assert_eq!(found("a { color: red; &:hover { color: blue } }"), ["nesting"]);
    assert_eq!(found("a { b { color: blue } inset: 0 }"), ["nesting", "inset"]);
    assert_eq!(found("a { color }"), ["syntax"]);
    assert_eq!(found("a { color: red"), ["syntax"]);
    assert_eq!(found("} a { inset: 0 }"), ["syntax", "inset"]);
    assert_eq!(found("a"), ["syntax"]);
    assert_eq!(found(&"@media print {".repeat(100)).last().map(String::as_str), Some("syntax"));
}

#[test]
fn supports_guards_what_is_inside() {
    assert!(found("@supports (inset: 0) { a { inset: 0; width: clamp(1px, 2px, 3px) } }").is_empty());
    assert_eq!(found("@supports not (inset: 0) { a { inset: 0 } }"), ["inset"]);
    assert_eq!(found("@supports (display: grid) { @media print { a:is(b) { inset: 0 } } }"), ["is"]);
}

#[test]
fn a_finding_has_a_place_and_can_be_allowed() {
    let sheet = "a { color: red }\n/* é */ b { inset: 0 }\n";
    let findings = lint(sheet, &[]);
    assert_eq!((findings[0].line, findings[0].column), (2, 13));
    assert!(findings[0].to_string().starts_with("2:13: inset: since Safari 14.1"));
    assert!(lint(sheet, &["inset"]).is_empty());
    assert_eq!(lint("a { color }", &["syntax"]).len(), 1, "grammar cannot be allowed away");
}

#[test]
fn tokens_cover_the_sheet_whatever_it_is() {
    for sheet in [
        "",
        "a{b:c}",
        "\"open",
        "'a\\'b' /* open",
        "url(",
        "url( 'x' )",
        "\\",
        "@",
        "#",
        "-",
        "--",
        "+.5e",
        "1e+",
        "é{\u{0}}",
        "</!--\r\n",
    ] {
        let whole: String = tokens(sheet).iter().map(|token| token.text).collect();
        assert_eq!(whole, sheet);
        // It ends, and without a panic.
        let _ = lint(sheet, &[]);
    }
    let kinds: Vec<_> = tokens("@a b(#c 1.5em\"d\"+").iter().map(|token| token.kind).collect();
    use Kind::{At, Function, Hash, Number, Other, Space, Text, Word};
    assert_eq!(kinds, [At, Space, Function, Hash, Space, Number, Text, Other]);
    assert_eq!(tokens("--x").first().map(|token| token.kind), Some(Word));
    for (text, unit) in
        [("1px", "px"), ("-.5e1rem", "rem"), ("2em", "em"), ("1e3", ""), ("50%", "%"), ("1E-2dvh", "dvh")]
    {
        assert_eq!((tokens(text).len(), tokens(text)[0].unit()), (1, unit), "{text}");
    }
}
