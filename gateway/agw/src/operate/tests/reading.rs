//! What is looked at.

use std::fs;

use pumice_web::dto::{Cell, Curves, Event, EventKind, Machine};

use super::super::event::Seen;
use super::*;

#[tokio::test]
async fn subscribers_are_renamed_barred_and_limited() {
    let gateway = Gateway::start();
    run(&gateway, &format!("subscriber add {IMSI} --keys-from -"), keys().as_bytes()).await.unwrap();
    let rename = format!("subscriber rename {IMSI} 'Amina of the well'");
    assert_eq!(run(&gateway, &rename, b"").await.unwrap(), format!("renamed {IMSI}\n"));
    run(&gateway, &format!("subscriber bar {IMSI}"), b"").await.unwrap();
    run(&gateway, &format!("subscriber limits {IMSI} --uplink 5000 --downlink 6000"), b"").await.unwrap();
    let shown = run(&gateway, &format!("subscriber show {IMSI}"), b"").await.unwrap();
    for part in ["Amina of the well", "barred", "up 5000 bit/s, down 6000 bit/s"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    run(&gateway, &format!("subscriber allow {IMSI}"), b"").await.unwrap();
    assert!(run(&gateway, "subscriber list", b"").await.unwrap().contains("active"));
    let nobody = run(&gateway, "subscriber bar 001010000000099", b"").await.unwrap_err();
    assert!(matches!(nobody, OperateError::NoSubscriber(_)));
    let wrong = format!("subscriber limits {IMSI} --uplink 5 --downlink 6000");
    let wrong = run(&gateway, &wrong, b"").await.unwrap_err().to_string();
    assert!(wrong.contains("ambr/uplink: wanted are"), "{wrong}");
}

#[tokio::test]
async fn usage_is_shown_by_month_and_day() {
    use pumice_model::archive::{Day, DayUsage, MonthUsage, PhoneUsage};

    let gateway = Gateway::start();
    run(&gateway, &format!("subscriber add {IMSI} --keys-from -"), keys().as_bytes()).await.unwrap();
    let line = format!("subscriber usage {IMSI}");
    assert_eq!(run(&gateway, &line, b"").await.unwrap(), format!("{IMSI} has used nothing yet\n"));
    let imsi = IMSI.parse().unwrap();
    let usage = PhoneUsage {
        days: vec![DayUsage { imsi, day: Day(20_782), uplink: 999, downlink: 1_500_000 }],
        months: vec![MonthUsage { month: 202_611, uplink: 0, downlink: 2_345_000_000 }],
    };
    gateway.house().state().usage.insert(imsi, usage);
    let shown = run(&gateway, &line, b"").await.unwrap();
    assert!(
        shown.contains("2026-11-25  999 B  1.5 MB") && shown.contains("2026-11  0 B   2.3 GB"),
        "{shown}"
    );
}

#[tokio::test]
async fn cells_are_listed_without_what_would_command_the_terminal() {
    let gateway = Gateway::start();
    let listed = run(&gateway, "cell list", b"").await.unwrap();
    assert!(listed.contains("00101-macro-19b") && listed.contains("192.0.2.10:36412"), "{listed}");
    assert!(!listed.contains('\u{1b}'), "{listed:?}");
    let json = run(&gateway, "cell list --json", b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Vec<Cell>>(&json).unwrap().len(), 1);
    assert_eq!(run(&gateway, "cell forget 00101-macro-19b", b"").await.unwrap(), "forgot 00101-macro-19b\n");
    let unknown = run(&gateway, "cell forget 00101-macro-1", b"").await.unwrap_err().to_string();
    assert_eq!(unknown, "there is no such learned cell; `pumice cell list` shows all");
}

#[tokio::test]
async fn events_are_told_in_words() {
    let gateway = Gateway::start();
    let listed = run(&gateway, "event list", b"").await.unwrap();
    assert!(
        listed.contains("+ 1 min") && listed.contains(&format!("{IMSI} attached, 10.45.0.2")),
        "{listed}"
    );
    let json = run(&gateway, "event list --json", b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Vec<Event>>(&json).unwrap().len(), 1);
}

#[test]
fn each_event_is_shown_once_even_when_the_gateway_starts_anew() {
    let events = |numbers: std::ops::RangeInclusive<u64>| {
        let event =
            |sequence| Event { sequence, at_millis: 0, unix_seconds: None, event: EventKind::StoreRecovered };
        numbers.map(event).collect::<Vec<_>>()
    };
    let mut seen = Seen::default();
    let mut fresh =
        |numbers| seen.fresh(events(numbers)).iter().map(|event| event.sequence).collect::<Vec<_>>();
    assert_eq!(fresh(1..=2), [1, 2]);
    assert_eq!(fresh(1..=2), [0; 0]);
    assert_eq!(fresh(2..=4), [3, 4]);
    assert_eq!(fresh(1..=1), [1], "it counts from the beginning again");
    assert_eq!(fresh(1..=2), [2]);
}

#[tokio::test]
async fn the_box_and_its_past_are_shown() {
    let gateway = Gateway::start();
    let machine = run(&gateway, "machine", b"").await.unwrap();
    for part in ["Test board", "mains, 5.1 V", "2026-11-25 12:00:00 UTC, trusted, by ntp", "45.5 °C", "eth1"]
    {
        assert!(machine.contains(part), "{part} in\n{machine}");
    }
    let json = run(&gateway, "machine --json", b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Machine>(&json).unwrap().board.name, "Test board");
    let history = run(&gateway, "history hour", b"").await.unwrap();
    assert!(history.starts_with("the hour until 2026-11-25 12:00:00 UTC, a point each 30 s\n"), "{history}");
    let down = history.lines().find(|line| line.starts_with("down")).unwrap();
    assert!(down.contains(&"█".repeat(60)) && down.ends_with("now 800 bit/s, most 800 bit/s"), "{history}");
    let json = run(&gateway, "history month --json", b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Curves>(&json).unwrap().step_seconds, 21_600);
}

#[tokio::test]
async fn the_label_has_the_code_of_its_file_and_only_there() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().unwrap();
    let line = format!("label --folder {}", folder.path().display());
    let missing = run(&gateway, &line, b"").await.unwrap_err().to_string();
    assert!(missing.contains("code"), "{missing}");
    fs::write(folder.path().join("code"), "ABCD-EFGH\n").unwrap();
    let label = run(&gateway, &line, b"").await.unwrap();
    for part in ["https://pumice.local", "https://192.168.77.1", "one-time code  ABCD-EFGH"] {
        assert!(label.contains(part), "{part} in\n{label}");
    }
    let json = run(&gateway, &format!("{line} --json"), b"").await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["one_time_code"], &json["board"]), (&"ABCD-EFGH".into(), &"Test board".into()));
    let without = run(&gateway, "label --without-code", b"").await.unwrap();
    assert!(!without.contains("ABCD"), "{without}");
}

#[tokio::test]
async fn top_is_one_picture_where_there_is_no_terminal() {
    let gateway = Gateway::start();
    let picture = run(&gateway, "top --once", b"").await.unwrap();
    for part in ["00101 \"Village\"", "mains, 5.1 V", "00101-macro-19b", "attached, 10.45.0.2"] {
        assert!(picture.contains(part), "{part} in\n{picture}");
    }
    assert!(!picture.contains('\u{1b}'), "{picture:?}");
}
