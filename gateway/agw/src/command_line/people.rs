//! What is done with accounts and sessions.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use pumice_model::people::AccountName;

use super::Form;

/// What is done with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List all accounts
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Add an account; the first is an owner
    Add {
        /// The name to sign in with
        name: AccountName,
        /// What they may do
        #[arg(long, value_enum)]
        role: RoleWord,
        #[command(flatten)]
        password: PasswordArgs,
        /// The language of their page: en, es, fr, sw or pt
        #[arg(long)]
        language: Option<String>,
    },
    /// Give an account a new password, which ends its sessions
    Password {
        /// The name to sign in with
        name: AccountName,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Change what somebody may do
    Role {
        /// The name to sign in with
        name: AccountName,
        /// What they may do from now on
        #[arg(value_enum)]
        role: RoleWord,
    },
    /// Remove an account and end its sessions
    Remove {
        /// The name to sign in with
        name: AccountName,
    },
}

/// Where a password comes from: never from the command line, which other users see.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("password").required(true).args(["password_from", "generate"])))]
pub(crate) struct PasswordArgs {
    /// Read the password from the first line of a file, or of the standard input (-)
    #[arg(long, value_name = "FILE")]
    pub(crate) password_from: Option<PathBuf>,
    /// Make a password, and print it once
    #[arg(long)]
    pub(crate) generate: bool,
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleWord {
    /// Everything
    Owner,
    /// Add phones and give them new names
    Seller,
    /// Look
    Viewer,
}

impl From<RoleWord> for pumice_web::dto::Role {
    fn from(role: RoleWord) -> Self {
        match role {
            RoleWord::Owner => Self::Owner,
            RoleWord::Seller => Self::Seller,
            RoleWord::Viewer => Self::Viewer,
        }
    }
}

/// What is done with sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// List the browsers that somebody is signed in with
    List {
        #[command(flatten)]
        form: Form,
    },
    /// End a session, or all of an account: the browser has to sign in again
    #[command(group(ArgGroup::new("which").required(true).args(["id", "account"])))]
    End {
        /// The session's id, as the list shows it
        id: Option<String>,
        /// All sessions of this account
        #[arg(long, value_name = "NAME")]
        account: Option<AccountName>,
    },
}
