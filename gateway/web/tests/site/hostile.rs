//! Names that others chose, and requests that nobody's browser sends.

use axum::body::Body;
use pumice_model::event::{Event, EventRecord};
use pumice_web::site::routes;

use crate::browser::{IMSI, Site};

const NAME: &str = "\"><script>x</script>'&";

#[tokio::test]
async fn names_are_escaped_wherever_they_are_shown() {
    let site = Site::in_use();
    site.add_phone("001010000000002", NAME);
    let mut cell = crate::gateway::cell(7);
    cell.name = NAME.to_owned();
    site.gateway.state().cells.push(cell);
    let mut device = crate::live::device("001010000000002");
    device.name = NAME.to_owned();
    site.gateway.state().phones.push(device);
    site.gateway.state().events.push(EventRecord {
        sequence: 1,
        at_millis: 1,
        unix_seconds: None,
        event: Event::PhoneAttached {
            imsi: "001010000000002".parse().unwrap(),
            address: "10.45.0.7".parse().unwrap(),
        },
    });
    {
        let mut state = site.house.state();
        state.file.insert("network.name".to_owned(), NAME.to_owned());
        state.file.insert("backhaul.ssid".to_owned(), NAME.to_owned());
        state.machine.board.name = NAME.to_owned();
        state.machine.interfaces[0].name = NAME.to_owned();
    }
    let mut owner = site.owner().await;
    site.house.state().sessions[0].browser = NAME.parse().unwrap();
    site.house.pass(10);
    let mut shown = 0;
    for route in routes().into_iter().filter(|route| route.method == "GET" && route.path != "/live") {
        let path = route.path.replace("{imsi}", "001010000000002").replace("{id}", "00101-macro-7");
        let path =
            path.replace("{name}", if route.path.starts_with("/live") { "phones-list" } else { "owner" });
        let answer = owner.get(&path).await;
        assert!(!answer.text.contains("<script>x"), "{path}");
        shown += usize::from(answer.text.contains("&lt;script&gt;x"));
    }
    assert!(shown > 20, "{shown} pages show the name");
}

#[tokio::test]
async fn what_is_in_an_address_is_escaped() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    for path in [
        "/phones?search=%22%3E%3Cscript%3Ex%3C/script%3E",
        "/nothing?%22%3E%3Cscript%3Ex",
        "/phones/add?iccid=%22%3E%3Cscript%3Ex",
        "/charts?span=%3Cscript%3Ex",
        "/care/reset?what=%3Cscript%3Ex",
        "/live/%3Cscript%3Ex",
    ] {
        owner.get(path).await.has_not("<script>x");
    }
    site.visitor().get("/login?next=/%22%3E%3Cscript%3Ex").await.is(200).has_not("<script>x");
}

#[tokio::test]
async fn broken_requests_are_refused() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let path = format!("/phones/{IMSI}/block");
    for (kind, body) in [
        ("application/json", "{}".to_owned()),
        ("text/plain", format!("_csrf={}", owner.proof)),
        ("multipart/form-data", "x".to_owned()),
        ("multipart/form-data; boundary=X", "--Y\r\n".to_owned()),
        ("application/x-www-form-urlencoded", "a=b&".repeat(200)),
    ] {
        owner.post_body(&path, kind, body.into_bytes()).await.is(400);
    }
    let request = owner
        .request("POST", &path)
        .header("origin", "https://pumice.local")
        .header("content-encoding", "gzip");
    owner.send(request.body(Body::from("x")).unwrap()).await.is(400);
    assert_eq!(site.gateway.state().commands.len(), 1);
}

#[tokio::test]
async fn odd_cookies_are_no_session() {
    let site = Site::in_use();
    let mut browser = site.visitor();
    let good = site.owner().await.cookies["__Host-pumice"].clone();
    for odd in [
        String::new(),
        "x".to_owned(),
        good.to_uppercase() + "0",
        format!("{good}0"),
        "\u{e9}".to_owned(),
        good[..63].to_owned(),
    ] {
        browser.cookies.insert("__Host-pumice".to_owned(), odd);
        browser.get("/phones").await.is(303);
    }
    // Two sessions at once are none: one of them was planted.
    let request = axum::http::Request::get("/phones").header("host", "pumice.local");
    let request = request.header("cookie", format!("__Host-pumice={good}; __Host-pumice={}", "0".repeat(64)));
    browser.send(request.body(Body::empty()).unwrap()).await.is(303);
    // Without its prefix it is another cookie.
    let request = axum::http::Request::get("/phones").header("host", "pumice.local");
    browser
        .send(request.header("cookie", format!("pumice={good}")).body(Body::empty()).unwrap())
        .await
        .is(303);
}

#[tokio::test]
async fn a_box_whose_doors_do_not_answer_says_so() {
    use pumice_model::control::Refusal;
    let site = Site::in_use();
    let mut owner = site.owner().await;
    site.gateway.state().refusal = Some(Refusal::Busy);
    let answer = owner.get("/phones").await.is(503).has("The box is busy");
    assert!(answer.headers.contains_key("retry-after"));
    site.gateway.state().refusal = None;
    site.house.state().refusal = Some(Refusal::Store { reason: "gone".to_owned() });
    owner.get("/").await.is(409);
    site.house.state().refusal = None;
    owner.get("/").await.is(200);
}
