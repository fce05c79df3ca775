use pumice_model::software::SoftwareOrder;

use super::{is_name, parse, text};

#[test]
fn what_is_asked_arrives() {
    let install = |stick: Option<&str>, may_be_older| SoftwareOrder::Install {
        stick: stick.map(str::to_owned),
        may_be_older,
    };
    for order in [
        SoftwareOrder::Look,
        SoftwareOrder::Return,
        install(None, false),
        install(None, true),
        install(Some("pumice 1.2.raucb"), false),
    ] {
        assert_eq!(parse(text(&order).as_bytes()), Some(order));
    }
}

#[test]
fn what_nobody_of_ours_has_written_is_nothing() {
    for octets in [
        &b""[..],
        b"look",
        b"look\nreturn\n",
        b"install\n",
        b"install newer\n",
        b"install soon \n",
        b"install newer ../x.raucb\n",
        b"install newer a.raucb\nreturn\n",
        b"install newer \xff.raucb\n",
    ] {
        assert_eq!(parse(octets), None, "{octets:?}");
    }
}

#[test]
fn a_name_leads_to_a_file_of_the_stick() {
    assert!(is_name("a.raucb") && is_name("A.RAUCB"));
    for name in [
        "",
        ".raucb",
        "a",
        "a/b.raucb",
        "..raucb",
        "a\n.raucb",
        "é.raucb",
        &format!("{}.raucb", "a".repeat(100)),
    ] {
        assert!(!is_name(name), "{name:?}");
    }
}
