//! What an owner has set, revision by revision.
//!
//! ```text
//!   apply(AtStart) --> pending --begin()--> trial --keep()--> kept
//!   apply(Now) ----------------------------^  |
//!   apply(Keep) ------------------------------|---------------^
//!                                             +--go_back(), or the next begin()--> reverted
//! ```
//!
//! In force is the one on trial, or else the newest that was kept. At most one is pending or on trial.

use pumice_model::change::Durability;
use pumice_model::control::Refusal;
use pumice_model::people::Actor;
use pumice_model::settings::{
    REVISIONS, Revision, RevisionState, SETTINGS, SettingKind, VALUE, Values, setting,
};
use pumice_model::time::Stamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde::{Deserialize, Serialize};

use crate::undone::Undone;
use crate::{Sealer, Store, StoreError, record};

const TABLE: &str = "revisions";

/// How a revision is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// Kept at once: nothing starts anew, or the box is not complete yet.
    Keep,
    /// On trial from now on: what starts anew is not the gateway.
    TryNow,
    /// On trial from the next start of the gateway.
    TryAtStart,
}

/// What a start of the gateway begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartingRevision {
    /// Its number; absent while nothing was ever set.
    pub number: Option<u64>,
    /// Its values, secrets with them.
    pub values: Values,
    /// Whether it goes back by itself unless somebody keeps it.
    pub on_trial: bool,
    /// The revision that the last run had on trial when it ended: nobody kept it, so it is not in force any more.
    pub gone_back_from: Option<u64>,
}

/// What stands in a record.
#[derive(Serialize, Deserialize)]
struct Kept {
    at: Stamp,
    by: Actor,
    values: Values,
}

impl Store {
    /// The revision to start with. One that waited for this start is on trial now; one that was on trial when the last run
    /// ended is reverted, because that run did not live to see it kept.
    ///
    /// On a disk that takes nothing it is the newest that was kept: a trial could not be ended there. One that cannot be read
    /// is passed over.
    pub fn begin_revision(&mut self) -> Result<StartingRevision, Refusal> {
        let outcome = self.change(Durability::Full, |connection, sealer| {
            let gone_back_from = in_state(connection, RevisionState::Trial)?;
            leave(connection, RevisionState::Trial, RevisionState::Reverted)?;
            let waiting = match in_state(connection, RevisionState::Pending)? {
                Some(number) => legible(connection, sealer, "number = ?1", params![number])?,
                None => None,
            };
            // One that cannot be read cannot be tried.
            let tried = if waiting.is_some() { RevisionState::Trial } else { RevisionState::Reverted };
            leave(connection, RevisionState::Pending, tried)?;
            let on_trial = waiting.is_some();
            let revision = match waiting {
                Some(revision) => Some(revision),
                None => newest_kept(connection, sealer)?,
            };
            let gone_back_from = gone_back_from.and_then(|number| u64::try_from(number).ok());
            Ok(StartingRevision { on_trial, gone_back_from, ..StartingRevision::of(revision) })
        });
        match outcome {
            Err(Refusal::Store { reason }) => {
                tracing::warn!(reason, "no trial of settings can begin");
                self.look(|connection, sealer| Ok(StartingRevision::of(newest_kept(connection, sealer)?)))
            }
            outcome => outcome,
        }
    }

    /// Adds a revision that holds all that is set; gives its number. [`Refusal::TooLate`] while another one waits or is on
    /// trial, [`Refusal::Wrong`] for a value that is too long or a key that there is not.
    pub fn apply_revision(
        &mut self,
        values: &Values,
        at: Stamp,
        by: &Actor,
        how: Application,
    ) -> Result<u64, Refusal> {
        let mistakes: Vec<_> = values.iter().filter_map(|(key, value)| mistake(key, value)).collect();
        if !mistakes.is_empty() {
            return Err(Refusal::Wrong { mistakes });
        }
        self.change(Durability::Full, |connection, sealer| {
            if on_the_way(connection)?.is_some() {
                return Err(Refusal::TooLate.into());
            }
            let state = match how {
                Application::Keep => RevisionState::Kept,
                Application::TryNow => RevisionState::Trial,
                Application::TryAtStart => RevisionState::Pending,
            };
            insert(connection, sealer, values, at, by, state)
        })
    }

    /// Keeps the revision on trial. One that is kept already stays so; [`Refusal::TooLate`] for one that was reverted or
    /// waits for its start.
    pub fn keep_revision(&mut self, number: u64) -> Result<(), Refusal> {
        self.settle(number, RevisionState::Kept, |state| state == RevisionState::Trial)
    }

    /// Goes back from a revision that waits or is on trial. One that was reverted already stays so; [`Refusal::TooLate`]
    /// for one that is kept.
    pub fn go_back_from_revision(&mut self, number: u64) -> Result<(), Refusal> {
        self.settle(number, RevisionState::Reverted, |state| {
            matches!(state, RevisionState::Trial | RevisionState::Pending)
        })
    }

    fn settle(
        &mut self,
        number: u64,
        to: RevisionState,
        may: impl FnOnce(RevisionState) -> bool,
    ) -> Result<(), Refusal> {
        self.change(Durability::Full, |connection, _| {
            let word: Option<String> = connection
                .query_row("SELECT state FROM revisions WHERE number = ?1", [stored(number)], |row| {
                    row.get(0)
                })
                .optional()?;
            let state = word.and_then(|word| state_of(&word)).ok_or(Refusal::NotFound)?;
            if state == to {
                return Ok(());
            }
            if !may(state) {
                return Err(Refusal::TooLate.into());
            }
            connection.execute(
                "UPDATE revisions SET state = ?2 WHERE number = ?1",
                params![stored(number), to.word()],
            )?;
            Ok(())
        })
    }

    /// Takes everything back to what the configuration file says: a kept revision without values. What waits or is on trial
    /// is reverted.
    pub fn reset_settings(&mut self, at: Stamp, by: &Actor) -> Result<u64, Refusal> {
        self.change(Durability::Full, |connection, sealer| {
            connection
                .execute("UPDATE revisions SET state = 'reverted' WHERE state IN ('pending', 'trial')", [])?;
            insert(connection, sealer, &Values::new(), at, by, RevisionState::Kept)
        })
    }

    /// The revision in force, secrets with it: the one on trial, or else the newest that was kept and can be read.
    pub fn revision_in_force(&mut self) -> Result<Option<Revision>, Refusal> {
        self.look(|connection, sealer| {
            let trial = "state = ?1 ORDER BY number DESC";
            match legible(connection, sealer, trial, params![RevisionState::Trial.word()])? {
                Some(revision) => Ok(Some(revision)),
                None => Ok(newest_kept(connection, sealer)?),
            }
        })
    }

    /// A revision, secrets with it.
    pub fn revision(&mut self, number: u64) -> Result<Revision, Refusal> {
        self.look(|connection, sealer| {
            let found = legible(connection, sealer, "number = ?1", params![stored(number)])?;
            Ok(found.ok_or(Refusal::NotFound)?)
        })
    }

    /// Revisions, the newest first. Secrets in them are empty; which of them are new is told. One that cannot be read is
    /// left out.
    pub fn revisions(&mut self) -> Result<Vec<Revision>, Refusal> {
        self.look(|connection, sealer| {
            let mut revisions = Vec::new();
            let mut before = Values::new();
            each_legible(connection, sealer, "true ORDER BY number", params![], |mut revision| {
                let mut secrets = Values::new();
                for (key, value) in revision.values.iter_mut().filter(|(key, _)| is_secret(key)) {
                    secrets.insert(key.clone(), core::mem::take(value));
                }
                revision.new_secrets = differing(&before, &secrets);
                if revision.state == RevisionState::Kept {
                    wipe(core::mem::replace(&mut before, secrets));
                } else {
                    wipe(secrets);
                }
                revisions.push(revision);
                true
            })?;
            wipe(before);
            revisions.reverse();
            Ok(revisions)
        })
    }
}

impl StartingRevision {
    fn of(revision: Option<Revision>) -> Self {
        let number = revision.as_ref().map(|revision| revision.number);
        Self {
            number,
            values: revision.map(|revision| revision.values).unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// What the newest kept revision has, without its secrets.
pub(crate) fn shown_in_force(connection: &Connection) -> Option<Values> {
    let query = "SELECT record FROM revisions WHERE state = 'kept' ORDER BY number DESC LIMIT 1";
    let record: Vec<u8> = connection.query_row(query, [], |row| row.get(0)).ok()?;
    record::decode::<Kept>(&record).ok().map(|kept| kept.values)
}

fn mistake(key: &str, value: &str) -> Option<(String, String)> {
    if setting(key).is_none() {
        Some((key.chars().take(64).collect(), "is no setting".to_owned()))
    } else if value.len() > VALUE {
        Some((key.to_owned(), format!("has more than {VALUE} octets")))
    } else {
        None
    }
}

fn insert(
    connection: &Connection,
    sealer: &dyn Sealer,
    values: &Values,
    at: Stamp,
    by: &Actor,
    state: RevisionState,
) -> Result<u64, Undone<Refusal>> {
    let number: i64 =
        connection.query_row("SELECT ifnull(max(number), 0) + 1 FROM revisions", [], |row| row.get(0))?;
    let (secrets, shown): (Values, Values) = values.clone().into_iter().partition(|(key, _)| is_secret(key));
    let record = record::encode(&Kept { at, by: by.clone(), values: shown })?;
    let secrets = match secrets.is_empty() {
        true => None,
        false => Some(record::seal(sealer, TABLE, &number.to_string(), &secrets)?),
    };
    connection.execute(
        "INSERT INTO revisions (number, state, actor, record, secrets) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![number, state.word(), by.to_string(), record, secrets],
    )?;
    prune(connection)?;
    Ok(u64::try_from(number).unwrap_or_default())
}

/// The oldest go; the one in force and the one on its way stay, and so does the newest kept, to which a trial goes back.
fn prune(connection: &Connection) -> rusqlite::Result<()> {
    let kept = in_state(connection, RevisionState::Kept)?;
    connection
        .execute(
            "DELETE FROM revisions WHERE number IN
             (SELECT number FROM revisions WHERE state NOT IN ('pending', 'trial') AND number IS NOT ?1
              ORDER BY number LIMIT max(0, (SELECT count(*) FROM revisions) - ?2))",
            params![kept, REVISIONS],
        )
        .map(|_| ())
}

fn leave(connection: &Connection, from: RevisionState, to: RevisionState) -> rusqlite::Result<()> {
    connection
        .execute("UPDATE revisions SET state = ?2 WHERE state = ?1", [from.word(), to.word()])
        .map(|_| ())
}

fn newest_kept(connection: &Connection, sealer: &dyn Sealer) -> rusqlite::Result<Option<Revision>> {
    legible(connection, sealer, "state = ?1 ORDER BY number DESC", params![RevisionState::Kept.word()])
}

/// The first that can be read.
fn legible(
    connection: &Connection,
    sealer: &dyn Sealer,
    which: &str,
    params: &[&dyn ToSql],
) -> rusqlite::Result<Option<Revision>> {
    let mut first = None;
    each_legible(connection, sealer, which, params, |revision| {
        first = Some(revision);
        false
    })?;
    Ok(first)
}

/// Gives those that can be read, while they are wanted.
fn each_legible(
    connection: &Connection,
    sealer: &dyn Sealer,
    which: &str,
    params: &[&dyn ToSql],
    mut each: impl FnMut(Revision) -> bool,
) -> rusqlite::Result<()> {
    let query = format!("SELECT number, state, record, secrets FROM revisions WHERE {which}");
    let mut statement = connection.prepare(&query)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        match read(row, sealer)? {
            Ok(revision) => {
                if !each(revision) {
                    break;
                }
            }
            Err(error) => tracing::warn!(%error, number, "a revision of the settings cannot be read"),
        }
    }
    Ok(())
}

fn read(row: &Row<'_>, sealer: &dyn Sealer) -> rusqlite::Result<Result<Revision, StoreError>> {
    let (number, state): (u64, String) = (row.get(0)?, row.get(1)?);
    let (plain, sealed): (Vec<u8>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
    let parse = || {
        let Kept { at, by, mut values } = record::decode(&plain)?;
        let state = state_of(&state).ok_or(StoreError::Malformed)?;
        if let Some(sealed) = sealed {
            match record::open::<Values>(sealer, TABLE, &number.to_string(), &sealed) {
                Ok(secrets) => values.extend(secrets),
                // Another key seals now. The network works without a password of the backhaul.
                Err(error) => tracing::warn!(%error, number, "the secrets of a revision do not open"),
            }
        }
        Ok(Revision { number, at, by, state, values, new_secrets: Vec::new() })
    };
    Ok(parse())
}

/// The newest in a state.
fn in_state(connection: &Connection, state: RevisionState) -> rusqlite::Result<Option<i64>> {
    connection
        .query_row("SELECT max(number) FROM revisions WHERE state = ?1", [state.word()], |row| row.get(0))
}

fn on_the_way(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let pending = in_state(connection, RevisionState::Pending)?;
    pending.map_or_else(|| in_state(connection, RevisionState::Trial), |number| Ok(Some(number)))
}

fn state_of(word: &str) -> Option<RevisionState> {
    [RevisionState::Pending, RevisionState::Trial, RevisionState::Kept, RevisionState::Reverted]
        .into_iter()
        .find(|state| state.word() == word)
}

/// Keys that are in one alone, or have another value in each.
fn differing(one: &Values, other: &Values) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    keys.into_iter().filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
}

fn wipe(secrets: Values) {
    secrets.into_values().for_each(|mut secret| zeroize::Zeroize::zeroize(&mut secret));
}

fn is_secret(key: &str) -> bool {
    SETTINGS.iter().any(|spec| spec.key == key && spec.kind == SettingKind::Secret)
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
