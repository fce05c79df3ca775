//! Who is signed in. What is kept of a session is in the keeper; here it is in memory for a few seconds at a time, so that a page
//! asks no disk, and so that somebody who is shown the door elsewhere (at the command line) is out within [`FRESH_MILLIS`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pumice_model::control::Refusal;
use pumice_model::people::{Account, AccountName, Role, SESSIONS, Session};
use pumice_model::time::Stamp;
use pumice_ui::Flash;
use tokio::sync::Mutex as AsyncMutex;

use super::session::{is_alive, is_worth_writing};
use super::state::Site;
use super::token::Token;
use crate::audit::cut;
use crate::error::WebError;

/// What was read is believed for so long.
const FRESH_MILLIS: u64 = 10_000;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) name: AccountName,
    pub(crate) role: Role,
    pub(crate) language: heapless::String<8>,
    /// SHA-256 of the session's token.
    pub(crate) session: [u8; 32],
}

/// What a token was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// Somebody's session.
    Known(Known),
    /// A session that ended by itself.
    TimedOut,
    /// Nothing.
    Nothing,
}

/// Sessions in memory.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    held: Mutex<HashMap<[u8; 32], Held>>,
    /// Held while sessions are written or ended, so that noting a use does not bring an ended one back.
    writing: AsyncMutex<()>,
}

#[derive(Debug)]
struct Held {
    session: Session,
    known: Known,
    /// The use that is written down.
    written: Stamp,
    read_at: Stamp,
    /// Whether the keeper has it. A disk that takes nothing is no reason to let nobody in who comes to mend it: then a session is here
    /// alone, until the gateway starts anew.
    kept: bool,
    flash: Option<Flash>,
}

impl Sessions {
    /// Whose token this is. `uses` tells whether that is a use: a page that asks by itself what is new keeps no session alive.
    pub(crate) async fn find(&self, site: &Site, token: &Token, uses: bool) -> Result<Found, WebError> {
        let (digest, now) = (token.digest(), site.desk.now());
        let fresh = self.held().get(&digest).is_some_and(|held| {
            !held.kept
                || held.read_at.boot == now.boot
                    && now.at_millis.saturating_sub(held.read_at.at_millis) < FRESH_MILLIS
        });
        if !fresh && !self.read(site, digest, now).await? {
            return Ok(Found::Nothing);
        }
        let (found, write) = self.look(digest, now, uses);
        match found {
            Found::TimedOut => {
                // It is over whether that can be written down or not.
                if let Err(error) = self.end(site, digest).await {
                    tracing::warn!(%error, "a session that is over stays on the disk");
                }
            }
            Found::Known(_) if write => self.write(site, digest).await?,
            Found::Known(_) | Found::Nothing => {}
        }
        Ok(found)
    }

    /// What is known of a session now, and whether its use is to be written down.
    fn look(&self, digest: [u8; 32], now: Stamp, uses: bool) -> (Found, bool) {
        let mut all = self.held();
        let Some(held) = all.get_mut(&digest) else { return (Found::Nothing, false) };
        if !is_alive(&held.session, now) {
            return (Found::TimedOut, false);
        }
        if uses {
            held.session.used = now;
        }
        (Found::Known(held.known.clone()), uses && is_worth_writing(held.written, now))
    }

    /// Reads a session; whether it is there.
    async fn read(&self, site: &Site, digest: [u8; 32], now: Stamp) -> Result<bool, WebError> {
        let sessions = site.desk.ask_box(|doors| doors.keeper.sessions()).await?;
        let session = sessions.into_iter().find(|session| session.token == digest);
        let account = match &session {
            Some(session) => site.account(&session.account).await?,
            None => None,
        };
        let mut held = self.held();
        let (Some(mut session), Some(account)) = (session, account) else {
            held.remove(&digest);
            return Ok(false);
        };
        let before = held.remove(&digest);
        let (written, flash) = (session.used, before.as_ref().and_then(|before| before.flash.clone()));
        if let Some(before) = before {
            session.used = session.used.max(before.session.used);
        }
        let known = known(&account, digest);
        insert(&mut held, Held { session, known, written, read_at: now, kept: true, flash });
        Ok(true)
    }

    async fn write(&self, site: &Site, digest: [u8; 32]) -> Result<(), WebError> {
        let _writing = self.writing.lock().await;
        let session = self.held().get_mut(&digest).filter(|held| held.kept).map(|held| {
            held.written = held.session.used;
            held.session.clone()
        });
        let Some(session) = session else { return Ok(()) };
        // A use that cannot be written down is no reason to serve no page.
        if let Err(error) = site.desk.ask_box(|doors| doors.keeper.put_session(session)).await {
            tracing::warn!(%error, "the use of a session is not kept");
        }
        Ok(())
    }

    /// Begins a session with a token of its own, whatever the browser had before.
    pub(crate) async fn begin(
        &self,
        site: &Site,
        account: &Account,
        browser: &str,
    ) -> Result<Token, WebError> {
        let _writing = self.writing.lock().await;
        let token = Token::random().ok_or(WebError::NoAnswer)?;
        let now = site.desk.now();
        let session = Session {
            token: token.digest(),
            account: account.name.clone(),
            begun: now,
            used: now,
            browser: cut(browser),
        };
        let asked = session.clone();
        match site.desk.change_box(|doors| doors.keeper.put_session(asked)).await {
            Ok(()) => {}
            Err(WebError::Refused(Refusal::Store { reason })) => {
                tracing::warn!(%reason, "a session is in memory only");
                let known = known(account, session.token);
                let held = Held { session, known, written: now, read_at: now, kept: false, flash: None };
                insert(&mut self.held(), held);
            }
            Err(error) => return Err(error),
        }
        Ok(token)
    }

    /// Ends a session.
    pub(crate) async fn end(&self, site: &Site, digest: [u8; 32]) -> Result<(), WebError> {
        let _writing = self.writing.lock().await;
        let held = self.held().remove(&digest);
        if held.is_some_and(|held| !held.kept) {
            return Ok(());
        }
        site.desk.change_box(|doors| doors.keeper.end_session(digest)).await
    }

    /// Ends all sessions of an account but one.
    pub(crate) async fn end_others(
        &self,
        site: &Site,
        account: &AccountName,
        but: Option<[u8; 32]>,
    ) -> Result<(), WebError> {
        let _writing = self.writing.lock().await;
        self.held().retain(|digest, held| held.known.name != *account || Some(*digest) == but);
        site.desk.change_box(|doors| doors.keeper.end_sessions(account.clone(), but)).await
    }

    /// Reads an account's sessions anew at their next use: its role or language changed, or it is gone.
    pub(crate) fn forget(&self, account: &AccountName) {
        self.held().retain(|_, held| held.known.name != *account || !held.kept);
    }

    /// Leaves a word for the next page of a session.
    pub(crate) fn leave(&self, digest: [u8; 32], flash: Flash) {
        if let Some(held) = self.held().get_mut(&digest) {
            held.flash = Some(flash);
        }
    }

    /// Takes the word that was left.
    pub(crate) fn take_flash(&self, digest: [u8; 32]) -> Option<Flash> {
        self.held().get_mut(&digest).and_then(|held| held.flash.take())
    }

    fn held(&self) -> MutexGuard<'_, HashMap<[u8; 32], Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a session in; when there are as many as there may be, the one that was used least recently makes room.
fn insert(all: &mut HashMap<[u8; 32], Held>, held: Held) {
    let room = usize::try_from(SESSIONS).unwrap_or(usize::MAX);
    if all.len() >= room {
        let least = all.iter().min_by_key(|(_, held)| held.session.used).map(|(digest, _)| *digest);
        least.map(|least| all.remove(&least));
    }
    all.insert(held.session.token, held);
}

fn known(account: &Account, session: [u8; 32]) -> Known {
    Known { name: account.name.clone(), role: account.role, language: account.language.clone(), session }
}
