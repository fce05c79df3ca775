//! First boot: the box gets its owner. The code on its label shows that somebody holds it in their hands.

use axum::http::StatusCode;
use pumice_model::control::Refusal;
use pumice_model::people::{Account, AccountName, Actor, Outcome, Role};
use pumice_ui::page::claim::{self, Claim, Step};
use pumice_ui::{Entered, Section};

use super::account::{enter, seconds_up, too_many};
use crate::audit::Deed;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::claims::is_code;
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::password::{SHORTEST, check};
use crate::site::saying;

pub(crate) async fn form(call: Call) -> Result<Answer, Fault> {
    if call.site.is_claimed().await? {
        return Ok(Answer::To("/login".to_owned()));
    }
    let step = if has_shown(&call) { Step::Owner } else { Step::Code };
    show(&call, step, Entered::new(), None).await.map(Answer::Page)
}

pub(crate) async fn claim(call: Call) -> Result<Answer, Fault> {
    if call.site.is_claimed().await? {
        call.note(&Deed::new("box.claim", ""), Outcome::Refused).await;
        return Err(Fault::refused(saying::refused(&Refusal::Taken)));
    }
    match call.form.text("step") {
        "code" => code(call).await,
        "owner" => owner(call).await,
        _ => Err(Fault::BAD_REQUEST),
    }
}

async fn code(call: Call) -> Result<Answer, Fault> {
    let begun = call.site.throttle().begin_code(call.site.since_start(), call.visit.peer);
    if let Err(wait) = begun {
        let seconds = seconds_up(wait);
        let page = show(&call, Step::Code, Entered::new(), Some(seconds)).await?;
        return Ok(too_many(seconds, page));
    }
    let label = call.site.config.label_code.as_ref().map_or("", |code| code.as_str());
    if !is_code(call.form.raw("code"), label) {
        call.note(&Deed::new("box.claim", "code"), Outcome::Refused).await;
        let entered = Entered::new().wrong("code", saying::wrong_code());
        return Ok(Answer::Wrong(
            StatusCode::UNPROCESSABLE_ENTITY,
            show(&call, Step::Code, entered, None).await?,
        ));
    }
    call.site.throttle().code_was_right(call.visit.peer);
    call.site.claims().shown(call.visit.holder(), call.site.desk.now());
    if pumice_ui::Language::parse(call.form.text("language")).is_some() {
        let mut call = call;
        // The same as the choice at the foot of each page, and then back here.
        call.form.put("back", "/claim");
        return super::account::language(call).await;
    }
    Ok(Answer::To("/claim".to_owned()))
}

async fn owner(call: Call) -> Result<Answer, Fault> {
    if !has_shown(&call) {
        return Ok(Answer::To("/claim".to_owned()));
    }
    let mut entered =
        Entered::new().with("name", call.form.text("name").chars().take(64).collect::<String>());
    let password = call.form.secret("password");
    let name = AccountName::parse(call.form.text("name"));
    match &name {
        Err(_) => entered = entered.wrong("name", saying::wrong_name()),
        Ok(name) => {
            if let Err(weak) = check(&password, name) {
                entered = entered.wrong("password", saying::weak(weak));
            } else if call.form.raw("again") != password.as_str() {
                entered = entered.wrong("again", saying::not_the_same());
            }
        }
    }
    let Some(name) = name.ok().filter(|_| !entered.has_errors()) else {
        return Ok(Answer::Wrong(
            StatusCode::UNPROCESSABLE_ENTITY,
            show(&call, Step::Owner, entered, None).await?,
        ));
    };
    let account = Account {
        name,
        role: Role::Owner,
        password: call.site.passwords().hash(password).await?,
        language: call.visit.language.tag().parse().unwrap_or_default(),
        created: call.site.desk.now(),
    };
    let claimed = call.site.desk.change_box(|doors| doors.keeper.claim(account.clone())).await;
    let actor = if claimed.is_ok() { Actor::Account(account.name.clone()) } else { Actor::Nobody };
    let outcome = if claimed.is_ok() { Outcome::Done } else { Outcome::Refused };
    call.site.note(&Deed::new("box.claim", &account.name), actor, call.visit.peer, outcome).await;
    if !matches!(claimed, Err(WebError::Refused(Refusal::Store { .. } | Refusal::Busy) | WebError::NoAnswer))
    {
        call.site.claims().clear();
    }
    claimed?;
    tracing::info!(account = %account.name, address = %call.visit.peer, "the box has an owner");
    enter(&call, &account, "/setup").await
}

fn has_shown(call: &Call) -> bool {
    !call.visit.token_is_new && call.site.claims().has_shown(call.visit.holder(), call.site.desk.now())
}

async fn show(
    call: &Call,
    step: Step,
    entered: Entered,
    wait_seconds: Option<u32>,
) -> Result<pumice_ui::Markup, Fault> {
    let view =
        Claim { step, entered, wait_seconds, password_min: u16::try_from(SHORTEST).unwrap_or(u16::MAX) };
    let scene = Scene::of(call, Section::None).await?;
    Ok(claim::page(&scene.frame, &view))
}
