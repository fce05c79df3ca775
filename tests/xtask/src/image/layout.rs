//! The partitions, as the layer's wic file has them.

use super::read;
use crate::workspace::root;

const FILE: &str = "recipes/meta-pumice/wic/pumice-uefi.wks";

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) name: String,
    /// The GUID of what it is for.
    pub(super) kind: String,
    pub(super) octets: u64,
}

/// All partitions, in order.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) partitions: Vec<Partition>,
}

impl Layout {
    pub(super) fn read() -> Result<Self, String> {
        parse(&read(&root().join(FILE))?)
    }

    pub(super) fn size_of(&self, name: &str) -> Result<u64, String> {
        let found = self.partitions.iter().find(|partition| partition.name == name);
        found.map(|partition| partition.octets).ok_or_else(|| format!("{FILE}: there is no partition {name}"))
    }
}

fn parse(text: &str) -> Result<Layout, String> {
    let parts = text.lines().filter_map(|line| line.strip_prefix("part "));
    let partitions =
        parts.map(|line| partition(line).ok_or_else(|| format!("{FILE}: not understood: {line}")));
    Ok(Layout { partitions: partitions.collect::<Result<_, _>>()? })
}

fn partition(line: &str) -> Option<Partition> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let value = |option: &str| {
        let at = words.iter().position(|word| *word == option)?;
        words.get(at + 1).copied()
    };
    let mebioctets: u64 = value("--fixed-size")?.strip_suffix('M')?.parse().ok()?;
    Some(Partition {
        name: value("--part-name")?.to_owned(),
        kind: value("--part-type")?.to_owned(),
        octets: mebioctets << 20,
    })
}

#[cfg(test)]
mod tests;
