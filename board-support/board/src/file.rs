//! Board files: TOML in, a [`Board`] or all of the file's mistakes out.

mod document;
mod sections;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::board::Board;
use document::Document;

/// The most octets of a board file.
pub const MAX_FILE: u64 = 64 << 10;

/// A mistake in a board file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The key with its sections and dots; empty where the file is no TOML.
    pub key: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.key, self.reason)
    }
}

/// Why a file is not a board.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It could not be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It has mistakes, in the order of their lines.
    #[error("{}", listed(mistakes))]
    Mistakes {
        /// All of them.
        mistakes: Vec<Mistake>,
    },
    /// It is longer than [`MAX_FILE`].
    #[error("{}: longer than {MAX_FILE} octets", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
}

fn listed(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
    lines.join("\n")
}

/// Reads a board file's text.
///
/// # Errors
/// All mistakes at once.
pub fn parse(text: &str) -> Result<Board, FileError> {
    let document = Document::parse(text);
    let board = sections::read(&document);
    let mistakes = document.mistakes();
    match board {
        Some(board) if mistakes.is_empty() => Ok(board),
        _ => Err(FileError::Mistakes { mistakes }),
    }
}

/// Reads a board file.
///
/// # Errors
/// The file cannot be read, is too long, or has mistakes.
pub fn load(path: &Path) -> Result<Board, FileError> {
    let failed = |error| FileError::Io { path: path.to_owned(), error };
    let mut octets = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut octets)).map_err(failed)?;
    if octets.len() as u64 > MAX_FILE {
        return Err(FileError::TooLong { path: path.to_owned() });
    }
    let text = String::from_utf8(octets)
        .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    parse(&text)
}
