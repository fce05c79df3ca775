use std::time::Duration;

use pumice_browser::{BrowserError, Key, Modifiers, Viewport};

use crate::setup;

#[test]
fn a_form_is_filled_in_and_sent_by_real_events() {
    let Some(test) = setup() else { return };
    let page = &test.page;
    test.open("/");
    page.fill("#name", "first").unwrap();
    page.fill("#name", "Ana O'Neil & Sons 7é").unwrap();
    assert_eq!(page.value("#name").unwrap(), "Ana O'Neil & Sons 7é");
    page.select("#language", "sw").unwrap();
    page.wait_for_text("#log", "language sw").unwrap();
    assert!(matches!(page.select("#language", "xx"), Err(BrowserError::Element { .. })));
    page.check("#agree", true).unwrap();
    page.check("#agree", true).unwrap();
    assert!(page.is_checked("#agree").unwrap());
    page.follow(|page| page.click("#send")).unwrap();
    page.wait_for_url("/sent").unwrap();
    assert_eq!(page.text("h1").unwrap(), "Arrived");
    let body = test.server.seen("/sent").unwrap().body;
    assert_eq!(body, "owner=Ana+O%27Neil+%26+Sons+7%C3%A9&language=sw&agree=on");
}

#[test]
fn a_click_reaches_what_is_far_below_and_is_a_real_one() {
    let Some(test) = setup() else { return };
    test.open("/");
    test.page.click("#far").unwrap();
    test.page.wait_for_text("#log", "far trusted").unwrap();
    test.page.check("#drawn", true).unwrap();
    assert!(test.page.is_checked("#drawn").unwrap(), "clicked through its label");
    test.page.check("#drawn", false).unwrap();
}

#[test]
fn what_cannot_be_clicked_says_why() {
    let Some(mut test) = setup() else { return };
    test.open("/");
    test.page.evaluate("document.getElementById('cover').hidden = false").unwrap();
    test.page.set_patience(Duration::from_millis(300));
    let refusal = |selector: &str| test.page.click(selector).unwrap_err().to_string();
    for (selector, reason) in [
        ("#none", "no such element"),
        ("#off", "it is disabled"),
        ("#later", "it takes up no room"),
        ("#send", "it is covered by div#cover"),
    ] {
        let refusal = refusal(selector);
        assert!(refusal.contains(reason), "{refusal}");
    }
    assert!(matches!(test.page.wait_for("#later"), Err(BrowserError::Timeout { .. })));
    assert!(matches!(test.page.click("]["), Err(BrowserError::Script(_))));
}

#[test]
fn what_comes_later_is_waited_for() {
    let Some(test) = setup() else { return };
    test.open("/");
    let later = "setTimeout(() => { document.getElementById('later').hidden = false; \
                 document.getElementById('send').remove() }, 100); 0";
    test.page.evaluate(later).unwrap();
    test.page.wait_for("#later").unwrap();
    test.page.wait_gone("#send").unwrap();
    test.page.click("#later").unwrap();
    test.page.wait_until("document.querySelectorAll('button').length === 4").unwrap();
}

#[test]
fn the_keyboard_walks_through_the_page() {
    let Some(test) = setup() else { return };
    test.open("/");
    let page = &test.page;
    page.press(Key::Tab).unwrap();
    let focused = page.focused().unwrap();
    assert_eq!((focused.id.as_str(), focused.label.as_str()), ("name", "Owner's name"), "{focused}");
    assert_eq!((focused.role.as_str(), focused.ring), ("textbox", true), "{focused}");
    page.type_text("Ana").unwrap();
    page.press(Key::Left).unwrap();
    page.press(Key::Backspace).unwrap();
    assert_eq!(page.value("#name").unwrap(), "Aa");
    page.press(Key::Tab).unwrap();
    page.press(Key::Tab).unwrap();
    page.press(Key::Space).unwrap();
    assert!(page.is_checked("#agree").unwrap());
    page.press_with(Modifiers::SHIFT, Key::Tab).unwrap();
    assert_eq!(page.focused().unwrap().id, "language");
    page.press(Key::Escape).unwrap();
    page.wait_for_text("#log", "escape").unwrap();
    page.press_with(Modifiers::CONTROL, Key::Char('k')).unwrap();
    page.wait_for_text("#log", "control-k").unwrap();
    page.click("#name").unwrap();
    page.follow(|page| page.press(Key::Enter)).unwrap();
    assert!(page.url().unwrap().ends_with("/sent"));
}

#[test]
fn a_file_is_uploaded_and_one_is_downloaded() {
    let Some(test) = setup() else { return };
    test.open("/");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batch.txt");
    std::fs::write(&file, "8925...").unwrap();
    test.page.upload("#file", &[&file]).unwrap();
    test.page.wait_for_text("#log", "batch.txt: 8925...").unwrap();
    assert!(matches!(test.page.upload("#none", &[&file]), Err(BrowserError::Element { .. })));

    let downloads = test.context.catch_downloads().unwrap();
    test.page.click("#download").unwrap();
    let download = downloads.wait().unwrap();
    assert_eq!((download.name.as_str(), download.bytes().unwrap()), ("sims.csv", b"iccid,imsi\n".to_vec()));
    assert_eq!(download.url, test.server.url("/file"));
}

#[test]
fn dialogs_are_answered_as_told() {
    let Some(test) = setup() else { return };
    test.open("/");
    test.page.click("#ask").unwrap();
    test.page.wait_for_text("#log", "answer true").unwrap();
    test.page.accept_dialogs(false);
    test.page.click("#ask").unwrap();
    test.page.wait_for_text("#log", "answer false").unwrap();
    assert_eq!(test.page.dialogs().unwrap(), ["confirm: Restart?"; 2]);
}

#[test]
fn a_finger_taps() {
    let Some(test) = setup() else { return };
    test.page.set_viewport(Viewport::PHONE).unwrap();
    test.open("/");
    test.page.tap("#ask").unwrap();
    test.page.wait_for_text("#log", "answer true").unwrap();
}
