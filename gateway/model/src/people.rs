//! The people who look after the box: accounts, their sessions, and what they did.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::time::Stamp;

/// Accounts that a box keeps at most. One more is refused.
pub const ACCOUNTS: u32 = 16;

/// Sessions that a box keeps at most. One more ends the one that was used least recently.
pub const SESSIONS: u32 = 32;

/// Entries of the audit that a box keeps at most. One more takes the place of the oldest.
pub const AUDIT: u32 = 10_000;

/// The name that somebody signs in with: 1 to 32 of lower case letters, digits, `.`, `-` and `_`, beginning with a letter or
/// a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "heapless::String<32>", into = "heapless::String<32>")]
pub struct AccountName(heapless::String<32>);

impl AccountName {
    /// Reads a name; upper case letters become lower case, because phones' keyboards begin with one.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let mut name = heapless::String::new();
        for letter in text.trim().chars().map(|letter| letter.to_ascii_lowercase()) {
            let legal = letter.is_ascii_lowercase()
                || letter.is_ascii_digit()
                || (!name.is_empty() && matches!(letter, '.' | '-' | '_'));
            if !legal || name.push(letter).is_err() {
                return Err(ModelError::AccountName);
            }
        }
        if name.is_empty() { Err(ModelError::AccountName) } else { Ok(Self(name)) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::parse(text)
    }
}

impl TryFrom<heapless::String<32>> for AccountName {
    type Error = ModelError;

    fn try_from(text: heapless::String<32>) -> Result<Self, ModelError> {
        Self::parse(&text)
    }
}

impl From<AccountName> for heapless::String<32> {
    fn from(name: AccountName) -> Self {
        name.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What somebody may do. No role but the owner's holds another: a seller does not see what a viewer sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// Add phones, give them new names, and see which are here.
    Seller,
    /// Look at everything but secrets, and change nothing.
    Viewer,
}

impl Role {
    /// The word for it in files and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Seller => "seller",
            Self::Viewer => "viewer",
        }
    }
}

impl FromStr for Role {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        [Self::Owner, Self::Seller, Self::Viewer]
            .into_iter()
            .find(|role| role.word() == text)
            .ok_or(ModelError::Role)
    }
}

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Who.
    pub name: AccountName,
    /// What they may do.
    pub role: Role,
    /// Argon2id in the PHC format: salt and cost are in it. Never shown.
    pub password: String,
    /// The language that they chose, as `en`.
    pub language: heapless::String<8>,
    /// Since when.
    pub created: Stamp,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// What changes of an account; what is absent stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The password's hash that the change is based on. The change is refused if the account has another one by now; absent
    /// where it is no matter which.
    pub expected: Option<String>,
    /// The hash of a new password.
    pub password: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// The language that they chose.
    pub language: Option<heapless::String<8>>,
}

impl AccountChange {
    /// The account as it becomes.
    #[must_use]
    pub fn of(self, account: Account) -> Account {
        Account {
            name: account.name,
            role: self.role.unwrap_or(account.role),
            password: self.password.unwrap_or(account.password),
            language: self.language.unwrap_or(account.language),
            created: account.created,
        }
    }
}

impl fmt::Debug for AccountChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountChange").field("role", &self.role).finish_non_exhaustive()
    }
}

/// A browser that somebody has signed in with. Its token is in the browser alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// SHA-256 of the token.
    pub token: [u8; 32],
    /// Whose.
    pub account: AccountName,
    /// Since when.
    pub begun: Stamp,
    /// When it was used last; written at most once a minute.
    pub used: Stamp,
    /// What the browser calls itself, shortened; for the list.
    pub browser: heapless::String<64>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// Somebody with an account, on the page.
    Account(AccountName),
    /// Somebody with a shell on the box.
    Shell,
    /// The box itself.
    Box,
    /// Somebody who has not signed in.
    Nobody,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(name) => name.fmt(f),
            Self::Shell => f.write_str("(shell)"),
            Self::Box => f.write_str("(box)"),
            Self::Nobody => f.write_str("(nobody)"),
        }
    }
}

/// What somebody did. Never holds a key, a password or a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Stamp,
    /// Who.
    pub actor: Actor,
    /// From where, if over the network.
    pub address: Option<core::net::IpAddr>,
    /// What, as a word with a dot: `subscriber.add`.
    pub action: heapless::String<32>,
    /// To what: an IMSI, a key of the settings.
    pub subject: heapless::String<64>,
    /// Whether it was done.
    pub outcome: Outcome,
}

/// Whether something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was.
    Done,
    /// It was refused.
    Refused,
}

/// An entry with its place: numbers go up without gaps from 1 in the life of a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its place.
    pub number: u64,
    /// What it says.
    pub entry: AuditEntry,
}
