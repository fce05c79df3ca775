use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use pumice_model::event::{AuthenticationFailure, CellRefusal, Event};
use pumice_model::identity::{EnbId, GlobalEnbId, Imsi, Plmn};
use pumice_model::time::Instant;

use super::*;
use crate::config::ImsiInLog;

fn imsi() -> Imsi {
    Imsi::parse("001010123456789").unwrap()
}

fn text(event: &Event, imsi: ImsiInLog) -> String {
    event_line(event, imsi).text
}

#[test]
fn an_imsi_is_shortened_unless_asked() {
    let address = IpAddr::V4(Ipv4Addr::new(10, 45, 0, 2));
    for event in [
        Event::PhoneAttached { imsi: imsi(), address },
        Event::PhoneRefused { imsi: Some(imsi()), cause: 15 },
        Event::AuthenticationFailed { imsi: imsi(), failure: AuthenticationFailure::MacFailure },
    ] {
        let short = text(&event, ImsiInLog::Short);
        assert!(short.contains("00101..789") && !short.contains("0123456789"), "{short}");
        assert!(text(&event, ImsiInLog::Full).contains("001010123456789"));
    }
}

#[test]
fn a_refused_cell_is_told_with_what_to_do() {
    let enb = GlobalEnbId { plmn: Plmn::parse("00101").unwrap(), id: EnbId::Macro(0x19b) };
    let peer = SocketAddr::from(([192, 0, 2, 9], 36412));
    let event = Event::CellRefused { enb: Some(enb), peer, reason: CellRefusal::NotAdmitted };
    let line = event_line(&event, ImsiInLog::Short);
    assert_eq!(line.level, Level::WARN);
    assert!(line.text.starts_with("cell 00101-macro-19b at 192.0.2.9:36412 is refused"), "{}", line.text);
    assert!(line.text.contains("s1ap.admission"));
}

#[test]
fn a_failing_disk_is_an_error() {
    let reason = heapless::String::try_from("no space left on device").unwrap();
    let line = event_line(&Event::StoreFailed { reason }, ImsiInLog::Short);
    assert_eq!(line.level, Level::ERROR);
    assert!(line.text.contains("no space left on device"));
}

#[test]
fn the_journal_is_known_by_its_stream() {
    assert!(leads_to_journal("8:12345", 8, 12345));
    assert!(!leads_to_journal("8:12345", 8, 12346));
    assert!(!leads_to_journal("", 8, 12345));
}

#[test]
fn a_flood_of_events_leaves_lines_out_and_says_how_many() {
    let mut pace = Pace::new();
    let start = Instant::ZERO;
    assert!((0..200).all(|_| pace.next(start) == Paced::Log { left_out: 0 }));
    assert!((0..1_000).all(|_| pace.next(start) == Paced::LeaveOut));
    let later = start + Duration::from_millis(100);
    assert_eq!(pace.next(later), Paced::Log { left_out: 1_000 });
    assert_eq!(pace.next(later), Paced::Log { left_out: 0 });
    assert_eq!(pace.next(later), Paced::LeaveOut);
    let much_later = start + Duration::from_secs(3_600);
    assert!((0..200).all(|_| matches!(pace.next(much_later), Paced::Log { .. })));
    assert_eq!(pace.next(much_later), Paced::LeaveOut);
}
