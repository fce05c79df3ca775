//! A browser that runs no scripts: an old one, a careful one.

use pumice_e2e::real::{Plan, sim};
use pumice_ransim::ran::EnbIndex;

use crate::Stage;
use crate::stage::{OWNER, PASSWORD};

#[test]
fn the_box_is_owned_used_and_changed_without_a_script() {
    let Some(mut stage) = Stage::new(Plan::default()) else { return };
    let code = stage.village.gateway().label_code().unwrap();
    let person = stage.person();
    person.set_javascript(false).unwrap();

    person.go("/");
    person.is_at("/claim");
    person.fill_in(&[("#claim-code", &code)]);
    person.press("main button.primary");
    person.fill_in(&[("#claim-name", OWNER), ("#claim-password", PASSWORD), ("#claim-again", PASSWORD)]);
    person.press("main button.primary");
    person.go("/");
    person.is_signed_in(OWNER);
    person.look("without-scripts-home");

    let card = sim(1).unwrap();
    let hex = |key: &[u8]| key.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    person.go("/phones/add");
    person.click("details:nth-of-type(2) summary").unwrap();
    person.fill_in(&[
        ("#typed-imsi", "001010000000001"),
        ("#typed-k", &hex(&card.k)),
        ("#typed-opc", &hex(&card.opc)),
    ]);
    person.press("form:has(#typed-imsi) button.primary");
    person.says(".flash", "001010000000001 is added.");
    let phone = stage.village.add_phone(card, EnbIndex(0)).unwrap();
    stage.village.attach(phone).unwrap();
    person.go("/");
    person.says(".status", "Serving 1 phone.");

    person.click(".tabs a[href='#menu']").unwrap();
    person.press("form[action='/logout'] button");
    person.sign_in(OWNER);
    person.go("/settings");
    person.fill_in(&[("[name='network.name']", "Bila script")]);
    person.press("form[action='/settings/preview'] button.primary");
    person.press("form[action='/settings/apply'] button.primary");
    person.look("without-scripts-restarting");
    stage.restart();
    person.press("main a.button");
    person.is_at("/settings");
    person.press("form[action='/settings/keep'] button");
    person.says(".network", "Bila script");
    person.look("without-scripts-kept");
}
