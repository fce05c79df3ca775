//! Browsers that have shown the label's code, and have yet to say who the owner is.

use core::time::Duration;

use pumice_model::time::Stamp;
use subtle::ConstantTimeEq;

#[cfg(test)]
mod tests;

/// Browsers at one time; the oldest makes room.
const BROWSERS: usize = 8;

/// How long the code need not be shown again.
const GOOD: Duration = Duration::from_secs(30 * 60);

/// Who has shown the code.
#[derive(Debug, Default)]
pub(crate) struct Claims(Vec<([u8; 32], Stamp)>);

impl Claims {
    /// A browser has shown it.
    pub(crate) fn shown(&mut self, browser: [u8; 32], now: Stamp) {
        self.0.retain(|(known, _)| *known != browser);
        if self.0.len() >= BROWSERS {
            self.0.remove(0);
        }
        self.0.push((browser, now));
    }

    /// Whether a browser has.
    pub(crate) fn has_shown(&self, browser: [u8; 32], now: Stamp) -> bool {
        let good = u64::try_from(GOOD.as_millis()).unwrap_or(u64::MAX);
        let in_time = |since: Stamp| now.at_millis.saturating_sub(since.at_millis) < good;
        self.0.iter().any(|(known, since)| *known == browser && in_time(*since))
    }

    /// The box has its owner.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether a code is the one of the label. Case, spaces and dashes do not count, and neither does whether somebody took a zero for
/// an O or a one for an I or an L (Crockford): it is typed from a label, on a phone. Takes as long whichever characters differ.
pub(crate) fn is_code(given: &str, label: &str) -> bool {
    let (given, label) = (plain(given), plain(label));
    !label.is_empty() && bool::from(given.as_bytes().ct_eq(label.as_bytes()))
}

fn plain(code: &str) -> zeroize::Zeroizing<String> {
    // Phones make longer dashes of two hyphens.
    let dash = |letter: char| matches!(letter, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let kept = code.chars().filter(|letter| !letter.is_whitespace() && !dash(*letter)).take(64);
    let folded = kept.map(|letter| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    });
    zeroize::Zeroizing::new(folded.collect())
}
