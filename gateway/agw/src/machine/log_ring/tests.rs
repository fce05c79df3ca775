use std::io::Write;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use super::{LINE, LINES, LogRing, OCTETS};

#[test]
fn lines_of_the_log_are_kept_in_order() {
    let ring = LogRing::default();
    let subscriber = tracing_subscriber::registry().with(ring.layer());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(phones = 3, "first");
        tracing::warn!("second\nwith a line in it");
    });
    let text = ring.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].contains("INFO") && lines[0].ends_with("first phones=3"), "{text}");
    assert!(lines[1].contains("WARN") && lines[2] == "with a line in it", "{text}");
}

#[test]
fn the_oldest_lines_go_first() {
    let ring = LogRing::default();
    for number in 0..LINES + 5 {
        ring.make_writer().write_all(format!("line {number}\n").as_bytes()).unwrap();
    }
    let text = ring.text();
    assert_eq!(text.lines().count(), LINES);
    assert!(text.starts_with("line 5\n") && text.ends_with("line 2004\n"));
}

#[test]
fn octets_are_bounded_and_long_lines_are_cut_between_letters() {
    let ring = LogRing::default();
    let long = "é".repeat(LINE);
    for _ in 0..LINES {
        ring.make_writer().write_all(long.as_bytes()).unwrap();
    }
    let text = ring.text();
    assert_eq!(text.lines().next().unwrap().len(), LINE);
    assert_eq!(text.lines().count(), OCTETS / LINE);
}

#[test]
fn octets_that_are_no_text_are_kept_readable() {
    let ring = LogRing::default();
    ring.make_writer().write_all(b"a\xffb\n\n").unwrap();
    assert_eq!(ring.text(), "a\u{fffd}b\n");
}
