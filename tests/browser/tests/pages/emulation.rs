use pumice_browser::{Browser, ColorScheme, Options, Viewport, camera};

use crate::setup;

/// Width and height that stand in a PNG's header.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_phone_has_its_width_and_its_pictures() {
    let Some(test) = setup() else { return };
    test.page.set_viewport(Viewport::SMALLEST).unwrap();
    test.open("/");
    assert_eq!(
        test.page.evaluate("[innerWidth, devicePixelRatio, navigator.maxTouchPoints]").unwrap(),
        serde_json::json!([320, 2, 5])
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shots/window.png");
    test.page.screenshot(&path, false).unwrap();
    assert_eq!(size(&std::fs::read(&path).unwrap()), (640, 1136));
    let (width, height) = size(&test.page.picture(true).unwrap());
    assert!(width == 640 && height > 6000, "{width} x {height}");
    test.page.print(&folder.path().join("labels.pdf")).unwrap();
    assert!(std::fs::read(folder.path().join("labels.pdf")).unwrap().starts_with(b"%PDF-"));

    assert!(test.page.sticking_out().unwrap().is_empty());
    test.page.evaluate("log.style.width = '400px'; log.textContent = 'wide'").unwrap();
    assert_eq!(test.page.sticking_out().unwrap(), ["p#log from 0 to 400 of 320"]);
}

#[test]
fn dark_mode_is_seen() {
    let Some(test) = setup() else { return };
    for (scheme, colour) in [(ColorScheme::Dark, "rgb(0, 0, 0)"), (ColorScheme::Light, "rgb(255, 255, 255)")]
    {
        test.page.set_color_scheme(scheme).unwrap();
        test.open("/");
        assert_eq!(test.page.style("body", "background-color").unwrap(), colour);
    }
    test.page.set_media("print", &[("prefers-reduced-motion", "reduce")]).unwrap();
    let matches = "[matchMedia('print').matches, matchMedia('(prefers-reduced-motion: reduce)').matches]";
    assert_eq!(test.page.evaluate(matches).unwrap(), serde_json::json!([true, true]));
}

#[test]
fn without_javascript_a_page_is_read_clicked_and_audited() {
    let Some(test) = setup() else { return };
    test.page.set_javascript(false).unwrap();
    test.open("/noscript");
    assert_eq!(test.page.wait_for_text("#p", "static").unwrap(), "static");
    let violations = test.page.axe().unwrap();
    assert_eq!(violations.iter().map(|violation| violation.rule.as_str()).collect::<Vec<_>>(), ["image-alt"]);
    test.open("/");
    test.page.fill("#name", "Ana").unwrap();
    test.page.follow(|page| page.click("#send")).unwrap();
    assert!(test.server.seen("/sent").unwrap().body.starts_with("owner=Ana&"));
    test.page.set_javascript(true).unwrap();
    test.open("/noscript");
    assert_eq!(test.page.text("#p").unwrap(), "scripted");
}

#[test]
fn language_and_time_zone_are_the_persons() {
    let Some(test) = setup() else { return };
    test.page.set_language("pt-BR", "pt-BR,pt").unwrap();
    test.page.set_time_zone("Africa/Kampala").unwrap();
    test.open("/new");
    assert_eq!(
        test.page.evaluate("(1234.5).toLocaleString() + ' ' + navigator.language").unwrap(),
        "1.234,5 pt-BR"
    );
    let zone = test.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone").unwrap();
    assert_eq!(zone, "Africa/Kampala");
    let header = test.server.seen("/new").unwrap().header;
    assert!(header.contains("Accept-Language: pt-BR,pt;q=0.9"), "{header}");
}

#[test]
fn the_network_can_be_taken_away() {
    let Some(test) = setup() else { return };
    test.open("/");
    let fetch = "fetch('/new').then(r => r.status, () => 'failed')";
    test.page.set_offline(true).unwrap();
    assert_eq!(
        test.page.evaluate(&format!("{fetch}.then(s => [s, navigator.onLine])")).unwrap(),
        serde_json::json!(["failed", false])
    );
    test.page.set_offline(false).unwrap();
    assert_eq!(test.page.evaluate(fetch).unwrap(), 200);
}

#[test]
fn the_camera_shows_the_image() {
    if pumice_browser::skip::unless_chromium() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("half.y4m");
    // Black above, white below.
    let pixels: Vec<u8> = (0..320 * 240).map(|at| if at < 320 * 120 { 0 } else { 255 }).collect();
    camera::still(&file, 320, 240, &pixels).unwrap();
    let browser = Browser::start(Options::default().camera(&file)).unwrap();
    let page = browser.context().unwrap().page().unwrap();
    let server = crate::Server::start();
    page.open(&server.url("/new")).unwrap();
    let seen = page
        .evaluate(
            "navigator.mediaDevices.getUserMedia({ video: true }).then(async stream => {
                const video = document.createElement('video');
                video.muted = true;
                video.srcObject = stream;
                await video.play();
                const canvas = document.createElement('canvas');
                canvas.width = video.videoWidth; canvas.height = video.videoHeight;
                const paint = canvas.getContext('2d');
                paint.drawImage(video, 0, 0);
                const at = part => paint.getImageData(canvas.width / 2, canvas.height * part, 1, 1).data[1];
                return [at(0.25), at(0.75)];
            })",
        )
        .unwrap();
    let grey = |index: usize| seen[index].as_u64().unwrap();
    assert!(grey(0) < 20 && grey(1) > 235, "{seen}");
}
