//! What the routes of the page share.

use core::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pumice_model::control::{Pending, Refusal};
use pumice_model::people::{Account, AccountName, Actor, Outcome};
use pumice_model::query::{PageRequest, Query, Status, SubscriberView};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::access::Rules;
use super::asset::Assets;
use super::claims::Claims;
use super::config::SiteConfig;
use super::live::Live;
use super::password::Hasher;
use super::sessions::Sessions;
use super::throttle::Throttle;
use super::ticket::{Held, Tickets};
use crate::audit::Deed;
use crate::deeds::Deeds;
use crate::desk::Desk;
use crate::doors::Doors;
use crate::error::WebError;

/// More pages than this no list has.
const PAGES: u32 = 1_000;

/// What the routes share.
pub(crate) struct Site {
    pub(crate) config: SiteConfig,
    pub(crate) rules: Rules,
    pub(crate) sessions: Sessions,
    pub(crate) deeds: Deeds,
    pub(crate) desk: Desk,
    pub(crate) assets: Assets,
    pub(crate) live: Live,
    imports: Arc<Semaphore>,
    throttle: Mutex<Throttle>,
    tickets: Mutex<Tickets>,
    claims: Mutex<Claims>,
    claimed: AtomicBool,
}

impl Site {
    pub(crate) fn new(doors: Doors, config: SiteConfig, rules: Rules) -> Self {
        Self {
            rules,
            sessions: Sessions::default(),
            deeds: Deeds::new(config.limits.web.connections),
            desk: Desk::new(doors, &config.limits.web),
            assets: Assets::new(),
            live: Live::new(config.limits.watchers),
            imports: Arc::new(Semaphore::new(config.limits.web.imports)),
            throttle: Mutex::default(),
            tickets: Mutex::default(),
            claims: Mutex::default(),
            claimed: AtomicBool::new(false),
            config,
        }
    }

    /// Now, as a time that only goes forward.
    pub(crate) fn since_start(&self) -> Duration {
        Duration::from_millis(self.desk.now().at_millis)
    }

    /// The thread that makes hashes.
    pub(crate) const fn passwords(&self) -> &Hasher {
        &self.config.shared.passwords
    }

    /// The gateway's state; nothing on a box that is not set up.
    pub(crate) async fn status(&self) -> Result<Option<Status>, WebError> {
        if_set_up(self.desk.ask(|query| query.status()).await)
    }

    /// All subscribers; none on a box that is not set up.
    pub(crate) async fn subscribers(&self) -> Result<Vec<SubscriberView>, WebError> {
        self.whole_list(|query, page| query.subscribers(page)).await
    }

    /// A whole list; an empty one on a box that is not set up.
    pub(crate) async fn whole_list<T>(
        &self,
        question: impl Fn(&dyn Query, PageRequest) -> Pending<pumice_model::query::Page<T>>,
    ) -> Result<Vec<T>, WebError> {
        let mut all = Vec::new();
        let mut after = None;
        for _ in 0..PAGES {
            let request = PageRequest { after, limit: None };
            let Some(page) = if_set_up(self.desk.ask(|query| question(query, request)).await)? else { break };
            all.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// An account.
    pub(crate) async fn account(&self, name: &AccountName) -> Result<Option<Account>, WebError> {
        let accounts = self.desk.ask_box(|doors| doors.keeper.accounts()).await?;
        Ok(accounts.into_iter().find(|account| account.name == *name))
    }

    /// Whether the box has an owner. Once it has, it stays so until the box starts anew.
    pub(crate) async fn is_claimed(&self) -> Result<bool, WebError> {
        if self.claimed.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let claimed = !self.desk.ask_box(|doors| doors.keeper.accounts()).await?.is_empty();
        self.claimed.store(claimed, Ordering::Relaxed);
        Ok(claimed)
    }

    /// Notes what somebody did, or was refused.
    pub(crate) async fn note(&self, deed: &Deed, actor: Actor, address: core::net::IpAddr, outcome: Outcome) {
        self.desk.note(deed.entry(self.desk.now(), actor, Some(address), outcome)).await;
    }

    /// Room for one more large thing that comes or is made, for as long as the permit is held. Two people who send a file at
    /// the same moment wait for each other a little.
    pub(crate) async fn import_permit(&self) -> Result<OwnedSemaphorePermit, WebError> {
        let busy = || WebError::Refused(Refusal::Busy);
        let room = Arc::clone(&self.imports).acquire_owned();
        timeout(self.config.limits.large_turn, room).await.map_err(|_| busy())?.map_err(|_| busy())
    }

    /// Room for one more backup or bundle: what waits for a second look makes room for it.
    pub(crate) async fn large_permit(&self) -> Result<OwnedSemaphorePermit, WebError> {
        let permit = self.import_permit().await?;
        self.tickets().drop_large();
        Ok(permit)
    }

    /// Keeps something for a second look, and forgets it in time even if nobody comes back.
    pub(crate) fn keep(self: &Arc<Self>, held: Held, holder: [u8; 32]) -> Option<String> {
        let good = held.good();
        let number = self.tickets().keep(held, holder, self.desk.now());
        let site = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(good).await;
            if let Some(site) = site.upgrade() {
                let now = site.desk.now();
                site.tickets().expire(now);
            }
        });
        number
    }

    pub(crate) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn claims(&self) -> MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing where the network is not set up.
pub(crate) fn if_set_up<T>(answer: Result<T, WebError>) -> Result<Option<T>, WebError> {
    match answer {
        Err(WebError::Refused(Refusal::NotSetUp)) => Ok(None),
        answer => answer.map(Some),
    }
}
