use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::*;
use crate::samples;
use crate::text::Language;

fn zipped(octets: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(9));
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap().len()
}

fn text(asset: &Asset) -> &'static str {
    std::str::from_utf8(asset.body).unwrap()
}

/// The promise of the page: 100 kB with everything, the largest page included.
#[test]
fn all_that_is_sent_fits_into_100_kilobytes() {
    let mut sum = 0;
    for asset in ALL {
        let size = zipped(asset.body);
        println!("{:>8} {}", size, asset.path);
        sum += size;
    }
    let (size, name, language) = Language::ALL
        .into_iter()
        .flat_map(|language| {
            samples::all(language).into_iter().map(move |sample| {
                (zipped(sample.html.into_string().as_bytes()), sample.name, language.tag())
            })
        })
        .max()
        .unwrap();
    println!("{size:>8} largest page: {name} ({language})");
    println!("{:>8} in all", sum + size);
    assert!(sum + size <= 100_000);
    assert!(zipped(SCRIPT.body) < 8_000, "the script of every page is small");
}

#[test]
fn an_asset_is_found_by_its_path() {
    for asset in ALL {
        assert_eq!(Asset::at(asset.path).unwrap().path, asset.path);
        assert!(asset.href().starts_with(asset.path));
    }
    assert!(Asset::at("/assets/").is_none());
    assert!(Asset::at("/assets/../Cargo.toml").is_none());
    assert_ne!(STYLE.tag(), SCRIPT.tag());
}

#[test]
fn assets_fetch_nothing_from_outside() {
    for asset in [&STYLE, &SCRIPT, &SCAN] {
        let without_namespace = text(asset).replace("http://www.w3.org/2000/svg", "");
        for word in ["http:", "https:", "@import", "url(/", "//cdn"] {
            assert!(!without_namespace.contains(word), "{} has {word}", asset.path);
        }
    }
}

/// What a browser of 2018 does not parse breaks the whole script there.
#[test]
fn scripts_have_no_syntax_newer_than_safari_12() {
    for asset in [&SCRIPT, &SCAN] {
        let code = code_alone(text(asset));
        for word in [
            "?.",
            "??",
            "||=",
            "&&=",
            "**",
            "#",
            "await ",
            "import ",
            "import(",
            "export ",
            "class ",
            ".at(",
            ".replaceAll(",
            ".flat(",
            ".flatMap(",
            "Object.fromEntries",
            "Promise.allSettled",
            "globalThis",
            "matchAll",
            "structuredClone",
            "ResizeObserver",
            "n_n",
        ] {
            assert!(!code.contains(word), "{} has {word}", asset.path);
        }
        // A catch without a name came with ES2019.
        assert!(!code.contains("catch {"), "{}", asset.path);
    }
}

/// A script without its remarks and strings.
fn code_alone(script: &str) -> String {
    let mut code = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").unwrap().1;
    }
    code.push_str(rest);
    let mut bare = String::new();
    let mut quoted = false;
    for letter in code.chars() {
        match letter {
            '\'' => quoted = !quoted,
            '\n' => {
                assert!(!quoted, "a string that does not end");
                bare.push(letter);
            }
            _ if !quoted => bare.push(letter),
            _ => {}
        }
    }
    bare
}

#[test]
fn the_script_needs_no_weaker_policy() {
    for asset in [&SCRIPT, &SCAN] {
        for word in
            ["eval(", "new Function", ".style.", "setAttribute('style", "document.write", "localStorage"]
        {
            assert!(!text(asset).contains(word), "{} has {word}", asset.path);
        }
    }
    assert!(!POLICY.contains("unsafe"));
}

#[test]
fn the_style_sheet_is_for_old_browsers_and_both_directions() {
    let style = text(&STYLE);
    let rules = style.split('}').filter_map(|rule| rule.rsplit_once('{'));
    for (selector, body) in rules {
        for word in [":is(", ":where(", ":has(", ":not(:has"] {
            assert!(!selector.contains(word), "{selector}");
        }
        for declaration in body.split(';').map(str::trim) {
            let name = declaration.split(':').next().unwrap().trim();
            for wrong in [
                "gap",
                "column-gap",
                "row-gap",
                "inset",
                "aspect-ratio",
                "margin-left",
                "margin-right",
                "float",
            ] {
                assert_ne!(name, wrong, "{selector}");
            }
            for wrong in ["clamp(", "min(", "max(", "color-mix(", "dvh", "text-align: left"] {
                assert!(!declaration.replace("minmax(", "").contains(wrong), "{selector}: {declaration}");
            }
        }
    }
    assert!(style.contains("prefers-reduced-motion"));
    assert!(style.contains("@media print"));
}

#[test]
fn vendored_files_are_as_they_came() {
    let sum: String = Sha256::digest(JSQR.body).iter().map(|octet| format!("{octet:02x}")).collect();
    assert!(include_str!("../../assets/vendor/README.md").contains(&sum), "{sum}");
    assert!(text(&JSQR_LICENCE).contains("Apache License"));
}

#[test]
fn colours_have_contrast() {
    let style = text(&STYLE);
    let (light, dark) =
        (variables(style, ":root {"), variables(style, "(prefers-color-scheme: dark) {\n  :root {"));
    // Text and icons that carry meaning; edges of inputs and lines of charts need 3.
    let pairs = [
        ("ink", "ground", 7.0),
        ("ink", "card", 7.0),
        ("ink", "sunk", 7.0),
        ("soft", "ground", 4.5),
        ("soft", "card", 4.5),
        ("soft", "sunk", 4.5),
        ("soft", "wash", 4.5),
        ("link", "ground", 4.5),
        ("link", "card", 4.5),
        ("link", "sunk", 4.5),
        ("link", "wash", 4.5),
        ("link", "warn-wash", 4.5),
        ("link", "bad-wash", 4.5),
        ("link", "unknown-wash", 4.5),
        ("on-teal", "teal", 4.5),
        ("on-teal", "teal-deep", 4.5),
        ("ok", "card", 4.5),
        ("ok", "ok-wash", 4.5),
        ("warn", "card", 4.5),
        ("warn", "warn-wash", 4.5),
        ("bad", "ground", 4.5),
        ("bad", "card", 4.5),
        ("bad", "bad-wash", 4.5),
        ("unknown", "card", 4.5),
        ("unknown", "unknown-wash", 4.5),
        ("ink", "ok-wash", 7.0),
        ("ink", "warn-wash", 7.0),
        ("ink", "bad-wash", 7.0),
        ("ink", "unknown-wash", 7.0),
        ("soft", "ok-wash", 4.5),
        ("soft", "warn-wash", 4.5),
        ("edge", "card", 3.0),
        ("edge", "ground", 3.0),
        ("chart", "card", 3.0),
        ("chart-second", "card", 3.0),
        ("chart", "sunk", 3.0),
        ("focus", "ground", 3.0),
        ("focus", "card", 3.0),
        ("teal", "card", 3.0),
        ("teal", "ground", 3.0),
    ];
    let mut poor = Vec::new();
    for (scheme, colours) in [("light", &light), ("dark", &dark)] {
        for (front, back, wanted) in pairs {
            let ratio = contrast(colours(front), colours(back));
            if ratio < wanted {
                poor.push(format!("{scheme}: {front} on {back} is {ratio:.2}, not {wanted}"));
            }
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

/// The variables of the first block after a mark, by name.
fn variables<'a>(style: &'a str, mark: &str) -> impl Fn(&str) -> [f64; 3] + use<'a> {
    let block = style.split_once(mark).unwrap().1.split_once('}').unwrap().0;
    move |name| {
        let value = block
            .split(';')
            .filter_map(|line| line.trim().split_once(": "))
            .find(|(variable, _)| variable.strip_prefix("--") == Some(name))
            .unwrap_or_else(|| panic!("no --{name}"))
            .1;
        let digits = value.strip_prefix('#').unwrap();
        [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0)
    }
}

/// The ratio of WCAG 2.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [r, g, b] =
            colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
