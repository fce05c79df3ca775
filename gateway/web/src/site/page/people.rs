//! Accounts and sessions.

use axum::http::StatusCode;
use pumice_model::control::Refusal;
use pumice_model::people::{ACCOUNTS, Account, AccountChange, AccountName, Role, Session};
use pumice_ui::page::people::{self, People, Remove};
use pumice_ui::{Entered, Section, When};

use super::account::{seconds_up, too_many};
use crate::audit::Deed;
use crate::dto::session_id;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::{Scene, shown_role};
use crate::site::password::{SHORTEST, check};
use crate::site::saying;

const NOW: When = When::Ago(0);

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    page(&call, Entered::new()).await.map(Answer::Page)
}

async fn page(call: &Call, entered: Entered) -> Result<pumice_ui::Markup, Fault> {
    let known = call.known()?;
    let accounts = call.site.desk.ask_box(|doors| doors.keeper.accounts()).await?;
    let sessions = call.site.desk.ask_box(|doors| doors.keeper.sessions()).await?;
    let scene = Scene::of(call, Section::People).await?;
    let owners = accounts.iter().filter(|account| account.role == Role::Owner).count();
    let used = |account: &Account| {
        // A use is written once a minute; this one is now.
        if account.name == known.name {
            return Some(NOW);
        }
        let own = sessions.iter().filter(|session| session.account == account.name);
        own.map(|session| session.used).max().map(|used| scene.stamp(used))
    };
    let rows = accounts.iter().filter(|account| known.role == Role::Owner || account.name == known.name);
    let view = People {
        accounts: rows
            .map(|account| people::Account {
                name: account.name.to_string(),
                role: shown_role(account.role),
                own: account.name == known.name,
                last_used: used(account),
                removable: account.name != known.name && (account.role != Role::Owner || owners > 1),
            })
            .collect(),
        sessions: sessions
            .iter()
            .filter(|session| session.account == known.name)
            .map(|session| row(&scene, session, known.session))
            .collect(),
        entered,
        password_min: u16::try_from(SHORTEST).unwrap_or(u16::MAX),
        max_accounts: u16::try_from(ACCOUNTS).unwrap_or(u16::MAX),
    };
    Ok(people::page(&scene.frame, &view))
}

fn row(scene: &Scene, session: &Session, current: [u8; 32]) -> people::Session {
    people::Session {
        id: session_id(&session.token),
        device: session.browser.to_string(),
        since: scene.stamp(session.begun),
        last: if session.token == current { NOW } else { scene.stamp(session.used) },
        current: session.token == current,
    }
}

async fn wrong(call: &Call, entered: Entered) -> Result<Answer, Fault> {
    Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(call, entered).await?))
}

pub(crate) async fn add(call: Call) -> Result<Answer, Fault> {
    let typed: String = call.form.text("name").chars().take(64).collect();
    let role = call.form.text("role").parse::<Role>().map_err(|_| Fault::BAD_REQUEST)?;
    let mut entered = Entered::new().with("name", &*typed).with("role", role.word());
    let password = call.form.secret("password");
    let Ok(name) = AccountName::parse(&typed) else {
        return wrong(&call, entered.wrong("name", saying::wrong_name())).await;
    };
    if call.site.account(&name).await?.is_some() {
        entered = entered.wrong("name", saying::exists());
    }
    if let Err(weak) = check(&password, &name) {
        entered = entered.wrong("password", saying::weak(weak));
    } else if call.form.raw("again") != password.as_str() {
        entered = entered.wrong("again", saying::not_the_same());
    }
    if entered.has_errors() {
        return wrong(&call, entered).await;
    }
    let account = Account {
        role,
        password: call.site.passwords().hash(password).await?,
        language: call.visit.language.tag().parse().unwrap_or_default(),
        created: call.site.desk.now(),
        name: name.clone(),
    };
    let added = call.site.desk.change_box(|doors| doors.keeper.add_account(account)).await;
    let added = call.noted(Deed::new("account.add", format!("{name} {}", role.word())), added).await;
    // Somebody else was faster.
    if matches!(added, Err(WebError::Refused(Refusal::AccountExists))) {
        return wrong(&call, entered.wrong("name", saying::exists())).await;
    }
    added?;
    Ok(call.done("/people", saying::person_added(name.as_str())))
}

pub(crate) async fn password(call: Call) -> Result<Answer, Fault> {
    let known = call.known()?.clone();
    let begun = call.site.throttle().begin(call.site.since_start(), known.name.as_str(), call.visit.peer);
    if let Err(wait) = begun {
        let seconds = seconds_up(wait);
        let entered = Entered::new().wrong("current", saying::wait(seconds));
        return Ok(too_many(seconds, page(&call, entered).await?));
    }
    let account = call.site.account(&known.name).await?.ok_or(Fault::FORBIDDEN)?;
    let kept = Some(account.password.clone());
    if !call.site.passwords().verify(call.form.secret("current"), kept).await? {
        call.note(&Deed::new("account.change", &known.name), pumice_model::people::Outcome::Refused).await;
        return wrong(&call, Entered::new().wrong("current", saying::wrong_password())).await;
    }
    call.site.throttle().succeeded(known.name.as_str(), call.visit.peer);
    let password = call.form.secret("password");
    if let Err(weak) = check(&password, &known.name) {
        return wrong(&call, Entered::new().with("current", "typed").wrong("password", saying::weak(weak)))
            .await;
    }
    if call.form.raw("again") != password.as_str() {
        return wrong(&call, Entered::new().with("current", "typed").wrong("again", saying::not_the_same()))
            .await;
    }
    let change = AccountChange {
        expected: Some(account.password),
        password: Some(call.site.passwords().hash(password).await?),
        ..AccountChange::default()
    };
    let done =
        call.site.desk.change_box(|doors| doors.keeper.change_account(known.name.clone(), change)).await;
    call.noted(Deed::new("account.change", &known.name), done).await?;
    // Whoever knew the old one is out.
    call.site.sessions.end_others(&call.site, &known.name, Some(known.session)).await?;
    Ok(call.done("/people", saying::password_changed()))
}

fn named(call: &Call) -> Result<AccountName, Fault> {
    AccountName::parse(call.place("name")).map_err(|_| Fault::NOT_FOUND)
}

pub(crate) async fn removal(call: Call) -> Result<Answer, Fault> {
    let name = named(&call)?;
    call.site.account(&name).await?.ok_or(Fault::NOT_FOUND)?;
    let scene = Scene::of(&call, Section::People).await?;
    Ok(Answer::Page(people::remove(&scene.frame, &Remove { name: name.to_string() })))
}

pub(crate) async fn remove(call: Call) -> Result<Answer, Fault> {
    let name = named(&call)?;
    // To remove one's own account is to saw at the branch; another owner can do it.
    if call.known()?.name == name {
        return Err(Fault::FORBIDDEN);
    }
    let removed = call.site.desk.change_box(|doors| doors.keeper.remove_account(name.clone())).await;
    call.noted(Deed::new("account.remove", &name), removed).await?;
    call.site.sessions.forget(&name);
    Ok(call.done("/people", saying::person_removed(name.as_str())))
}

pub(crate) async fn end(call: Call) -> Result<Answer, Fault> {
    let known = call.known()?;
    let sessions = call.site.desk.ask_box(|doors| doors.keeper.sessions()).await?;
    let own =
        |session: &&Session| session.account == known.name && session_id(&session.token) == call.place("id");
    let session = sessions.iter().find(own).ok_or(Fault::NOT_FOUND)?;
    let ended = call.site.sessions.end(&call.site, session.token).await;
    call.noted(Deed::new("session.end", &known.name), ended).await?;
    Ok(call.done("/people", saying::saved()))
}

pub(crate) async fn end_others(call: Call) -> Result<Answer, Fault> {
    let known = call.known()?;
    let ended = call.site.sessions.end_others(&call.site, &known.name, Some(known.session)).await;
    call.noted(Deed::new("session.end", &known.name), ended).await?;
    Ok(call.done("/people", saying::sessions_ended()))
}
