//! Which of the interfaces that there are is which of those that the board file names.

#[cfg(test)]
mod tests;

use crate::board::{Board, Medium, Role};
use crate::sysfs::Tree;

/// An interface that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub medium: Medium,
    /// What it may serve for, best first.
    pub roles: Vec<Role>,
}

/// The interfaces of the board that are there now, in the order of its file. An interface of the kernel is given once: to
/// the first entry that names it. `lo` is given to nobody.
pub fn find(board: &Board, tree: &Tree) -> Vec<Found> {
    let mut free = tree.names("/sys/class/net");
    free.retain(|name| name != "lo");
    let mut found = Vec::new();
    for interface in &board.interfaces {
        let mut candidates = interface.names.iter().filter_map(|pattern| {
            let fits = |name: &&String| match pattern.strip_suffix('*') {
                Some(stem) => name.starts_with(stem),
                None => *name == pattern,
            };
            free.iter().find(fits).cloned()
        });
        if let Some(name) = candidates.next() {
            free.retain(|each| *each != name);
            found.push(Found { name, medium: interface.medium, roles: interface.roles.clone() });
        }
    }
    found
}
