//! Care of the box: a backup and its way back, what is sent to who helps, captures, and the end of it all.

use pumice_e2e::real::Plan;

use crate::Stage;
use crate::stage::OWNER;

#[test]
fn a_backup_is_made_and_put_back() {
    let Some(mut stage) = Stage::in_use(Plan::default()) else { return };
    stage.village.subscribe(1).unwrap();
    let person = stage.signed_in(OWNER);
    person.go("/care");
    person.says("main", "none yet");
    person.look("care");
    person.press("a[href='/care/backup']");
    person.look("backup");
    person.press("form[action='/care/backup'] button");
    person.says("h1", "The backup is made");
    let key = person.texts(".recovery code").unwrap().join("-");
    assert!(key.len() > 26, "{key}");
    person.look("backup-made");
    let downloads = person.context().catch_downloads().unwrap();
    person.click("a[href='/care/backup/download']").unwrap();
    let file = downloads.wait().unwrap();
    assert!(file.name.ends_with(".backup"), "{}", file.name);
    let octets = file.bytes().unwrap();
    assert!(octets.len() > 100 && !octets.windows(15).any(|window| window == b"001010000000001"));
    // It is shown once.
    person.go("/care/backup");
    assert!(!person.main().contains(&key[..11]));

    // Afterwards another phone comes, which the backup does not have.
    stage.village.subscribe(2).unwrap();
    person.go("/care/restore");
    person.look("restore");
    person.upload("#restore-file", &[&file.path]).unwrap();
    person.fill_in(&[("#restore-recovery_key", "00000-00000-00000-00000-00000-0")]);
    person.pardon("422");
    person.press("form[action='/care/restore'] button.primary");
    person.says("#restore-recovery_key-error", "does not open this file");
    person.upload("#restore-file", &[&file.path]).unwrap();
    person.fill_in(&[("#restore-recovery_key", &key.to_lowercase())]);
    person.press("form[action='/care/restore'] button.primary");
    person.says("main", "This is in the backup");
    person.look("restore-opened");
    person.press("form[action='/care/restore/apply'] button");
    person.says("h1", "The gateway restarts");
    // With the accounts of the backup in force everybody signs in anew; the old page may ask once before it hears so.
    person.pardon("401");
    stage.restart();
    person.is_taken_on_to("/login");
    person.sign_in(OWNER);
    person.go("/phones");
    person.says("tbody", "001010000000001");
    assert!(!person.main().contains("001010000000002"));
    person.is_right();
}

#[test]
fn what_helps_who_helps_can_be_downloaded() {
    let Some(stage) = Stage::in_use(Plan::default()) else { return };
    let phone = stage.village.subscribe(1).unwrap();
    stage.village.attach(phone).unwrap();
    let person = stage.signed_in(OWNER);
    let downloads = person.context().catch_downloads().unwrap();
    person.go("/care/diagnostics");
    person.look("diagnostics");
    person.click("a[href='/care/diagnostics/download']").unwrap();
    let bundle = downloads.wait().unwrap();
    assert!(bundle.name.ends_with(".tar.gz"), "{}", bundle.name);
    assert!(bundle.bytes().unwrap().starts_with(&[0x1f, 0x8b]), "it is a gzip file");

    person.go("/care/capture");
    person.select("#capture-target", "phone").unwrap();
    person.fill_in(&[("#capture-imsi", "001010000000001"), ("#capture-seconds", "99999")]);
    person.pardon("422");
    person.press("form[action='/care/capture/start'] button");
    person.says("#capture-seconds-error", "A number from 1 to 3600");
    person.look("capture-mistake");
    person.fill_in(&[("#capture-seconds", "60")]);
    person.press("form[action='/care/capture/start'] button");
    person.says(".wait", "Recording");
    stage.village.browse(phone).unwrap();
    let counted = "/[1-9]\\d* packets/.test((document.querySelector('.wait') || {}).innerText)";
    person.wait_until(counted).unwrap_or_else(|error| panic!("{error}: {}", person.main()));
    person.look("capture");
    person.press("form[action='/care/capture/stop'] button");
    person.says(".flash", "The capture has stopped.");
    person.click("a[download$='.pcap'], a[href^='/care/capture/']").unwrap();
    let file = downloads.wait().unwrap().bytes().unwrap();
    assert!(
        [[0xd4, 0xc3, 0xb2, 0xa1], [0x4d, 0x3c, 0xb2, 0xa1]].contains(&file[..4].try_into().unwrap()),
        "{:x?}",
        &file[..4]
    );
    assert!(file.windows(8).any(|window| window == b"HTTP/1.0"), "the phone's page is in it");
    person.press("form[action$='/delete'] button");
    person.says(".flash", "The capture is deleted.");
    person.is_right();
}

#[test]
fn a_box_that_forgets_everything_is_claimed_anew() {
    let Some(mut stage) = Stage::in_use(Plan::default()) else { return };
    let code = stage.village.gateway().label_code().unwrap();
    let person = stage.signed_in(OWNER);
    person.go("/care/restart");
    person.look("restart");
    person.press("form:has([value=gateway]) button");
    stage.restart();
    person.is_taken_on_to("/");
    person.is_signed_in(OWNER);

    person.go("/care/reset");
    person.look("reset");
    person.press("a[href='/care/reset?what=everything']");
    person.fill_in(&[("#reset-word", "nothing")]);
    person.pardon("422");
    person.press("main button.danger");
    person.says("#reset-word-error", "exactly as shown");
    person.look("reset-everything");
    person.fill_in(&[("#reset-word", "EVERYTHING")]);
    person.press("main button.danger");
    stage.restart();
    person.is_taken_on_to("/claim");
    person.says("h1", "Welcome");
    person.fill_in(&[("#claim-code", &code)]);
    person.press("main button.primary");
    person.says("h1", "You are the owner");
    person.is_right();
}
