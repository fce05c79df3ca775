//! The configuration file: read as TOML, checked wholly, and only then a value. `pumice.example.toml` describes every key.

mod document;
mod sections;
mod settings;
mod summary;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

pub(crate) use document::Mistake;
pub(crate) use settings::{ClockSettings, ClockTrust, ImsiInLog, LogSettings, Nat, Settings};

#[cfg(test)]
mod tests;

/// Where the configuration is looked for.
pub(crate) const DEFAULT_PATH: &str = "/etc/pumice/pumice.toml";

/// Where the local API listens unless configured.
pub(crate) const DEFAULT_API: SocketAddr = settings::API;

/// Files larger than this are no configuration.
const LARGEST: u64 = 1 << 20;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}. Name another file with --config FILE", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file has mistakes.
    #[error("{}", Mistakes { path, mistakes })]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// All of them, by line.
        mistakes: Vec<Mistake>,
    },
}

/// Reads and checks a file.
pub(crate) fn load(path: &Path) -> Result<Settings, ConfigError> {
    let text = read(path)?;
    parse(&text).map_err(|mistakes| ConfigError::Wrong { path: path.to_owned(), mistakes })
}

/// Checks a text.
pub(crate) fn parse(text: &str) -> Result<Settings, Vec<Mistake>> {
    let document = document::Document::parse(text);
    let broken = document.mistakes();
    if !broken.is_empty() {
        return Err(broken);
    }
    let settings = sections::read(&document);
    let mistakes = document.mistakes();
    settings.filter(|_| mistakes.is_empty()).ok_or(mistakes)
}

/// Where the local API of the gateway with this configuration listens, whatever else is wrong in the file: a gateway that
/// was started earlier may still run.
pub(crate) fn api_address(path: &Path) -> Result<SocketAddr, ConfigError> {
    let text = read(path)?;
    let document = document::Document::parse(&text);
    Ok(sections::api_address(&document))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST {
        let reason = format!("{size} octets are no configuration");
        return Err(unreadable(io::Error::new(io::ErrorKind::FileTooLarge, reason)));
    }
    fs::read_to_string(path).map_err(unreadable)
}

struct Mistakes<'a> {
    path: &'a Path,
    mistakes: &'a [Mistake],
}

impl fmt::Display for Mistakes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.path.display();
        for Mistake { line, key, reason } in self.mistakes {
            let between = if key.is_empty() { "" } else { " " };
            writeln!(f, "{file}:{line}: {key}{between}{reason}")?;
        }
        match self.mistakes.len() {
            1 => f.write_str("1 mistake; nothing was started"),
            n => write!(f, "{n} mistakes; nothing was started"),
        }
    }
}
