//! Keys that do not pass through the list of processes.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use pumice_web::dto::KeyText;
use zeroize::Zeroizing;

/// A file of keys is a few lines.
const LARGEST: u64 = 4 << 10;

/// Why keys cannot be used. None of the texts holds any.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum KeysError {
    /// A class without the APN that it is of.
    #[error("--qci is of an APN: name it with --apn")]
    ClassWithoutApn,
    /// A line is none of those that are wanted.
    #[error("line {line} of the keys is wrong: lines k=HEX and opc=HEX (or op=HEX) are wanted, each once")]
    Line {
        /// From 1.
        line: usize,
    },
    /// A key is missing.
    #[error("the keys are not complete: k and one of opc and op are wanted, as lines k=HEX and opc=HEX")]
    Missing,
    /// The file cannot be read.
    #[error("cannot read the keys from {path}: {source}", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

/// The keys of a SIM, as they go to the gateway, which checks them.
#[derive(Debug)]
pub(crate) struct SimKeyTexts {
    pub(crate) k: KeyText,
    pub(crate) op: Option<KeyText>,
    pub(crate) opc: Option<KeyText>,
}

/// Reads keys from a file, or from the input if it is called `-`.
pub(crate) fn read(path: &Path, input: &mut dyn Read) -> Result<SimKeyTexts, KeysError> {
    let mut text = Zeroizing::new(String::with_capacity(4 << 10));
    let read = match path.to_str() {
        Some("-") => input.take(LARGEST).read_to_string(&mut text),
        _ => fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text)),
    };
    read.map_err(|source| KeysError::Unreadable { path: path.to_owned(), source })?;
    parse(&text)
}

fn parse(text: &str) -> Result<SimKeyTexts, KeysError> {
    let (mut k, mut op, mut opc) = (None, None, None);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = KeysError::Line { line: at + 1 };
        let Some((name, value)) = line.split_once('=') else { return Err(wrong) };
        let place = match name.trim().to_ascii_lowercase().as_str() {
            "k" => &mut k,
            "op" => &mut op,
            "opc" => &mut opc,
            _ => return Err(wrong),
        };
        if place.replace(KeyText::new(value.trim().to_owned())).is_some() {
            return Err(wrong);
        }
    }
    match (k, &op, &opc) {
        (Some(k), Some(_), None) | (Some(k), None, Some(_)) => Ok(SimKeyTexts { k, op, opc }),
        _ => Err(KeysError::Missing),
    }
}
