//! What the box keeps for its people: every question goes to the store's thread.

use pumice_model::archive::{Curves, PhoneUsage, Span};
use pumice_model::control::Pending;
use pumice_model::identity::Imsi;
use pumice_model::keeper::Keeper;
use pumice_model::machine::BatchSim;
use pumice_model::people::{Account, AccountChange, AccountName, AuditEntry, AuditRecord, Session};
use pumice_model::query::{Page, PageRequest};
use pumice_model::time::Stamp;

use super::store_door::StoreDoor;
use crate::shell::Past;

/// The keeper of a running program.
#[derive(Debug, Clone)]
pub(crate) struct StoreKeeper {
    store: StoreDoor,
    past: Past,
}

impl StoreKeeper {
    pub(crate) fn new(store: StoreDoor, past: Past) -> Self {
        Self { store, past }
    }
}

impl Keeper for StoreKeeper {
    fn now(&self) -> Stamp {
        self.store.now()
    }

    fn accounts(&self) -> Pending<Vec<Account>> {
        self.store.ask(|store| store.accounts())
    }

    fn add_account(&self, account: Account) -> Pending<()> {
        self.store.ask(move |store| store.add_account(&account))
    }

    fn change_account(&self, name: AccountName, change: AccountChange) -> Pending<()> {
        self.store.ask(move |store| store.change_account(&name, change))
    }

    fn claim(&self, account: Account) -> Pending<()> {
        self.store.ask(move |store| store.claim(&account))
    }

    fn remove_account(&self, name: AccountName) -> Pending<()> {
        self.store.ask(move |store| store.remove_account(&name))
    }

    fn sessions(&self) -> Pending<Vec<Session>> {
        self.store.ask(|store| store.sessions())
    }

    fn put_session(&self, session: Session) -> Pending<()> {
        self.store.ask(move |store| store.put_session(&session))
    }

    fn end_session(&self, token: [u8; 32]) -> Pending<()> {
        self.store.ask(move |store| store.end_session(&token))
    }

    fn end_sessions(&self, account: AccountName, but: Option<[u8; 32]>) -> Pending<()> {
        self.store.ask(move |store| store.end_sessions(&account, but.as_ref()))
    }

    fn note(&self, entry: AuditEntry) -> Pending<()> {
        self.store.ask(move |store| store.note(&entry).map(|_| ()))
    }

    fn audit(&self, page: PageRequest) -> Pending<Page<AuditRecord>> {
        self.store.ask(move |store| store.audit(&page))
    }

    fn add_batch(&self, sims: Vec<BatchSim>) -> Pending<u32> {
        self.store.ask(move |store| store.add_batch(&sims))
    }

    fn batch_size(&self) -> Pending<u32> {
        self.store.ask(|store| store.batch_size())
    }

    fn find_in_batch(&self, iccid: String) -> Pending<BatchSim> {
        self.store.ask(move |store| store.find_in_batch(&iccid))
    }

    fn remove_from_batch(&self, iccid: String) -> Pending<()> {
        self.store.ask(move |store| store.remove_from_batch(&iccid))
    }

    fn usage(&self, imsi: Imsi) -> Pending<PhoneUsage> {
        let past = self.past.clone();
        let kept = self.store.ask(move |store| store.usage(imsi));
        Pending::new(async move {
            let mut usage = kept.await?;
            // What was used in the last minute is not on the disk yet.
            for waiting in past.meter().waiting(imsi) {
                match usage.days.iter_mut().find(|day| day.day == waiting.day) {
                    Some(day) => {
                        day.uplink = day.uplink.saturating_add(waiting.uplink);
                        day.downlink = day.downlink.saturating_add(waiting.downlink);
                    }
                    None => usage.days.insert(0, waiting),
                }
            }
            Ok(usage)
        })
    }

    fn curves(&self, span: Span) -> Pending<Curves> {
        // The newest points are in memory only.
        let curves = self.past.archive().curves(span);
        Pending::new(async move { Ok(curves) })
    }
}
