//! Settings are changed on trial.

use pumice_e2e::real::Plan;

use crate::stage::OWNER;
use crate::{Person, Stage};

const NAME: &str = "[name='network.name']";

/// Types a name for the network and looks at what that would do.
fn previews(person: &Person, name: &str) {
    person.go("/settings");
    person.fill_in(&[(NAME, name)]);
    person.press("form[action='/settings/preview'] button.primary");
    person.says("h1", "What would change");
    person.says("ins", name);
}

fn applies(stage: &mut Stage, person: &Person) {
    person.press("form[action='/settings/apply'] button.primary");
    person.says("h1", "The gateway restarts");
    stage.restart();
    person.is_taken_on_to("/settings");
}

#[test]
fn a_change_is_seen_tried_kept_lost_and_undone() {
    let Some(mut stage) = Stage::in_use(Plan::default().with("page", "trial", "10")) else { return };
    let phone = stage.village.subscribe(1).unwrap();
    stage.village.attach(phone).unwrap();
    let person = stage.signed_in(OWNER);

    person.go("/settings");
    person.look("settings");
    person.fill_in(&[("[name='network.plmn']", "1"), (NAME, "Kijiji")]);
    person.pardon("422");
    person.press("form[action='/settings/preview'] button.primary");
    person.says("[id='set-network.plmn-error']", "");
    assert_eq!(person.value(NAME).unwrap(), "Kijiji", "what was right need not be typed again");
    assert_eq!(person.attribute("[name='network.plmn']", "aria-invalid").unwrap().as_deref(), Some("true"));
    person.look("settings-mistake");

    previews(&person, "Kijiji");
    person.says(".changes", "Pumice village");
    person.says(".changes", "The gateway restarts.");
    person.look("settings-preview");
    applies(&mut stage, &person);
    let left = "Number(document.querySelector('.trial [data-countdown]').dataset.countdown)";
    let first = person.evaluate(left).unwrap();
    person.wait_until(&format!("{left} < {first}")).unwrap();
    person.press("form[action='/settings/keep'] button");
    person.says(".flash", "The settings are kept.");
    person.says(".network", "Kijiji");
    assert_eq!(person.count(".trial").unwrap(), 0);
    person.is_right();

    previews(&person, "Lost");
    applies(&mut stage, &person);
    person.says(".trial", "Keep these settings?");
    person.look("settings-trial");
    assert_eq!(person.value(NAME).unwrap(), "Lost");
    // Nobody keeps them. The page notices that the gateway went and came back, and shows what holds now.
    stage.restart();
    person.wait_until(&format!("(document.querySelector({NAME:?}) || {{}}).value === 'Kijiji'")).unwrap();
    person.wait_gone(".trial").unwrap();
    person.pardon("net::ERR_");
    person.is_right();

    person.go("/settings/history");
    person.says("main", "Change 1");
    person.says("main", "Change 2");
    person.says("main", OWNER);
    person.look("settings-history");
    person.press("form[action='/settings/history/1/undo'] button");
    stage.restart();
    person.is_taken_on_to("/settings/history");
    person.press("form[action='/settings/keep'] button");
    person.says(".network", "Pumice village");
    person.is_right();
    stage.village.browse(phone).unwrap();
}
