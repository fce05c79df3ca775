use std::collections::BTreeMap;

use pumice_model::change::Change;

use crate::row::{self, RowKey};

/// What phones did while the disk took nothing: the newest change of each row.
#[derive(Debug)]
pub(super) struct Backlog {
    rows: BTreeMap<RowKey, Change>,
    most_rows: usize,
    /// Octets of radio capabilities, and how many may wait.
    octets: usize,
    most_octets: usize,
    dropped: u64,
}

impl Backlog {
    pub(super) const fn new(most_rows: usize, most_octets: usize) -> Self {
        Self { rows: BTreeMap::new(), most_rows, octets: 0, most_octets, dropped: 0 }
    }

    pub(super) fn changes(&self) -> impl Iterator<Item = &Change> + Clone {
        self.rows.values()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// All of it is on the disk.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.octets = 0;
    }

    /// Keeps what phones did of a batch that failed; what an operator did was refused.
    pub(super) fn keep(&mut self, changes: Vec<Change>) {
        for change in changes {
            if is_of_a_phone(&change) {
                self.put(change);
            }
        }
    }

    /// These were written: what waits for the same rows is older.
    pub(super) fn supersede(&mut self, changes: &[Change]) {
        for change in changes {
            let (key, _) = row::of(change);
            let higher_waits = matches!(
                (self.rows.get(&key), change),
                (Some(Change::Ceiling { ceiling: waiting, .. }), Change::Ceiling { ceiling, .. }) if waiting > ceiling
            );
            if !higher_waits {
                self.remove(key);
            }
            if let Some(other) = row::also_removed(change) {
                self.remove(other);
            }
        }
    }

    /// Gives radio capabilities up; whether there were any.
    pub(super) fn drop_radio_capabilities(&mut self) -> bool {
        let before = self.rows.len();
        self.rows.retain(|_, change| !matches!(change, Change::PutRadioCapability { .. }));
        self.octets = 0;
        let given_up = before - self.rows.len();
        self.dropped += given_up as u64;
        given_up > 0
    }

    fn put(&mut self, change: Change) {
        let (key, _) = row::of(&change);
        let before = self.remove(key);
        let change = match (before, change) {
            (Some(Change::Ceiling { ceiling: before, .. }), Change::Ceiling { counter, ceiling }) => {
                Change::Ceiling { counter, ceiling: ceiling.max(before) }
            }
            (_, change) => change,
        };
        let octets = octets_of(&change);
        if self.rows.len() >= self.most_rows || self.octets + octets > self.most_octets {
            self.dropped += 1;
            return;
        }
        self.octets += octets;
        self.rows.insert(key, change);
    }

    fn remove(&mut self, key: RowKey) -> Option<Change> {
        let change = self.rows.remove(&key)?;
        self.octets = self.octets.saturating_sub(octets_of(&change));
        Some(change)
    }
}

/// Whether a phone caused the change: it is served from memory, and the change is wanted whenever the disk recovers.
const fn is_of_a_phone(change: &Change) -> bool {
    match change {
        Change::Ceiling { .. }
        | Change::PutUe(_)
        | Change::RaiseUeCeilings(_)
        | Change::RemoveUe(_)
        | Change::PutRadioCapability { .. }
        | Change::RemoveRadioCapability(_) => true,
        Change::PutSubscriber(_)
        | Change::RemoveSubscriber(_)
        | Change::LearnCell(_)
        | Change::ForgetCell(_) => false,
    }
}

fn octets_of(change: &Change) -> usize {
    match change {
        Change::PutRadioCapability { octets, .. } => octets.len(),
        _ => 0,
    }
}
