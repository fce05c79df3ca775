//! `pumice.example.toml` says the truth.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::parse;

const EXAMPLE: &str = include_str!("../../../pumice.example.toml");

/// Keys that have no default.
const REQUIRED: [(&str, &str); 2] = [("network", "plmn"), ("user_plane", "listen")];

struct Key {
    line: usize,
    section: String,
    name: String,
    commented: bool,
}

fn keys() -> Vec<Key> {
    let (mut section, mut keys) = (String::new(), Vec::new());
    for (line, text) in EXAMPLE.lines().enumerate() {
        if let Some(name) = text.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        }
        let commented = text.starts_with('#');
        let Some((name, _)) = text.trim_start_matches('#').split_once(" = ") else { continue };
        if name.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_') {
            keys.push(Key { line, section: section.clone(), name: name.to_owned(), commented });
        }
    }
    keys
}

fn with_line(line: usize, replaced: &str) -> String {
    let lines = EXAMPLE.lines().enumerate();
    let lines: Vec<&str> = lines.map(|(at, text)| if at == line { replaced } else { text }).collect();
    lines.join("\n")
}

#[test]
fn it_is_a_legal_file() {
    parse(EXAMPLE).unwrap();
}

#[test]
fn every_default_in_it_is_the_real_one() {
    let whole = format!("{:?}", parse(EXAMPLE).unwrap());
    for key in keys().iter().filter(|key| !key.commented) {
        let without = parse(&with_line(key.line, ""));
        if REQUIRED.contains(&(key.section.as_str(), key.name.as_str())) {
            without.unwrap_err();
            continue;
        }
        assert_eq!(format!("{:?}", without.unwrap()), whole, "{}.{}", key.section, key.name);
    }
}

#[test]
fn what_it_comments_out_is_legal_and_changes_something() {
    let whole = format!("{:?}", parse(EXAMPLE).unwrap());
    for key in keys().iter().filter(|key| key.commented) {
        let line = EXAMPLE.lines().nth(key.line).unwrap();
        let with = parse(&with_line(key.line, &line[1..])).unwrap();
        // Their examples are what the defaults come to, or belong to a way to the internet that is not chosen.
        let waits = key.section == "backhaul" && key.name != "way";
        assert!(
            waits
                || ["advertise", "short_name", "band"].contains(&key.name.as_str())
                || format!("{with:?}") != whole,
            "{}.{}",
            key.section,
            key.name
        );
    }
}

#[test]
fn it_has_every_key_and_no_other() {
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for key in keys() {
        described.entry(key.section).or_default().insert(key.name);
    }
    for (section, described) in described {
        // An unknown key makes the reader list what it knows.
        let mistakes = parse(&format!("[{section}]\nunknown_key = 1\n")).unwrap_err();
        let key = format!("{section}.unknown_key");
        let reason = &mistakes.iter().find(|mistake| mistake.key == key).unwrap().reason;
        let (_, known) = reason.split_once(" has ").unwrap();
        let known: BTreeSet<String> = known.split(", ").map(str::to_owned).collect();
        assert_eq!(described, known, "{section}");
    }
}

#[test]
fn it_has_every_section() {
    let mistakes = parse("[unknown_section]\n").unwrap_err();
    let reason = &mistakes.iter().find(|mistake| mistake.key == "unknown_section").unwrap().reason;
    let (_, known) = reason.split_once(" has ").unwrap();
    let known: BTreeSet<String> = known.split(", ").map(str::to_owned).collect();
    let described: BTreeSet<String> = keys().into_iter().map(|key| key.section).collect();
    assert_eq!(described, known);
}

#[test]
fn a_sentence_stands_before_every_key() {
    let lines: Vec<&str> = EXAMPLE.lines().collect();
    for key in keys() {
        // Keys that share a sentence follow each other.
        let above = lines[..key.line].iter().rev().find(|line| !is_key(line)).unwrap();
        assert!(above.starts_with("# "), "{}.{} has no sentence", key.section, key.name);
    }
}

fn is_key(line: &str) -> bool {
    !line.starts_with("# ") && line.contains(" = ")
}
