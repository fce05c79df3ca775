//! What people did: numbered, and bounded by forgetting the oldest.

use pumice_model::change::Durability;
use pumice_model::control::Refusal;
use pumice_model::limits::Limits;
use pumice_model::people::{AUDIT, AccountName, Actor, AuditEntry, AuditRecord, Outcome};
use pumice_model::query::{Page, PageRequest};
use pumice_model::time::Stamp;
use rusqlite::{Row, params};

use crate::Store;

impl Store {
    /// Notes what somebody did; gives its number.
    pub fn note(&mut self, entry: &AuditEntry) -> Result<u64, Refusal> {
        self.change(Durability::Full, |connection, _| {
            let number: i64 =
                connection.query_row("SELECT ifnull(max(number), 0) + 1 FROM audit", [], |row| row.get(0))?;
            connection
                .prepare_cached(
                    "INSERT INTO audit
                     (number, boot, at_millis, unix_seconds, actor, address, action, subject, outcome)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    number,
                    entry.at.boot,
                    stored(entry.at.at_millis),
                    entry.at.unix_seconds.map(stored),
                    entry.actor.to_string(),
                    entry.address.map(|address| address.to_string()),
                    entry.action.as_str(),
                    entry.subject.as_str(),
                    outcome_word(entry.outcome)
                ])?;
            connection
                .prepare_cached("DELETE FROM audit WHERE number <= ?1")?
                .execute([number - i64::from(AUDIT)])?;
            Ok(u64::try_from(number).unwrap_or_default())
        })
    }

    /// What was done, the newest first. The cursor is a number; one that is none begins after all of them.
    pub fn audit(&mut self, page: &PageRequest) -> Result<Page<AuditRecord>, Refusal> {
        let most = Limits::default().page;
        let limit = page.limit.unwrap_or(most).clamp(1, most);
        let before = match &page.after {
            None => i64::MAX,
            Some(cursor) => cursor.parse().unwrap_or(0),
        };
        self.look(|connection, _| {
            let mut statement = connection.prepare_cached(
                "SELECT number, boot, at_millis, unix_seconds, actor, address, action, subject, outcome
                 FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2",
            )?;
            let mut rows = statement.query(params![before, limit + 1])?;
            let (mut items, mut last, mut read) = (Vec::new(), None, 0);
            let mut more = false;
            while let Some(row) = rows.next()? {
                if read == limit {
                    more = true;
                    break;
                }
                read += 1;
                let number: u64 = row.get(0)?;
                last = Some(number);
                match entry(row)? {
                    Some(entry) => items.push(AuditRecord { number, entry }),
                    None => tracing::warn!(number, "an entry of the audit cannot be read"),
                }
            }
            Ok(Page { items, next: last.filter(|_| more).map(|number| number.to_string()) })
        })
    }
}

/// Numbers in the database have a sign.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Option<AuditEntry>> {
    let at = Stamp { boot: row.get(1)?, at_millis: row.get(2)?, unix_seconds: row.get(3)? };
    let (actor, address): (String, Option<String>) = (row.get(4)?, row.get(5)?);
    let (action, subject, outcome): (String, String, String) = (row.get(6)?, row.get(7)?, row.get(8)?);
    let parse = || {
        Some(AuditEntry {
            at,
            actor: actor_of(&actor)?,
            address: address.map(|address| address.parse()).transpose().ok()?,
            action: heapless::String::try_from(action.as_str()).ok()?,
            subject: heapless::String::try_from(subject.as_str()).ok()?,
            outcome: [Outcome::Done, Outcome::Refused]
                .into_iter()
                .find(|candidate| outcome_word(*candidate) == outcome)?,
        })
    };
    Ok(parse())
}

/// No name begins with a bracket.
fn actor_of(text: &str) -> Option<Actor> {
    [Actor::Shell, Actor::Box, Actor::Nobody]
        .into_iter()
        .find(|actor| actor.to_string() == text)
        .or_else(|| AccountName::parse(text).ok().map(Actor::Account))
}

const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
    }
}
