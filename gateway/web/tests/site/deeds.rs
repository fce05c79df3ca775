//! What a form began is done and noted, whatever the browser does; and who comes in is in the log.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use pumice_model::people::{AccountName, Role};
use pumice_web::Doors;
use pumice_web::site::router;
use tower::ServiceExt;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::browser::{Browser, CODE, IMSI, PASSWORD, Site};
use crate::fakes::late::Late;

/// A box in use whose core answers late.
fn slow() -> (Site, Arc<Late>) {
    slow_with(Duration::from_secs(30))
}

fn slow_with(answer_time: Duration) -> (Site, Arc<Late>) {
    let mut site = Site::in_use();
    let late = Late::before(site.gateway.clone());
    let doors = Doors {
        control: late.clone(),
        query: site.gateway.clone(),
        keeper: site.house.clone(),
        configure: site.house.clone(),
        machine: site.house.clone(),
        software: site.house.clone(),
    };
    site.config.limits.web.answer_time = answer_time;
    site.router = router(doors, site.config.clone());
    (site, late)
}

/// Asks for the phone to be removed.
fn remove(browser: &Browser<'_>) -> impl Future<Output = axum::response::Response> + use<> {
    let request = browser
        .request("POST", &format!("/phones/{IMSI}/remove"))
        .header("origin", "https://pumice.local")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = Body::from(format!("_csrf={}", browser.proof));
    let answer = browser.site.router.clone().oneshot(request.body(body).unwrap());
    async { answer.await.unwrap() }
}

async fn audit(site: &Site) -> Vec<String> {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
        if !site.audit().is_empty() {
            break;
        }
    }
    site.audit()
}

#[tokio::test]
async fn a_browser_that_goes_away_stops_nothing() {
    let (site, late) = slow();
    let mut owner = site.owner().await;
    owner.get(&format!("/phones/{IMSI}/remove")).await.is(200);
    let asking = tokio::spawn(remove(&owner));
    late.command().await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    assert_eq!(site.gateway.state().subscribers.len(), 1);
    late.gate.add_permits(1);
    assert_eq!(
        audit(&site).await,
        [format!("owner phone.remove {IMSI} Done").replace("phone.", "subscriber.")]
    );
    assert!(site.gateway.state().subscribers.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_form_that_takes_long_is_told_and_goes_on() {
    let (site, late) = slow_with(Duration::from_secs(5));
    let mut owner = site.owner().await;
    owner.get(&format!("/phones/{IMSI}/remove")).await.is(200);
    let answer = remove(&owner).await;
    assert_eq!(answer.status().as_u16(), 504);
    assert!(site.audit().is_empty());
    late.gate.add_permits(1);
    assert_eq!(audit(&site).await, [format!("owner subscriber.remove {IMSI} Done")]);
    assert!(site.gateway.state().subscribers.is_empty());
}

#[tokio::test]
async fn an_account_that_is_removed_meanwhile_does_not_come_back() {
    let site = Site::in_use();
    site.person("juma", Role::Seller);
    let mut juma = site.signed_in("juma").await;
    juma.get("/people").await.is(200);
    let name = AccountName::parse("juma").unwrap();
    let gone = name.clone();
    // While the new password is hashed, an owner removes the account.
    site.house.state().meanwhile = Some(Box::new(move |state| drop(state.accounts.remove(&gone))));
    let fields =
        [("current", PASSWORD), ("password", "nazi mbili za pwani"), ("again", "nazi mbili za pwani")];
    juma.post("/people/password", &fields).await.is(404);
    assert!(!site.house.state().accounts.contains_key(&name));
    assert_eq!(site.audit(), ["juma account.change juma Refused"]);
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_stays() {
    let site = Site::in_use();
    site.person("juma", Role::Seller);
    let mut juma = site.signed_in("juma").await;
    juma.get("/people").await.is(200);
    let name = AccountName::parse("juma").unwrap();
    let whose = name.clone();
    site.house.state().meanwhile = Some(Box::new(move |state| {
        state.accounts.get_mut(&whose).unwrap().password = "that of an owner".to_owned();
    }));
    let fields =
        [("current", PASSWORD), ("password", "nazi mbili za pwani"), ("again", "nazi mbili za pwani")];
    juma.post("/people/password", &fields).await.is(409);
    assert_eq!(site.house.state().accounts[&name].password, "that of an owner");
    // A language is chosen whatever the password is, and changes nothing else.
    juma.get("/people").await.is(200);
    juma.post("/language", &[("language", "sw"), ("back", "/people")]).await.goes_to("/people");
    let account = site.house.state().accounts[&name].clone();
    assert_eq!((account.language.as_str(), account.password.as_str()), ("sw", "that of an owner"));
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0 += &format!(" {field}={value:?}");
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("pumice")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn who_takes_the_box_and_who_signs_in_is_in_the_log_and_no_secret_is() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let site = Site::new();
    let mut browser = site.visitor();
    browser.get("/claim").await.is(200);
    browser.post("/claim", &[("step", "code"), ("code", CODE)]).await.goes_to("/claim");
    browser.follow().await.is(200);
    let owner = [("step", "owner"), ("name", "Amina"), ("password", PASSWORD), ("again", PASSWORD)];
    browser.post("/claim", &owner).await.goes_to("/setup");
    let mut again = site.visitor();
    again.get("/login").await.is(200);
    again.post("/login", &[("name", "amina"), ("password", PASSWORD)]).await.goes_to("/");
    let lines = log.0.lock().unwrap().clone();
    let told = |what: &str| {
        let of_it = lines.iter().filter(|line| line.contains(&format!("message={what}")));
        of_it
            .filter(|line| line.starts_with("INFO") && line.contains("account=amina address=0.0.0.0"))
            .count()
    };
    assert_eq!((told("the box has an owner"), told("signed in")), (1, 2), "{lines:#?}");
    for secret in [CODE, PASSWORD, "argon2"] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{lines:#?}");
    }
}
