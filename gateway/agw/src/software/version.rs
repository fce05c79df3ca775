//! Versions: numbers with dots, and what may follow a hyphen before a release.

use core::cmp::Ordering;

/// Whether `offered` is older than `running`. What is no version of ours is older than every one that is.
pub(crate) fn is_older(offered: &str, running: &str) -> bool {
    compare(offered, running) == Ordering::Less
}

fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (parts(one), parts(other));
    one.0.cmp(&other.0).then_with(|| match (one.1, other.1) {
        // 1.0-rc1 comes before 1.0.
        (Some(one), Some(other)) => one.cmp(other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    })
}

fn parts(version: &str) -> (Vec<u64>, Option<&str>) {
    let (numbers, rest) =
        version.split_once('-').map_or((version, None), |(numbers, rest)| (numbers, Some(rest)));
    let numbers: Option<Vec<u64>> = numbers.split('.').map(|number| number.parse().ok()).collect();
    // 1.0 is 1.0.0.
    let mut numbers = numbers.unwrap_or_default();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    (numbers, rest)
}

#[cfg(test)]
mod tests;
