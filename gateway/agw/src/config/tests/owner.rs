//! What an owner has set, laid over the file.

use pumice_model::settings::{SETTINGS, Values};

use super::LEAST;
use crate::config::{Configured, File};

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn mistakes(file: &str, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let mistakes = File::of(file).with(&values(pairs)).unwrap_err();
    mistakes.into_iter().map(|mistake| (mistake.key, mistake.reason)).collect()
}

#[test]
fn an_empty_file_is_a_box_to_be_set_up() {
    match File::of("").with(&Values::new()).unwrap() {
        Configured::Unfinished(_, missing) => assert_eq!(missing, ["network.plmn", "user_plane.listen"]),
        Configured::Whole(settings) => panic!("{settings:?}"),
    }
}

#[test]
fn what_an_owner_sets_makes_it_a_network() {
    let set = values(&[
        ("network.plmn", "99970"),
        ("network.name", "Nkhata Bay"),
        ("network.tacs", "7, 8"),
        ("user_plane.listen", "192.168.77.1"),
        ("s1ap.admission.learn", "2"),
        ("user_plane.phone_to_phone", "false"),
    ]);
    match File::of("").with(&set).unwrap() {
        Configured::Whole(settings) => {
            assert_eq!(settings.network.plmn.to_string(), "99970");
            assert_eq!(settings.network.name, "Nkhata Bay");
            assert_eq!(settings.network.tacs.map(|tacs| tacs.len()), Some(2));
            assert!(!settings.user_plane.phone_to_phone);
        }
        Configured::Unfinished(_, missing) => panic!("{missing:?}"),
    }
}

#[test]
fn an_owners_value_goes_before_the_files() {
    match File::of(LEAST).with(&values(&[("network.plmn", "99971")])).unwrap() {
        Configured::Whole(settings) => assert_eq!(settings.network.plmn.to_string(), "99971"),
        Configured::Unfinished(_, missing) => panic!("{missing:?}"),
    }
}

#[test]
fn a_wrong_value_is_told_by_its_key_with_what_would_be_right() {
    let wrong = mistakes(LEAST, &[("network.plmn", "12"), ("subscribers.uplink", "fast")]);
    let keys: Vec<&str> = wrong.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["subscribers.uplink", "network.plmn"]);
    assert!(wrong.iter().any(|(_, reason)| reason.contains("a whole number is wanted")), "{wrong:?}");
    assert!(wrong.iter().any(|(_, reason)| reason.contains("three digits of MCC")), "{wrong:?}");
}

#[test]
fn only_what_an_owner_may_set_can_be_set() {
    let wrong = mistakes(LEAST, &[("process.user", "root"), ("store.path", "/etc/shadow")]);
    assert_eq!(wrong.len(), 2);
    assert!(wrong.iter().all(|(_, reason)| reason.contains("cannot be set here")), "{wrong:?}");
}

#[test]
fn a_value_cannot_leave_its_key() {
    let hostile = "x\"\n[process]\nuser = \"root";
    let wrong = mistakes(LEAST, &[("network.name", hostile)]);
    assert_eq!(wrong.first().map(|(key, _)| key.as_str()), Some("network.name"));
}

#[test]
fn a_long_value_is_refused() {
    let wrong = mistakes(LEAST, &[("backhaul.apn", &"x".repeat(513))]);
    assert!(wrong.iter().any(|(_, reason)| reason.contains("512 octets")), "{wrong:?}");
}

#[test]
fn every_key_that_can_be_set_is_one_of_the_configuration() {
    for spec in SETTINGS {
        // A value that no key takes: it is the key's own mistake, not an unknown key.
        let tried = File::of(LEAST).with(&values(&[(spec.key, "\u{7}")]));
        let told = tried
            .is_err_and(|mistakes| mistakes.iter().all(|mistake| !mistake.reason.contains("is unknown")));
        assert!(told, "{}", spec.key);
    }
}

#[test]
fn the_files_own_values_are_shown_as_a_form_has_them() {
    let file = File::of("[network]\nplmn = \"00101\"\ntacs = [1, 2]\n[s1ap]\nadmission = { learn = 3 }\n");
    let shown = file.values();
    assert_eq!(shown.get("network.tacs").map(String::as_str), Some("1, 2"));
    assert_eq!(shown.get("s1ap.admission.learn").map(String::as_str), Some("3"));
    assert_eq!(shown.get("network.name"), None);
}
