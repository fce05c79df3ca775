use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use pumice_model::ModelError;
use pumice_model::control::Refusal;
use pumice_model::people::{self, AccountName};
use zeroize::Zeroizing;

use super::place;
use crate::app::App;
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::dto::{Account, AccountPatch, NewAccount, Problem, Role, SecretText};
use crate::error::{FieldErrors, WebError};
use crate::site::password::{self, Crowded, Weak};

/// The languages of the page.
const LANGUAGES: [&str; 5] = ["en", "es", "fr", "sw", "pt"];

/// Who may sign in to the page, in order of their names. There are at most 16.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "listAccounts", tag = "accounts",
    responses((status = 200, description = "All accounts.", body = Vec<Account>)),
)]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<Account>>, WebError> {
    let accounts = app.desk.ask_box(|doors| doors.keeper.accounts()).await?;
    Ok(Json(accounts.iter().map(Account::from).collect()))
}

/// Adds an account. The first account of a box is an owner.
#[utoipa::path(
    post, path = "/api/v1/accounts", operation_id = "addAccount", tag = "accounts",
    request_body = NewAccount,
    responses(
        (status = 201, description = "It is added.", body = Account),
        (status = 409, description = "There is one with this name (`exists`), no room for one more (`full`), or somebody \
            claimed the box meanwhile (`taken`).",
            body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    JsonBody(given): JsonBody<NewAccount>,
) -> Result<(StatusCode, Json<Account>), WebError> {
    let mut errors = FieldErrors::default();
    let name = errors.check("/name", AccountName::parse(&given.name));
    if let Some(name) = &name {
        check_password(&given.password, name, &mut errors);
    }
    let language = language(given.language.as_deref(), &mut errors);
    let (Some(name), true) = (name, errors.is_empty()) else { return Err(WebError::Invalid(errors)) };

    let known = app.desk.ask_box(|doors| doors.keeper.accounts()).await?;
    if known.iter().any(|account| account.name == name) {
        return Err(Refusal::AccountExists.into());
    }
    if known.is_empty() && given.role != Role::Owner {
        errors.at("/role", "the first account is an owner");
        return Err(WebError::Invalid(errors));
    }
    let account = people::Account {
        name: name.clone(),
        role: given.role.into(),
        password: hashed(&app, given.password).await?,
        language,
        created: app.desk.now(),
    };
    let shown = Account::from(&account);
    let added = app
        .desk
        .change_box(|doors| match known.is_empty() {
            true => doors.keeper.claim(account),
            false => doors.keeper.add_account(account),
        })
        .await;
    app.note(Deed::new("account.add", &name), added).await?;
    tracing::info!(%name, role = shown.role.word(), "account added");
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Changes an account's role, password or language. A new password ends its sessions.
#[utoipa::path(
    patch, path = "/api/v1/accounts/{name}", operation_id = "changeAccount", tag = "accounts",
    params(("name" = String, Path, description = "The name to sign in with.", example = "amina")),
    request_body = AccountPatch,
    responses(
        (status = 204, description = "It is changed."),
        (status = 404, description = "There is none with this name.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "It is the last owner (`last-owner`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    AccountPath(name): AccountPath,
    JsonBody(patch): JsonBody<AccountPatch>,
) -> Result<StatusCode, WebError> {
    let mut errors = FieldErrors::default();
    if patch == AccountPatch::default() {
        errors.at("", "at least one of role, password and language is wanted");
    }
    if let Some(password) = &patch.password {
        check_password(password, &name, &mut errors);
    }
    let language = patch.language.as_deref().map(|given| language(Some(given), &mut errors));
    if !errors.is_empty() {
        return Err(WebError::Invalid(errors));
    }
    let accounts = app.desk.ask_box(|doors| doors.keeper.accounts()).await?;
    accounts.iter().find(|account| account.name == name).ok_or(Refusal::NotFound)?;
    let new_password = patch.password.is_some();
    let change = people::AccountChange {
        // Whoever has a shell on the box may set it whatever it was.
        expected: None,
        password: match patch.password {
            Some(password) => Some(hashed(&app, password).await?),
            None => None,
        },
        role: patch.role.map(people::Role::from),
        language,
    };
    let changed = app.desk.change_box(|doors| doors.keeper.change_account(name.clone(), change)).await;
    app.note(Deed::new("account.change", &name), changed).await?;
    if new_password {
        app.desk.change_box(|doors| doors.keeper.end_sessions(name.clone(), None)).await?;
    }
    tracing::info!(%name, new_password, "account changed");
    Ok(StatusCode::NO_CONTENT)
}

/// Removes an account and ends its sessions.
#[utoipa::path(
    delete, path = "/api/v1/accounts/{name}", operation_id = "removeAccount", tag = "accounts",
    params(("name" = String, Path, description = "The name to sign in with.", example = "amina")),
    responses(
        (status = 204, description = "It is removed."),
        (status = 404, description = "There is none with this name.", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "It is the last owner (`last-owner`).", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    AccountPath(name): AccountPath,
) -> Result<StatusCode, WebError> {
    let removed = app.desk.change_box(|doors| doors.keeper.remove_account(name.clone())).await;
    app.note(Deed::new("account.remove", &name), removed).await?;
    tracing::info!(%name, "account removed");
    Ok(StatusCode::NO_CONTENT)
}

/// The account that a path names.
pub(super) struct AccountPath(AccountName);

impl FromRequestParts<Arc<App>> for AccountPath {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, WebError> {
        let text = place::text(parts, app).await.ok_or(ModelError::AccountName);
        let name = text.and_then(|text| AccountName::parse(&text));
        name.map(Self).map_err(|error| WebError::parameter("name", error))
    }
}

fn check_password(password: &SecretText, name: &AccountName, errors: &mut FieldErrors) {
    let Err(weak) = password::check(password.expose(), name) else { return };
    errors.at(
        "/password",
        match weak {
            Weak::Short => "a password has at least 10 characters; a few words are easy to keep in mind",
            Weak::Long => "a password has at most 256 octets",
            Weak::Name => "a password is not hardly more than the name",
            Weak::Common => {
                "everybody tries this one first; a few words that nobody else would put together are better"
            }
        },
    );
}

async fn hashed(app: &App, password: SecretText) -> Result<String, WebError> {
    let password = Zeroizing::new(password.expose().to_owned());
    Ok(app.passwords().hash(password).await.map_err(|Crowded| Refusal::Busy)?)
}

/// The language, or the first where none is given: the page then goes by the browser and the box.
fn language(given: Option<&str>, errors: &mut FieldErrors) -> heapless::String<8> {
    let known = given.map_or(Ok("en"), |given| {
        LANGUAGES.into_iter().find(|known| *known == given).ok_or("wanted is en, es, fr, sw or pt")
    });
    let word = errors.check("/language", known).unwrap_or("en");
    crate::audit::cut(word)
}
