//! The doors to what the box keeps for its people, to its settings, and to the box itself. The gateway's program implements
//! them; the page and the command line use them.

use std::sync::Arc;

use crate::archive::{Curves, PhoneUsage, Span};
use crate::control::Pending;
use crate::identity::Imsi;
use crate::machine::{BackupView, BatchSim, CaptureRequest, CaptureView, MachineView, Reset, Restart};
use crate::people::{Account, AccountChange, AccountName, Actor, AuditEntry, AuditRecord, Session};
use crate::query::{Page, PageRequest};
use crate::settings::{Applied, Preview, Revision, SettingsView, Values};
use crate::time::Stamp;

/// Keeps accounts, sessions, the audit, batches of SIMs, and the past. What it says is done is on the disk.
pub trait Keeper: Send + Sync {
    /// Now, for what is to be kept.
    fn now(&self) -> Stamp;

    /// Accounts in order of their names.
    fn accounts(&self) -> Pending<Vec<Account>>;

    /// Adds an account. [`Refusal::AccountExists`](crate::control::Refusal::AccountExists) if there is one with its name,
    /// [`Refusal::Full`](crate::control::Refusal::Full) beyond [`ACCOUNTS`](crate::people::ACCOUNTS).
    fn add_account(&self, account: Account) -> Pending<()>;

    /// Changes an account, in one step with looking at it: what was removed meanwhile does not come back.
    /// [`Refusal::NotFound`](crate::control::Refusal::NotFound) if there is none with this name,
    /// [`Refusal::TooLate`](crate::control::Refusal::TooLate) if its password is not the expected one any more,
    /// [`Refusal::LastOwner`](crate::control::Refusal::LastOwner) if nobody would be owner then.
    fn change_account(&self, name: AccountName, change: AccountChange) -> Pending<()>;

    /// Adds the first account. [`Refusal::Taken`](crate::control::Refusal::Taken) if there is one: two who claim a box
    /// at the same moment do not both get it.
    fn claim(&self, account: Account) -> Pending<()>;

    /// Removes an account and ends its sessions. [`Refusal::LastOwner`](crate::control::Refusal::LastOwner) for the last
    /// owner.
    fn remove_account(&self, name: AccountName) -> Pending<()>;

    /// Sessions, the one used last first.
    fn sessions(&self) -> Pending<Vec<Session>>;

    /// Adds or renews a session; beyond [`SESSIONS`](crate::people::SESSIONS) the one used least recently ends.
    fn put_session(&self, session: Session) -> Pending<()>;

    /// Ends a session.
    fn end_session(&self, token: [u8; 32]) -> Pending<()>;

    /// Ends all sessions of an account but one.
    fn end_sessions(&self, account: AccountName, but: Option<[u8; 32]>) -> Pending<()>;

    /// Notes what somebody did.
    fn note(&self, entry: AuditEntry) -> Pending<()>;

    /// What was done, the newest first.
    fn audit(&self, page: PageRequest) -> Pending<Page<AuditRecord>>;

    /// Takes SIMs of a batch, to be found by their ICCID; how many are new. [`Refusal::Full`](crate::control::Refusal::Full)
    /// beyond [`BATCH`].
    fn add_batch(&self, sims: Vec<BatchSim>) -> Pending<u32>;

    /// SIMs of batches that wait.
    fn batch_size(&self) -> Pending<u32>;

    /// The SIM with this ICCID, which stays until [`Self::remove_from_batch`].
    fn find_in_batch(&self, iccid: String) -> Pending<BatchSim>;

    /// Forgets a SIM of a batch: it is a subscriber now.
    fn remove_from_batch(&self, iccid: String) -> Pending<()>;

    /// What a phone used.
    fn usage(&self, imsi: Imsi) -> Pending<PhoneUsage>;

    /// Curves.
    fn curves(&self, span: Span) -> Pending<Curves>;
}

/// SIMs of batches that may wait.
pub const BATCH: u32 = 4_000;

/// Changes what an owner can set.
pub trait Configure: Send + Sync {
    /// What is set.
    fn settings(&self) -> Pending<SettingsView>;

    /// What these values would do. Keys that are left out stay; an empty value takes a key back to what the
    /// configuration file says.
    fn preview(&self, values: Values) -> Pending<Preview>;

    /// Applies them. Where something starts anew they are on trial: so many seconds later as
    /// [`SettingsView::trial_seconds`] says they go back, unless [`Self::keep`] was called. A box without a complete configuration keeps them at once.
    fn apply(&self, values: Values, by: Actor) -> Pending<Applied>;

    /// Keeps the revision on trial.
    fn keep(&self, revision: u64, by: Actor) -> Pending<()>;

    /// Goes back from the revision on trial now.
    fn go_back(&self, revision: u64, by: Actor) -> Pending<()>;

    /// Sets again all that this revision had set, on trial.
    fn return_to(&self, revision: u64, by: Actor) -> Pending<Applied>;

    /// Revisions, the newest first. Secrets in them are empty.
    fn revisions(&self) -> Pending<Vec<Revision>>;
}

/// How long a change may wait to be kept, unless the configuration says otherwise.
pub const TRIAL_SECONDS: u32 = 90;

/// Looks at the box, and acts on it.
pub trait Machine: Send + Sync {
    /// The state of the box.
    fn machine(&self) -> Pending<MachineView>;

    /// Starts something anew, a moment after this is answered.
    fn restart(&self, what: Restart) -> Pending<()>;

    /// Forgets, and starts anew, a moment after this is answered.
    fn reset(&self, how_much: Reset) -> Pending<()>;

    /// All that is kept, encrypted with the recovery key.
    fn backup(&self, recovery_key: String) -> Pending<Vec<u8>>;

    /// Takes the place of all that is kept, and starts anew. [`Refusal::BadBackup`](crate::control::Refusal::BadBackup) if
    /// it does not open.
    fn restore(&self, backup: Vec<u8>, recovery_key: String) -> Pending<()>;

    /// What a backup holds; nothing changes. Takes a copy of it to decrypt, and gives that back to the system. [`Refusal::BadBackup`](crate::control::Refusal::BadBackup) if it does not open.
    fn look_into(&self, backup: Arc<Vec<u8>>, recovery_key: String) -> Pending<BackupView>;

    /// A bundle for who is to find a fault: gzipped tar, no secrets in it.
    fn diagnostics(&self) -> Pending<Vec<u8>>;

    /// Captures that run or have run.
    fn captures(&self) -> Pending<Vec<CaptureView>>;

    /// Begins a capture; its name.
    fn begin_capture(&self, request: CaptureRequest) -> Pending<String>;

    /// Ends a capture.
    fn end_capture(&self, name: String) -> Pending<()>;

    /// A capture's file (pcap).
    fn capture_file(&self, name: String) -> Pending<Vec<u8>>;

    /// Removes a capture.
    fn remove_capture(&self, name: String) -> Pending<()>;
}
