//! What every page shows around its own matter.

use crate::moment::Moment;
use crate::text::{Catalogue, Language};
use crate::words::Words;

/// What a page knows beside its own view.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The reader's language.
    pub language: Language,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The token that every form sends back in the field `_csrf`. Somebody who has not signed in has one too.
    pub csrf: String,
    /// Which entry of the navigation the page belongs to.
    pub section: Section,
    /// The path and query of this page, so that choosing a language comes back to it.
    pub path: String,
    /// The network's name; empty until there is one.
    pub network: String,
    /// Whether the box has an owner.
    pub claimed: bool,
    /// A change of the settings that goes back by itself unless it is kept.
    pub trial: Option<Trial>,
    /// What came of the last thing done.
    pub flash: Option<Flash>,
    /// Now, on the box's clock; `None` while the clock is not to be trusted, and then days are written out.
    pub now: Option<Moment>,
}

impl Frame {
    /// A frame for somebody who has not signed in, with nothing going on.
    pub fn nobody(language: Language, csrf: impl Into<String>) -> Self {
        Self {
            language,
            person: None,
            csrf: csrf.into(),
            section: Section::None,
            path: "/".into(),
            network: String::new(),
            claimed: true,
            trial: None,
            flash: None,
            now: None,
        }
    }

    /// The texts in the reader's language.
    pub fn catalogue(&self) -> &'static Catalogue {
        Catalogue::of(self.language)
    }

    /// Whether the reader may change the box: settings, cells, people.
    pub fn owner(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.role == Role::Owner)
    }

    /// Whether the reader sees what phones use: who sells them need not know.
    pub fn sees_usage(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.role != Role::Seller)
    }

    /// Whether the reader may add phones.
    pub fn may_add_phones(&self) -> bool {
        self.person.as_ref().is_some_and(|person| matches!(person.role, Role::Owner | Role::Seller))
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name of the account.
    pub name: String,
    /// What the account may do.
    pub role: Role,
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Owner,
    /// Adds phones and looks at them.
    Seller,
    /// Looks at everything that is no secret, and changes nothing.
    Viewer,
}

impl Role {
    /// All of them, the mightiest first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Seller, Self::Viewer];

    /// The value in forms.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Seller => "seller",
            Self::Viewer => "viewer",
        }
    }
}

/// The entries of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// Adding phones.
    AddPhone,
    /// Backup, restore, diagnostics, captures, restart, reset.
    Care,
    /// Cells.
    Cells,
    /// Charts.
    Charts,
    /// The first page.
    Home,
    /// None of them: signing in, the wizard, an error.
    None,
    /// Accounts, sessions and the audit.
    People,
    /// Phones.
    Phones,
    /// Certificates.
    Security,
    /// Settings and their history.
    Settings,
}

/// Settings on trial: the banner on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Seconds until the settings go back.
    pub seconds_left: u32,
    /// How many settings are on trial.
    pub changes: u32,
    /// Who applied them.
    pub by: String,
}

/// What came of the last thing done, told once.
#[derive(Debug, Clone)]
pub enum Flash {
    /// It was done.
    Done(Words),
    /// It was not done.
    Failed(Words),
}

/// Where in a long list the page is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The first row shown, from 1; 0 when there is none.
    pub from: u64,
    /// The last row shown.
    pub to: u64,
    /// How many rows there are, where that is known.
    pub total: Option<u64>,
    /// The address of the page before.
    pub previous: Option<String>,
    /// The address of the page after.
    pub next: Option<String>,
}
