//! Keys, found in the English catalogue while compiling.

/// The catalogue that decides which texts there are.
pub(super) const ENGLISH: &str = include_str!("../../assets/texts/en.txt");

/// Where the names stand in [`ENGLISH`], in the order of the lines.
const NAMES: [(usize, usize); count(ENGLISH.as_bytes())] = names(ENGLISH.as_bytes());

/// One text of the catalogues. Made by [`key!`](crate::key).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u16);

impl Key {
    /// The key of a name, for [`key!`](crate::key): a name that does not exist stops the compiler.
    #[allow(
        clippy::indexing_slicing,
        clippy::panic,
        clippy::cast_possible_truncation,
        reason = "runs while compiling, where stopping is what a mistake should do"
    )]
    #[track_caller]
    pub const fn named(name: &str) -> Self {
        let (name, text) = (name.as_bytes(), ENGLISH.as_bytes());
        let mut index = 0;
        while index < NAMES.len() {
            let (start, end) = NAMES[index];
            if end - start == name.len() {
                let mut same = 0;
                while same < name.len() && text[start + same] == name[same] {
                    same += 1;
                }
                if same == name.len() {
                    return Self(index as u16);
                }
            }
            index += 1;
        }
        panic!("assets/texts/en.txt has no text of this name")
    }

    /// The number of its line among the lines of `en.txt` that hold a text.
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        super::lines(ENGLISH)
            .nth(self.index())
            .map_or("", |(name, _)| name.split_once('[').map_or(name, |(plain, _)| plain))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.name())
    }
}

/// How many lines hold a text: those that are neither empty nor a remark.
#[allow(clippy::indexing_slicing, reason = "runs while compiling")]
const fn count(text: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < text.len() {
        if text[at] != b'#' && text[at] != b'\n' {
            count += 1;
        }
        while at < text.len() && text[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    count
}

#[allow(clippy::indexing_slicing, reason = "runs while compiling")]
const fn names<const N: usize>(text: &[u8]) -> [(usize, usize); N] {
    let mut names = [(0, 0); N];
    let (mut index, mut at) = (0, 0);
    while at < text.len() {
        if text[at] != b'#' && text[at] != b'\n' {
            let start = at;
            while text[at] != b' ' && text[at] != b'[' {
                at += 1;
            }
            names[index] = (start, at);
            index += 1;
        }
        while at < text.len() && text[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    names
}
