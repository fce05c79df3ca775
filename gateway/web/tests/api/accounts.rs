//! Accounts, sessions, the audit.

use pumice_model::people::{AccountName, Session};
use pumice_model::time::Stamp;
use serde_json::{Value, json};

use crate::client::{Answer, Api};

const AT: &str = "/api/v1/accounts";
const PASSWORD: &str = "three goats by the well";

async fn add(api: &Api, name: &str, role: &str) -> Answer {
    api.json("POST", AT, &json!({"name": name, "role": role, "password": PASSWORD})).await
}

fn session(api: &Api, account: &str, mark: u8) {
    let at = Stamp { boot: 1, at_millis: u64::from(mark), unix_seconds: None };
    let mut token = [mark; 32];
    token[8..].fill(0xee);
    api.house.state().sessions.push(Session {
        token,
        account: AccountName::parse(account).unwrap(),
        begun: at,
        used: at,
        browser: "Firefox".parse().unwrap(),
    });
}

#[tokio::test]
async fn the_first_account_is_an_owner_and_its_password_is_kept_as_a_hash() {
    let api = Api::new();
    let problem = add(&api, "amina", "seller").await.is_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/role");
    let added = add(&api, " Amina", "owner").await;
    assert_eq!(added.status, 201, "{}", added.text);
    let added = added.value();
    assert_eq!(
        (&added["name"], &added["role"], &added["language"]),
        (&json!("amina"), &json!("owner"), &json!("en"))
    );
    let kept = api.house.state().accounts.values().next().unwrap().password.clone();
    assert!(kept.starts_with("$argon2id$"), "{kept}");
    add(&api, "amina", "owner").await.is_problem(409, "exists");
    assert_eq!(add(&api, "noor", "seller").await.status, 201);
    let listed = api.get(AT).await.value();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|account| account["name"].clone()).collect();
    assert_eq!(names, ["amina", "noor"]);
}

#[tokio::test]
async fn a_new_role_and_a_new_password_are_taken() {
    let api = Api::new();
    add(&api, "amina", "owner").await;
    add(&api, "noor", "viewer").await;
    session(&api, "noor", 1);
    session(&api, "amina", 2);
    assert_eq!(
        api.json("PATCH", "/api/v1/accounts/noor", &json!({"role": "seller", "language": "sw"})).await.status,
        204
    );
    assert_eq!(api.house.state().sessions.len(), 2, "a role ends no session");
    let before = api.house.state().accounts[&AccountName::parse("noor").unwrap()].password.clone();
    let patch = json!({"password": "nobody knows this one"});
    assert_eq!(api.json("PATCH", "/api/v1/accounts/noor", &patch).await.status, 204);
    let account = api.house.state().accounts[&AccountName::parse("noor").unwrap()].clone();
    assert_ne!(account.password, before);
    assert_eq!((account.role.word(), account.language.as_str()), ("seller", "sw"));
    let left: Vec<_> = api.house.state().sessions.iter().map(|session| session.account.to_string()).collect();
    assert_eq!(left, ["amina"]);
    api.json("PATCH", "/api/v1/accounts/nobody", &patch).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn the_last_owner_stays() {
    let api = Api::new();
    add(&api, "amina", "owner").await;
    api.call("DELETE", "/api/v1/accounts/amina").await.is_problem(409, "last-owner");
    api.json("PATCH", "/api/v1/accounts/amina", &json!({"role": "viewer"}))
        .await
        .is_problem(409, "last-owner");
    add(&api, "noor", "owner").await;
    assert_eq!(api.call("DELETE", "/api/v1/accounts/amina").await.status, 204);
    api.call("DELETE", "/api/v1/accounts/amina").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn wrong_accounts_are_told_by_field() {
    let api = Api::new();
    for (name, role, password, language, pointer) in [
        ("a b", json!("owner"), PASSWORD, json!("en"), "/name"),
        ("amina", json!("boss"), PASSWORD, json!("en"), "/role"),
        ("amina", json!({"owner": null}), PASSWORD, json!("en"), "/role"),
        ("amina", json!("owner"), "short", json!("en"), "/password"),
        ("amina", json!("owner"), "amina-amina", json!("en"), "/password"),
        ("amina", json!("owner"), PASSWORD, json!("de"), "/language"),
    ] {
        let new = json!({"name": name, "role": role, "password": password, "language": language});
        let problem = api.json("POST", AT, &new).await.is_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert!(!problem.to_string().contains(password), "{problem}");
    }
    let problem = api.json("PATCH", "/api/v1/accounts/amina", &json!({})).await.is_problem(422, "invalid");
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("role, password and language"));
    api.call("DELETE", "/api/v1/accounts/a%20b").await.is_problem(422, "invalid");
    assert!(api.house.state().accounts.is_empty());
}

#[tokio::test]
async fn no_answer_holds_a_password_its_hash_or_a_token() {
    let api = Api::new();
    let mut answers = vec![add(&api, "amina", "owner").await, add(&api, "amina", "owner").await];
    session(&api, "amina", 7);
    for target in [AT, "/api/v1/sessions", "/api/v1/audit"] {
        answers.push(api.get(target).await);
    }
    for answer in answers {
        for secret in [PASSWORD, "argon2", "eeee", "goats"] {
            assert!(!answer.text.contains(secret), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_session_is_ended_by_its_id_and_all_by_their_account() {
    let api = Api::new();
    add(&api, "amina", "owner").await;
    for (account, mark) in [("amina", 1), ("amina", 2), ("amina", 3), ("noor", 4)] {
        session(&api, account, mark);
    }
    let listed = api.get("/api/v1/sessions").await.value();
    assert_eq!(listed.as_array().unwrap().len(), 4);
    assert_eq!(listed[0]["id"], "0404040404040404", "the one that was used last is the first");
    assert_eq!(api.call("DELETE", "/api/v1/sessions/0202020202020202").await.status, 204);
    api.call("DELETE", "/api/v1/sessions/0202020202020202").await.is_problem(404, "not-found");
    api.call("DELETE", "/api/v1/sessions/02").await.is_problem(422, "invalid");
    api.call("DELETE", "/api/v1/sessions").await.is_problem(422, "invalid");
    assert_eq!(api.call("DELETE", "/api/v1/sessions?account=amina").await.status, 204);
    let left: Vec<_> = api.house.state().sessions.iter().map(|session| session.account.to_string()).collect();
    assert_eq!(left, ["noor"]);
}

#[tokio::test]
async fn the_audit_comes_in_pages_the_newest_first() {
    let api = Api::new();
    for _ in 0..5 {
        api.call("DELETE", "/api/v1/subscribers/001010000000001").await;
    }
    let mut numbers = Vec::new();
    let mut after = String::new();
    loop {
        let page = api.get(&format!("/api/v1/audit?limit=2{after}")).await.value();
        numbers
            .extend(page["items"].as_array().unwrap().iter().map(|entry| entry["number"].as_u64().unwrap()));
        match &page["next"] {
            Value::String(next) => after = format!("&after={next}"),
            _ => break,
        }
    }
    assert_eq!(numbers, [5, 4, 3, 2, 1]);
    let cells = api.get("/api/v1/audit?after=63").await;
    cells.is_problem(422, "invalid");
}

#[tokio::test]
async fn an_audit_that_is_not_kept_undoes_nothing() {
    let api = Api::new();
    add(&api, "amina", "owner").await;
    let mut config = crate::client::config();
    config.limits.questions = 1;
    let one_at_a_time = Api::with(config);
    one_at_a_time.json("POST", "/api/v1/subscribers", &crate::client::subscriber()).await;
    assert_eq!(one_at_a_time.house.state().audit.len(), 1, "a note needs no turn of its own");
    api.house.state().refusal = Some(pumice_model::control::Refusal::Store { reason: "full".to_owned() });
    let answer = api.json("POST", "/api/v1/subscribers", &crate::client::subscriber()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[tokio::test]
async fn an_account_that_is_removed_meanwhile_is_not_there() {
    let api = Api::new();
    add(&api, "amina", "owner").await;
    add(&api, "noor", "viewer").await;
    let noor = AccountName::parse("noor").unwrap();
    let gone = noor.clone();
    api.house.state().meanwhile = Some(Box::new(move |state| drop(state.accounts.remove(&gone))));
    let patch = json!({"password": "nobody knows this one"});
    api.json("PATCH", "/api/v1/accounts/noor", &patch).await.is_problem(404, "not-found");
    assert!(!api.house.state().accounts.contains_key(&noor));
}
