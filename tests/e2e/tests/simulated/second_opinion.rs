//! Another dissector reads what passes: no malformed packet, no expert error (tshark, with EEA0 so that it sees all of NAS).

use std::process::Command as Process;

use pumice_e2e::{HOST, Settings, Sim, udp, write_pcap};
use pumice_model::identity::{Gummei, Guti, MTmsi};
use pumice_ransim::enb::EnbCommand;
use pumice_ransim::phone::Command;
use pumice_ransim::ran::RanInput;
use pumice_wire::nas::AttachType;

use crate::support::{deaf_to, minutes, seconds};

/// All that a village says in a day.
fn day(eea: u8) -> Sim {
    let mut sim = Sim::new(Settings::default().with(|config| config.eea = vec![eea]));
    let cell = sim.add_cell(1);
    let phone = sim.add_phone_with(1, cell, |config| config.attach_type = AttachType::Combined);
    sim.attach(phone);
    let secretive = sim.add_phone_with(2, cell, |config| {
        *config = config.clone().secretive("internet".parse().expect("an APN"));
    });
    sim.attach(secretive);
    let stranger = sim.add_stranger(sim.sim_card(3), cell, |_| {});
    sim.switch_on(stranger);
    sim.settle();
    sim.make_idle(phone);
    sim.assert_served(phone);
    sim.make_idle(phone);
    let address = sim.address(phone).expect("an address");
    sim.send_from_internet(udp((HOST, 9), (address, 9), b"call"));
    sim.settle();
    sim.order(phone, Command::CsFallback);
    sim.run_for(seconds(20));
    sim.order(phone, Command::TrackingAreaUpdate { active: true });
    sim.settle();
    sim.make_idle(phone);
    sim.run_for(minutes(60));
    let gone = sim.phone_of(secretive).config().sim.imsi;
    sim.execute(pumice_model::control::Command::RemoveSubscriber(gone)).expect("it is removed");
    sim.settle();
    sim.order(phone, Command::Detach);
    sim.settle();
    let lost = sim.add_phone(4, cell);
    let gummei = Gummei { plmn: "26201".parse().expect("a PLMN"), ..sim.settings().config.gummei() };
    sim.phone_mut(lost).set_guti(Some(Guti { gummei, m_tmsi: MTmsi(7) }));
    sim.phone_mut(lost).add_rule(deaf_to("Attach accept"));
    sim.switch_on(lost);
    sim.run_for(seconds(40));
    sim.tell(RanInput::Enb { enb: cell, command: EnbCommand::Reset { phones: None } });
    sim.settle();
    sim
}

/// Runs tshark; nothing if it is not there and need not be.
fn tshark(sim: &Sim, arguments: &[&str]) -> Option<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("day.pcap");
    let mut out = Vec::new();
    write_pcap(sim.trace(), &mut out).expect("memory takes all");
    std::fs::write(&file, out).expect("the directory takes a file");
    let mut process = Process::new("tshark");
    process.arg("-r").arg(&file).args(arguments);
    let output = match process.output() {
        Ok(output) => output,
        Err(error) => {
            pumice_lab::skip::because(&format!("tshark does not run here: {error}"));
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("text"))
}

fn finds_nothing_wrong(eea: u8) {
    let sim = day(eea);
    // Otherwise it takes what is ciphered for plain.
    let cipher = format!("nas-eps.null_decipher:{}", if eea == 0 { "TRUE" } else { "FALSE" });
    let wrong = ["-o", &cipher, "-Y", "_ws.malformed || _ws.expert.severity == \"Error\""];
    let Some(found) = tshark(&sim, &wrong) else { return };
    assert_eq!(found, "", "EEA{eea}");
    let all = tshark(&sim, &["-Y", "s1ap", "-T", "fields", "-e", "frame.number"]).expect("it ran before");
    assert_eq!(all.lines().count(), sim.trace().entries().len(), "every frame is S1AP");
}

#[test]
fn of_all_of_nas() {
    finds_nothing_wrong(0);
}

#[test]
fn of_what_it_can_see_of_ciphered_nas() {
    finds_nothing_wrong(2);
}

#[test]
fn sees_what_was_meant() {
    let sim = day(0);
    let count = |filter: &str| tshark(&sim, &["-Y", filter]).map(|found| found.lines().count());
    let Some(requests) = count("nas_eps.nas_msg_emm_type == 0x41") else { return };
    let of_ours =
        sim.trace().entries().iter().filter(|entry| entry.nas_name() == Some("Attach request")).count();
    assert_eq!(requests, of_ours);
    let accepts =
        sim.trace().entries().iter().filter(|entry| entry.nas_name() == Some("Attach accept")).count();
    assert_eq!(count("nas_eps.nas_msg_emm_type == 0x42"), Some(accepts));
    let informed =
        sim.trace().entries().iter().filter(|entry| entry.nas_name() == Some("EMM information")).count();
    assert_eq!(count("nas_eps.nas_msg_emm_type == 0x61"), Some(informed));
}
