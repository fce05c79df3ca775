//! A second opinion on what the gateway says: tshark dissects what passed between cell and gateway.

use std::path::Path;
use std::process::Command as Program;
use std::time::Duration;

use pumice_e2e::real::{Plan, Village, sim};
use pumice_lab::skip;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use tempfile::TempDir;

use crate::CELL;
use crate::correspondent::Correspondent;

const PATIENCE: Duration = Duration::from_secs(5);
/// Types of EMM messages (TS 24.301 9.8) that are sent ciphered: detach accept, attach accept, tracking area update accept,
/// EMM information.
const CIPHERED: [&str; 4] = ["0x46", "0x42", "0x49", "0x61"];

#[test]
fn tshark_finds_no_fault_in_a_run_without_ciphering() {
    let Some(seen) = dissected("EEA0", "TRUE") else { return };
    for message in CIPHERED {
        assert!(
            seen.emm.iter().any(|emm| emm == message),
            "EMM message {message} was not seen in {:?}",
            seen.emm
        );
    }
}

#[test]
fn tshark_finds_no_fault_in_a_ciphered_run() {
    let Some(seen) = dissected("EEA2", "FALSE") else { return };
    for message in CIPHERED {
        assert!(!seen.emm.iter().any(|emm| emm == message), "EMM message {message} is ciphered");
    }
}

/// What tshark sees of a run with this ciphering algorithm, in which it has found no fault. `reads_through` tells it to take
/// the contents of messages that say they are ciphered for plain.
fn dissected(ciphering: &str, reads_through: &str) -> Option<Seen> {
    if skip::unless_namespaces() {
        return None;
    }
    if Program::new("tshark").arg("--version").output().is_err() {
        skip::because("tshark is not installed");
        return None;
    }
    let folder = TempDir::with_prefix("pumice-").unwrap();
    let capture = folder.path().join("run.pcap");
    let plan = Plan { capture: Some(capture.clone()), ..Plan::default() }.with(
        "security",
        "eea",
        format!("[\"{ciphering}\"]"),
    );
    let mut village = Village::build(plan).unwrap();
    journey(&village);
    village.gateway_mut().terminate(PATIENCE).unwrap().expect("it ends");
    village.stop_capture().unwrap();

    let null_decipher = format!("nas-eps.null_decipher:{reads_through}");
    let faults = tshark(
        &capture,
        &null_decipher,
        "_ws.malformed || _ws.expert.severity >= 0x800000",
        &["frame.number", "_ws.col.Info", "_ws.expert.message"],
    );
    assert!(faults.is_empty(), "tshark found:\n{faults}");
    let seen = Seen::of(&capture, &null_decipher);
    // S1 Setup, Paging, Initial Context Setup (TS 36.413 9.3.2), and a page inside GTP-U.
    for procedure in ["17", "10", "9"] {
        assert!(
            seen.procedures.iter().any(|seen| seen == procedure),
            "S1AP procedure {procedure} was not seen"
        );
    }
    assert!(seen.pages.iter().any(|status| status == "200"), "no page was seen");
    Some(seen)
}

/// Attach, a page, idle, paging, an update, a detach, and another phone that is refused.
fn journey(village: &Village) {
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    village.browse(phone).unwrap();
    let friend = Correspondent::greeted_by(village, phone);
    village.make_idle(phone, CELL).unwrap();
    friend.says("news");
    friend.is_heard(village, "news");
    village.make_idle(phone, CELL).unwrap();
    village.radio().command(phone, Command::TrackingAreaUpdate { active: true }).unwrap();
    await_message(village, phone, "Tracking area update accept");
    village.browse(phone).unwrap();
    village.radio().command(phone, Command::Detach).unwrap();
    await_message(village, phone, "Detach accept");
    let stranger = village.add_phone(sim(9).unwrap(), CELL).unwrap();
    village.power_on(stranger).unwrap();
    await_message(village, stranger, "Attach reject");
}

fn await_message(village: &Village, phone: PhoneId, name: &'static str) {
    let look = move |ran: &mut pumice_ransim::ran::Ran| ran.phone(phone)?.has_seen(name).then_some(());
    village.radio().wait(name, PATIENCE, look).unwrap();
}

/// What tshark has recognised.
#[derive(Default)]
struct Seen {
    procedures: Vec<String>,
    emm: Vec<String>,
    pages: Vec<String>,
}

impl Seen {
    fn of(capture: &Path, preference: &str) -> Self {
        let fields = ["s1ap.procedureCode", "nas_eps.nas_msg_emm_type", "http.response.code"];
        let mut seen = Self::default();
        // A packet may carry several messages: their values are joined by commas.
        for line in tshark(capture, preference, "s1ap || (gtp && http)", &fields).lines() {
            let mut columns = line.split('\t').map(|column| column.split(',').map(str::to_owned));
            seen.procedures.extend(columns.next().into_iter().flatten());
            seen.emm.extend(columns.next().into_iter().flatten());
            seen.pages.extend(columns.next().into_iter().flatten());
        }
        seen
    }
}

/// These fields of each packet that the filter takes.
fn tshark(capture: &Path, preference: &str, filter: &str, fields: &[&str]) -> String {
    let output = Program::new("tshark")
        // Somebody's own preferences are no judge.
        .env("WIRESHARK_CONFIG_DIR", capture.parent().unwrap())
        .arg("-r")
        .arg(capture)
        .args(["-Y", filter, "-o", preference])
        // Every checksum but that of the outer UDP, which the capturing machine leaves to a network card.
        .args([
            "-o",
            "sctp.checksum:CRC 32c",
            "-o",
            "ip.check_checksum:TRUE",
            "-o",
            "tcp.check_checksum:TRUE",
        ])
        .args(["-T", "fields"])
        .args(fields.iter().flat_map(|field| ["-e", field]))
        .output()
        .unwrap();
    assert!(output.status.success(), "tshark: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
