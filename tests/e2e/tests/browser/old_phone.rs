//! A phone of ten years ago, in the dark, by somebody whom movement makes ill.

use pumice_browser::Viewport;

use crate::stage::OWNER;
use crate::{Stage, pictures};

const OLD: Viewport = Viewport { width: 320, height: 480, scale: 1.0, mobile: true, touch: true };

#[test]
fn an_old_phone_in_the_dark_shows_every_page() {
    let Some(stage) = Stage::shared() else { return };
    let person = stage.signed_in(OWNER);
    person.set_viewport(OLD).unwrap();
    person.set_media("", &[("prefers-color-scheme", "dark"), ("prefers-reduced-motion", "reduce")]).unwrap();
    for path in [
        "/",
        "/phones",
        "/phones/add",
        "/cells",
        "/charts",
        "/settings",
        "/people",
        "/care",
        "/care/capture",
        "/security",
    ] {
        person.go(path);
        let sticking_out = person.sticking_out().unwrap();
        assert!(sticking_out.is_empty(), "{path}: {sticking_out:#?}");
        person.bars_nobody(path);
        let moving = person
            .evaluate("document.getAnimations().filter(one => one.playState === 'running').length")
            .unwrap();
        assert_eq!(moving, 0, "{path}");
        pictures::take(&person, &format!("old-phone{}", path.replace('/', "-")));
        person.is_right();
    }
    person.tap(".tabs a[href='/phones']").unwrap();
    person.wait_for_url("/phones").unwrap();
}
