//! The ways to the internet: each reads what it needs, and says what is missing.

use super::LEAST;
use crate::config::{Way, parse};

fn way(lines: &str) -> Result<Option<Way>, Vec<String>> {
    match parse(&format!("{LEAST}[backhaul]\n{lines}")) {
        Ok(settings) => Ok(settings.ground.backhaul.way),
        Err(mistakes) => Err(mistakes.into_iter().map(|mistake| mistake.key).collect()),
    }
}

#[test]
fn without_a_word_the_system_is_left_alone() {
    assert_eq!(way(""), Ok(None));
}

#[test]
fn each_way_reads_what_it_needs() {
    assert_eq!(way("way = \"none\""), Ok(Some(Way::None)));
    assert_eq!(way("way = \"dhcp\""), Ok(Some(Way::Dhcp)));
    let fixed =
        "way = \"static\"\naddress = \"192.0.2.2/24\"\nrouter = \"192.0.2.1\"\ndns = [\"192.0.2.53\"]";
    let wanted = Way::Static {
        address: "192.0.2.2".parse().unwrap(),
        prefix: 24,
        router: "192.0.2.1".parse().unwrap(),
        dns: vec!["192.0.2.53".parse().unwrap()],
    };
    assert_eq!(way(fixed), Ok(Some(wanted)));
    let wanted = Way::Pppoe { user: "u".to_owned(), password: "p".to_owned() };
    assert_eq!(way("way = \"pppoe\"\nuser = \"u\"\npassword = \"p\""), Ok(Some(wanted)));
    let wanted = Way::Modem { apn: "a".to_owned(), user: None, password: None };
    assert_eq!(way("way = \"modem\"\napn = \"a\""), Ok(Some(wanted)));
    let wanted = Way::Wifi { ssid: "school".to_owned(), password: None };
    assert_eq!(way("way = \"wifi\"\nssid = \"school\""), Ok(Some(wanted)));
}

#[test]
fn each_way_says_what_is_missing() {
    assert_eq!(
        way("way = \"static\""),
        Err(vec!["backhaul.address".to_owned(), "backhaul.router".to_owned()])
    );
    assert_eq!(way("way = \"pppoe\""), Err(vec!["backhaul.user".to_owned()]));
    assert_eq!(way("way = \"modem\""), Err(vec!["backhaul.apn".to_owned()]));
    assert_eq!(way("way = \"wifi\""), Err(vec!["backhaul.ssid".to_owned()]));
    assert_eq!(
        way("way = \"wifi\"\nssid = \"s\"\nwifi_password = \"short\""),
        Err(vec!["backhaul.wifi_password".to_owned()])
    );
}

#[test]
fn a_way_shows_no_password() {
    let settings =
        parse(&format!("{LEAST}[backhaul]\nway = \"pppoe\"\nuser = \"u\"\npassword = \"canary\"")).unwrap();
    assert!(!format!("{settings:?}").contains("canary"));
}
