//! Why a transaction was undone: the disk failed, or a rule refused it.

use pumice_model::control::Refusal;

use crate::StoreError;

/// Why a transaction was undone.
#[derive(Debug)]
pub(crate) enum Undone<R> {
    /// SQLite says so.
    Failed(rusqlite::Error),
    /// A rule says so; nothing is wrong with the disk.
    Refused(R),
}

impl<R> From<rusqlite::Error> for Undone<R> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Refusal> for Undone<Refusal> {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

impl From<StoreError> for Undone<Refusal> {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Undone<Self>> for Refusal {
    fn from(undone: Undone<Self>) -> Self {
        match undone {
            Undone::Failed(error) => StoreError::from(error).into(),
            Undone::Refused(why) => why,
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store { reason: error.to_string() }
    }
}
