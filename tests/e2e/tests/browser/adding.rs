//! SIMs become phones: from a table, from a sealed batch, by the camera; and labels are printed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pumice_e2e::real::{Village, sim};
use pumice_lab::binary;
use pumice_ransim::sim::SimProfile;
use tempfile::TempDir;

use crate::stage::OWNER;
use crate::{Person, Stage, pictures, qr};

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn row(sim: &SimProfile) -> String {
    format!("{},{},{}", sim.imsi.digits().as_str(), hex(&sim.k), hex(&sim.opc))
}

#[test]
fn a_table_is_looked_at_before_anything_is_added() {
    let Some(stage) = Stage::shared() else { return };
    let folder = TempDir::with_prefix("pumice-").unwrap();
    let file = folder.path().join("sims.csv");
    let (first, second) = (sim(201).unwrap(), sim(202).unwrap());
    let wrong = row(&second).replace(&hex(&second.k), "not a key");
    let person = stage.signed_in(OWNER);
    person.go("/phones/add");
    person.click("details:nth-of-type(3) summary").unwrap();
    // The columns of the example that the page shows.
    let example = person.text("pre.code").unwrap();
    let columns = example.split_whitespace().next().unwrap().to_owned();
    let rows = [columns, row(&first) + ",Duka", wrong + ",x", row(&first) + ",Twice"];
    fs::write(&file, rows.join("\n")).unwrap();
    person.look("add-phone");
    person.upload("#csv-file", &[&file]).unwrap();
    person.press("form[action='/phones/csv'] button");
    person.says("section.card", "1 phone can be added");
    let problems: Vec<String> = person.texts("tbody tr").unwrap();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("3 k "), "{problems:?}");
    assert!(problems[1].starts_with("4 imsi "), "{problems:?}");
    assert!(!person.main().contains("not a key"), "what may be a key is not shown");
    person.look("add-phone-dry-run");
    assert_eq!(stage.village.api("GET", "/api/v1/subscribers/001010000000201", None).unwrap().status, 404);
    person.press("form[action='/phones/csv/apply'] button");
    person.says(".flash", "1 phone is added.");
    let added = stage.village.api("GET", "/api/v1/subscribers/001010000000201", None).unwrap();
    assert_eq!(added.body["name"], "Duka");
    person.is_right();
}

/// `pumice batch seal`: what a maker of cards does.
fn seal(village: &Village, folder: &Path, rows: &[String]) -> std::path::PathBuf {
    let (csv, passphrase, batch) =
        (folder.join("batch.csv"), folder.join("passphrase"), folder.join("cards.batch"));
    fs::write(&csv, rows.join("\n")).unwrap();
    fs::write(&passphrase, PASSPHRASE).unwrap();
    let mut command = Command::new(binary::path("pumice").unwrap());
    command.args(["batch", "seal"]).args([&csv, &batch]).arg("--passphrase-from").arg(&passphrase);
    command.stdin(Stdio::null());
    let process = village.topology().gateway.spawn(command).unwrap();
    let ended = process.wait(Duration::from_secs(20)).unwrap().expect("it ends");
    assert!(ended.success());
    batch
}

const PASSPHRASE: &str = "kahawa tungu asubuhi";

#[test]
fn a_card_of_a_sealed_batch_is_added_by_its_number_typed_or_seen() {
    let Some(stage) = Stage::shared() else { return };
    let folder = TempDir::with_prefix("pumice-").unwrap();
    let rows = [211, 212].map(|number| format!("{},{}", qr::iccid(number), row(&sim(number).unwrap())));
    let batch =
        seal(&stage.village, folder.path(), &[vec!["iccid,imsi,k,opc".to_owned()], rows.to_vec()].concat());
    let octets = fs::read(&batch).unwrap();
    let key = hex(&sim(211).unwrap().k);
    assert!(!octets.windows(key.len()).any(|window| window == key.as_bytes()), "it is sealed");

    let person = stage.signed_in(OWNER);
    person.go("/phones/batch");
    person.upload("#batch-file", &[&batch]).unwrap();
    person.fill_in(&[("#batch-passphrase", "another passphrase")]);
    person.pardon("422");
    person.press("form[action='/phones/batch'] button.primary");
    person.says("#batch-passphrase-error", "The passphrase is wrong");
    person.look("batch-wrong");
    person.upload("#batch-file", &[&batch]).unwrap();
    person.fill_in(&[("#batch-passphrase", PASSPHRASE)]);
    person.press("form[action='/phones/batch'] button.primary");
    person.says(".flash", "The batch is loaded: 2 cards.");
    person.fill_in(&[("#iccid-iccid", &qr::iccid(211)), ("#iccid-name", "Typed")]);
    person.press("form:has(#iccid-iccid) button.primary");
    person.says(".flash", "Typed is added.");
    person.is_right();

    let picture = folder.path().join("card.y4m");
    qr::before_a_camera(&qr::iccid(212), &picture);
    let browser = stage.with_camera(&picture);
    let at_the_camera = Person::at(&browser);
    at_the_camera.sign_in(OWNER);
    at_the_camera.go("/phones/scan");
    at_the_camera.look("scan");
    at_the_camera.click("#scan-start").unwrap();
    at_the_camera.wait_for_url(&format!("iccid={}", qr::iccid(212))).unwrap();
    at_the_camera.wait_for("#iccid-iccid").unwrap();
    assert_eq!(at_the_camera.value("#iccid-iccid").unwrap(), qr::iccid(212));
    at_the_camera.fill_in(&[("#iccid-name", "Seen")]);
    at_the_camera.press("form:has(#iccid-iccid) button.primary");
    at_the_camera.says(".flash", "Seen is added.");
    at_the_camera.is_right();
    let added = stage.village.api("GET", "/api/v1/subscribers/001010000000212", None).unwrap();
    assert_eq!(added.body["name"], "Seen");
}

#[test]
fn labels_are_printed_and_their_codes_hold_no_key() {
    let Some(stage) = Stage::shared() else { return };
    let (card, person) = (sim(221).unwrap(), stage.signed_in(OWNER));
    stage.village.subscribe(221).unwrap();
    person.go("/phones/labels?imsi=001010000000221");
    assert_eq!(qr::read(&person), ["001010000000221"]);
    person.look("labels");
    let html = person.evaluate("document.documentElement.outerHTML").unwrap().to_string().to_lowercase();
    for key in [card.k, card.opc] {
        assert!(!html.contains(&hex(&key)), "a key is in the page");
    }
    let paper = pictures::folder().join("labels.pdf");
    person.print(&paper).unwrap();
    assert!(fs::read(&paper).unwrap().starts_with(b"%PDF-"));
    // On paper there is nothing but the labels.
    person.set_media("print", &[]).unwrap();
    for selector in [".tabs", ".menu", ".foot", ".top", ".screen-only"] {
        assert_eq!(person.style(selector, "display").unwrap(), "none", "{selector}");
    }
    person.is_right();
}
