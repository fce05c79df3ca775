//! A box in memory behind the doors that are not the core's: what it keeps, its settings, itself.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod late;
mod machine;
mod settings;
mod software;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use pumice_model::archive::{Curves, PhoneUsage, Series, Span};
use pumice_model::control::{Pending, Refusal};
use pumice_model::identity::Imsi;
use pumice_model::keeper::{BATCH, Keeper};
use pumice_model::machine::{BatchSim, CaptureView, MachineView, Reset, Restart};
use pumice_model::people::{
    ACCOUNTS, AUDIT, Account, AccountChange, AccountName, AuditEntry, AuditRecord, Role, SESSIONS, Session,
};
use pumice_model::query::{Page, PageRequest};
use pumice_model::settings::{Revision, Values};
use pumice_model::time::Stamp;

/// 2026-11-25 12:00 UTC.
pub(crate) const NOON: u64 = 1_795_608_000;

pub(crate) struct House {
    state: Mutex<State>,
}

pub(crate) type Meanwhile = Box<dyn FnOnce(&mut State) + Send>;

pub(crate) struct State {
    pub(crate) now: Stamp,
    pub(crate) accounts: BTreeMap<AccountName, Account>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) audit: Vec<AuditRecord>,
    pub(crate) batch: BTreeMap<String, BatchSim>,
    pub(crate) usage: BTreeMap<Imsi, PhoneUsage>,
    /// Each point of each curve.
    pub(crate) measured: Option<u32>,
    pub(crate) values: Values,
    /// What the configuration file says.
    pub(crate) file: Values,
    pub(crate) revisions: Vec<Revision>,
    /// How long a trial lasts.
    pub(crate) trial_seconds: u32,
    /// The revision on trial, and the seconds left.
    pub(crate) trial: Option<(u64, u32)>,
    pub(crate) machine: MachineView,
    pub(crate) captures: Vec<CaptureView>,
    pub(crate) restarts: Vec<Restart>,
    pub(crate) resets: Vec<Reset>,
    /// Absent where the gateway was installed by other means.
    pub(crate) image: Option<pumice_model::software::ImageView>,
    /// An update that comes.
    pub(crate) update: Vec<u8>,
    pub(crate) software_orders: Vec<pumice_model::software::SoftwareOrder>,
    /// What the diagnostics are.
    pub(crate) bundle: Vec<u8>,
    /// Backups that were put back.
    pub(crate) restored: u32,
    /// What every question is refused with.
    pub(crate) refusal: Option<Refusal>,
    /// What every change of a session is refused with.
    pub(crate) session_refusal: Option<Refusal>,
    /// What happens just before an account is changed, when whoever changes it has looked at it.
    pub(crate) meanwhile: Option<Meanwhile>,
    /// Looking into a backup ends when this gives a permit.
    pub(crate) look_gate: Option<std::sync::Arc<tokio::sync::Semaphore>>,
    /// Whether a backup was looked into.
    pub(crate) looked: bool,
    /// What a claim is refused with.
    pub(crate) claim_refusal: Option<Refusal>,
    /// Questions that reached the accounts or the sessions: what a disk would have been asked.
    pub(crate) asked: u32,
    /// Times that a session was written.
    pub(crate) session_writes: u32,
}

impl Default for House {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                now: Stamp { boot: 1, at_millis: 60_000, unix_seconds: Some(NOON) },
                accounts: BTreeMap::new(),
                sessions: Vec::new(),
                audit: Vec::new(),
                batch: BTreeMap::new(),
                usage: BTreeMap::new(),
                measured: Some(100),
                values: Values::new(),
                file: Values::new(),
                revisions: Vec::new(),
                trial_seconds: 90,
                trial: None,
                machine: machine::view(),
                captures: Vec::new(),
                restarts: Vec::new(),
                resets: Vec::new(),
                image: Some(software::image()),
                update: Vec::new(),
                software_orders: Vec::new(),
                bundle: vec![0x1f, 0x8b, 8, 0],
                restored: 0,
                refusal: None,
                session_refusal: None,
                meanwhile: None,
                look_gate: None,
                looked: false,
                claim_refusal: None,
                asked: 0,
                session_writes: 0,
            }),
        }
    }
}

impl House {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        let now = &mut self.state().now;
        now.at_millis += seconds * 1_000;
        now.unix_seconds = now.unix_seconds.map(|unix| unix + seconds);
    }

    fn answer<T: Send + 'static>(&self, answer: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Pending<T> {
        let mut state = self.state();
        let answer = match state.refusal.clone() {
            Some(refusal) => Err(refusal),
            None => answer(&mut state),
        };
        Pending::new(core::future::ready(answer))
    }
}

impl Keeper for House {
    fn now(&self) -> Stamp {
        self.state().now
    }

    fn accounts(&self) -> Pending<Vec<Account>> {
        self.answer(|state| {
            state.asked += 1;
            Ok(state.accounts.values().cloned().collect())
        })
    }

    fn add_account(&self, account: Account) -> Pending<()> {
        self.answer(|state| {
            if state.accounts.contains_key(&account.name) {
                return Err(Refusal::AccountExists);
            }
            if state.accounts.len() >= ACCOUNTS as usize {
                return Err(Refusal::Full { limit: "accounts", holds: ACCOUNTS });
            }
            state.accounts.insert(account.name.clone(), account);
            Ok(())
        })
    }

    fn change_account(&self, name: AccountName, change: AccountChange) -> Pending<()> {
        self.answer(|state| {
            if let Some(meanwhile) = state.meanwhile.take() {
                meanwhile(state);
            }
            let account = state.accounts.get(&name).cloned().ok_or(Refusal::NotFound)?;
            if change.expected.as_ref().is_some_and(|expected| *expected != account.password) {
                return Err(Refusal::TooLate);
            }
            if change.role.is_some_and(|role| role != Role::Owner) && is_last_owner(state, &name) {
                return Err(Refusal::LastOwner);
            }
            state.accounts.insert(name, change.of(account));
            Ok(())
        })
    }

    fn claim(&self, account: Account) -> Pending<()> {
        self.answer(|state| {
            if let Some(refusal) = state.claim_refusal.clone() {
                return Err(refusal);
            }
            if !state.accounts.is_empty() {
                return Err(Refusal::Taken);
            }
            state.accounts.insert(account.name.clone(), account);
            Ok(())
        })
    }

    fn remove_account(&self, name: AccountName) -> Pending<()> {
        self.answer(|state| {
            if is_last_owner(state, &name) {
                return Err(Refusal::LastOwner);
            }
            state.accounts.remove(&name).ok_or(Refusal::NotFound)?;
            state.sessions.retain(|session| session.account != name);
            Ok(())
        })
    }

    fn sessions(&self) -> Pending<Vec<Session>> {
        self.answer(|state| {
            state.asked += 1;
            let mut sessions = state.sessions.clone();
            sessions.sort_by_key(|session| core::cmp::Reverse(session.used));
            Ok(sessions)
        })
    }

    fn put_session(&self, session: Session) -> Pending<()> {
        self.answer(|state| {
            if let Some(refusal) = state.session_refusal.clone() {
                return Err(refusal);
            }
            state.session_writes += 1;
            state.sessions.retain(|known| known.token != session.token);
            if state.sessions.len() >= SESSIONS as usize {
                let least = state.sessions.iter().enumerate().min_by_key(|(_, session)| session.used);
                let at = least.map(|(at, _)| at).unwrap();
                state.sessions.remove(at);
            }
            state.sessions.push(session);
            Ok(())
        })
    }

    fn end_session(&self, token: [u8; 32]) -> Pending<()> {
        self.answer(|state| {
            if let Some(refusal) = state.session_refusal.clone() {
                return Err(refusal);
            }
            state.sessions.retain(|session| session.token != token);
            Ok(())
        })
    }

    fn end_sessions(&self, account: AccountName, but: Option<[u8; 32]>) -> Pending<()> {
        self.answer(|state| {
            state.sessions.retain(|session| session.account != account || Some(session.token) == but);
            Ok(())
        })
    }

    fn note(&self, entry: AuditEntry) -> Pending<()> {
        self.answer(|state| {
            let number = state.audit.last().map_or(1, |record| record.number + 1);
            if state.audit.len() == AUDIT as usize {
                state.audit.remove(0);
            }
            state.audit.push(AuditRecord { number, entry });
            Ok(())
        })
    }

    fn audit(&self, page: PageRequest) -> Pending<Page<AuditRecord>> {
        self.answer(|state| {
            let below = match &page.after {
                None => u64::MAX,
                Some(cursor) => cursor.parse().map_err(|_| Refusal::NotFound)?,
            };
            let most = page.limit.unwrap_or(200).min(200) as usize;
            let rows: Vec<_> =
                state.audit.iter().rev().filter(|record| record.number < below).take(most + 1).collect();
            let next = (rows.len() > most).then(|| rows[most - 1].number.to_string());
            Ok(Page { items: rows.into_iter().take(most).cloned().collect(), next })
        })
    }

    fn add_batch(&self, sims: Vec<BatchSim>) -> Pending<u32> {
        self.answer(|state| {
            let new: Vec<_> = sims.into_iter().filter(|sim| !state.batch.contains_key(&sim.iccid)).collect();
            if state.batch.len() + new.len() > BATCH as usize {
                return Err(Refusal::Full { limit: "batch", holds: BATCH });
            }
            let count = u32::try_from(new.len()).unwrap();
            state.batch.extend(new.into_iter().map(|sim| (sim.iccid.clone(), sim)));
            Ok(count)
        })
    }

    fn batch_size(&self) -> Pending<u32> {
        self.answer(|state| Ok(u32::try_from(state.batch.len()).unwrap()))
    }

    fn find_in_batch(&self, iccid: String) -> Pending<BatchSim> {
        self.answer(|state| state.batch.get(&iccid).cloned().ok_or(Refusal::NotFound))
    }

    fn remove_from_batch(&self, iccid: String) -> Pending<()> {
        self.answer(|state| state.batch.remove(&iccid).map(drop).ok_or(Refusal::NotFound))
    }

    fn usage(&self, imsi: Imsi) -> Pending<PhoneUsage> {
        self.answer(|state| Ok(state.usage.get(&imsi).cloned().unwrap_or_default()))
    }

    fn curves(&self, span: Span) -> Pending<Curves> {
        self.answer(|state| {
            let measured = state.measured;
            let curve = |series| (series, vec![measured; Span::POINTS as usize]);
            Ok(Curves { span, ends: state.now.unix_seconds, curves: Series::ALL.map(curve).to_vec() })
        })
    }
}

fn is_last_owner(state: &State, name: &AccountName) -> bool {
    let is_owner = |account: &Account| account.role == Role::Owner;
    state.accounts.get(name).is_some_and(is_owner)
        && state.accounts.values().filter(|account| is_owner(account)).count() == 1
}
