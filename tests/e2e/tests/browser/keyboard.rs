//! The keyboard alone.

use pumice_browser::{Focused, Key, Viewport};
use pumice_e2e::real::sim;

use crate::stage::{OWNER, PASSWORD};
use crate::{Person, Stage};

/// Stops from one end of a page to the other.
const STOPS: usize = 80;

/// Presses Tab until the keyboard is where it is wanted. On the way it is always somewhere, and where it is can be seen.
fn tab_to(person: &Person, wanted: impl Fn(&Focused) -> bool) -> Focused {
    for _ in 0..STOPS {
        person.press_key(Key::Tab);
        let focused = person.focused().unwrap();
        assert_ne!(focused.tag, "body", "the keyboard is nowhere");
        assert!(focused.ring, "{focused}");
        assert!(!focused.label.is_empty(), "{focused} has no name");
        if wanted(&focused) {
            return focused;
        }
    }
    panic!("not reached by the keyboard; it is at {}", person.focused().unwrap());
}

#[test]
fn the_keyboard_alone_signs_in_and_adds_a_sim() {
    let Some(stage) = Stage::shared() else { return };
    let person = stage.person();
    person.set_viewport(Viewport::DESKTOP).unwrap();
    person.go("/login");
    person.press_key(Key::Tab);
    let skip = person.focused().unwrap();
    assert_eq!(skip.label, "Skip to the content");
    assert!(skip.ring, "{skip}");
    person.bars_nobody("the skip link");
    person.press_key(Key::Enter);
    assert_eq!(person.focused().unwrap().id, "main");
    tab_to(&person, |focused| focused.id == "login-name");
    person.type_text(OWNER).unwrap();
    tab_to(&person, |focused| focused.id == "login-password");
    person.type_text(PASSWORD).unwrap();
    // The button beside it shows what was typed, and hides it again.
    person.press_key(Key::Tab);
    person.press_key(Key::Space);
    assert_eq!(person.attribute("#login-password", "type").unwrap().as_deref(), Some("text"));
    person.press_key(Key::Space);
    assert_eq!(person.attribute("#login-password", "type").unwrap().as_deref(), Some("password"));
    tab_to(&person, |focused| focused.label == "Sign in");
    person.follow(|page| page.press(Key::Enter)).unwrap();
    person.is_at("/");

    tab_to(&person, |focused| focused.label == "Add phone");
    person.follow(|page| page.press(Key::Enter)).unwrap();
    person.is_at("/phones/add");
    person.press_key(Key::Tab);
    person.press_key(Key::Enter);
    tab_to(&person, |focused| focused.label.starts_with("Type the numbers"));
    person.press_key(Key::Enter);
    let card = sim(301).unwrap();
    let hex = |key: &[u8]| key.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    for (field, text) in [
        ("typed-imsi", "001010000000301".to_owned()),
        ("typed-k", hex(&card.k)),
        ("typed-opc", hex(&card.opc)),
        ("typed-name", "Kibodi".to_owned()),
    ] {
        tab_to(&person, |focused| focused.id == field);
        person.type_text(&text).unwrap();
    }
    person.follow(|page| page.press(Key::Enter)).unwrap();
    person.says(".flash", "Kibodi is added.");
    let added = stage.village.api("GET", "/api/v1/subscribers/001010000000301", None).unwrap();
    assert_eq!(added.body["name"], "Kibodi");
    person.is_right();
}

#[test]
fn the_menu_of_a_small_screen_is_walked_by_the_keyboard() {
    let Some(stage) = Stage::shared() else { return };
    let person = stage.signed_in(OWNER);
    person.go("/phones");
    tab_to(&person, |focused| focused.label == "More");
    person.press_key(Key::Enter);
    tab_to(&person, |focused| focused.label == "Charts");
    person.follow(|page| page.press(Key::Enter)).unwrap();
    person.is_at("/charts");
    person.is_right();
}
