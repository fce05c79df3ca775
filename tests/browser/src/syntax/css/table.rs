//! What came after Safari 12.1 and is missed where it is not: layout breaks, or a whole rule is dropped.
//!
//! The versions are those of MDN's browser-compat-data 8.1.9.

/// A feature, with the name by which it can be allowed.
#[derive(Debug)]
pub(super) struct Newer {
    pub(super) name: &'static str,
    pub(super) why: &'static str,
    /// Safari 12.1 has it with `-webkit-` before it.
    pub(super) prefixed: bool,
}

const fn since(name: &'static str, why: &'static str) -> Newer {
    Newer { name, why, prefixed: false }
}

const fn prefixed(name: &'static str, why: &'static str) -> Newer {
    Newer { name, why, prefixed: true }
}

/// Finds by name, whatever the case.
pub(super) fn find(table: &'static [Newer], name: &str) -> Option<&'static Newer> {
    table.iter().find(|newer| newer.name.eq_ignore_ascii_case(name))
}

/// Why an at-rule is refused. The list of what Safari 12.1 knows is closed: it will not learn any more.
pub(super) fn at_rule(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "charset" | "font-face" | "import" | "keyframes" | "media" | "namespace" | "page" | "supports"
        | "-webkit-keyframes" => None,
        "layer" => Some("since Safari 15.4; its whole block is dropped"),
        "container" => Some("since Safari 16; its whole block is dropped"),
        "property" => Some("since Safari 16.4"),
        "scope" => Some("since Safari 17.4; its whole block is dropped"),
        "starting-style" => Some("since Safari 17.5"),
        "counter-style" => Some("since Safari 17"),
        _ => Some("not known to Safari 12.1"),
    }
}

/// Names behind a colon in selectors. One that is not known drops the whole rule.
pub(super) const SELECTORS: &[Newer] = &[
    since("is", "since Safari 14; drops the rule"),
    since("where", "since Safari 14; drops the rule"),
    since("has", "since Safari 15.4; drops the rule"),
    since("focus-visible", "since Safari 15.4; a page that relies on it shows no focus"),
    since("autofill", "since Safari 15; drops the rule"),
    since("backdrop", "since Safari 15.4; drops the rule"),
    since("dir", "since Safari 16.4; use [dir=rtl]"),
    since("file-selector-button", "since Safari 14.1; use ::-webkit-file-upload-button"),
    since("fullscreen", "since Safari 16.4; drops the rule"),
    since("modal", "since Safari 15.6; drops the rule"),
    since("open", "since Safari 26.5; use [open]"),
    since("part", "since Safari 13.1; drops the rule"),
    since("popover-open", "since Safari 17; drops the rule"),
    since("state", "since Safari 17.4; drops the rule"),
    since("user-invalid", "since Safari 16.5; drops the rule"),
    since("user-valid", "since Safari 16.5; drops the rule"),
];

/// Properties.
pub(super) const PROPERTIES: &[Newer] = &[
    since("inset", "since Safari 14.1; write top, right, bottom, left"),
    since("inset-block", "since Safari 14.1"),
    since("inset-inline", "since Safari 14.1; write left and right"),
    since("inset-block-start", "since Safari 14.1; write top"),
    since("inset-block-end", "since Safari 14.1; write bottom"),
    since("inset-inline-start", "since Safari 14.1; write left, and right for [dir=rtl]"),
    since("inset-inline-end", "since Safari 14.1; write right, and left for [dir=rtl]"),
    since("margin-block", "since Safari 14.1; write margin-block-start and -end"),
    since("margin-inline", "since Safari 14.1; write margin-inline-start and -end"),
    since("padding-block", "since Safari 14.1; write padding-block-start and -end"),
    since("padding-inline", "since Safari 14.1; write padding-inline-start and -end"),
    since("border-block", "since Safari 14.1"),
    since("border-block-color", "since Safari 14.1"),
    since("border-block-style", "since Safari 14.1"),
    since("border-block-width", "since Safari 14.1"),
    since("border-inline", "since Safari 14.1; write border-inline-start and -end"),
    since("border-inline-color", "since Safari 14.1"),
    since("border-inline-style", "since Safari 14.1"),
    since("border-inline-width", "since Safari 14.1"),
    since("border-start-start-radius", "since Safari 15"),
    since("border-start-end-radius", "since Safari 15"),
    since("border-end-start-radius", "since Safari 15"),
    since("border-end-end-radius", "since Safari 15"),
    since("aspect-ratio", "since Safari 15; reserve the height by padding"),
    since("scrollbar-gutter", "since Safari 18.2; the page jumps without it"),
    since("overflow-clip-margin", "not in Safari"),
    since("translate", "since Safari 14.1; use transform"),
    since("rotate", "since Safari 14.1; use transform"),
    since("scale", "since Safari 14.1; use transform"),
    since("offset-path", "since Safari 15.4"),
    since("container", "since Safari 16"),
    since("container-type", "since Safari 16"),
    since("anchor-name", "since Safari 26"),
    since("counter-set", "since Safari 17.2; use counter-reset"),
    since("text-align-last", "since Safari 16"),
    prefixed("appearance", "since Safari 15.4; add -webkit-appearance"),
    prefixed("backface-visibility", "since Safari 15.4; add -webkit-backface-visibility"),
    prefixed("backdrop-filter", "since Safari 18; add -webkit-backdrop-filter"),
    prefixed("hyphens", "since Safari 17; add -webkit-hyphens"),
    prefixed("line-clamp", "since Safari 18.2; add -webkit-line-clamp"),
    prefixed("mask", "since Safari 15.4; add -webkit-mask"),
    prefixed("mask-clip", "since Safari 15.4; add -webkit-mask-clip"),
    prefixed("mask-composite", "since Safari 15.4; add -webkit-mask-composite"),
    prefixed("mask-image", "since Safari 15.4; add -webkit-mask-image"),
    prefixed("mask-position", "since Safari 15.4; add -webkit-mask-position"),
    prefixed("mask-repeat", "since Safari 15.4; add -webkit-mask-repeat"),
    prefixed("mask-size", "since Safari 15.4; add -webkit-mask-size"),
    prefixed("print-color-adjust", "since Safari 15.4; add -webkit-print-color-adjust"),
    prefixed("text-size-adjust", "not in Safari; add -webkit-text-size-adjust"),
    prefixed("user-select", "since Safari 27; add -webkit-user-select"),
];

/// Functions in values. `min()` and `max()` are older (11.1), `env()` too (11.1).
pub(super) const FUNCTIONS: &[Newer] = &[
    since("clamp", "since Safari 13.1; use max(a, min(b, c))"),
    since("color-mix", "since Safari 16.2"),
    since("oklch", "since Safari 15.4"),
    since("oklab", "since Safari 15.4"),
    since("lch", "since Safari 15"),
    since("lab", "since Safari 15"),
    since("hwb", "since Safari 15"),
    since("light-dark", "since Safari 17.5; use prefers-color-scheme"),
    since("image-set", "since Safari 17; use -webkit-image-set"),
    since("round", "since Safari 15.4"),
    since("mod", "since Safari 15.4"),
    since("rem", "since Safari 15.4"),
    since("abs", "since Safari 15.4"),
    since("sign", "since Safari 15.4"),
    since("sin", "since Safari 15.4"),
    since("cos", "since Safari 15.4"),
    since("tan", "since Safari 15.4"),
    since("pow", "since Safari 15.4"),
    since("sqrt", "since Safari 15.4"),
    since("hypot", "since Safari 15.4"),
    since("linear", "since Safari 17.2"),
    since("anchor", "since Safari 26"),
    since("xywh", "since Safari 17.2"),
];

/// Units behind numbers.
pub(super) const UNITS: &[Newer] = &[
    since("dvh", "since Safari 15.4"),
    since("dvw", "since Safari 15.4"),
    since("dvi", "since Safari 15.4"),
    since("dvb", "since Safari 15.4"),
    since("svh", "since Safari 15.4"),
    since("svw", "since Safari 15.4"),
    since("lvh", "since Safari 15.4"),
    since("lvw", "since Safari 15.4"),
    since("vi", "since Safari 15.4"),
    since("vb", "since Safari 15.4"),
    since("cqw", "since Safari 16"),
    since("cqh", "since Safari 16"),
    since("cqi", "since Safari 16"),
    since("cqb", "since Safari 16"),
    since("lh", "since Safari 16.4"),
    since("rlh", "since Safari 16.4"),
    since("cap", "since Safari 17.2"),
    since("ic", "since Safari 15.4"),
];

/// A keyword of that property which is newer.
pub(super) fn keyword(property: &str, word: &str) -> Option<&'static Newer> {
    let word = word.to_ascii_lowercase();
    KEYWORDS
        .iter()
        .find(|(properties, newer, value)| {
            *value == word
                && (properties.is_empty() || properties.contains(&property))
                && !newer.name.is_empty()
        })
        .map(|(_, newer, _)| newer)
}

/// Properties (none: all of them), the feature, the keyword.
const KEYWORDS: &[(&[&str], Newer, &str)] = &[
    (
        &["overflow", "overflow-x", "overflow-y"],
        since("overflow-clip", "since Safari 16; write hidden before it"),
        "clip",
    ),
    (&["position"], since("sticky", "since Safari 13; write -webkit-sticky before it"), "sticky"),
    (&["display"], since("flow-root", "since Safari 13"), "flow-root"),
    (
        &["grid-template", "grid-template-columns", "grid-template-rows"],
        since("subgrid", "since Safari 16"),
        "subgrid",
    ),
    (&["float", "clear"], since("float-inline", "since Safari 15"), "inline-start"),
    (&["float", "clear"], since("float-inline", "since Safari 15"), "inline-end"),
    (
        &["width", "height", "min-height", "max-width"],
        since("stretch", "since Safari 27; use 100%"),
        "stretch",
    ),
    (
        &["background-clip"],
        since("background-clip-text", "since Safari 14; add -webkit-background-clip"),
        "text",
    ),
    (&[], since("revert-layer", "since Safari 15.4"), "revert-layer"),
];
