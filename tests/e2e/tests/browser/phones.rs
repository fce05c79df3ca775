//! Phones on the page, while they come and go.

use std::time::Duration;

use pumice_browser::Request;
use pumice_e2e::real::PAGE;
use pumice_ransim::phone::Command;

use crate::stage::OWNER;
use crate::{Person, Stage};

const SOON: Duration = Duration::from_secs(10);

/// A name that would be more than text, were it taken for more.
const HOSTILE: &str = "<script>hostile=1</script><b>Bibi</b> & \"co\" {n}";

/// Nothing of the hostile name came to life.
fn is_text(person: &Person, selector: &str) {
    person.says(selector, HOSTILE);
    assert_eq!(person.count("main b, main script").unwrap(), 0);
    assert_eq!(person.evaluate("typeof hostile").unwrap(), "undefined");
}

/// The page that is open is the one that was marked.
fn was_not_loaded_anew(person: &Person) {
    assert_eq!(person.evaluate("window.mark").unwrap(), 1);
}

#[test]
fn a_phone_appears_in_the_list_without_a_reload() {
    let Some(stage) = Stage::shared() else { return };
    let phone = stage.village.subscribe(101).unwrap();
    let person = stage.signed_in(OWNER);
    person.go("/phones?search=001010000000101");
    person.says("tbody", "Not here");
    person.evaluate("window.mark = 1").unwrap();
    stage.village.attach(phone).unwrap();
    person.says("tbody", "Active");
    was_not_loaded_anew(&person);
    let requests = person.requests().unwrap();
    let streamed = |request: &Request| request.kind == "EventSource" && request.status == Some(200);
    assert!(requests.iter().any(streamed), "it came by the stream: {requests:#?}");
    person.look("phones-live");

    // A browser that has no streams asks from time to time.
    person
        .evaluate(
            "const hide = hidden => {
                 Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
                 document.dispatchEvent(new Event('visibilitychange'));
             };
             hide(true); delete window.EventSource; hide(false); 0",
        )
        .unwrap();
    person.forget();
    stage.village.radio().command(phone, Command::Detach).unwrap();
    person.says("tbody", "Not here");
    was_not_loaded_anew(&person);
    assert_eq!(person.wait_for_request("/live/phones-list").unwrap().status, Some(200));
    person.is_right();
}

#[test]
fn a_phone_is_named_blocked_and_let_in_again() {
    let Some(stage) = Stage::shared() else { return };
    let (village, person) = (&stage.village, stage.signed_in(OWNER));
    let phone = village.subscribe(102).unwrap();
    village.attach(phone).unwrap();
    village.browse(phone).unwrap();
    let path = "/phones/001010000000102";
    person.go(path);
    person.says(".headline", "Active");
    // What it used is summed up twice a minute, and a page may know that for half a minute.
    let counted = (0..3).any(|_| person.wait_for_text(".headline", "kB").is_ok());
    assert!(counted, "{}", person.main());
    let said = person.text(".headline").unwrap();
    let kilobytes: f64 =
        said.split("Data today: ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    let page = PAGE as f64 / 1_000.0;
    assert!((page..page * 2.0).contains(&kilobytes), "{said}");
    person.look("phone");

    person.fill_in(&[("#phone-name", HOSTILE)]);
    person.press(&format!("form[action='{path}/rename'] button"));
    is_text(&person, "h1");
    assert_eq!(person.value("#phone-name").unwrap(), HOSTILE, "who saves the form once more changes nothing");
    person.look("phone-hostile-name");
    person.go("/phones?search=001010000000102");
    is_text(&person, "tbody");
    person.go("/phones/labels?imsi=001010000000102");
    is_text(&person, ".labels");
    person.go("/");
    is_text(&person, "main");
    person.is_right();

    person.go(path);
    person.press(&format!("form[action='{path}/block'] button"));
    person.says(".flash", "is blocked");
    person.says(".headline", "Blocked");
    village
        .radio()
        .wait("the phone cut off", SOON, move |ran| {
            (!ran.phone(phone)?.state().is_registered()).then_some(())
        })
        .unwrap();
    person.look("phone-blocked");
    village.radio().command(phone, Command::PullBattery).unwrap();
    village.power_on(phone).unwrap();
    village
        .radio()
        .wait("the phone turned away", SOON, move |ran| {
            ran.phone(phone)?.has_seen("Attach reject").then_some(())
        })
        .unwrap();

    person.press(&format!("form[action='{path}/unblock'] button"));
    person.says(".flash", "is unblocked");
    village.radio().command(phone, Command::PullBattery).unwrap();
    village.attach(phone).unwrap();
    village.browse(phone).unwrap();
    person.says(".headline", "Active");
    person.is_right();

    person.press(&format!("a[href='{path}/remove']"));
    person.look("phone-remove");
    person.press("main button.danger");
    person.says(".flash", "is removed");
    person.is_right();
}
