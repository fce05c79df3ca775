use std::time::Duration;

use pumice_e2e::real::{Plan, Village, sim};
use pumice_lab::skip;
use pumice_ransim::phone::EmmState;
use pumice_ransim::sim::SimProfile;
use tempfile::TempDir;

use crate::{CELL, assert_served, events, pumice};

#[test]
fn subscribers_come_and_go_by_the_command_line() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let folder = TempDir::with_prefix("pumice-").unwrap();
    let (one, two) = (sim(1).unwrap(), sim(2).unwrap());
    let csv = folder.path().join("subscribers.csv");
    std::fs::write(&csv, format!("imsi,k,opc\n{}\n{}\n", row(&one), row(&two))).unwrap();
    pumice(&village, &["subscriber", "import", csv.to_str().unwrap()]);
    let (phone, bystander) = (village.add_phone(one, CELL).unwrap(), village.add_phone(two, CELL).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    let listed = pumice(&village, &["subscriber", "list"]);
    assert!(listed.contains("001010000000001") && listed.contains("001010000000002"), "{listed}");
    assert!(pumice(&village, &["status"]).contains("00101"));

    pumice(&village, &["subscriber", "remove", "001010000000001"]);
    let is_gone = move |ran: &mut pumice_ransim::ran::Ran| {
        let phone = ran.phone(phone)?;
        // The network releases it once it has the phone's acceptance.
        (matches!(phone.state(), EmmState::Deregistered(_)) && !phone.is_connected()).then_some(())
    };
    village.radio().wait("the phone of the removed subscriber", Duration::from_secs(5), is_gone).unwrap();
    assert_eq!(events(&village, "phone_detached")[0]["reason"], "by_operator");
    assert!(!pumice(&village, &["subscriber", "list"]).contains("001010000000001"));
    assert_served(&village, bystander);
}

fn row(sim: &SimProfile) -> String {
    let hex = |key: &[u8]| key.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    format!("{},{},{}", sim.imsi.digits(), hex(&sim.k), hex(&sim.opc))
}
