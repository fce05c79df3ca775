//! A box comes out of its parcel, where there is no internet.

use std::time::{Duration, Instant};

use pumice_e2e::real::{Plan, sim};
use pumice_lab::topology::SGI_LINK;
use pumice_ransim::ran::EnbIndex;
use serde_json::json;

use crate::Stage;
use crate::stage::{OWNER, PASSWORD};

const CELL: EnbIndex = EnbIndex(0);

/// Ten minutes are promised to a person; a person reads and types, and this does not.
const WHOLE: Duration = Duration::from_secs(120);

#[test]
fn a_box_out_of_its_parcel_serves_its_first_phone_without_the_internet() {
    let plan = Plan { cells_on: false, ..Plan::blank() };
    let plan = plan.with("backhaul", "probe_every", "5").with("clock", "trust", "\"always\"");
    let Some(mut stage) = Stage::new(plan) else { return };
    stage.village.topology().gateway.link(SGI_LINK).unwrap().down().unwrap();
    let code = stage.village.gateway().label_code().unwrap();
    let begun = Instant::now();
    let person = stage.person();

    person.open("http://10.90.0.1/").unwrap();
    person.says("h1", "This is Pumice");
    person.look("landing");
    person.press("main a.button.primary");
    person.wait_for_url("https://pumice.local/claim").unwrap();
    // From here on by the address, as somebody types it from the label.
    person.go("/");
    person.is_at("/claim");
    person.look("claim");
    person.fill_in(&[("#claim-code", &code.to_lowercase())]);
    person.press("main button.primary");
    person.says("h1", "You are the owner");
    person.fill_in(&[("#claim-name", OWNER), ("#claim-password", PASSWORD), ("#claim-again", "another one")]);
    person.look("claim-owner");
    person.pardon("422");
    person.press("main button.primary");
    person.says("#claim-again-error", "not the same");
    person.fill_in(&[("#claim-password", PASSWORD), ("#claim-again", PASSWORD)]);
    person.press("main button.primary");

    person.is_at("/setup/backhaul");
    person.says(".steps", "Step 2 of 6");
    // It is left, and taken up again.
    person.press(".later a");
    person.is_at("/");
    person.says(".resume", "Next step: Internet");
    person.look("home-not-set-up");
    person.press(".resume a");
    person.is_at("/setup/backhaul");
    person.click("label[for=way-way-dhcp]").unwrap();
    person.look("wizard-backhaul");
    person.press("main button.primary");

    person.is_at("/setup/network");
    person.fill_in(&[("#network-network_name", "Nkhata Bay")]);
    person.look("wizard-network");
    person.press("main button.primary");
    person.says("h1", "The gateway restarts");
    stage.restart();
    person.is_taken_on_to("/setup/cell");

    person.is_right();
    person.says(".wait", "No cell has spoken yet");
    let card = person.text(".typing").unwrap();
    assert!(["10.90.0.1", "36412", "001-01"].iter().all(|value| card.contains(value)), "{card}");
    person.look("wizard-cell-waiting");
    stage.village.radio().switch_on(CELL).unwrap();
    person.says(".wait", "is connected");
    person.look("wizard-cell-connected");
    person.press("main button.primary");

    person.is_at("/setup/phones");
    let card = sim(1).unwrap();
    let hex = |key: &[u8]| key.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    person.click("details:nth-of-type(2) summary").unwrap();
    person.fill_in(&[
        ("#typed-imsi", "001010000000001"),
        ("#typed-k", &hex(&card.k)),
        ("#typed-opc", &hex(&card.opc)),
        ("#typed-name", "Amina's phone"),
    ]);
    person.look("wizard-phones");
    person.press("form:has(#typed-imsi) button.primary");
    person.is_at("/setup/phones");
    person.says("main", "The network knows 1 phone.");
    person.press("form[action='/setup/phones'] button");
    person.is_at("/setup/done");
    person.says(".wait", "Waiting for the first phone");
    let phone = stage.village.add_phone(card, CELL).unwrap();
    stage.village.attach(phone).unwrap();
    person.says(".wait", "Amina's phone was the first phone");
    person.look("wizard-done");
    person.press("main form[action='/setup/done'] button");

    person.is_at("/");
    person.says(".status p", "Serving 1 phone.");
    person.says(".status p", "Internet off since");
    let sentence = person.text(".status p").unwrap();
    assert!(sentence.ends_with(". Nothing is lost."), "{sentence}");
    assert_eq!(person.count(".resume").unwrap(), 0, "the setup is finished");
    person.look("home-serving");
    for (number, name) in [(2, "Duka la Juma"), (3, "Shule")] {
        let body = json!({ "name": name });
        let phone = stage.village.subscribe(number).unwrap();
        let path = format!("/api/v1/subscribers/00101000000000{number}");
        assert_eq!(stage.village.api("PATCH", &path, Some(&body)).unwrap().status, 204);
        if number == 2 {
            stage.village.attach(phone).unwrap();
        }
    }
    person.go("/phones");
    person.says("main", "2 of 3 phones are here");
    person.look("phones");
    assert!(begun.elapsed() < WHOLE, "{:?}", begun.elapsed());
}
