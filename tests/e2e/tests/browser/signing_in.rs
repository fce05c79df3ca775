//! Who may do what, and who guesses waits.

use pumice_e2e::real::Plan;
use serde_json::json;

use crate::stage::{OWNER, PASSWORD, SELLER, VIEWER};
use crate::{Person, Stage};

/// Tries until the person is told to wait: each wrong one makes the wait longer.
const MOST_TRIES: usize = 8;

#[test]
fn who_guesses_waits_and_who_signs_out_is_out() {
    let Some(stage) = Stage::in_use(Plan::default()) else { return };
    let person = stage.person();
    person.go("/phones");
    person.is_at("/login?next=%2Fphones");
    person.look("login");
    person.pardon("401");
    person.pardon("429");
    for attempt in 1.. {
        assert!(attempt < MOST_TRIES, "nobody slows down who guesses");
        person.fill_in(&[("#login-name", OWNER), ("#login-password", "a wrong one")]);
        person.press("main button.primary");
        if person.count("main [data-countdown]").unwrap() == 1 {
            break;
        }
        person.says("[role=alert]", "The name or the password is wrong.");
        assert_eq!(person.value("#login-name").unwrap(), OWNER, "the name need not be typed again");
    }
    person.says("main [data-countdown]", "Too many tries.");
    person.wait_until("document.querySelector('main [data-countdown]').dataset.countdown === '0'").unwrap();
    person.look("login-too-many");
    person.fill_in(&[("#login-name", OWNER), ("#login-password", PASSWORD)]);
    person.press("main button.primary");
    person.is_at("/phones");

    // Another browser of the same person ends this one's session; the page that is open notices by itself.
    let elsewhere = stage.signed_in(OWNER);
    person.go("/");
    elsewhere.go("/people");
    elsewhere.says("main", "this one");
    let own = elsewhere.text("ul.people li").unwrap();
    assert!(own.contains(OWNER) && !own.contains("never"), "{own}");
    elsewhere.look("people");
    elsewhere.press("form[action='/people/sessions/end-others'] button");
    elsewhere.says(".flash", "The other sessions have ended.");
    person.pardon("401");
    person.pardon("net::ERR_");
    person.wait_for_url("/login").unwrap();
    person.wait_for("#login-name").unwrap();
    person.is_right();

    elsewhere.click(".tabs a[href='#menu']").unwrap();
    elsewhere.look("menu");
    elsewhere.press("form[action='/logout'] button");
    elsewhere.is_at("/login");
    elsewhere.go("/people");
    elsewhere.is_at("/login?next=%2Fpeople");
    elsewhere.is_right();
}

/// Everywhere that a path leads this person they are told no.
fn is_kept_from(person: &Person, paths: &[&str]) {
    for path in paths {
        person.pardon("403");
        person.go(path);
        person.says("h1", "Your account may not do that");
        assert_eq!(person.wait_for_request(path).unwrap().status, Some(403), "{path}");
        person.is_right();
    }
}

/// The status of a form that the page does not have, sent by hand with all that a page knows.
fn sends(person: &Person, path: &str) -> u64 {
    let send = format!(
        "fetch({}, {{ method: 'POST', headers: {{ 'Content-Type': 'application/x-www-form-urlencoded' }}, \
         body: '_csrf=' + document.querySelector('[name=_csrf]').value }}).then(answer => answer.status)",
        json!(path)
    );
    person.evaluate(&send).unwrap().as_u64().unwrap()
}

#[test]
fn a_seller_sells_and_a_viewer_looks() {
    let Some(stage) = Stage::in_use(Plan::default()) else { return };
    stage.village.subscribe(1).unwrap();
    let phone = "/phones/001010000000001";

    let seller = stage.signed_in(SELLER);
    seller.look("home-seller");
    assert_eq!(seller.count(".menu a[href='/settings'], .menu a[href='/care']").unwrap(), 0);
    for path in ["/phones", phone, "/phones/add", "/phones/scan", "/phones/labels", "/people"] {
        seller.go(path);
        seller.is_at(path);
        seller.look(&format!("seller{}", path.replace('/', "-")));
    }
    is_kept_from(
        &seller,
        &["/settings", "/charts", "/cells", "/audit", "/care", "/care/backup", "/setup", "/label"],
    );
    seller.go(phone);
    assert_eq!(seller.count(&format!("form[action='{phone}/block']")).unwrap(), 0);
    seller.pardon("403");
    for path in [format!("{phone}/block"), format!("{phone}/remove"), "/settings/preview".to_owned()] {
        assert_eq!(sends(&seller, &path), 403, "{path}");
    }
    seller.is_right();

    let viewer = stage.signed_in(VIEWER);
    for path in
        ["/", "/phones", phone, "/cells", "/charts", "/settings", "/settings/history", "/security", "/care"]
    {
        viewer.go(path);
        viewer.is_at(path);
        let forms = viewer.count("main form[method=post]").unwrap();
        assert_eq!(forms, 0, "{path} lets a viewer change something");
        viewer.look(&format!("viewer{}", path.replace('/', "-")));
    }
    is_kept_from(
        &viewer,
        &["/phones/add", "/phones/batch", "/care/reset", "/care/capture", "/setup/network"],
    );
    viewer.go("/");
    viewer.pardon("403");
    for path in [format!("{phone}/block"), "/phones/add".to_owned(), "/people/add".to_owned()] {
        assert_eq!(sends(&viewer, &path), 403, "{path}");
    }
    viewer.is_right();

    // What was refused is known to the owner.
    let owner = stage.signed_in(OWNER);
    owner.go("/audit");
    owner.says("main", "Refused");
    owner.look("audit");
}
