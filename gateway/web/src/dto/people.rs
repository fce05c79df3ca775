use pumice_model::people;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cell::hex;
use super::object::only_objects;
use super::present::present;
use super::words::words;
use super::{SecretText, Stamp};

/// Somebody who may sign in to the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// The name to sign in with.
    #[schema(example = "amina")]
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The language that they chose.
    #[schema(example = "sw")]
    pub language: String,
    /// Since when.
    pub created: Stamp,
}

impl From<&people::Account> for Account {
    fn from(account: &people::Account) -> Self {
        Self {
            name: account.name.to_string(),
            role: account.role.into(),
            language: account.language.to_string(),
            created: account.created.into(),
        }
    }
}

words! {
    /// What somebody may do.
    Role, UnknownRole, "owner, seller or viewer" {
        /// Everything.
        Owner => "owner",
        /// Add phones and give them new names.
        Seller => "seller",
        /// Look.
        Viewer => "viewer",
    }
}

impl From<people::Role> for Role {
    fn from(role: people::Role) -> Self {
        match role {
            people::Role::Owner => Self::Owner,
            people::Role::Seller => Self::Seller,
            people::Role::Viewer => Self::Viewer,
        }
    }
}

impl From<Role> for people::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Seller => Self::Seller,
            Role::Viewer => Self::Viewer,
        }
    }
}

/// An account to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"name": "amina", "role": "seller", "password": "three goats by the well"}))]
pub struct NewAccount {
    /// The name to sign in with: 1 to 32 letters, digits, `.`, `-` and `_`, beginning with a letter or a digit.
    #[schema(max_length = 32, pattern = "^ *[0-9A-Za-z][0-9A-Za-z._-]* *$")]
    pub name: String,
    /// What they may do. The first account of a box is an owner.
    pub role: Role,
    /// The password. No answer ever holds it.
    #[schema(value_type = String, write_only)]
    pub password: SecretText,
    /// The language of their page: `en`, `es`, `fr`, `sw` or `pt`; the box's if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^(en|es|fr|sw|pt)$")]
    pub language: Option<String>,
}

/// What is changed of an account. A new password ends its sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schema(example = json!({"role": "owner"}), min_properties = 1)]
pub struct AccountPatch {
    /// What they may do from now on.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Role, required = false)]
    pub role: Option<Role>,
    /// A new password. No answer ever holds it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, write_only)]
    pub password: Option<SecretText>,
    /// The language of their page: `en`, `es`, `fr`, `sw` or `pt`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^(en|es|fr|sw|pt)$")]
    pub language: Option<String>,
}

only_objects!(NewAccount, AccountPatch);

/// A browser that somebody has signed in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Names the session. It is no use for signing in.
    #[schema(example = "3f0a5c7e1b2d4f60")]
    pub id: String,
    /// Whose.
    #[schema(example = "amina")]
    pub account: String,
    /// Since when.
    pub begun: Stamp,
    /// When it was used last.
    pub used: Stamp,
    /// What the browser calls itself.
    #[schema(example = "Firefox on Android")]
    pub browser: String,
}

impl From<&people::Session> for Session {
    fn from(session: &people::Session) -> Self {
        Self {
            id: session_id(&session.token),
            account: session.account.to_string(),
            begun: session.begun.into(),
            used: session.used.into(),
            browser: session.browser.to_string(),
        }
    }
}

/// The beginning of the hash of a session's token: enough to tell sessions apart, and not the hash.
pub(crate) fn session_id(token: &[u8; 32]) -> String {
    hex(token.first_chunk::<8>().unwrap_or(&[0; 8]))
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Counts up without gaps from 1 in the life of a box.
    #[schema(example = 41)]
    pub number: u64,
    /// When.
    pub at: Stamp,
    /// Who: a name, `(shell)`, `(box)` or `(nobody)`.
    #[schema(example = "amina")]
    pub actor: String,
    /// From where; null if not over the network.
    #[schema(required = true, example = "192.168.1.20")]
    pub address: Option<String>,
    /// What.
    #[schema(example = "subscriber.add")]
    pub action: String,
    /// To what.
    #[schema(example = "001010000000001")]
    pub subject: String,
    /// Whether it was done; it was refused otherwise.
    pub done: bool,
}

impl From<people::AuditRecord> for AuditEntry {
    fn from(record: people::AuditRecord) -> Self {
        let people::AuditEntry { at, actor, address, action, subject, outcome } = record.entry;
        Self {
            number: record.number,
            at: at.into(),
            actor: actor.to_string(),
            address: address.map(|address| address.to_string()),
            action: action.to_string(),
            subject: subject.to_string(),
            done: outcome == people::Outcome::Done,
        }
    }
}
