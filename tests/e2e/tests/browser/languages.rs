//! The five languages, and the curves.

use std::time::{Duration, Instant};

use crate::Stage;
use crate::stage::{OWNER, VIEWER};

/// Language, direction, and what signing in is called.
const LANGUAGES: [(&str, &str, &str); 5] = [
    ("en", "ltr", "Sign in"),
    ("es", "ltr", "Entrar"),
    ("fr", "ltr", "Se connecter"),
    ("sw", "ltr", "Ingia"),
    ("pt", "ltr", "Entrar"),
];

/// A first sample is taken after half a minute.
const CURVES: Duration = Duration::from_secs(50);

#[test]
fn the_page_speaks_five_languages() {
    let Some(stage) = Stage::shared() else { return };
    let person = stage.person();
    person.go("/login");
    for (language, direction, sign_in) in LANGUAGES.into_iter().rev() {
        person.select("#foot-language", language).unwrap();
        person.press("form[action='/language'] button");
        person.is_at("/login");
        assert_eq!(person.attribute("html", "lang").unwrap().as_deref(), Some(language));
        assert_eq!(person.attribute("html", "dir").unwrap().as_deref(), Some(direction));
        person.says("h1", sign_in);
        person.look(&format!("login-{language}"));
    }

    // The account remembers it, in another browser too.
    let viewer = stage.signed_in(VIEWER);
    viewer.select("#foot-language", "sw").unwrap();
    viewer.press("form[action='/language'] button");
    viewer.look("home-sw");
    let elsewhere = stage.signed_in(VIEWER);
    assert_eq!(elsewhere.attribute("html", "lang").unwrap().as_deref(), Some("sw"));
    // A browser that asks for a language gets it before anybody has chosen.
    let newcomer = stage.person();
    newcomer.set_language("fr-FR", "fr-FR,fr").unwrap();
    newcomer.go("/login");
    assert_eq!(newcomer.attribute("html", "lang").unwrap().as_deref(), Some("fr"));
    newcomer.is_right();
}

#[test]
fn curves_are_drawn_and_can_be_read() {
    let Some(stage) = Stage::shared() else { return };
    let phone = stage.village.subscribe(401).unwrap();
    stage.village.attach(phone).unwrap();
    let person = stage.signed_in(OWNER);
    let begun = Instant::now();
    person.go("/charts");
    while person.count("figure.chart svg[role=img]").unwrap() < 2 {
        assert!(begun.elapsed() < CURVES, "nothing is drawn: {}", person.main());
        std::thread::sleep(Duration::from_millis(500));
        person.reload().unwrap();
    }
    person.click("figure.chart details summary").unwrap();
    assert!(person.count("figure.chart table tbody tr").unwrap() > 0);
    person.look("charts");
    for span in ["day", "month"] {
        person.press(&format!("a[href='/charts?span={span}']"));
        assert_eq!(
            person.attribute(&format!("a[href='/charts?span={span}']"), "aria-current").unwrap().as_deref(),
            Some("true")
        );
        person.look(&format!("charts-{span}"));
    }
    person.go("/");
    person.look("home-owner");
}
