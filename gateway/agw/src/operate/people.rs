//! `pumice account ..`, `pumice session ..`, `pumice audit`

use hyper::Method;
use pumice_model::people::AccountName;
use pumice_web::dto::{Account, AccountPatch, AuditEntry, NewAccount, SecretText, Session};
use zeroize::Zeroizing;

use super::client::{Body, Client, percent};
use super::text::{columns, stamp};
use super::{Console, OperateError, file, line, no_such, pretty};
use crate::command_line::{AccountCommand, Form, PasswordArgs, SessionCommand};

const ACCOUNTS: &str = "/api/v1/accounts";
const SESSIONS: &str = "/api/v1/sessions";
const LIST: &str = "pumice account list";

pub(super) async fn account(
    client: &Client,
    command: AccountCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let at = |name: &AccountName| format!("{ACCOUNTS}/{name}");
    match command {
        AccountCommand::List { form } => {
            let octets = client.json(ACCOUNTS).await?;
            if form.json {
                return line(console.out, &octets);
            }
            let accounts: Vec<Account> = client.parse(&octets)?;
            if accounts.is_empty() {
                writeln!(
                    console.out,
                    "no account yet; `pumice account add NAME --role owner` claims the box"
                )?;
                return Ok(());
            }
            let row = |account: &Account| {
                let role = account.role.word().to_owned();
                [account.name.clone(), role, account.language.clone(), stamp(account.created)]
            };
            let rows: Vec<_> = accounts.iter().map(row).collect();
            console.out.write_all(columns(["NAME", "ROLE", "LANGUAGE", "SINCE"], &rows).as_bytes())?;
        }
        AccountCommand::Add { name, role, password, language } => {
            let password = chosen(&password, console)?;
            let new = NewAccount {
                name: name.to_string(),
                role: role.into(),
                password: SecretText::new(password.text.to_string()),
                language,
            };
            client.request(Method::POST, ACCOUNTS, Some(Body::json(&new)?)).await?;
            writeln!(console.out, "added {name}")?;
            password.tell(console)?;
        }
        AccountCommand::Password { name, password } => {
            let password = chosen(&password, console)?;
            let new = SecretText::new(password.text.to_string());
            let patch = AccountPatch { password: Some(new), ..AccountPatch::default() };
            let changed = client.request(Method::PATCH, &at(&name), Some(Body::json(&patch)?)).await;
            changed.map_err(|error| no_such(error, "account", LIST))?;
            writeln!(console.out, "{name} has a new password, and has to sign in again")?;
            password.tell(console)?;
        }
        AccountCommand::Role { name, role } => {
            let role = role.into();
            let patch = AccountPatch { role: Some(role), ..AccountPatch::default() };
            let changed = client.request(Method::PATCH, &at(&name), Some(Body::json(&patch)?)).await;
            changed.map_err(|error| no_such(error, "account", LIST))?;
            writeln!(console.out, "{name} is {} now", role.word())?;
        }
        AccountCommand::Remove { name } => {
            let removed = client.request(Method::DELETE, &at(&name), None).await;
            removed.map_err(|error| no_such(error, "account", LIST))?;
            writeln!(console.out, "removed {name}")?;
        }
    }
    Ok(())
}

/// A password, and whether nobody but this program knows it.
struct Chosen {
    text: Zeroizing<String>,
    made: bool,
}

impl Chosen {
    /// Says once what only this program knows.
    fn tell(&self, console: &mut Console<'_>) -> Result<(), OperateError> {
        if self.made {
            writeln!(console.out, "the password, which is shown this once: {}", *self.text)?;
        }
        Ok(())
    }
}

fn chosen(from: &PasswordArgs, console: &mut Console<'_>) -> Result<Chosen, OperateError> {
    match &from.password_from {
        Some(path) => Ok(Chosen { text: file::secret(path, console.input, "the password")?, made: false }),
        None => Ok(Chosen { text: drawn()?, made: true }),
    }
}

/// Four groups of four letters and digits that nobody mistakes for one another, five bits each: no I, L, O and U.
fn drawn() -> Result<Zeroizing<String>, OperateError> {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut octets = Zeroizing::new([0; 16]);
    getrandom::fill(octets.as_mut_slice()).map_err(|error| OperateError::Randomness(error.to_string()))?;
    let mut text = Zeroizing::new(String::with_capacity(19));
    for (at, octet) in octets.iter().enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            text.push('-');
        }
        text.extend(ALPHABET.get(usize::from(octet % 32)).copied().map(char::from));
    }
    Ok(text)
}

pub(super) async fn session(
    client: &Client,
    command: SessionCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    match command {
        SessionCommand::List { form } => {
            let octets = client.json(SESSIONS).await?;
            if form.json {
                return line(console.out, &octets);
            }
            let sessions: Vec<Session> = client.parse(&octets)?;
            if sessions.is_empty() {
                writeln!(console.out, "nobody is signed in")?;
                return Ok(());
            }
            let row = |session: &Session| {
                let (begun, used) = (stamp(session.begun), stamp(session.used));
                [session.id.clone(), session.account.clone(), begun, used, session.browser.clone()]
            };
            let rows: Vec<_> = sessions.iter().map(row).collect();
            let text = columns(["ID", "ACCOUNT", "SINCE", "USED", "BROWSER"], &rows);
            console.out.write_all(text.as_bytes())?;
        }
        SessionCommand::End { id, account } => {
            // One of the two is given.
            let path = match &account {
                Some(account) => format!("{SESSIONS}?account={account}"),
                None => format!("{SESSIONS}/{}", percent(&id.unwrap_or_default())),
            };
            let ended = client.request(Method::DELETE, &path, None).await;
            ended.map_err(|error| no_such(error, "session", "pumice session list"))?;
            writeln!(console.out, "ended")?;
        }
    }
    Ok(())
}

pub(super) async fn audit(
    client: &Client,
    limit: u32,
    form: Form,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let entries: Vec<AuditEntry> = client.first("/api/v1/audit", most).await?;
    if form.json {
        return pretty(console.out, &entries);
    }
    if entries.is_empty() {
        writeln!(console.out, "nobody did anything yet")?;
        return Ok(());
    }
    let row = |entry: &AuditEntry| {
        let from = entry.address.clone().unwrap_or_else(|| "-".to_owned());
        let outcome = if entry.done { "done" } else { "refused" }.to_owned();
        let (who, what) = (entry.actor.clone(), entry.action.clone());
        [entry.number.to_string(), stamp(entry.at), who, from, what, outcome, entry.subject.clone()]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    let header = ["NUMBER", "AT", "WHO", "FROM", "WHAT", "OUTCOME", "TO"];
    console.out.write_all(columns(header, &rows).as_bytes())?;
    Ok(())
}
