//! Changes as what they do to rows, one operation a row: of many changes of a row the last one counts.

use std::collections::BTreeMap;

use pumice_model::change::{Change, Counter, LearnedCell};
use pumice_model::identity::{GlobalEnbId, Imsi};
use pumice_model::subscriber::Subscriber;
use pumice_model::ue::{CapabilityHash, UeRecord};

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowKey {
    Ceiling(Counter),
    Subscriber(Imsi),
    Ue(Imsi),
    RadioCapability(CapabilityHash),
    Cell(GlobalEnbId),
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowChange<'a> {
    Remove,
    /// Only ever up.
    Raise(u64),
    PutSubscriber(&'a Subscriber),
    PutUe(&'a UeRecord),
    PutRadioCapability(&'a [u8]),
    PutCell(&'a LearnedCell),
}

/// The row of a change, and what it does to it. A removed subscriber takes its phone along: see [`also_removed`].
pub(crate) fn of(change: &Change) -> (RowKey, RowChange<'_>) {
    match change {
        Change::Ceiling { counter, ceiling } => (RowKey::Ceiling(*counter), RowChange::Raise(*ceiling)),
        Change::PutSubscriber(subscriber) => {
            (RowKey::Subscriber(subscriber.imsi), RowChange::PutSubscriber(subscriber))
        }
        Change::RemoveSubscriber(imsi) => (RowKey::Subscriber(*imsi), RowChange::Remove),
        Change::PutUe(ue) | Change::RaiseUeCeilings(ue) => (RowKey::Ue(ue.imsi), RowChange::PutUe(ue)),
        Change::RemoveUe(imsi) => (RowKey::Ue(*imsi), RowChange::Remove),
        Change::PutRadioCapability { hash, octets } => {
            (RowKey::RadioCapability(*hash), RowChange::PutRadioCapability(octets))
        }
        Change::RemoveRadioCapability(hash) => (RowKey::RadioCapability(*hash), RowChange::Remove),
        Change::LearnCell(cell) => (RowKey::Cell(cell.enb), RowChange::PutCell(cell)),
        Change::ForgetCell(enb) => (RowKey::Cell(*enb), RowChange::Remove),
    }
}

/// The row that goes with the removal of another.
pub(crate) fn also_removed(change: &Change) -> Option<RowKey> {
    match change {
        Change::RemoveSubscriber(imsi) => Some(RowKey::Ue(*imsi)),
        _ => None,
    }
}

/// One change a row, in the order of rows: rows that stand beside each other share pages, and so writes.
pub(crate) fn coalesce<'a>(changes: impl IntoIterator<Item = &'a Change>) -> BTreeMap<RowKey, RowChange<'a>> {
    let mut rows = BTreeMap::new();
    for change in changes {
        let (key, change_of_row) = of(change);
        let merged = match (rows.get(&key), change_of_row) {
            (Some(RowChange::Raise(before)), RowChange::Raise(now)) => RowChange::Raise(now.max(*before)),
            _ => change_of_row,
        };
        rows.insert(key, merged);
        if let Some(other) = also_removed(change) {
            rows.insert(other, RowChange::Remove);
        }
    }
    rows
}
