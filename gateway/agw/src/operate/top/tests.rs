use pumice_web::dto::{Ambr, Bearer, Curve, EventKind, Usage};

use super::*;

fn phone(number: u32, connected: bool, silent_seconds: u64) -> Phone {
    let usage =
        Usage { uplink_octets: 1_000, downlink_octets: 2_500_000, uplink_packets: 1, downlink_packets: 1 };
    Phone {
        imsi: format!("00101{number:010}"),
        name: format!("phone {number}"),
        imeisv: None,
        guti: None,
        connected,
        cell: None,
        silent_seconds,
        bearers: vec![Bearer {
            ebi: 5,
            apn: "internet".to_owned(),
            address: "10.45.0.2".to_owned(),
            qci: 9,
            ambr: Ambr { uplink: 1, downlink: 1 },
            usage,
        }],
        ciphering: "EEA2".to_owned(),
        integrity: "EIA2".to_owned(),
    }
}

fn village() -> View {
    let event = |sequence| Event {
        sequence,
        at_millis: 0,
        unix_seconds: Some(1_795_608_000 + sequence),
        event: EventKind::PoolFull { limit: format!("things of event {sequence}") },
    };
    let points = (0..120).map(|point| (point % 10 != 3).then_some(point * 1_000)).collect();
    View {
        trouble: Some("the network is not set up yet; finish the setup first".to_owned()),
        curves: Some(Curves {
            span: "hour".to_owned(),
            step_seconds: 30,
            ends: None,
            curves: vec![Curve { series: "downlink".to_owned(), points }],
        }),
        cells: vec![Cell {
            id: "00101-macro-19b".to_owned(),
            name: "roof\u{1b}]0;owned\u{7}\u{202e}".to_owned(),
            peer: None,
            tais: Vec::new(),
            phones: 40,
            learned: true,
        }],
        phones: (0..40).map(|number| phone(number, number == 39, 100 - u64::from(number))).collect(),
        events: (1..=30).map(event).collect(),
        ..View::default()
    }
}

#[test]
fn a_picture_is_never_larger_than_its_screen() {
    let views = [View::default(), village()];
    for view in &views {
        for width in [1, 2, 20, 79, 80, 200] {
            for height in [1, 2, 5, 9, 10, 11, 24, 60, 500] {
                let picture = render(view, width, height);
                assert!(picture.lines().count() <= height, "{width}x{height}:\n{picture}");
                assert!(
                    picture.lines().all(|line| line.chars().count() <= width),
                    "{width}x{height}:\n{picture}"
                );
            }
        }
    }
}

#[test]
fn what_fits_is_shown_and_what_does_not_is_counted() {
    let picture = render(&village(), 100, 30);
    let lines: Vec<&str> = picture.lines().collect();
    assert_eq!(lines.len(), 30, "{picture}");
    let first = lines.iter().position(|line| line.starts_with("PHONE")).unwrap() + 1;
    assert!(lines[first].starts_with("001010000000039") && lines[first].contains("connected"), "{picture}");
    assert!(lines[first + 1].starts_with("001010000000038"), "the one heard last comes next\n{picture}");
    let more = lines.iter().find(|line| line.starts_with("and ")).unwrap();
    let shown = lines.iter().filter(|line| line.starts_with("0010100000000")).count();
    assert_eq!(*more, format!("and {} more", 40 - shown));
    assert!(
        lines[29].ends_with("no room for more things of event 30"),
        "the newest event is the last\n{picture}"
    );
    assert!(picture.contains("2.5 MB") && picture.contains("not set up yet"), "{picture}");
}

#[test]
fn nothing_that_a_cell_calls_itself_commands_the_terminal() {
    let picture = render(&village(), 200, 60);
    assert!(picture.contains("roof"), "{picture}");
    assert!(picture.chars().all(|letter| letter == '\n' || !letter.is_control()), "{picture:?}");
    assert!(!picture.contains('\u{202e}'), "{picture:?}");
}
