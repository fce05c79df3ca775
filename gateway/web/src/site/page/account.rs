//! Signing in and out, and the language.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use pumice_model::people::{Account, AccountChange, AccountName, Actor, Outcome};
use pumice_ui::page::{error, login};
use pumice_ui::{Entered, Language, Section};

use crate::audit::Deed;
use crate::site::call::{Answer, Call, redirect};
use crate::site::cookie;
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::token::Token;

/// The longest path to come back to.
const NEXT: usize = 256;

pub(crate) async fn form(call: Call) -> Result<Answer, Fault> {
    if call.visit.known.is_some() {
        return Ok(Answer::To("/".to_owned()));
    }
    if !call.site.is_claimed().await? {
        return Ok(Answer::To("/claim".to_owned()));
    }
    let next = inside(call.query("next")).map(str::to_owned);
    let view = login::Login {
        entered: Entered::new(),
        wrong: false,
        timed_out: call.visit.timed_out,
        wait_seconds: None,
        next,
    };
    let scene = Scene::of(&call, Section::None).await?;
    Ok(Answer::Page(login::page(&scene.frame, &view)))
}

pub(crate) async fn sign_in(call: Call) -> Result<Answer, Fault> {
    let next = inside(call.form.text("next")).map(str::to_owned);
    let typed = call.form.text("name").to_owned();
    let view = |wrong, wait_seconds| login::Login {
        entered: Entered::new().with("name", typed.chars().take(64).collect::<String>()),
        wrong,
        timed_out: false,
        wait_seconds,
        next: next.clone(),
    };
    // What is no name is nobody's, and is tried and counted like any other.
    let name = AccountName::parse(&typed).ok();
    let key = name.as_ref().map_or("", AccountName::as_str).to_owned();
    let begun = call.site.throttle().begin(call.site.since_start(), &key, call.visit.peer);
    if let Err(wait) = begun {
        let seconds = seconds_up(wait);
        let scene = Scene::of(&call, Section::None).await?;
        let page = login::page(&scene.frame, &view(false, Some(seconds)));
        return Ok(too_many(seconds, page));
    }
    let account = match &name {
        Some(name) => call.site.account(name).await?,
        None => None,
    };
    let kept = account.as_ref().map(|account| account.password.clone());
    let right = call.site.passwords().verify(call.form.secret("password"), kept).await?;
    let Some(account) = account.filter(|_| right) else {
        let deed = Deed::new("session.begin", &key);
        call.site.note(&deed, Actor::Nobody, call.visit.peer, Outcome::Refused).await;
        let scene = Scene::of(&call, Section::None).await?;
        return Ok(Answer::Wrong(StatusCode::UNAUTHORIZED, login::page(&scene.frame, &view(true, None))));
    };
    call.site.throttle().succeeded(&key, call.visit.peer);
    enter(&call, &account, next.as_deref().unwrap_or("/")).await
}

/// Lets somebody in, with a token that this browser did not have before.
pub(crate) async fn enter(call: &Call, account: &Account, to: &str) -> Result<Answer, Fault> {
    if let Some(known) = &call.visit.known {
        call.site.sessions.end(&call.site, known.session).await?;
    }
    let token = call.site.sessions.begin(&call.site, account, &call.visit.browser).await?;
    let deed = Deed::new("session.begin", &account.name);
    call.site.note(&deed, Actor::Account(account.name.clone()), call.visit.peer, Outcome::Done).await;
    tracing::info!(account = %account.name, address = %call.visit.peer, "signed in");
    Ok(Answer::Other(with_session(to, &token)))
}

fn with_session(to: &str, token: &Token) -> axum::response::Response {
    let mut response = redirect(StatusCode::SEE_OTHER, to);
    let cookies = [cookie::set(cookie::SESSION, &token.text()), cookie::clear(cookie::VISITOR)];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub(crate) async fn sign_out(call: Call) -> Result<Answer, Fault> {
    let known = call.known()?;
    let ended = call.site.sessions.end(&call.site, known.session).await;
    // The browser forgets its token in any case; a disk that does not is in the log.
    if let Err(error) = call.noted(Deed::new("session.end", &known.name), ended).await {
        tracing::warn!(%error, "a session that was ended stays on the disk");
    }
    let mut response = redirect(StatusCode::SEE_OTHER, "/login");
    if let Some(cookie) = cookie::clear(cookie::SESSION) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(Answer::Other(response))
}

/// Chooses a language: for the account, or for this browser before there is one.
pub(crate) async fn language(call: Call) -> Result<Answer, Fault> {
    let language = Language::parse(call.form.text("language")).ok_or(Fault::BAD_REQUEST)?;
    let back = inside(call.form.text("back")).unwrap_or("/");
    let mut response = redirect(StatusCode::SEE_OTHER, back);
    if let Some(known) = &call.visit.known {
        let change = AccountChange { language: language.tag().parse().ok(), ..AccountChange::default() };
        let name = known.name.clone();
        let kept = call.site.desk.change_box(|doors| doors.keeper.change_account(name, change)).await;
        call.noted(Deed::new("account.language", language.tag()), kept).await?;
        call.site.sessions.forget(&known.name);
    }
    if let Some(cookie) = cookie::set(cookie::LANGUAGE, language.tag()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(Answer::Other(response))
}

/// A path of this box, and of no other: browsers read `//host` and `/\host` as another.
pub(crate) fn inside(path: &str) -> Option<&str> {
    let legal = path.len() <= NEXT
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\');
    legal.then_some(path)
}

/// Seconds, not fewer than are left.
pub(crate) fn seconds_up(wait: core::time::Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// A page that says to wait.
pub(crate) fn too_many(seconds: u32, page: pumice_ui::Markup) -> Answer {
    let status = StatusCode::from_u16(error::Kind::TooMany { wait_seconds: seconds }.status());
    let mut response = Answer::Wrong(status.unwrap_or(StatusCode::TOO_MANY_REQUESTS), page).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    Answer::Other(response)
}
