use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::words::Words;

fn texts(language: Language) -> BTreeMap<&'static str, &'static str> {
    lines(language.source()).collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_catalogue_has_the_same_texts() {
    let english: BTreeSet<&str> = texts(Language::English).into_keys().collect();
    for language in Language::ALL {
        let own: BTreeSet<&str> = texts(language).into_keys().collect();
        let missing: Vec<_> = english.difference(&own).collect();
        let extra: Vec<_> = own.difference(&english).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{language:?} lacks {missing:?} and has {extra:?}");
        assert_eq!(lines(language.source()).count(), own.len(), "{language:?} has a text twice");
        assert!(texts(language).values().all(|text| !text.is_empty()), "{language:?} has an empty text");
    }
}

#[test]
fn every_translation_has_the_same_placeholders() {
    let english = texts(Language::English);
    let mut wrong = Vec::new();
    for language in Language::ALL {
        for (name, text) in texts(language) {
            // A singular may say its number in words, in any language: what the plural has is the measure.
            let measure = name.replace("[one]", "[other]");
            let (own, wanted) = (placeholders(text), placeholders(english[measure.as_str()]));
            let may_lack = if name.ends_with("[one]") { BTreeSet::from(["n"]) } else { BTreeSet::new() };
            if !own.is_subset(&wanted) || !wanted.difference(&own).all(|lacking| may_lack.contains(lacking)) {
                wrong.push(format!("{} {name}: {text}", language.tag()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn translations_are_translated() {
    let english = texts(Language::English);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        let same = texts(language).iter().filter(|(name, text)| english[*name] == **text).count();
        // Names, units and loan words stay: PLMN, kbit/s, "{n} s".
        assert!(same * 10 < english.len(), "{language:?}: {same} of {} texts are English", english.len());
    }
}

#[test]
fn plurals_come_in_pairs() {
    for name in texts(Language::English).into_keys() {
        if let Some((plain, form)) = name.split_once('[') {
            assert!(matches!(form, "one]" | "other]"), "{name}");
            for wanted in ["one", "other"] {
                assert!(
                    texts(Language::English).contains_key(format!("{plain}[{wanted}]").as_str()),
                    "{plain}"
                );
            }
            assert!(
                !texts(Language::English).contains_key(plain),
                "{plain} is there with a plural and without"
            );
        }
    }
}

#[test]
fn translations_say_that_nobody_has_reviewed_them() {
    for language in Language::ALL {
        assert_eq!(
            language.source().starts_with("# Not reviewed by a native speaker"),
            !language.reviewed(),
            "{language:?}"
        );
    }
}

#[test]
fn every_month_has_a_name() {
    for language in Language::ALL {
        let months = Catalogue::of(language).text(crate::key!("date.months"));
        assert_eq!(months.split(' ').count(), 12, "{language:?}: {months}");
    }
}

#[test]
fn a_key_knows_its_name() {
    assert_eq!(format!("{:?}", crate::key!("nav.home")), "Key(nav.home)");
    assert_eq!(crate::key!("home.served").name(), "home.served");
    for (name, text) in lines(key::ENGLISH).filter(|(name, _)| !name.contains('[')) {
        assert_eq!(Catalogue::of(Language::English).text(Key::named(name)), text);
    }
}

#[test]
fn placeholders_are_filled_once() {
    assert_eq!(fill("{a} and {b}{", &[("a", &"{b}"), ("b", &2)]), "{b} and 2{");
    assert_eq!(fill("{unknown}", &[]), "{unknown}");
}

#[test]
fn numbers_choose_their_form() {
    let said = |language, n| Words::counted(crate::key!("home.served"), n).said(Catalogue::of(language));
    assert_eq!(said(Language::English, 1), "Serving 1 phone.");
    assert_eq!(said(Language::English, 0), "Serving 0 phones.");
    assert_eq!(said(Language::English, 12_345), "Serving 12,345 phones.");
    assert_eq!(
        said(Language::French, 0).replace('0', "1"),
        said(Language::French, 1),
        "French: zero is singular"
    );
    assert_ne!(
        said(Language::Spanish, 0).replace('0', "1"),
        said(Language::Spanish, 1),
        "Spanish: zero is plural"
    );
}

#[test]
fn words_of_others_are_kept() {
    let catalogue = Catalogue::of(Language::Swahili);
    assert_eq!(Words::verbatim("{n} <b>").with("n", "x").said(catalogue), "{n} <b>");
    let words = Words::new(crate::key!("flash.person-added")).with("name", "{name}");
    assert!(words.said(catalogue).contains("{name}"), "what is filled in is not filled again");
}

#[test]
fn browsers_ask_for_languages() {
    for (header, language) in [
        ("", Language::English),
        ("sw", Language::Swahili),
        ("sw-KE,en;q=0.8", Language::Swahili),
        ("de-DE,de;q=0.9,fr;q=0.5,en;q=0.3", Language::French),
        ("en;q=0.3, pt-MZ ;q=0.30001, es;q=0.4", Language::Spanish),
        ("fr;q=0, es;q=0.1", Language::Spanish),
        ("fr;q=1.5", Language::English),
        ("fr;q=-1", Language::English),
        ("*", Language::English),
        ("pt_BR", Language::Portuguese),
    ] {
        assert_eq!(Language::from_accept_language(header), language, "{header:?}");
    }
    let long = format!("{}sw", "é,".repeat(1_000));
    assert_eq!(Language::from_accept_language(&long), Language::English, "only the beginning is read");
}

#[test]
fn languages_have_tags() {
    for language in Language::ALL {
        assert_eq!(Language::parse(language.tag()), Some(language));
    }
    assert_eq!(Language::parse("en-XB"), Some(Language::English), "nobody may choose the disguise");
    assert_eq!(Language::parse("de"), None);
}

/// Texts that no page asks for are dead weight; those for the server are listed by what they begin with.
#[test]
fn every_text_is_used() {
    let for_the_server = [
        "audit.",
        "check.",
        "diagnostics.file.",
        "event.",
        "flash.",
        "problem.",
        "setting.",
        "settings.group.",
        "settings.secret.new",
    ];
    let source = sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let unused: Vec<&str> = texts(Language::English)
        .into_keys()
        .map(|name| name.split('[').next().unwrap())
        .filter(|name| !for_the_server.iter().any(|start| name.starts_with(start)))
        .filter(|name| !source.contains(&format!("\"{name}\"")))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

fn sources(folder: &std::path::Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&sources(&path));
        } else {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    all
}
