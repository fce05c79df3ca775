//! Accounts and sessions. The rules about them hold in one transaction each: two who ask at once do not both get what only
//! one may have.

use pumice_model::change::Durability;
use pumice_model::control::Refusal;
use pumice_model::people::{ACCOUNTS, Account, AccountChange, AccountName, Role, SESSIONS, Session};
use rusqlite::{Connection, OptionalExtension, params};

use crate::undone::Undone;
use crate::{Sealer, Store, StoreError, record};

const TABLE: &str = "accounts";

impl Store {
    /// Accounts in order of their names. One whose record does not open is left out.
    pub fn accounts(&mut self) -> Result<Vec<Account>, Refusal> {
        self.look(|connection, sealer| Ok(accounts(connection, sealer)?))
    }

    /// Adds an account; [`Refusal::AccountExists`] if there is one with its name, even one that cannot be read any more,
    /// [`Refusal::Full`] beyond [`ACCOUNTS`].
    pub fn add_account(&mut self, account: &Account) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, sealer| {
            if exists(connection, &account.name)? {
                return Err(Refusal::AccountExists.into());
            }
            if count(connection)? >= ACCOUNTS {
                return Err(Refusal::Full { limit: TABLE, holds: ACCOUNTS }.into());
            }
            write(connection, sealer, account)
        })
    }

    /// Changes an account that there is; [`Refusal::NotFound`] if there is none, [`Refusal::TooLate`] if its password is
    /// not the expected one any more, [`Refusal::LastOwner`] if nobody would be owner then.
    pub fn change_account(&mut self, name: &AccountName, change: AccountChange) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, sealer| {
            let known = accounts(connection, sealer)?.into_iter().find(|account| account.name == *name);
            let account = known.ok_or(Refusal::NotFound)?;
            if change.expected.as_ref().is_some_and(|expected| *expected != account.password) {
                return Err(Refusal::TooLate.into());
            }
            if change.role.is_some_and(|role| role != Role::Owner) {
                another_owner(connection, sealer, name)?;
            }
            write(connection, sealer, &change.of(account))
        })
    }

    /// Adds the first account; [`Refusal::Taken`] if there is one, even one that cannot be read any more.
    pub fn claim(&mut self, account: &Account) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, sealer| {
            if count(connection)? > 0 {
                return Err(Refusal::Taken.into());
            }
            write(connection, sealer, account)
        })
    }

    /// Removes an account and ends its sessions; [`Refusal::LastOwner`] for the last owner.
    pub fn remove_account(&mut self, name: &AccountName) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, sealer| {
            another_owner(connection, sealer, name)?;
            if connection.execute("DELETE FROM accounts WHERE name = ?1", [name.as_str()])? == 0 {
                return Err(Refusal::NotFound.into());
            }
            connection.execute("DELETE FROM sessions WHERE account = ?1", [name.as_str()])?;
            Ok(())
        })
    }

    /// Sessions, the one used last first.
    pub fn sessions(&mut self) -> Result<Vec<Session>, Refusal> {
        self.look(|connection, _| {
            let query = "SELECT record FROM sessions ORDER BY used_boot DESC, used_millis DESC, token";
            let mut statement = connection.prepare(query)?;
            let records = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
            let mut sessions = Vec::new();
            for record in records {
                match record::decode(&record?) {
                    Ok(session) => sessions.push(session),
                    Err(error) => tracing::warn!(%error, "a session cannot be read: it has ended"),
                }
            }
            Ok(sessions)
        })
    }

    /// Adds or renews a session of an account that there is; beyond [`SESSIONS`] the one used least recently ends.
    pub fn put_session(&mut self, session: &Session) -> Result<(), Refusal> {
        self.change(Durability::Normal, |connection, _| {
            if !exists(connection, &session.account)? {
                return Err(Refusal::NotFound.into());
            }
            let millis = i64::try_from(session.used.at_millis).unwrap_or(i64::MAX);
            connection.execute(
                "INSERT OR REPLACE INTO sessions (token, account, used_boot, used_millis, record)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    session.token,
                    session.account.as_str(),
                    session.used.boot,
                    millis,
                    record::encode(session)?
                ],
            )?;
            // The new one stays even if its stamp is old: it is in use.
            connection.execute(
                "DELETE FROM sessions WHERE token IN
                 (SELECT token FROM sessions ORDER BY token = ?1 DESC, used_boot DESC, used_millis DESC, token
                  LIMIT -1 OFFSET ?2)",
                params![session.token, SESSIONS],
            )?;
            Ok(())
        })
    }

    /// Ends a session. One that has ended already stays so. It survives a power cut, which must not sign anybody in.
    pub fn end_session(&mut self, token: &[u8; 32]) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, _| {
            connection.execute("DELETE FROM sessions WHERE token = ?1", [token])?;
            Ok(())
        })
    }

    /// Ends all sessions of an account but one.
    pub fn end_sessions(&mut self, account: &AccountName, but: Option<&[u8; 32]>) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, _| {
            connection.execute(
                "DELETE FROM sessions WHERE account = ?1 AND token IS NOT ?2",
                params![account.as_str(), but],
            )?;
            Ok(())
        })
    }
}

fn accounts(connection: &Connection, sealer: &dyn Sealer) -> rusqlite::Result<Vec<Account>> {
    let mut statement = connection.prepare("SELECT name, record FROM accounts ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut accounts = Vec::new();
    for row in rows {
        let (name, sealed) = row?;
        match open(sealer, &name, &sealed) {
            Ok(account) => accounts.push(account),
            Err(error) => tracing::warn!(%error, name, "an account cannot be read"),
        }
    }
    Ok(accounts)
}

fn open(sealer: &dyn Sealer, name: &str, sealed: &[u8]) -> Result<Account, StoreError> {
    let account: Account = record::open(sealer, TABLE, name, sealed)?;
    if account.name.as_str() == name { Ok(account) } else { Err(StoreError::NotAuthentic) }
}

fn write(connection: &Connection, sealer: &dyn Sealer, account: &Account) -> Result<(), Undone<Refusal>> {
    let name = account.name.as_str();
    let sealed = record::seal(sealer, TABLE, name, account)?;
    connection.execute(
        "INSERT OR REPLACE INTO accounts (name, role, record) VALUES (?1, ?2, ?3)",
        params![name, account.role.word(), sealed],
    )?;
    Ok(())
}

fn count(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0))
}

fn exists(connection: &Connection, name: &AccountName) -> rusqlite::Result<bool> {
    let found = connection
        .query_row("SELECT 1 FROM accounts WHERE name = ?1", [name.as_str()], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// Refuses unless somebody else is owner, or this one is none. The role in the record counts, not the one in the column.
fn another_owner(
    connection: &Connection,
    sealer: &dyn Sealer,
    name: &AccountName,
) -> Result<(), Undone<Refusal>> {
    let accounts = accounts(connection, sealer)?;
    let owners = || accounts.iter().filter(|account| account.role == Role::Owner);
    let is_owner = owners().any(|owner| owner.name == *name);
    if is_owner && owners().count() == 1 { Err(Refusal::LastOwner.into()) } else { Ok(()) }
}
